"""Lines -> where a quote or a forward begins: its introduction, its header lines, or the markup's word for it.

Pure. The trap: people write "Från: Göteborg / Till: Malmö" and "I går skrev ni:" themselves; an introduction
needs a date or an address, a header block a sender and something that only a mail has. Every window is bounded.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import Literal

from supportbot.mail.banners import is_reply_above
from supportbot.mail.lines import Line
from supportbot.mail.quote_dates import CLOCK, DAY, DIGIT, date_of, day_and_time
from supportbot.mail.wording import (
    FORWARD_MARKERS,
    FORWARD_STEMS,
    HEADER_KIND,
    MONTHS,
    OPENERS,
    PRONOUNS,
    QUOTING,
    REPLY_MARKERS,
    TO_US,
    WROTE,
    by_first_sign,
)

Kind = Literal["forward", "original", "headers", "attribution"]

MAX_WINDOW = 5
MAX_ATTRIBUTION = 400
MAX_HEADER_LINES = 25

ADDRESS = re.compile(r"[^\s<>@\"',;:()\[\]]{1,64}@[^\s<>@\"',;:()\[\]]{1,255}")
_HEADER = re.compile(r"([^\W\d_][^:：*]{0,30}?)[\s*]{0,4}[:：][*\s]{0,4}(.*)")
_DASHED = re.compile(r"[-_=—–*]{2,}\s{0,3}([^-_=—–*][^\n]{0,80}?)\s{0,3}:?[-_=—–*]{2,}(.*)")
_DASHES = frozenset("-_=—–*")
_MONTHS = frozenset(MONTHS)
_FORWARD_STEM = re.compile("|".join(map(re.escape, FORWARD_STEMS)))
_MARKERS = by_first_sign((*FORWARD_MARKERS, *REPLY_MARKERS))
_WORDS = re.compile(r"[^\s,:;<>()\"]+")
_VERB = re.compile(
    r"(?:(?<=\W)|^)("
    + "|".join(sorted(map(re.escape, WROTE), key=len, reverse=True))
    + r")(?!\w)|写道|寫道|のメール|작성"
)
_VERB_STEMS = (*WROTE, "写道", "寫道", "のメール", "작성")
# The end of "<address> wrote:" wrapped so that its ">" looks like a quote.
_BROKEN = re.compile(r"(?:wrote|skrev|schrieb|schreef|a écrit|escribió|escreveu)\s?:$", re.IGNORECASE)
_RUN_ON = re.compile(r"<[^<>\s@]+@[^<>\s]+>[^:<>]{0,20}: {2,}\S")
"""Yahoo's telephone program writes the quote's first line right behind its introduction."""
_GLUED = re.compile(r"(?<=\S)(?:\s*-{2,}|\s)\s*(?=(?:On|Den|Am|Le|El|Op) (?:\w{3}[.,]|\d|\w{3} \d))")


@dataclass(frozen=True, slots=True)
class Start:
    """Where a quote or forward begins: what it looks like, and how many lines its introduction takes."""

    kind: Kind
    size: int
    fields: dict[str, str] = field(default_factory=dict)
    """Header lines of the mail below: "from", "date", "subject", "to"."""
    sent: bool = False
    """Its header lines say when it was sent, as Outlook's do above forwards and answers alike, not its date."""


def start(lines: Sequence[Line], at: int, opens: bool = False) -> Start | None:
    """The quote or forward whose introduction begins at this line, or None.

    `opens`: the mail answers none, so that people's own forms, traces and tales look like introductions more often
    than introductions stand there; one must then be as only programs write it.
    """
    line = lines[at]
    bare = line.bare
    if not bare:
        return None
    low = bare.lower()
    if is_reply_above(low):
        return Start("original", 1)
    if (bare[0] in _DASHES or bare[-1] in ":：" or _may_be_marker(low)) and (found := _marker(lines, at, bare, low)):
        return found
    if (":" in bare or "：" in bare) and (found := _headers(lines, at, opens=opens)):
        return found
    return _attribution(lines, at, bare, low, opens)


