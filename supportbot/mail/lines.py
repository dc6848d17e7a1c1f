"""The body of a mail -> its lines, each with its level of quotation and what the markup says of it.

Pure. The trap: ">" is also typed by people (">>> http://… <<<", "5 > 4"), so only a run of them at the start counts;
and GroupWise writes its introduction between two of them (">>> Eva <eva@…> 2026-11-19 09:01 >>>").
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

Mark = Literal["", "attribution", "header", "signature", "coloured"]
"""What HTML says of a line: an introduction of a quote, the head of an Outlook quote, a signature; that all of it has a
colour, in a mail that speaks of one, or a part of it that very colour."""

_QUOTED = re.compile(r" {0,3}((?:> ?){1,400})")
_WRAPPED, _REST = 60, 40
"""Signs of a line that was wrapped, at least; and of its rest, at most."""
_INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)


@dataclass(init=False, slots=True)
class Line:
    """Never changed once it is made; not frozen only because reading a mail would take longer by a tenth."""

    text: str
    level: int
    """How many ">" or quoting boxes stand around it."""
    mark: Mark
    bare: str = field(repr=False, compare=False)
    """The text to match wordings against: no invisible signs, no bold, no white space around."""
    blank: bool = field(repr=False, compare=False)

    def __init__(self, text: str, level: int = 0, mark: Mark = "") -> None:
        self.text = text
        self.level = level
        self.mark = mark
        bare = text[:600]
        if not bare.isprintable():  # as all of _INVISIBLE and the no-break space are; most lines hold none
            bare = bare.translate(_INVISIBLE).replace("\u00a0", " ")
        self.bare = bare.strip(" \t*")
        self.blank = not text or text.isspace()


def from_plain(text: str) -> tuple[Line, ...]:
    """Lines of a text/plain body; ">" (RFC 3676 §4.5) turned into the level."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    rows = _untabbed(text.split("\n")) if "\n\t>" in text else text.split("\n")
    if "\n< " not in text:
        lines = [_line(row) if ">" in row[:4] else Line(row.rstrip()) for row in rows]
    else:
        traced = _traces(rows)
        lines = [
            _line(row) if ">" in row[:4] and at not in traced else Line(row.rstrip()) for at, row in enumerate(rows)
        ]
    return squeeze(_rewrapped(lines) if "\n>" in text else lines)


def _rewrapped(lines: list[Line]) -> list[Line]:
    """The rest of a quoted line that a program wrapped out of its ">": short, small, and the line above breaks off."""
    for above, line, following in zip(lines, lines[1:], lines[2:], strict=False):
        if line.level or line.blank or not above.level or len(above.text) < _WRAPPED or len(line.text) > _REST:
            continue
        if line.text[0].islower() and above.text[-1:].isalnum() and (following.level or following.blank):
            line.level = above.level
    return lines


def _untabbed(rows: Sequence[str]) -> list[str]:
    """A tab before ">" that a program put into the middle of a quote taken away: above it stands ">", too."""
    result: list[str] = []
    for row in rows:
        quoted = row.startswith("\t>") and result and result[-1].startswith((">", " >"))
        result.append(row[1:] if quoted else row)
    return result


def _traces(rows: Sequence[str]) -> frozenset[int]:
    """The lines of logs in which ">" goes out and "<" comes in (curl, SIP): paragraphs in which both begin lines."""
    found: list[int] = []
    begin = 0
    for at, row in enumerate((*rows, "")):
        if row.strip():
            continue
        paragraph = rows[begin:at]
        if any(one.startswith("< ") for one in paragraph) and any(one.startswith("> ") for one in paragraph):
            found += range(begin, at)
        begin = at + 1
    return frozenset(found)


def _line(text: str) -> Line:
    text = text.rstrip()
    if text.endswith(("<<<", " >>>")):
        return Line(text)
    if text.startswith("> ") and text[2:3] != ">":  # as most are
        return Line(text[2:], 1)
    match = _QUOTED.match(text)
    return Line(text[match.end() :], match[1].count(">")) if match else Line(text)


def squeeze(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Without blank lines at both ends, and never more than one of them in a row."""
    kept: list[Line] = []
    after_blank = True
    for line in lines:
        if not (line.blank and after_blank):
            kept.append(line)
        after_blank = line.blank
    if kept and after_blank:
        kept.pop()
    return tuple(kept)


def join(lines: Iterable[Line]) -> str:
    """Text of lines, as they were written: with their ">" where they have any."""
    return "\n".join([f"{'>' * line.level} {line.text}".rstrip() if line.level else line.text for line in lines]).strip(
        "\n"
    )
