"""Text that leaves the house -> the same text with Swedish personal numbers masked: `******-1234`. Pure.

The trap: one ten-digit mobile number in twenty looks like a personal number, one in two hundred passes its check digit
too. So ten digits without a dash that begin with 0 stay, unless a word near them says what they are.
"""

import re
from datetime import date

from stdnum import luhn

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_NUMBER = re.compile(
    r"(?<!\d)(?P<century>1[89]|20)?(?P<day>\d{6})"
    rf"(?P<dash>[ \u00a0]?[{_DASHES}+][ \u00a0]?|[ \u00a0])?(?P<last>\d{{4}})(?!\d)"
)
_HINT = re.compile(
    r"person\W?n(?:umme|)r|\bp-?nr\b|\bfödd|\bid-?n(?:umme|)r|samordningsn|personal (?:identity )?n|\bborn\b", re.I
)
_NEAR = 40
"""Characters before and after a number in which a word tells what it is."""


def mask_personal_numbers(text: str) -> str:
    """Personal and coordination numbers (day + 60), with or without century and dash; the last four digits stay.

    A dashed or twelve-digit form needs a real date and a valid check digit. With a hint word nearby a real date is
    enough: what leaves the house is masked when in doubt.
    """
    return _NUMBER.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    day, last, century = found["day"], found["last"], found["century"]
    if not _is_date(century, day):
        return found.group()
    hinted = _is_hinted(found)
    bare = found["dash"] is None or not found["dash"].strip()
    if bare and century is None and day.startswith("0") and not hinted:
        return found.group()
    return f"******-{last}" if hinted or luhn.is_valid(day + last) else found.group()


def _is_hinted(found: re.Match[str]) -> bool:
    around = found.string[max(0, found.start() - _NEAR) : found.end() + _NEAR]
    return _HINT.search(around) is not None


def _is_date(century: str | None, day: str) -> bool:
    month, of_month = int(day[2:4]), int(day[4:6])
    if of_month > 60:
        of_month -= 60
    for first in (century,) if century else ("19", "20"):
        try:
            date(int(first + day[:2]), month, of_month)
        except ValueError:
            continue
        return True
    return False
