"""The style sheets of a mail's HTML -> what they say of each element being seen. Pure.

The trap: a sheet that hides is mostly a newsletter's preheader, and may be an attack; what it hides by mistake is a
fault that nobody reads. So it counts only where no other rule, and not the element itself, says otherwise.
"""

from selectolax.lexbor import LexborHTMLParser

from supportbot.mail import html_marks, style

MOST_STYLED = 2000
"""Elements of which it is asked whether a style sheet hides them; a mail has no more."""


def said(parser: LexborHTMLParser, low: str) -> dict[int, dict[str, bool]]:
    """What style sheets say of elements being seen; where they contradict each other, that it is. {}: nothing sure."""
    if "<style" not in low:
        return {}
    text = "\n".join([each.text() for each in parser.css("style")])[: style.LONGEST_SHEET]
    if not html_marks.may_hide(text.lower()):
        return {}
    found: dict[int, dict[str, bool]] = {}
    try:
        for selector, seen in style.hiding_rules(text):
            nodes = parser.css(selector)
            if len(nodes) > MOST_STYLED:
                return {}
            for node in nodes:
                own = html_marks.concealed(node.attributes)
                shown = {name for name, hides in seen.items() if not hides or own.get(name) is False}
                of_it = found.setdefault(node.mem_id, {})
                of_it |= {name: name not in shown and of_it.get(name, True) for name in seen}
    except Exception:  # Nothing that a stranger wrote may stop the reader: what the sheets would hide is shown.
        return {}
    return found if len(found) <= MOST_STYLED else {}
