"""Subject and recipients of a mail -> the tickets that it claims to belong to. Pure.

A token `[ICX-10042-MZXW6YTBOI2DK]` is a number and 65 bits of an HMAC-SHA256 over it: nobody can make one up. The trap:
a proven token says only that somebody has seen a mail of ours; whether its sender may write in that ticket is judged
elsewhere (tickets/verdict.py). There is no shorter form, and none for tests.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence

from supportbot.mail.clean import clean_line

DELIVERED = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
"""Fields in which servers note an address that a mail was delivered to."""
MOST_TOKENS = 10
"""Of one mail. More are a sign of a digest or of guessing; the rest is not read."""

_DASH = "[-\u2010-\u2015\u2212]"
_TOKEN = re.compile(
    rf"(?<![A-Z0-9])ICX\s?{_DASH}\s?(\d(?:\s?\d){{0,9}})\s?{_DASH}\s?([A-Z2-7](?:\s?[A-Z2-7]){{12}})(?![A-Z0-9])",
    re.IGNORECASE | re.ASCII,
)
"""Tolerant of case, brackets, dashes that a word processor mended, and one space at each place of a line fold."""
_PLUS = re.compile(r"\+icx-(\d{1,10})-([a-z2-7]{13})@", re.IGNORECASE | re.ASCII)
_WHOLE = re.compile(r"\[ICX-(\d{1,10})-([A-Z2-7]{13})\]")


def seal(number: int, key: bytes, purpose: str) -> str:
    """13 base32 signs: the first 65 bits of HMAC-SHA256 over purpose and number (RFC 2104, RFC 4648 §6)."""
    digest = hmac.new(key, f"{purpose}:{number}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:10]).decode()[:13]


def is_sealed(number: int, sealed: str, keys: Sequence[bytes], purpose: str) -> bool:
    """Whether the seal holds under any of the keys, in constant time and in any case of letters."""
    given = sealed.upper().encode("ascii", "replace")
    held = [hmac.compare_digest(given, seal(number, key, purpose).encode()) for key in keys]
    return any(held)


def sign(number: int, key: bytes, purpose: str = "ticket") -> str:
    """The token of a ticket, with brackets, as it stands in subjects."""
    return f"[ICX-{number}-{seal(number, key, purpose)}]"


def plus_address(desk_address: str, number: int, key: bytes) -> str:
    """An address of the desk that carries the token (RFC 5233), in lower case as mail systems may make it."""
    local, _, domain = desk_address.rpartition("@")
    return f"{local}+icx-{number}-{seal(number, key, 'ticket').lower()}@{domain}"


def find_tokens(subject: str, recipients: Iterable[str] = ()) -> tuple[str, ...]:
    """Whole token texts of the subject, then of plus-addresses among the recipients; unproven, each once."""
    subject = subject[:2000]
    found = [match.groups() for match in _TOKEN.finditer(subject)] if "icx" in subject.lower() else []
    for address in recipients:
        if "+" not in address:
            continue
        found += [match.groups() for match in _PLUS.finditer(address[:320])]
    tokens = ("[ICX-{}-{}]".format(*("".join(half.upper().split()) for half in pair)) for pair in found)
    return tuple(dict.fromkeys(tokens))[:MOST_TOKENS]


def prove(tokens: Iterable[str], keys: Sequence[bytes]) -> tuple[int, ...]:
    """Numbers of the tickets whose token holds under one of the keys (the current, the previous), order kept."""
    numbers = []
    for token in tokens:
        match = _WHOLE.fullmatch(token)
        if match and is_sealed(int(match[1]), match[2], keys, "ticket"):
            numbers.append(int(match[1]))
    return tuple(dict.fromkeys(numbers))


_LONGEST_SUBJECT = 250
_LONGEST_PATTERN = 200
_MOST_WAYS = 150_000
"""In how many ways the repeats may share out one text between them: three open ones and some bounded, about."""
_OPEN = 40
"""Ways that an open repeat is counted with."""
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d*,?\d*\}|\(\?|.", re.DOTALL)
_REPEAT = re.compile(r"[*+?]|\{\d*,?\d*\}")
_BACK_REFERENCE = re.compile(r"\\[1-9]|\(\?P=|\(\?\(")


def pattern_problem(pattern: str) -> str:
    """Why a partner's `ticket_pattern` is refused, "" where it is fine: it must not be able to stall on any subject."""
    if len(pattern) > _LONGEST_PATTERN:
        return f"is longer than {_LONGEST_PATTERN} signs"
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"is no regular expression: {error}"
    if compiled.match(""):
        return "matches the empty text, so it would be found in every subject"
    if _BACK_REFERENCE.search(pattern):
        return "refers back to a group; write the text out"
    return _stalling(_PIECE.findall(pattern))


def _stalling(pieces: list[str]) -> str:
    """Repeated groups and many repeats in a row are what makes `re` backtrack without end."""
    ways = 1
    for before, piece in zip(["", *pieces], pieces, strict=False):
        if not _REPEAT.fullmatch(piece) or (piece in "?+" and _REPEAT.fullmatch(before)):
            continue  # a repeat's own lazy or possessive mark is no second repeat
        if before == ")" and piece != "?":
            return "repeats a group; repeat only single signs or classes such as \\d or [A-Z]"
        ways *= _ways(piece)
    return "has too many open repeats; give them a small upper bound, such as {1,9}" if ways > _MOST_WAYS else ""


def _ways(repeat: str) -> int:
    if repeat in "*+?":
        return 2 if repeat == "?" else _OPEN
    least, comma, most = repeat.strip("{}").partition(",")
    if not comma:
        return 1
    return min(int(most) - int(least or 0) + 1, _OPEN) if most else _OPEN


def partner_numbers(subject: str, patterns: Iterable[str]) -> tuple[str, ...]:
    """A partner's own ticket numbers in a subject: the first group of each match, or the whole match.

    Patterns that `pattern_problem` refuses find nothing.
    """
    subject = clean_line(subject, _LONGEST_SUBJECT)
    found: list[str] = []
    for pattern in patterns:
        if not pattern_problem(pattern):
            found += [match[1] if match.re.groups else match[0] for match in re.finditer(pattern, subject)]
    return tuple(dict.fromkeys(number for number in found if number))[:MOST_TOKENS]
