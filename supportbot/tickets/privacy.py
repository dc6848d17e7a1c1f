"""Text that is written into tickets or leaves the house -> Swedish personal numbers masked: `******-1234`. Pure.

The plain number stands in the mail's own bytes until their age removes them, and in the registry.

The trap: one ten-digit mobile number in twenty looks like a personal number, one in two hundred passes its check digit
too. So ten digits without a dash that begin with 0 stay, unless a word near them says what they are.
"""

import re
from dataclasses import replace
from datetime import date

from stdnum import luhn

from supportbot.tickets.ticket import Arrived
from supportbot.triage.decision import Decision, Note, Reason

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_NUMBER = re.compile(
    r"(?<!\d)(?P<century>1[89]|20)?(?P<day>\d{6})"
    rf"(?P<dash>[ \u00a0]?[{_DASHES}+][ \u00a0]?|[ \u00a0])?(?P<last>\d{{4}})(?!\d)"
)
_VAT = re.compile(r"(?<!\w)(SE[ -]?)(\d{6})(-?)(\d{4})([ -]?01)(?!\d)", re.I)
"""A sole trader's VAT number is the personal number between SE and 01."""
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
    return _VAT.sub(_masked_vat, _NUMBER.sub(_masked, text))


def masked_arrival(arrived: Arrived, decision: Decision) -> tuple[Arrived, Decision]:
    """A mail and its decision as they are written into a ticket (domain.md 5.2); what has no number stays the same."""
    mail = arrived.mail
    text, subject = mask_personal_numbers(mail.new_text), mask_personal_numbers(mail.subject)
    moved = text != mail.new_text
    mail = replace(mail, new_text=text, subject=subject)
    reasons = {each: tuple(_masked_reason(one, moved) for one in found) for each, found in decision.reasons.items()}
    masked = replace(
        decision,
        reasons=reasons,
        notes=tuple(Note(one.code, tuple(map(mask_personal_numbers, one.values))) for one in decision.notes),
        passed_over=tuple(replace(one, because=mask_personal_numbers(one.because)) for one in decision.passed_over),
        found={name: mask_personal_numbers(value) for name, value in decision.found.items()},
    )
    return replace(arrived, mail=mail), masked


def _masked_reason(reason: Reason, moved: bool) -> Reason:
    """Its place counts in the text as it was: where numbers have grown shorter, it is left out."""
    words = mask_personal_numbers(reason.words)
    return replace(reason, words=words, start=None, end=None) if moved else replace(reason, words=words)


def _masked_vat(found: re.Match[str]) -> str:
    country, day, dash, last, end = found.groups()
    is_person = _is_date(None, day) and luhn.is_valid(day + last)
    return f"{country}******{dash}{last}{end}" if is_person else found.group()


def _masked(found: re.Match[str]) -> str:
    day, last, century = found["day"], found["last"], found["century"]
    if not _is_date(century, day):
        return found.group()
    hinted = _is_hinted(found)
    bare = found["dash"] is None or not found["dash"].strip()
    if bare and not hinted and (_is_glued(found) or (century is None and day.startswith("0"))):
        return found.group()
    return f"******-{last}" if hinted or luhn.is_valid(day + last) else found.group()


def _is_glued(found: re.Match[str]) -> bool:
    """Part of a longer sign, such as a serial number."""
    text, start, end = found.string, found.start(), found.end()
    return text[start - 1 : start].isalpha() or text[end : end + 1].isalpha()


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
