"""Lines -> where a quote or a forward begins: its introduction, its header lines, or the markup's word for it.

Pure. The trap: people write "Från: Göteborg / Till: Malmö" and "I går skrev ni:" themselves; an introduction
needs a date or an address, a header block a sender and something that only a mail has. Every window is bounded.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter

from supportbot.mail.banners import reply_above
from supportbot.mail.header_blocks import (
    ADDRESS,
    MAX_ATTRIBUTION,
    Kind,
    Start,
    header_block,
    header_field,
    in_line,
    next_text,
)
from supportbot.mail.lines import Line
from supportbot.mail.quote_dates import DAY, DIGIT, date_of, day_and_time
from supportbot.mail.wording import (
    FORWARD_MARKERS,
    FORWARD_STEMS,
    MONTHS,
    OPENERS,
    PRONOUNS,
    QUOTING,
    REPLY_MARKERS,
    TO_US,
    WROTE,
    by_first_sign,
)

MAX_WINDOW = 5
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
_REFUSED = re.compile(r"(?:^|\s)host \S.*\bsaid:$")
"""A mail system quotes what another one answered; that is the notice itself."""
_RUN_ON = re.compile(r"<[^<>\s@]+@[^<>\s]+>[^:<>]{0,20}: {2,}\S")
"""Yahoo's telephone program writes the quote's first line right behind its introduction."""
_GLUED = re.compile(r"(?<=\S)(?:\s*-{2,}|\s)\s*(?=(?:On|Den|Am|Le|El|Op) (?:\w{3}[.,]|\d|\w{3} \d))")


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
    if size := reply_above(lines, at, low):
        return Start("original", size)
    if (bare[0] in _DASHES or bare[-1] in ":：" or _may_be_marker(low)) and (
        found := _marker(lines, at, bare, low, opens)
    ):
        return found
    if bare.endswith(" ---") and " --- " in bare and (found := _block_below(lines, at, "headers", opens=opens)):
        return found  # Notes: "NAME --- SUBJECT ---"
    if (":" in bare or "：" in bare) and (found := header_block(lines, at, opens=opens)):
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


def _marker(lines: Sequence[Line], at: int, bare: str, low: str, opens: bool) -> Start | None:
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
        return _block_below(lines, at, "headers", opens=opens) if dashed else None
    kind: Kind = "forward" if forward or (stemmed and not known) else "original"
    block = _block_below(lines, at, kind, loose=known)
    if not known and not block and not (dashed and bare.count("-") >= 8):
        return None
    if not dashed and not bare.endswith((":", "：")) and block is None:
        return None
    if block:
        return block
    if dashed and dashed[2]:
        return Start(kind, 1, in_line(dashed[2]))
    return Start(kind, 1)


def _block_below(
    lines: Sequence[Line], at: int, kind: Kind, *, loose: bool = False, opens: bool = False
) -> Start | None:
    """The header lines below this line of a program, which belongs to them."""
    below = next_text(lines, at + 1)
    block = header_block(lines, below, loose=loose, opens=opens) if below < len(lines) else None
    return Start(kind, below - at + block.size, block.fields, block.sent) if block else None


def _may_be_marker(low: str) -> bool:
    return low.startswith(_MARKERS.get(low[:1], ()))


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
    below = next_text(lines, after)
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
    if (opens and address is None and not (day and time)) or _REFUSED.search(text):
        return False
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
