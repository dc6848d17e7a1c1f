"""A customer's words -> the same words with invented names and numbers, as a case to learn from. Pure.

What has a form is found by its form (addresses, numbers), what has none by what is known: the registry's companies and
devices, the people who write, common first names. The trap: that cannot find everything ("chefen på glassbaren i
Ystad"), so `Pseudonymised.look_at` names what was left, and a person must read each text before it goes anywhere.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import phonenumbers
from stdnum import luhn

from supportbot.mail.persons import names_in
from supportbot.mail.wording import words
from supportbot.tickets.stand_ins import MEN, TWOFOLD, WOMEN, StandIns
from supportbot.triage.makes import BY_WRITING
from supportbot.triage.names import EVERYDAY
from supportbot.triage.numbers import DESK_NUMBERS, Digits, candidates, e164, organisation_number
from supportbot.triage.registry import FREE_MAIL, Registry
from supportbot.triage.text import fold

OWN = "icentrex"
"""Whatever is named so is the desk, which everybody may know."""
_FIRST = frozenset((*WOMEN, *MEN))
_ROLES = words(
    "info kontakt kundcenter kundtjanst support reception receptionen vaxel vaxeln faktura ekonomi order post mail "
    "admin office sales hej help it jour service contact noreply no-reply butik butiken"
)
_ADDRESS = re.compile(r"[\w.+%-]{1,64}@(?:[\w-]+\.)+[A-Za-z]{2,24}")
_WEB = re.compile(r"((?:https?://)(?:www\.)?|www\.)([\w.-]*\w)((?:[/?#:][^\s<>\"')\]]*)?)", re.I)
_DOMAIN = re.compile(r"(?<![\w@.-])(?:[\w-]+\.)+(?:se|nu|com|net|org|no|dk|fi|eu|io|biz|info|example)(?![\w-])", re.I)
_IP = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\d|\.\d)")
_HOME = re.compile(r"10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|127\.|169\.254\.")
_MAC = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9A-F]{2}(?:[:.-][0-9A-F]{2}){5}|[0-9A-F]{2}(?: [0-9A-F]{2}){5}|"
    r"[0-9A-F]{4}(?:[.:-][0-9A-F]{4}){2}|(?=[0-9A-F]*[A-F])[0-9A-F]{12})(?![0-9A-Za-z])",
    re.I,
)
_SERIAL = re.compile(
    r"(?:serie\w*|serial\w*|\bs/n|\bsn|\bsnr)[\s.:#]*(?:nummer|number|nr|no)?[\s.:#]*(?=\S*\d)([\w-]{5,25})", re.I
)
_CODE = re.compile(r"(?<![\w-])(?=[\w-]*\d)[A-Za-z0-9][A-Za-z0-9-]{5,24}(?![\w-])")
_MOMENT = re.compile(r"\b(?:19|20)\d\d-[01]\d-[0-3]\d\b|\b[012]?\d[.:][0-5]\d\b|\b[0-3]?\d/[01]?\d(?:[-/ ]\d{2,4})?\b")
_SUM = re.compile(r"\d[\d  .]*(?:,\d+)?\s?(?:kr\b|kronor|sek\b|:-|€|%)", re.I)
_PERSON_NUMBER = re.compile(r"(?<!\d)(?:19|20)?(\d{2}[01]\d[0-9]\d)([ -]?)(\d{4})(?!\d)")
_LONG = re.compile(r"(?<![\w.,])\d{5,}(?![\w])")
_STREET = re.compile(
    r"\b([A-ZÅÄÖ][\wåäö]+(?:gatan|gata|vägen|väg|torget|gränd|stigen|allén|backen|leden|plan)|"
    r"(?:[A-Z][a-z]+ )+(?:Street|Road|Lane|Avenue|gate|vej|vei))\s+(\d{1,4}\s?[A-Za-z]?)\b"
)
_POST = re.compile(r"\b(?:S[E]?-)?\d{3} ?\d{2} {1,2}([A-ZÅÄÖ][\wåäöÅÄÖ]+(?: [A-ZÅÄÖ][\wåäöÅÄÖ]+)?)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_INTRODUCED = re.compile(
    r"(?:\b(?:jag heter|heter|mitt namn är|my name is|jeg heter|mit navn er|nimeni on|mvh|hälsningar|hälsar|"
    r"regards|hilsen|cheers)[,.!]?\s+(?:från )?|(?<!\w)/)([A-ZÅÄÖ][^\W\d_]+(?:[ -][A-ZÅÄÖ][^\W\d_]+){0,2})"
)
_SURNAME = re.compile(r"[A-ZÅÄÖ][a-zåäöé]+(?:sson|sen|qvist|kvist|ström|gren|blad|stedt|strand)s?")

Found = tuple[int, int, str]
"""Start, end, what stands there instead."""


@dataclass(frozen=True, slots=True)
class About:
    """Whom a mail may name, beyond what its form tells."""

    registry: Registry
    customer: str | None = None
    people: tuple[str, ...] = ()
    """From fields: of the sender, of others who write in the ticket, of staff."""


@dataclass(frozen=True, slots=True)
class Pseudonymised:
    texts: tuple[str, ...]
    look_at: tuple[str, ...]
    """Capitalised words that were left as they were."""


def pseudonymise(texts: Iterable[str], about: About, seed: bytes) -> Pseudonymised:
    """The texts of one mail (subject, new text) with stand-ins; the same original has the same one in all of them."""
    stand_ins = StandIns(seed)
    names = frozenset(word for shown in about.people for word in names_in(shown)) - _ROLES - EVERYDAY
    done: list[str] = []
    left: dict[str, None] = {}
    for text in texts:
        found: list[Found] = []
        for finder in _FINDERS:
            for one in finder(text, about, names, stand_ins):
                if one[0] < one[1] and not any(one[0] < end and start < one[1] for start, end, _ in found):
                    found.append(one)
        found.sort()
        done.append(_spliced(text, found))
        left |= dict.fromkeys(_left(text, found))
    return Pseudonymised(tuple(done), tuple(left))


def _spliced(text: str, found: list[Found]) -> str:
    parts, at = [], 0
    for start, end, instead in found:
        parts += [text[at:start], instead]
        at = end
    return "".join((*parts, text[at:]))


def _left(text: str, found: list[Found]) -> Iterator[str]:
    """Capitalised words inside sentences that nothing stands for: perhaps a name."""
    for match in _WORD.finditer(text):
        before = text[: match.start()].rstrip(" \"'”(*-–")
        inside = bool(before) and before[-1] not in ".!?:\n"
        known = match[0].lower().startswith(OWN) or fold(match[0]) in BY_WRITING
        told = match[0].isupper() and len(match[0]) < 4  # AB, MAC, SIM
        replaced = any(start <= match.start() < end for start, end, _ in found)
        if match[0][0].isupper() and inside and not (known or told or replaced):
            yield match[0]


def _addresses(text: str, about: About, names: frozenset[str], new: StandIns) -> Iterator[Found]:
    for match in _ADDRESS.finditer(text):
        local, _, domain = match[0].rpartition("@")
        if OWN not in domain.lower():
            yield *match.span(), f"{_local(local, new)}@{_domain(domain, new)}"


def _local(local: str, new: StandIns) -> str:
    def other(match: re.Match[str]) -> str:
        word = match[0]
        if len(word) == 1 or fold(word) in _ROLES:
            return word
        return fold(new.first_name(word.capitalize()))

    return re.sub(r"\d+", lambda match: new.like(match[0]), _WORD.sub(other, local))


def _domain(domain: str, new: StandIns) -> str:
    return "example.com" if domain.lower() in FREE_MAIL else new.domain(domain.lower().removeprefix("www."))


def _webs(text: str, about: About, names: frozenset[str], new: StandIns) -> Iterator[Found]:
    for match in _WEB.finditer(text):
        head, host, path = match.groups()
        if OWN not in host.lower():
            yield *match.span(), f"{head}{_domain(host, new)}{'/' if path else ''}"
    for match in _DOMAIN.finditer(text):
        if OWN not in match[0].lower():
            yield *match.span(), _domain(match[0], new)


def _hosts(text: str, about: About, names: frozenset[str], new: StandIns) -> Iterator[Found]:
    for match in _IP.finditer(text):
        yield *match.span(), match[0] if _HOME.match(match[0]) else new.host(match[0])


def _devices(text: str, about: About, names: frozenset[str], new: StandIns) -> Iterator[Found]:
    for match in _MAC.finditer(text):
        half = [place for place, sign in enumerate(match[0]) if sign.isalnum()][6]  # the maker's half stays
        yield *match.span(), match[0][:half] + new.like(match[0][half:])
    for match in _SERIAL.finditer(text):
        yield *match.span(1), new.like(match[1])
    for match in _CODE.finditer(text):
        if about.registry.by_serial(match[0]):
            yield *match.span(), new.like(match[0])


def _moments(text: str, about: About, names: frozenset[str], new: StandIns) -> Iterator[Found]:
    """Dates, times and sums stay: they tell nobody who it is, and the text would lose its sense."""
    for pattern in (_MOMENT, _SUM):
        for match in pattern.finditer(text):
            yield *match.span(), match[0]


def _numbers(text: str, about: About, names: frozenset[str], new: StandIns) -> Iterator[Found]:
    for match in _PERSON_NUMBER.finditer(text):
        digits = match[1] + match[3]
        if luhn.is_valid(digits) and int(digits[4:6]) % 60 <= 31 and not _telephone(match[0]):
            century = "19" if len(match[0].replace(match[2], "")) > 10 else ""
            yield *match.span(), f"{century}121212{match[2]}1212"  # "Tolvan Tolvansson", whom forms are shown with
    done = 0
    for joins in candidates(text):
        for one in joins:
            instead = _number(text[one.start : one.end], one, about, new) if one.start >= done else None
            if instead is not None:
                done = one.end
                yield one.start, one.end, instead
                break
    for match in _LONG.finditer(text):
        yield *match.span(), new.like(match[0])


def _number(written: str, one: Digits, about: About, new: StandIns) -> str | None:
    if organisation := organisation_number(one):
        other = iter(new.organisation(organisation))
        at = one.digits.find(organisation)
        places = [place for place, sign in enumerate(written) if sign.isdigit()][at : at + 10]
        return "".join(next(other) if place in places else sign for place, sign in enumerate(written))
    number = e164(one)
    if number in DESK_NUMBERS:
        return written
    if number is None or not (about.registry.by_phone(number) or _is_number(number)):
        return None
    return new.telephone(f"0{number[3:]}" if number.startswith("+46") else number[1:], written)


def _telephone(written: str) -> bool:
    return written.startswith("0") and any(
        number and _is_number(number) for joins in candidates(written) for number in map(e164, joins)
    )


def _is_number(number: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _streets(text: str, about: About, names: frozenset[str], new: StandIns) -> Iterator[Found]:
    for match in _STREET.finditer(text):
        yield *match.span(), f"{new.street(match[1])} {new.like(match[2])}"
    for match in _POST.finditer(text):
        yield *match.span(), f"123 45 {new.town(match[1])}"


def _companies(text: str, about: About, names: frozenset[str], new: StandIns) -> Iterator[Found]:
    registry = about.registry
    own = {about.customer} if about.customer else set()
    mentions = (
        *registry.names.mentions(text),
        *registry.partner_names.mentions(text),
        *registry.names.alike(text),
        *registry.names.within(text, own),
    )
    for one in mentions:
        written = text[one.start : one.end]
        instead = new.company(one.ids[0], len(written.split()))
        yield one.start, one.end, instead.upper() if written.isupper() and len(written) > 3 else instead


def _people(text: str, about: About, names: frozenset[str], new: StandIns) -> Iterator[Found]:
    for match in _INTRODUCED.finditer(text):
        if fold(match[1]) not in EVERYDAY | _ROLES:
            for place, part in enumerate(_WORD.finditer(match[1])):
                name = new.first_name(part[0]) if place == 0 else new.surname(part[0])
                yield match.start(1) + part.start(), match.start(1) + part.end(), name
    after = -1
    for match in _WORD.finditer(text):
        word = _bare(match[0], names)
        tail = match[0][len(word) :]
        follows = after == match.start() - 1 and text[after : match.start()] == " " and word[:1].isupper()
        if _is_first(word, text[match.end() :], names):
            yield *match.span(), new.first_name(word.capitalize()) + tail
            after = match.end()
        elif (follows and fold(word) not in BY_WRITING and fold(word) not in EVERYDAY) or _is_surname(word, names):
            yield *match.span(), new.surname(word.capitalize()) + tail


def _bare(word: str, names: frozenset[str]) -> str:
    """Without a possessive s, where what is left is a name."""
    short = word[:-1] if word[-1:] in "sS" else word
    owns = short != word and word not in _FIRST and (short.capitalize() in _FIRST or short.lower() in names)
    return short if owns else word


def _is_first(word: str, behind: str, names: frozenset[str]) -> bool:
    name = word.capitalize() if "-" not in word else word
    if word in TWOFOLD:
        return word.lower() in names or re.match(r" [A-ZÅÄÖ][a-zåäö]+", behind) is not None
    if not word[:1].isupper():
        return word.lower() in names and name in _FIRST
    return name in _FIRST


def _is_surname(word: str, names: frozenset[str]) -> bool:
    if fold(word) in BY_WRITING or len(word) < 3 or not word[:1].isupper():
        return False
    return word.lower() in names or _SURNAME.fullmatch(word) is not None


Finder = Callable[[str, About, frozenset[str], StandIns], Iterator[Found]]
_FINDERS: tuple[Finder, ...] = (
    _addresses,
    _webs,
    _hosts,
    _devices,
    _streets,
    _moments,
    _numbers,
    _companies,
    _people,
)
"""In order: what an earlier one has found is no later one's."""
