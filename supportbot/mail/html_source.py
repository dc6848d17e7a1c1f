"""The HTML of a mail -> its lines, but only where somebody asks for them. Pure.

Most mails say the same twice, in plain text and in HTML, and then the plain text is what is read; to lay the HTML out
costs as much as all the rest. The trap: whether both say the same must not be believed of HTML that could hide what it
says, so where anything in it could, it is laid out and compared (body.py).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser

from supportbot.mail import html, html_marks
from supportbot.mail.clean import clean_text
from supportbot.mail.lines import Line
from supportbot.mail.wording import words

_LONGEST = 40_000
"""Signs of HTML that is looked at without layout."""
_LONGEST_TAG = 1000
_USUAL_HEAD = 4000
"""Signs of what is kept from mail to mail."""
_TAG = re.compile("<[^<>]*>")
_TAME_TAG = re.compile(
    r"</?([a-z][a-z0-9:]*)(?:\s+[a-z][\w:.-]*+(?:\s*+=\s*+(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=`]++))?+)*+\s*+/?>",
    re.IGNORECASE | re.ASCII,
)
"""A tag in whose attributes nothing is broken, so that its first ">" is its end."""
_TAME = words(
    """
    a address article b blockquote body br center code div em font footer h1 h2 h3 h4 h5 h6 header hr html i img li main
    o:p ol p pre s section small span strike strong sub sup table tbody td tfoot th thead tr tt u ul
    """
)
"""Elements that show whatever stands in them."""
_BORDER = "\u00a6"
"""Stands where an element begins or ends, so that what touches it, and may go on behind it, is no word by itself."""


_HEAD = re.compile(
    r"""
    \s* (?: <!doctype\s [^<>"']* > \s* )?
    <html (?: \s+ (?: xmlns(?::\w+)? | lang | dir ) = "[^"<>]*" )* \s* > \s*
    <head> (?: \s | <meta\s [^<>]* > | <style [^<>]* > \s* (?:<!--)? [^<]* </style>
        | <!--\[if\s [^<>\[\]]* \]> (?: [^-] | -(?!-) )*+ -->  # for Word alone
    )*+
    </head> \s* (?=<body)
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What may stand above a body without a tag of it being any other than it seems."""
_CLOSING_VALUE = re.compile(r"""=\s*(?:"[^"<>]*[<>]|'[^'<>]*[<>])""")


@dataclass(slots=True)
class Source:
    """HTML as it came; its lines are made once."""

    html: str
    _lines: tuple[Line, ...] | None = None
    _head: str | None = None
    _low: str | None = None
    _shown: str | None = None

    @property
    def head(self) -> str:
        """What stands above the body, where it is as it should be, else ""."""
        if self._head is None:
            found = _HEAD.match(self.html)
            self._head = found[0] if found else ""
        return self._head

    @property
    def low(self) -> str:
        """The rest, in small letters."""
        if self._low is None:
            self._low = self.html[len(self.head) :].lower()
        return self._low

    def lines(self) -> tuple[Line, ...]:
        if self._lines is None:
            self._lines = html.lines(self.html)
        return self._lines

    def may_be_marked(self) -> bool:
        """Whether its markup may say of a line that it is quoted, coloured, or a signature's."""
        return html_marks.may_mark(self.low) or self.may_be_coloured()

    def may_be_coloured(self) -> bool:
        return html_marks.spoken_colours(self.low) != ""

    def repeats(self, line: str) -> bool:
        """Whether a line stands between two tags, word for word, and is shown beyond doubt."""
        if self._shown is None:
            page = self.html[len(self.head) :]
            tame = len(self.html) <= _LONGEST and not _hides(self.head) and _shows_all(page)
            self._shown = page.replace("\n", " ") if tame else ""
        return f">{line}<" in self._shown

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


def _shows_all(page: str) -> bool:
    """Whether a reader sees all that is no tag: each "<" begins one that is surely one, and hides nothing."""
    tags = _TAG.findall(page)
    if len(tags) != page.count("<"):
        return False
    different = set(tags)
    return max(map(len, different), default=0) <= _LONGEST_TAG and all(map(_shows, different))


def _hides(head: str) -> bool:
    """Whether a head may hide what stands below it, or is none."""
    return (_known_to_hide if len(head) <= _USUAL_HEAD else _known_to_hide.__wrapped__)(head)


@lru_cache(maxsize=200)
def _known_to_hide(head: str) -> bool:
    """Kept: a program writes the same head into every mail."""
    low = head.lower()
    return html_marks.may_hide(low) or _CLOSING_VALUE.search(low) is not None


@lru_cache(maxsize=1000)
def _shows(tag: str) -> bool:
    """Whether a reader sees what stands behind a tag, and the tag ends where it seems to. Kept, too (1 MB at most)."""
    found = _TAME_TAG.fullmatch(tag)
    return found is not None and found[1].lower() in _TAME and not html_marks.may_hide(tag.lower())
