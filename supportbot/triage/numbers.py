"""A text -> the telephone and organisation numbers in it, in every way that people write them. Pure.

Digits are read as groups; from each group on, whole groups are joined and looked up. So "kl 10.22 från 08-465 004 88"
yields the number although the digits before it run on, and the work is linear in the text. The trap: ten digits may be
a telephone, organisation, personal or order number; only what the registry holds is evidence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stdnum.se import orgnr

DESK_NUMBERS = frozenset({"+4620202022"})
"""iCentrex's own: nobody's number and no contact telephone."""
TEXT_LIMIT = 20_000
"""Characters that are looked at: who writes and about whom stands early, and a log must not cost the time of a mail."""
_GROUP_LIMIT = 500
_MOST_DIGITS = 17  # E.164 has at most 15, and 00 before them
_FEWEST_DIGITS = 7

_GROUP = re.compile(r"(?P<plus>\+?)(?P<digits>[0-9]+)")
_GAP = re.compile(r"[ \t\-./()]{1,3}")
_ALIKE = {ord(dash): "-" for dash in "‐‑‒–—―−﹣－"} | {ord(space): " " for space in "\u00a0\u2007\u2009\u202f\u200b"}
_ALIKE |= {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0B: "+"}
_ODD = re.compile("[" + "".join(map(chr, _ALIKE)) + "]")
_MOBILE = re.compile(r"\+467[02369]")
_UNMARKED = str.maketrans("åäöøæéèüá", "aaooaeeua")


_BEFORE = 60
"""Characters before a number that may tell whose it is."""
_NUMBER = (
    r"(?:(?:det |the |my |mitt |hennes |hans )?(?:nummer|numret|number|nummeret|mobil\w*|mobile|numeroon|numerosta) )?"
)
_FAR_END = re.compile(
    "|".join(
        (
            r"(?:\b\w*(?:samtal|anrop|opkald|puhelu)\w*|\bcalls?\b)[^!?\n]{0,30}? (?:till|to|til|fran|from|fra) "
            + _NUMBER,
            r"\b(?:jag|vi|han|hon|i|we|he|she|jeg|hun) (?:har |have |had |hade )?(?:prov|test|upp)?"
            r"(?:ringde|ringt|slog|slagit|called|rang|rung|dialled|phoned|ringte|ringede)(?: upp| up)?"
            r"(?: till| to| til)? " + _NUMBER,
            r"\b(?:soitin|soitimme|soitti) " + _NUMBER,
            r"\b(?:exempel|exempelsamtal|example|example call|eksempel|esimerkki|uppringt nummer|called number)\s*: ",
        )
    ).join(("(?:", r")\(?$"))
)
"""What stands before the number of somebody that was called, or that called."""


@dataclass(frozen=True, slots=True)
class Digits:
    """Adjoining groups of digits. `start` and `end` are offsets in the text."""

    digits: str
    plus: bool
    first_group: int
    """Digits in the first group: 8-465 004 00 has 1."""
    groups: int
    vat: bool
    """The letters SE stand before it."""
    start: int
    end: int


def plain(text: str) -> str:
    """The text with odd dashes, spaces and digits made plain, one for one, so that offsets stay."""
    text = text[:TEXT_LIMIT]
    return text.translate(_ALIKE) if _ODD.search(text) else text


def flat(text: str) -> str:
    """The text plain, in lower case and without marks on å ä ö, one for one, so that offsets stay."""
    text = plain(text)
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    return lowered.translate(_UNMARKED)


def far_end(text: str, start: int) -> bool:
    """Whether the number at `start` is told as the other end of a call: "samtal 10.17 till …", "jag ringde …"."""
    return _FAR_END.search(flat(text[max(0, start - _BEFORE) : start])) is not None


def candidates(text: str) -> Iterator[tuple[Digits, ...]]:
    """For each group of digits all the joins that start there, the longest first. Linear: 17 digits at most each."""
    text = plain(text)
    found = [match for match, _ in zip(_GROUP.finditer(text), range(_GROUP_LIMIT), strict=False)]
    for index, first in enumerate(found):
        vat = text[max(0, first.start() - 3) : first.start()].strip(" :-").upper() == "SE"
        if not vat and first.start() and (text[first.start() - 1].isalpha() or text[first.start() - 1] == "_"):
            continue
        joins = tuple(_joins(text, found, index, vat))
        if joins:
            yield joins[::-1]


def _joins(text: str, found: list[re.Match[str]], index: int, vat: bool) -> Iterator[Digits]:
    first, digits = found[index], ""
    for count, group in enumerate(found[index:], 1):
        if count > 1 and (group["plus"] or not _GAP.fullmatch(text, found[index + count - 2].end(), group.start())):
            return
        digits += group["digits"]
        if len(digits) > _MOST_DIGITS:
            return
        if len(digits) >= _FEWEST_DIGITS:
            plus = bool(first["plus"])
            yield Digits(digits, plus, len(first["digits"]), count, vat, first.start(), group.end())


def e164(found: Digits) -> str | None:
    """The number that these digits would be in Sweden, as E.164, without looking whether it exists; else None.

    A leading 0 or plus may be missing (`46701740612`, `8-465 004 00`), a (0) after +46 too many (domain.md §5.1).
    """
    digits = found.digits
    if found.plus or digits.startswith("00"):
        return "+" + _without_trunk(digits if found.plus else digits[2:])
    if digits.startswith("0"):
        return f"+46{digits[1:]}"
    if digits.startswith("46") and len(digits) >= 10:
        return "+" + _without_trunk(digits)
    if found.first_group <= 3 and found.groups > 1:
        return f"+46{digits}"
    return None


def is_mobile(number: str) -> bool:
    """Whether an E.164 number is a Swedish mobile's."""
    return _MOBILE.match(number) is not None


def _without_trunk(digits: str) -> str:
    return "46" + digits[3:] if digits.startswith("460") else digits


def organisation_number(found: Digits) -> str | None:
    """The ten digits of an organisation number in these digits (SE…01 and the 16 prefix taken off), or None.

    Luhn-checked. The third digit is 2 or more, which no personal number's is (domain.md §5.2).
    """
    digits = found.digits
    if len(digits) == 12 and digits.startswith("16"):
        digits = digits[2:]
    elif len(digits) == 12 and digits.endswith("01"):
        digits = digits[:10]
    if found.plus or len(digits) != 10 or digits[0] == "0" or digits[2] < "2" or not orgnr.is_valid(digits):
        return None
    return digits
