"""IMAP's notation <-> values: folder names, strings, sets of UIDs, dates, the parts of a reply. Pure.

A Reply is one untagged response as it came, without "* ": text and literals by turns, so that what a mail contains
can never be read as protocol. The trap: UID may stand before or after the literal of the body.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

Reply = tuple[bytes | bytearray, ...]
"""Text, literal, text, literal, …, text."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE_TIME = re.compile(r"\s*(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_FETCH = re.compile(rb"\d+ FETCH \(", re.I)
_FLAGS = re.compile(rb"FLAGS \([^)]*\)", re.I)
_UID = re.compile(rb"[( ]UID (\d+)", re.I)
_SIZE = re.compile(rb"[( ]RFC822\.SIZE (\d+)", re.I)
_DATE = re.compile(rb'[( ]INTERNALDATE "([^"]*)"', re.I)
_BODY_LITERAL = re.compile(rb"[( ]BODY\[\](?:<0>)? \{\d+\}$", re.I)
_BODY_STRING = re.compile(rb'[( ]BODY\[\](?:<0>)? (?:NIL|"((?:[^"\\]|\\.)*)")', re.I)
_COPYUID = re.compile(rb"\[COPYUID \d+ ([\d:,]+) [\d:,]+\]", re.I)


@dataclass(frozen=True, slots=True)
class Item:
    """What one FETCH response tells about one mail; None: it does not tell."""

    uid: int
    size: int | None
    """RFC822.SIZE, bytes; an estimate on some servers."""
    received: datetime | None
    """INTERNALDATE, aware."""
    content: bytes | None


def quoted(text: str) -> str:
    """A quoted string (RFC 3501 §9). Raises ValueError for what only a literal can carry."""
    if not text.isascii() or re.search(r"[\x00\r\n]", text):
        raise ValueError("cannot stand in a quoted string")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def folder(name: str) -> str:
    """A mailbox name as it stands in a command: modified UTF-7 (RFC 3501 §5.1.3), quoted."""
    pieces = re.split(r"([^\x20-\x7e]+)", name)
    return quoted("".join(_shifted(piece) if odd % 2 else piece.replace("&", "&-") for odd, piece in enumerate(pieces)))


def _shifted(piece: str) -> str:
    return "&" + base64.b64encode(piece.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"


def uid_set(uids: Iterable[int]) -> str:
    """`1:3,7` for 1, 2, 3, 7: names exactly these UIDs and no other."""
    runs: list[list[int]] = []
    for uid in sorted(set(uids)):
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in runs)


def uids_in(text: bytes) -> list[int]:
    """The UIDs of a set such as `1:3,7`, in its order."""
    uids: list[int] = []
    for run in text.split(b","):
        first, _, last = run.partition(b":")
        low, high = sorted((int(first), int(last or first)))
        uids.extend(range(low, high + 1))
    return uids


def copied_uids(codes: bytes) -> set[int] | None:
    """Source UIDs of the response code COPYUID (RFC 4315 §3), or None where the server gave none."""
    found = _COPYUID.findall(codes)
    return {uid for run in found for uid in uids_in(run)} if found else None


def date_time(text: str) -> datetime | None:
    """INTERNALDATE (RFC 3501 `date-time`), e.g. ` 5-Nov-2026 15:25:22 +0100`; None where it is no date."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = match.groups()
    offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes)) * (-1 if sign == "-" else 1)
    try:
        clock = (int(hour), int(minute), int(second))
        return datetime(int(year), _MONTHS.index(month.title()) + 1, int(day), *clock, tzinfo=timezone(offset))
    except ValueError:
        return None


def fetched(reply: Reply) -> Item | None:
    """The mail that a FETCH response is about, or None: another response, or one without UID (a flag changed).

    Raises ValueError where the response does not end as it must: then a literal's length was wrong (RFC 3501 §4.3).
    """
    if not _FETCH.match(reply[0]):
        return None
    if not reply[-1].endswith(b")"):
        raise ValueError("a FETCH response does not end with its parenthesis")
    text = _FLAGS.sub(b"", b" ".join(reply[::2]))
    uid = _UID.search(text)
    if uid is None:
        return None
    size, date = _SIZE.search(text), _DATE.search(text)
    return Item(
        uid=int(uid[1]),
        size=int(size[1]) if size else None,
        received=date_time(date[1].decode("ascii", "replace")) if date else None,
        content=_body(reply),
    )


def _body(reply: Reply) -> bytes | None:
    for text, literal in zip(reply[::2], reply[1::2], strict=False):
        if _BODY_LITERAL.search(text):
            return bytes(literal)
    for text in reply[::2]:
        if match := _BODY_STRING.search(text):
            return re.sub(rb"\\(.)", rb"\1", match[1] or b"", flags=re.S)
    return None
