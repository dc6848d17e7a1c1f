"""New text and signature -> the facts that a partner's guidelines may require: numbers, time, device, a call. Pure.

Only what the text says is given; what is not found is left out and asked for. The trap: a number in a text may be the
customer's, a caller's or the place to ring back, and "ring inte min privata mobil" is no invitation.
"""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

import phonenumbers

from supportbot.mail.persons import names_in
from supportbot.triage import contacts
from supportbot.triage.devices import DeviceSighting
from supportbot.triage.index import Registry
from supportbot.triage.moments import time_of_fault
from supportbot.triage.numbers import DESK_NUMBERS, candidates, e164, flat, is_mobile, organisation_number

_READ = 20_000
_MOST = 40
_MOST_TRIED = 200

_AFFECTED = re.compile(
    r"(?:^|\W)(?:(?:berort|drabbat|paverkat|affected|aktuellt)\s*(?:nummer|number|nr)?|"
    r"nummer(?:et)? som (?:strular|inte fungerar|galler)|galler (?:nummer|nr)|numret)[^\d\n]{0,25}$"
)
_TARGET = re.compile(
    r"\b(?:till|til|to|mot|over to)\s+(?:(?:min|mitt|var|my|our|mobil|mobilen?|numret|nummer|the|number|mobile),?\s+)*$"
)
"""Before a number to which calls shall go: that is not the one that fails."""
_CALLS_TO = re.compile(
    r"\b(?:\w*samtal(?:en|et)?|anrop(?:en|et)?|opkald\w*|calls?|ringa|ringer|ringe|ringde|ringas|calling)"
    r"(?: som (?:kommer|gar|ringer|ska))?(?: in)?(?: (?:fran|from|fra) [^,.!?\n]{0,25}?)? "
    r"(?:till|til|to)\s+(?:(?:min|mitt|var|vart|my|our|numret|nummer|the|number|gruppnumret)\s+)*$"
)
_SENDS = re.compile(
    r"\b(?:koppl|skick|styr|dirig|flytt|overfor|vidare|transfer|forward|send|divert|rout|rerout|redirect|lagg|led|lat)\w*"
    r"\b[^.!?\n]{0,25}$"
)
"""Before calls that somebody sends on: "koppla samtalen till …" names where they shall go."""
_ALSO = re.compile(r"\s{0,9}[,;&/+]?\s{0,9}(?:(?:\n\s{0,9}[-•*–]|och|and|og|samt|eller|or)\s{1,9})?")
"""Between two numbers of one list."""
_MOST_AFFECTED = 4
_NOT = re.compile(r"\b(?:inte|ej|aldrig|not|never|don.t|ikke|ala)\b")
_ME = re.compile(r"\b(?:mig|mej|meg|oss|jag|vi|me|us|my|mitt)\b")
_CALL = re.compile(
    r"\b(?:exempel|exempelsamtal\w*|example|eksempel\w*|anrop\w*|samtal(?:et)? fran|(?:prov)?ring(?:de|er|ts)?|"
    r"uppringning\w*|call(?:ed|s|ing)?|opkald\w*|oppringning\w*)\b"
)


@dataclass(frozen=True, slots=True)
class _Number:
    value: str
    start: int
    end: int


def found(
    registry: Registry,
    customer_id: str | None,
    new_text: str,
    signature: str = "",
    devices: Sequence[DeviceSighting] = (),
    from_partner: bool = False,
    sender: str = "",
) -> dict[str, str]:
    """The facts, by the names of partners.toml `required`; telephone numbers in international form, else as written.

    Several affected numbers are parted by commas.
    """
    text, signature = new_text[:_READ], signature[:_READ]
    numbers = tuple(_numbers(text))
    signed = contacts.signed_from(text, [one.start for one in numbers], names_in(sender))
    body = tuple(one for one in numbers if one.start < signed)
    below = (*(one.value for one in numbers if one.start >= signed), *(one.value for one in _numbers(signature)))
    facts = {
        "affected_number": affected_number(registry, customer_id, text, body),
        "time_of_fault": time_of_fault(text),
        "device_model": device_model(devices),
        "example_call": example_call(text, tuple(one for one in body if not _is_contact(text, one))),
        "contact_phone": _shown(contact_phone(text, body, _signed(below), from_partner)),
    }
    return {name: fact for name, fact in facts.items() if fact}


def affected_number(registry: Registry, customer_id: str | None, text: str, numbers: Sequence[_Number]) -> str:
    """The number that is named as affected, else the first of the customer's own; with those listed beside it."""
    invited = {one for one in numbers if contacts.is_invited(text, one.start, one.end)}
    named = [one for one in numbers if one not in invited and _is_named_affected(text, one)]
    others = invited | {one for one in numbers if one not in named and _is_other(text, one)}
    theirs = [
        one for one in numbers if customer_id and registry.by_phone(one.value) == customer_id and one not in others
    ]
    chosen = [one for one in named if one in theirs] or (named if not theirs else []) or theirs
    return ", ".join(map(_shown, _listed(text, chosen[0], numbers, others))) if chosen else ""


