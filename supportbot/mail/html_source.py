"""The HTML of a mail -> its lines, but only where somebody asks for them. Pure.

Most mails say the same twice, in plain text and in HTML, and then the plain text is what is read; to lay the HTML out
costs as much as all the rest. The trap: whether both say the same must not be believed of HTML that could hide what it
says, so where anything in it could, it is laid out and compared (body.py).
"""

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from supportbot.mail import html, html_marks
from supportbot.mail.clean import clean_text
from supportbot.mail.lines import Line

_LONGEST = 40_000
"""Signs of HTML that is looked at without layout."""
_BORDER = "\u00a6"
"""Stands where an element begins or ends, so that what touches it, and may go on behind it, is no word by itself."""


@dataclass(slots=True)
class Source:
    """HTML as it came; its lines are made once."""

    html: str
    _lines: tuple[Line, ...] | None = None

    def lines(self) -> tuple[Line, ...]:
        if self._lines is None:
            self._lines = html.lines(self.html)
        return self._lines

    def may_be_marked(self) -> bool:
        """Whether its markup may say of a line that it is quoted, coloured, or a signature's."""
        low = self.html.lower()
        return html_marks.may_mark(low) or html_marks.speaks_of_colour(low)

    def may_be_coloured(self) -> bool:
        return html_marks.speaks_of_colour(self.html.lower())

    def surely_shown(self) -> set[str]:
        """What stands between white space, small, and is shown beyond doubt; not all of that, and often nothing."""
        if len(self.html) > _LONGEST or html_marks.may_hide(self.html.lower()):
            return set()
        try:
            page = LexborHTMLParser(self.html)
            styles = page.tags("style")
            if page.body is None or any(style.parent is None or style.parent.tag != "head" for style in styles):
                return set()
            return set(clean_text(page.body.text(separator=_BORDER)).lower().split())
        except Exception:  # Nothing that a stranger wrote may stop the reader; it is laid out then.
            return set()
