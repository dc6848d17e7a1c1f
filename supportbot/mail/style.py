"""Styles of a mail's HTML -> what of it a reader does not see. Pure.

What is hidden must not be read as the sender's words, and what only sounds hidden must: `backface-visibility:hidden`
hides nothing, `display:/**/none` does. The trap: a sheet hides for narrow screens only (@media), and another rule, or
the element itself, may show again what one hides; where they contradict each other, it is shown.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import tinycss2

LONGEST_SHEET = 50_000
"""Signs of all style sheets of a mail that are read."""
MOST_RULES = 100
MOST_STEPS = 6
"""Of a selector: "div.a > .b" has three."""
LONGEST_SELECTORS = 1000
FAR = -500.0
"""Pixels, points or the like outside the page from which on nothing of an element is seen."""

Tokens = Sequence[Any]
Declared = dict[str, Tokens]


def concealed_by(style: str) -> dict[str, bool]:
    """By property, whether a style attribute hides its element."""
    return _concealed(_read(tinycss2.parse_blocks_contents(style)))


def hiding_rules(sheet: str) -> Iterator[tuple[str, dict[str, bool]]]:
    """(selector, what it says of being seen) of each rule that concerns it.

    Not of those for some screens or for what the reader does (":hover"), nor of any that is slow to match.
    """
    found = 0
    for rule in tinycss2.parse_stylesheet(sheet[:LONGEST_SHEET], skip_comments=True, skip_whitespace=True):
        said = _concealed(_read(tinycss2.parse_blocks_contents(rule.content))) if rule.type == "qualified-rule" else {}
        said.pop("mso-hide", None)  # only Word obeys it, which writes it into the elements
        for selector in tinycss2.serialize(rule.prelude)[:LONGEST_SELECTORS].split(",") if said else ():
            quick = selector.strip() and ":" not in selector and len(selector.split()) <= MOST_STEPS
            if quick and found < MOST_RULES:
                found += 1
                yield selector.strip(), said


def _concealed(declared: Declared) -> dict[str, bool]:
    """By property, whether it hides what it is said of. Properties that never do are left out."""
    found = {name: asked(tokens) for name, asked in _HIDES.items() if (tokens := declared.get(name))}
    clipped = any(_is_word(declared.get(name, ()), "hidden", "clip") for name in ("overflow", "overflow-y"))
    for name in ("height", "width"):
        if clipped and name in declared:
            found[name] = _is_nothing(declared[name])
    if _is_word(declared.get("position", ()), "absolute", "fixed"):
        found |= {name: _is_far(declared[name]) for name in ("left", "top") if name in declared}
    return found


def _read(content: Iterable[Any]) -> Declared:
    """The last word of each property; one that is important outranks others."""
    found: Declared = {}
    important: set[str] = set()
    for each in content:
        if each.type != "declaration" or (each.lower_name in important and not each.important):
            continue
        if each.important:
            important.add(each.lower_name)
        found[each.lower_name] = [token for token in each.value if token.type not in ("whitespace", "comment")]
    return found


def _is_word(tokens: Tokens, *words: str) -> bool:
    return any(token.type == "ident" and token.lower_value in words for token in tokens)


def _is_zero(token: Any) -> bool:
    return token.type in ("number", "percentage", "dimension") and token.value == 0


def _is_nothing(tokens: Tokens) -> bool:
    return len(tokens) == 1 and _is_zero(tokens[0])


def _is_far(tokens: Tokens) -> bool:
    return len(tokens) == 1 and tokens[0].type in ("number", "dimension") and tokens[0].value <= FAR


_HIDES: dict[str, Callable[[Tokens], bool]] = {
    "display": lambda tokens: _is_word(tokens, "none"),
    "visibility": lambda tokens: _is_word(tokens, "hidden", "collapse"),
    "mso-hide": lambda tokens: _is_word(tokens, "all"),
    "opacity": _is_nothing,
    "font-size": _is_nothing,
    "font": lambda tokens: any(map(_is_zero, tokens)),
    "max-height": _is_nothing,
    "text-indent": _is_far,
}