def _is_other(text: str, number: _Number) -> bool:
    """Whether it is where calls shall go, a contact, or not to be rung: not the number that fails."""
    return (
        _is_aimed(text, number)
        or contacts.is_labelled(text, number.start, number.end)
        or contacts.is_declined(text, number.start)
    )


def _is_aimed(text: str, number: _Number) -> bool:
    """Whether calls shall go there; not where calls to it are told of: "samtalen till …"."""
    before = flat(text[max(0, number.start - 80) : number.start])
    calls = _CALLS_TO.search(before)
    return _TARGET.search(before) is not None and (calls is None or bool(_SENDS.search(before[: calls.start()])))


def _listed(text: str, first: _Number, numbers: Sequence[_Number], others: Container[_Number]) -> list[str]:
    """The number and those that stand in one list with it: "0406280403 och 0406280404"."""
    values, last = [first.value], first
    for one in numbers[numbers.index(first) + 1 :]:
        if one in others or not _ALSO.fullmatch(text, last.end, one.start) or len(values) >= _MOST_AFFECTED:
            break
        last = one
        if one.value not in values:
            values.append(one.value)
    return values


def contact_phone(text: str, numbers: Sequence[_Number], signed: str, from_partner: bool = False) -> str:
    """The number to ring back on: named as such, else the signature's.

    A partner names whom to ring at its customer, too: the signature's is its own, unless the text says "ring mig".
    """
    named = [one for one in numbers if _is_contact(text, one)]
    if from_partner:
        own = [one for one in named if _ME.search(flat(text[max(0, one.start - 40) : one.start]))]
        return next((one.value for one in own), signed) or next((one.value for one in named), "")
    return next((one.value for one in named), signed)


def _is_contact(text: str, number: _Number) -> bool:
    if contacts.is_invited(text, number.start, number.end):
        return True
    return contacts.is_labelled(text, number.start, number.end) and not _is_named_affected(text, number)


def _signed(values: Sequence[str]) -> str:
    """Of a signature's numbers a mobile before others."""
    return next((one for one in values if is_mobile(one)), values[0] if values else "")


def device_model(devices: Sequence[DeviceSighting]) -> str:
    """Make, model and MAC (else serial) of the devices that are named, each once."""
    shown: list[str] = []
    for one in devices:
        if one.vendor:
            mark = (one.device.mac or one.device.serial) if one.device else ""
            name = " ".join(part for part in (one.vendor, one.model, mark) if part)
            if name not in shown:
                shown.append(name)
    return ", ".join(shown[:4])


def example_call(text: str, numbers: Sequence[_Number]) -> str:
    """The sentence that tells of one call: a word for it, and two numbers, or a number and a time of day."""
    for match in re.finditer(r"[^\n!?]+", text):
        for start, end in _sentences(match):
            inside = [one for one in numbers if start <= one.start < end]
            told = text[start:end]
            clock = re.search(r"\b\d{1,2}[.:]\d{2}\b(?![.:]\d)", told)
            if _CALL.search(flat(told)) and (len(inside) > 1 or (inside and clock)):
                return told.strip()[:200]
    return ""


def _sentences(line: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Sentences of a line: a full stop before a capital ends one; "kl. 10.22" does not."""
    start = line.start()
    for stop in re.finditer(r"(?<!\bkl)(?<!\bca)(?<!\btel)\.\s+(?=[A-ZÅÄÖ])", line[0]):
        yield start, line.start() + stop.end()
        start = line.start() + stop.end()
    yield start, line.end()


def _numbers(text: str) -> Iterator[_Number]:
    """Valid telephone numbers in the text, without the desk's own; the longest at each place."""
    done, count, tried = 0, 0, 0
    for joins in candidates(text):
        if joins[0].start < done or count >= _MOST:
            continue
        for digits in joins:
            number = None if organisation_number(digits) else e164(digits)
            if not number or not (digits.plus or digits.digits[0] == "0" or number[1:] == digits.digits):
                continue
            tried += 1
            if tried <= _MOST_TRIED and _is_valid(number):
                done, count = digits.end, count + 1
                if number not in DESK_NUMBERS:
                    yield _Number(number, digits.start, digits.end)
                break


def _is_valid(number: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _is_named_affected(text: str, number: _Number) -> bool:
    """A label of what fails stands before the number in the same sentence, and nothing denies it."""
    clause = re.split(r"[.!?;\n](?:\s|$)", flat(text[max(0, number.start - 60) : number.start]))[-1]
    return bool(_AFFECTED.search(clause)) and not _NOT.search(clause) and not _is_aimed(text, number)


def _shown(number: str) -> str:
    if not number:
        return ""
    return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
