"""The body of a mail -> its lines, each with its level of quotation and what the markup says of it.

Pure. The trap: ">" is also typed by people (">>> http://… <<<", "5 > 4"), so only a run of them at the start counts;
and GroupWise writes its introduction between two of them (">>> Eva <eva@…> 2026-11-19 09:01 >>>").
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Mark = Literal["", "attribution", "header", "signature", "coloured"]
"""What HTML says of a line: an introduction of a quote, the head of an Outlook quote, a signature; that all of it has a
colour, in a mail that speaks of one."""

_QUOTED = re.compile(r" {0,3}((?:> ?){1,400})")
_INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    level: int = 0
    """How many ">" or quoting boxes stand around it."""
    mark: Mark = ""

    @property
    def blank(self) -> bool:
        return not self.text or self.text.isspace()

    @property
    def bare(self) -> str:
        """The text to match wordings against: no invisible signs, no bold, no white space around."""
        text = self.text[:600]
        if not text.isprintable():  # as all of _INVISIBLE and the no-break space are; most lines hold none
            text = text.translate(_INVISIBLE).replace("\u00a0", " ")
        return text.strip(" \t*")


def from_plain(text: str) -> tuple[Line, ...]:
    """Lines of a text/plain body; ">" (RFC 3676 §4.5) turned into the level."""
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    traced = _traces(rows) if "\n< " in text else frozenset()
    return squeeze(
        Line(row.rstrip()) if ">" not in row[:4] or at in traced else _line(row) for at, row in enumerate(rows)
    )


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
    match = _QUOTED.match(text)
    if match is None or text.rstrip().endswith(("<<<", " >>>")):
        return Line(text.rstrip())
    return Line(text[match.end() :].rstrip(), match[1].count(">"))


def squeeze(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Without blank lines at both ends, and never more than one of them in a row."""
    kept: list[Line] = []
    after_blank = True
    for line in lines:
        blank = not line.text or line.text.isspace()
        if not (blank and after_blank):
            kept.append(line)
        after_blank = blank
    while kept and kept[-1].blank:
        kept.pop()
    return tuple(kept)


def join(lines: Iterable[Line]) -> str:
    """Text of lines, as they were written: with their ">" where they have any."""
    return "\n".join(f"{'>' * line.level} {line.text}".rstrip() if line.level else line.text for line in lines).strip(
        "\n"
    )