def unglue(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Break lines in which the answer and the introduction of the quote stand side by side."""
    if not any(map(attrgetter("level"), lines)):
        return tuple(lines)
    result: list[Line] = []
    for at, line in enumerate(lines):
        match = None
        if line.text[-1:] == ":" and len(line.text) < MAX_ATTRIBUTION and at + 1 < len(lines) and lines[at + 1].level:
            match = next(iter(_GLUED.finditer(line.text)), None)
        if match and _VERB.search(line.text, match.end()):
            result += [Line(line.text[: match.start()], line.level), Line(line.text[match.end() :], line.level)]
        else:
            result.append(line)
    return tuple(result)


def _marker(lines: Sequence[Line], at: int, bare: str, low: str) -> Start | None:
    """ "-----Original Message-----", "Begin forwarded message:", dashed or with header lines below."""
    stemmed = (bare[0] in _DASHES or bare[-1] in ":：") and _FORWARD_STEM.search(low) is not None
    if bare[0] not in _DASHES and not stemmed and not _may_be_marker(low):
        return None
    dashed = _DASHED.match(bare)
    words = (dashed[1] if dashed else bare.strip("-_=—–* ")).strip().rstrip(":：").strip().lower()
    if len(words) > 80:
        return None
    forward = words.startswith(FORWARD_MARKERS) and any(
        words.startswith(marker) for marker in FORWARD_MARKERS if len(words) < len(marker) + 25
    )
    known = forward or words in REPLY_MARKERS
    if not known and not stemmed:
        return None
    below = _next_text(lines, at + 1)
    block = _headers(lines, below, loose=known) if below < len(lines) else None
    if not known and not block and not (dashed and bare.count("-") >= 8):
        return None
    forward = forward or (stemmed and not known)
    if not dashed and not bare.endswith((":", "：")) and block is None:
        return None
    kind: Kind = "forward" if forward else "original"
    if block:
        return Start(kind, below - at + block.size, block.fields, block.sent)
    if dashed and dashed[2]:
        return Start(kind, 1, _in_line(dashed[2]))
    return Start(kind, 1)


def _may_be_marker(low: str) -> bool:
    return low.startswith(_MARKERS.get(low[:1], ()))


def _next_text(lines: Sequence[Line], at: int) -> int:
    end = min(len(lines), at + 4)
    while at < end and lines[at].blank:
        at += 1
    return at


def header_field(line: Line) -> tuple[str, str] | None:
    """("from", value) of a header line as mail programs write it into a quote, or None."""
    bare = line.bare
    match = _HEADER.match(bare[:300]) if ":" in bare or "：" in bare else None
    kind = HEADER_KIND.get(match[1].strip().lower()) if match else None
    return (kind, match[2].strip(" *")) if match and kind else None


def _headers(lines: Sequence[Line], at: int, *, loose: bool = False, opens: bool = False) -> Start | None:
    """A block of header lines; values may be wrapped, single blank lines may stand between them."""
    marked, bare = lines[at].mark == "header", lines[at].bare
    if not loose and bare.count(":") >= 3 and ADDRESS.search(bare) and len(side_by_side := _in_line(bare)) >= 3:
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
    following = _next_text(lines, at + 1)
    found = header_field(lines[following]) if following < len(lines) else None
    return already or (found is not None and found[0] not in seen)


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


def _in_line(text: str) -> dict[str, str]:
    """Header names and values that a program squashed into one line."""
    parts = re.split(r"(?:^|(?<=\W))(\w[\w ]{0,18}):", text[:MAX_ATTRIBUTION])
    pairs = zip(parts[1::2], parts[2::2], strict=False)
    return {
        ("date" if kind == "sent" else kind): value.strip(' "')
        for name, value in pairs
        if (kind := HEADER_KIND.get(name.strip().lower().split(" ")[-1] if name else ""))
    }


def _attribution(lines: Sequence[Line], at: int, bare: str, low: str, opens: bool) -> Start | None:
    """ "Den 3 maj 2026 kl. 10:00 skrev Anna <…>:", in any order and language, wrapped over up to five lines."""
    if lines[at].mark == "attribution":
        size = 1
        while size < MAX_WINDOW and at + size < len(lines) and lines[at + size].mark == "attribution":
            size += 1
        return Start("attribution", size, _who(" ".join(line.bare for line in lines[at : at + size])))
    if bare.startswith(">>>") and bare.endswith(" >>>"):
        return _between_arrows(bare)
    if not _may_begin(bare, low):
        return None
    joined = ""
    for number, line in enumerate(lines[at : at + MAX_WINDOW]):
        size = number + 1
        if line.blank and not (lines[min(at + size, len(lines) - 1)].bare.startswith("<")):
            break
        if len(line.text) > MAX_ATTRIBUTION or (line.level != lines[at].level and not _BROKEN.match(line.bare)):
            break
        joined = f"{joined} {line.bare}".strip()
        if len(joined) > MAX_ATTRIBUTION:
            break
        if _introduces(joined, lines, at + size, opens):
            return Start("attribution", size, _who(joined))
    return None


def _may_begin(bare: str, low: str) -> bool:
    """A cheap look at the first line: does it open like an introduction, or hold its verb, or an address?"""
    if len(bare) > MAX_ATTRIBUTION:
        return False
    digit, addressed, ended = DIGIT.search(bare), "@" in bare, bare[-1] in ":-"
    if digit is None and not addressed and not ended:
        return False
    if ended and low.startswith(QUOTING):
        return True
    if digit is None:
        return _verb(bare) is not None
    first = _WORDS.match(low.lstrip("-–—_ \"'«"))
    if first and (first[0][0].isdigit() or (word := first[0].strip(".")) in OPENERS or word[:3] in _MONTHS):
        return True
    day, time = day_and_time(bare, digit.start())
    if day and time:
        return True
    dated = bool(day or time)
    return (dated and addressed) or ((dated or addressed or ended) and _verb(bare) is not None)


@lru_cache(maxsize=100)
def _verb(text: str) -> tuple[int, int] | None:
    """Where the last "wrote" stands. The expression is slow, so a text that has no such word is not given to it, and
    what it found is kept: each introduction is asked three times."""
    low = text.lower()
    low = low if len(low) == len(text) else text  # a dotted capital I becomes two signs
    stems = list(filter(low.__contains__, _VERB_STEMS))
    if not stems:
        return None
    spans = [found.span() for found in _VERB.finditer(low, min(map(low.index, stems)))]
    return spans[-1] if spans else None


def _between_arrows(bare: str) -> Start | None:
    """GroupWise's introduction: ">>> Eva <eva@…> 2026-11-19 09:01 >>>"; everything below it is the earlier mail."""
    inner = bare.strip("> ")
    if not (ADDRESS.search(inner) or DAY.search(inner)):
        return None
    date = date_of(inner)
    return Start("attribution", 1, {"from": inner.partition(date)[0].strip() if date else inner, "date": date})


def _introduces(text: str, lines: Sequence[Line], after: int, opens: bool) -> bool:
    """Whether the text, with what follows it, introduces a quote."""
    below = _next_text(lines, after)
    deeper = below < len(lines) and lines[below].level > lines[after - 1].level
    deeper = deeper and not _BROKEN.match(lines[below].bare)
    follows = deeper or (below < len(lines) and header_field(lines[below]) is not None)
    ended = (
        text.rstrip(" \u200f\u202c*").endswith((":", "："))
        or (text.endswith("--") and re.search(r"\w ?-{2,}$", text) is not None)
        or ("  " in text and _RUN_ON.search(text) is not None)
    )
    address = ADDRESS.search(text, text.rfind(" ", 0, text.find("@")) + 1) if "@" in text else None
    if not deeper and (f"<{address[0]}>" not in text if opens and address else opens):
        return False
    if not deeper and address is None and not TO_US.isdisjoint(_WORDS.findall(text.lower())):
        return False
    digit = DIGIT.search(text)
    day, time = day_and_time(text, digit.start() if digit else len(text))
    verb = _verb(text)
    if ended and text.lower().startswith(QUOTING):
        return deeper or bool(address)
    if verb is None:
        return bool(
            address
            and (day or time)
            and ((ended and not text.endswith("::")) if not follows else text.endswith((":", ">")))
        )
    rest = text[verb[1] :].lower()
    first = _WORDS.search(rest)
    if first and first[0] in PRONOUNS and not follows:
        return False
    if not ended:
        return follows and bool((day and time) or (address and text.endswith((">", ")"))))
    if address or (day and (time or len(rest) <= 60)):
        return True
    opened = _WORDS.match(text.lower())
    dated = time or any(month in text.lower() for month in MONTHS)
    if opened and opened[0] in OPENERS and dated and any(c.isdigit() for c in text) and len(text) < 120:
        return len(_WORDS.findall(rest)) <= 5
    return text.startswith("--") or (deeper and len(text) < 120)


def _who(text: str) -> dict[str, str]:
    """Sender and date of an introduction, as well as they can be told."""
    verb = _verb(text)
    clean = text.strip(" -–—*").rstrip(":：- ")
    date = date_of(clean)
    sender = clean
    if verb and (behind := clean[verb[1] :].strip(" ,:")) and not DAY.search(behind):
        sender = behind
    elif verb:
        sender = clean[: verb[0]].strip()
        if date and date in sender:
            sender = sender.partition(date)[2]
    elif date:
        sender = clean.partition(date)[2]
    return {"from": sender.strip(" ,:"), "date": date}
