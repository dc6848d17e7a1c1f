"""New text and signature -> the facts that a partner's guidelines may require: numbers, time, device, a call. Pure.

Only what the text says is given; what is not found is left out and asked for. The trap: a number in a text may be the
customer's, a caller's or the place to ring back, and "ring inte min privata mobil" is no invitation.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import phonenumbers

from supportbot.triage.devices import DeviceSighting
from supportbot.triage.index import Registry
from supportbot.triage.numbers import DESK_NUMBERS, candidates, e164, flat, organisation_number

_READ = 20_000
_MOST = 40
_MOST_TRIED = 200

_LABEL = {
    "affected_number": r"(?:berort|drabbat|paverkat|affected|aktuellt)\s*(?:nummer|number|nr)?|"
    r"nummer(?:et)? som (?:strular|inte fungerar|galler)|galler (?:nummer|nr)|numret",
    "contact_phone": r"kontakt(?:telefon|nummer|person)?|contact(?: phone| number| person)?|"
    r"ring (?:garna |mig |oss |upp |till |tillbaka )+|nas (?:jag |vi |pa )*|call (?:me|us)(?: back)?|reach (?:me|us)|"
    r"aterkom pa|mobil|telefon|tel|tlf|phone|mobile|direkt|vx|vaxel",
    "time_of_fault": r"(?:tid(?:punkt)? for felet|tidpunkt|tidspunkt|time of (?:the )?fault|since|sedan|siden|"
    r"felet borjade|started)\s*:",
}
_TARGET = re.compile(
    r"\b(?:till|til|to|mot|over to)\s+(?:(?:min|mitt|var|my|our|mobilen?|numret|nummer|the|number|mobile)\s+)*$"
)
"""Before a number to which calls shall go: that is not the one that fails."""
_NOT = re.compile(r"\b(?:inte|ej|aldrig|not|never|don.t|ikke|ala)\b")
_CALL = re.compile(
    r"\b(?:exempel|exempelsamtal\w*|example|eksempel\w*|anrop\w*|samtal(?:et)? fran|(?:prov)?ring(?:de|er|ts)?|"
    r"uppringning\w*|call(?:ed|s|ing)?|opkald\w*|oppringning\w*)\b"
)
_DAY = (
    r"(?:(?:man|tis|ons|tors|fre|lor|son)dag(?:s|en|ens)?|i(?:gar|morse|dag|natt)|"
    r"i (?:forrgar|morse|dag|natt|kvall|gar(?:kvall)?(?: (?:kvall|morse|eftermiddag|formiddag|natt))?)|"
    r"forra veckan|(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today|this morning|last (?:week|night|\w+day)|"
    r"lunch|midnatt|\d{1,2}[./]\d{1,2}|\d{4}-\d{2}-\d{2}|"
    r"\d{1,2}(?::?[ae])? (?:jan|feb|mar|apr|maj|may|jun|jul|aug|sep|okt|oct|nov|dec)\w*)"
)
_HOUR = "(?:halv )?(?:ett|tva|tre|fyra|fem|sex|sju|atta|nio|tio|elva|tolv)"
_AT = r"(?:(?:ca|cirka|circa|kl|klockan|around|at|about|runt|vid)\.?\s*)"
_CLOCK = rf"(?:{_AT}{{0,3}}\d{{1,2}}[.:]\d{{2}}(?!\d|[./]\d)|(?:kl|klockan|vid|at)\.?\s*(?:\d{{1,2}}|{_HOUR})\b)"
_SINCE = re.compile(
    r"\b(?:sedan|sen|since|fran och med|siden|fra)\s+(?:ungefar |ca |omkring |about |i )?"
    rf"(?:{_DAY}|{_CLOCK})(?:[ ,]+(?:{_DAY}|{_CLOCK})){{0,3}}|\b(?:i |pa )?{_DAY}[ ,]+{_CLOCK}"
)
_BEGAN = re.compile(
    r"\b(?:borjade|slutade|markte|upptackte|hande|intraffade|uppstod|dog|slocknade|forsvann|started|stopped|began|"
    r"noticed|happened|died|begyndte|begynte|startet|stoppet|sluttet|skjedde|skete|alkoi|loppui|huomasin)\b[^.!?\n]{0,25}?"
    rf"\b(?P<day>(?:i |pa |on )?{_DAY}(?:[ ,]+(?:{_DAY}|{_CLOCK}|efter lunch|fore lunch|after lunch)){{0,3}})"
)
"""A day behind the word that says that something began or ended."""


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
) -> dict[str, str]:
    """The facts, by the names of partners.toml `required`; telephone numbers in international form, else as written."""
    text, signature = new_text[:_READ], signature[:_READ]
    numbers = tuple(_numbers(text))
    facts = {
        "affected_number": affected_number(registry, customer_id, text, numbers),
        "time_of_fault": time_of_fault(text),
        "device_model": device_model(devices),
        "example_call": example_call(text, numbers),
        "contact_phone": contact_phone(text, numbers)
        or contact_phone(signature, tuple(_numbers(signature)), signed=True),
    }
    return {name: fact for name, fact in facts.items() if fact}


def affected_number(registry: Registry, customer_id: str | None, text: str, numbers: Sequence[_Number]) -> str:
    """The number that is named as affected, else the first of the customer's own."""
    named = [one for one in numbers if _labelled(text, one, "affected_number")]
    targets = {one for one in numbers if _TARGET.search(flat(text[max(0, one.start - 40) : one.start]))}
    targets |= {one for one in numbers if one not in named and _labelled(text, one, "contact_phone")}
    theirs = [
        one for one in numbers if customer_id and registry.by_phone(one.value) == customer_id and one not in targets
    ]
    chosen = [one for one in named if one in theirs] or (named if not theirs else []) or theirs
    return _shown(chosen[0].value) if chosen else ""


def contact_phone(text: str, numbers: Sequence[_Number], signed: bool = False) -> str:
    """The number to ring back on: named as such; in a signature, the last one there, a mobile before others."""
    named = [one for one in numbers if _labelled(text, one, "contact_phone")]
    if signed:
        mobiles = [one for one in numbers if re.match(r"\+467[02369]", one.value)]
        named = mobiles or named or list(numbers)
    return _shown(named[0].value) if named else ""


def time_of_fault(text: str) -> str:
    """What stands after a label such as "Since:", else the first "sedan i går kl 14", else when it began."""
    smooth = flat(text)
    label = re.search(rf"(?:^|\n)\s*[-*]?\s*(?:{_LABEL['time_of_fault']})\s*([^\n]{{2,80}})", smooth)
    if label:
        return text[label.start(1) : label.end(1)].strip().rstrip(".")
    if since := _SINCE.search(smooth):
        return text[since.start() : since.end()].strip()
    began = _BEGAN.search(smooth)
    return text[began.start("day") : began.end("day")].strip() if began else ""


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


def _labelled(text: str, number: _Number, name: str) -> bool:
    """A label of that kind stands before the number in the same sentence, and nothing denies it."""
    before = flat(text[max(0, number.start - 60) : number.start])
    clause = re.split(r"[.!?;\n](?:\s|$)", before)[-1]
    close = re.search(rf"(?:^|\W)(?:{_LABEL[name]})[^\d\n]{{0,25}}$", clause)
    return bool(close) and not _NOT.search(clause)


def _shown(number: str) -> str:
    return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
