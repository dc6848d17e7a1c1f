"""Lines -> the block of header lines that mail programs write above an earlier mail: Från, Skickat, Till, Ämne.

Pure. The trap: people's own forms, journeys ("Från: Göteborg / Till: Malmö") and traces of calls have such lines, too;
a block needs a sender and something that only a mail has. Every window is bounded.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from supportbot.mail.lines import Line
from supportbot.mail.quote_dates import CLOCK, DAY
from supportbot.mail.wording import HEADER_KIND

Kind = Literal["forward", "original", "headers", "attribution"]

MAX_ATTRIBUTION = 400
MAX_HEADER_LINES = 25

ADDRESS = re.compile(r"[^\s<>@\"',;:()\[\]]{1,64}@[^\s<>@\"',;:()\[\]]{1,255}")
_HEADER = re.compile(r"([^\W\d_][^:：*]{0,30}?)[\s*]{0,4}[:：][*\s]{0,4}(.*)")


@dataclass(frozen=True, slots=True)
class Start:
    """Where a quote or forward begins: what it looks like, and how many lines its introduction takes."""

    kind: Kind
    size: int
    fields: dict[str, str] = field(default_factory=dict)
    """Header lines of the mail below: "from", "date", "subject", "to"."""
    sent: bool = False
    """Its header lines say when it was sent, as Outlook's do above forwards and answers alike, not its date."""


def next_text(lines: Sequence[Line], at: int) -> int:
    end = min(len(lines), at + 4)
    while at < end and lines[at].blank:
        at += 1
    return at


def header_field(line: Line) -> tuple[str, str] | None:
    """("from", value) of a header line as mail programs write it into a quote, or None."""
    bare = line.bare
    match = _HEADER.match(bare[:300]) if ":" in bare or "：" in bare else None
    kind = HEADER_KIND.get(match[1].strip().lower()) if match else None
    return (kind, match[2].strip(" *|")) if match and kind else None


def header_block(lines: Sequence[Line], at: int, *, loose: bool = False, opens: bool = False) -> Start | None:
    """A block of header lines; values may be wrapped, single blank lines may stand between them."""
    marked, bare = lines[at].mark == "header", lines[at].bare
    if not loose and bare.count(":") >= 3 and ADDRESS.search(bare) and len(side_by_side := in_line(bare)) >= 3:
        return Start("headers", 1, side_by_side)
    if header_field(lines[at]) is None:
        return None
    fields: dict[str, str] = {}
    last, position, end = "", at, min(len(lines), at + MAX_HEADER_LINES)
    sent = below = False
    after = at
    while position < end:
        line = lines[position]
        found = header_field(line)
        if found and found[0] in fields and found[0] not in ("other", "cc"):
            break
        if found:
            last, value = found
            sent = sent or last == "sent"
            fields["date" if last == "sent" else last] = value
            after = position + 1
        elif _stands_below(lines, position, fields["date" if last == "sent" else last], fields, below):
            below = True
            fields["date" if last == "sent" else last] = line.bare
            after = position + 1
        elif last in ("to", "cc") and _is_cut(lines, position):
            fields[last] += " " + line.bare
            after = position + 1
        elif not _goes_on(lines, position, fields):
            break
        elif not line.blank:
            fields["date" if last == "sent" else last] += " " + line.bare
        position += 1
    if loose or _is_block(fields, sent, marked, opens):
        return Start("headers", after - at, fields, sent)
    return None


def _stands_below(lines: Sequence[Line], at: int, value: str, seen: dict[str, str], already: bool) -> bool:
    """Whether this line is the value of the name above it, as in a table that was made plain text."""
    if value or lines[at].blank:
        return False
    following = next_text(lines, at + 1)
    found = header_field(lines[following]) if following < len(lines) else None
    return already or (found is not None and found[0] not in seen)


def _is_cut(lines: Sequence[Line], at: int) -> bool:
    """Whether a line is the rest of a list of recipients that was wrapped: nothing of another name follows it."""
    return not lines[at].blank and lines[at - 1].bare[-1:] in (",", ";", "<")


def _goes_on(lines: Sequence[Line], at: int, seen: dict[str, str]) -> bool:
    """Whether another header line follows this wrapped or blank one closely."""
    for line in lines[at + 1 : at + (3 if lines[at].blank else 4)]:
        found = header_field(line)
        if found:
            return found[0] not in seen
        if line.blank and lines[at].text.strip():
            return False
    return False


def _is_block(fields: dict[str, str], sent: bool, marked: bool, opens: bool) -> bool:
    """At least two kinds of header lines, and what a journey does not have, nor a form (its sender and subject)."""
    kinds = set(fields) - {"other"}
    values = " ".join(fields.values())
    if len(kinds) < 2 or not kinds & {"from", "date"} or "sip:" in values:
        return False
    if opens and not marked:
        addressed = {"from", "date", "subject"} <= kinds and ADDRESS.search(fields["from"]) is not None
        return (addressed or (sent and "from" in kinds)) and CLOCK.search(fields["date"]) is not None
    strong = bool(ADDRESS.search(values)) or (sent and any(c.isdigit() for c in fields.get("date", "")))
    dated = sent or bool(DAY.search(fields.get("date", "")))
    if marked or (strong and (dated or len(kinds) >= 3)):
        return True
    return {"from", "subject"} <= kinds and len(kinds) >= 3


def in_line(text: str) -> dict[str, str]:
    """Header names and values that a program squashed into one line."""
    parts = re.split(r"(?:^|(?<=\W))(\w[\w ]{0,18}):", text[:MAX_ATTRIBUTION])
    pairs = zip(parts[1::2], parts[2::2], strict=False)
    return {
        ("date" if kind == "sent" else kind): value.strip(' "')
        for name, value in pairs
        if (kind := HEADER_KIND.get(name.strip().lower().split(" ")[-1] if name else ""))
    }
