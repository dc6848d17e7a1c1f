"""New text + the customer's devices + the approved list -> the devices that the text names, with their records. Pure.

By MAC, serial, model ("T46:an", "SPA504", "Evolve2"), make ("Snomen", "den gråa ciscon") and, for equipment outside the
service, by its kind (door phone, fax). Whether a device is at fault or merely mentioned is not judged here. The trap:
model names are also rooms, prices and extensions ("rum T30", "8800 kr"), so a bare one needs a make or device word.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, pairwise
from typing import Literal

from rapidfuzz.distance import OSA

from supportbot.triage.index import Registry, longest_first
from supportbot.triage.makes import BY_OUI, BY_WRITING, DEVICE_WORD, MAKES, NO_MACHINE, OUTSIDE, Make
from supportbot.triage.records import Device, Model
from supportbot.triage.text import LONG, fold

NamedBy = Literal["mac", "serial", "model", "make", "kind"]

_READ = 20_000
_MOST = 60
_NEAR = 45
"""Characters within which a make or a device's word stands "beside" a model name."""
_MAC = re.compile(
    r"(?<![0-9A-Za-z:.-])(?:(?:[0-9A-Fa-f]{2}([:.-]| ))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}|"
    r"(?:[0-9A-Fa-f]{4}[ .:-]){2}[0-9A-Fa-f]{4}|[0-9A-Fa-f]{6}[:.-]?[0-9A-Fa-f]{6})(?![0-9A-Za-z])"
)
_SERIAL = re.compile(r"(?<![\w-])(?=[\w-]*\d)[A-Za-z0-9][A-Za-z0-9-]{5,24}(?![\w-])")
_SERIAL_WORD = re.compile(r"serie|serial|s/?n\b|snr|sarjanumero", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_SUM = re.compile(r"\s*(?:kr|kronor|sek|st|stycken|ggr|%|€|:-)(?!\w)", re.IGNORECASE)
_PLACE = re.compile(
    r"\b(?:rum(?:met)?|sal(?:en)?|avdelning(?:en)?|avd|hus|plan|room|gate|v[äa]g|linje|buss|ankn\w*|nr|nummer)\.?\s*$",
    re.IGNORECASE,
)
_ENDINGS = frozenset(("s", "n", "en", "ens", "ns", "an", "ar", "arna", "ers", "er", "es", "na", "t", "et", "on", "in"))
_OUTSIDE = {kind: re.compile(rf"(?<![\w-])(?:{pattern})(?!\w)", re.IGNORECASE) for kind, pattern in OUTSIDE.items()}
_LABEL = r"(?:SIP[\s-]?|IP[\s-])?"
"""What makers print before the name of a model: SIP-T53W."""
_SUFFIX = r"(?:[:'’]?(?:an|ans|en|n|s|or|orna|ar|er|erna)|-\w+)?"


@dataclass(frozen=True, slots=True)
class DeviceSighting:
    """A device that the text names."""

    words: str
    start: int
    end: int
    named_by: NamedBy
    vendor: str = ""
    model: str = ""
    """As the registry writes it where it knows it, else as the text does; "" where only make or kind are named."""
    kind: str = ""
    device: Device | None = None
    """The registry's device, where the text names one and no other."""
    row: str | None = None
    """The row that the rest is from: of devices.csv, else of hardware.toml."""
    approved: bool | None = None
    """None: the model is not known."""
    purchased: bool | None = None
    """Bought from iCentrex; None: no record."""
    provisioned: str | None = None


def devices_at_fault(registry: Registry, customer_id: str | None, text: str) -> tuple[DeviceSighting, ...]:
    """All devices that `text` names, in the order of the text, with offsets in it; one for each place."""
    text = text[:_READ]
    found: list[DeviceSighting] = []
    for finder in (_by_mac, _by_serial, _by_model, _by_make, _by_kind):
        for one in finder(registry, customer_id, text):
            if not any(one.start < other.end and other.start < one.end for other in found):
                found.append(one)
            if len(found) >= _MOST:
                break
    return tuple(_joined(sorted(found, key=lambda one: one.start)))


def _joined(found: list[DeviceSighting]) -> Iterator[DeviceSighting]:
    """A make just before or after its own model, MAC or serial says nothing more."""
    for place, one in enumerate(found):
        beside = found[max(0, place - 2) : place] + found[place + 1 : place + 3]
        if one.named_by == "make" and any(
            other.named_by in ("mac", "serial", "model")
            and other.vendor.casefold() == one.vendor.casefold()
            and -_NEAR <= other.start - one.end <= _NEAR
            for other in beside
        ):
            continue
        yield one


def _by_mac(registry: Registry, customer_id: str | None, text: str) -> Iterator[DeviceSighting]:
    for match in _MAC.finditer(text):
        digits = re.sub(r"[^0-9A-Fa-f]", "", match[0]).upper()
        if digits.isdigit() and match[0].isalnum():
            continue
        device, make = registry.by_mac(digits), BY_OUI.get(digits[:6])
        bare = DeviceSighting(match[0], *match.span(), "mac")
        if device:
            yield _of_device(registry, bare, device)
        elif make:
            yield _of_make(registry, None, bare, make)


def _by_serial(registry: Registry, customer_id: str | None, text: str) -> Iterator[DeviceSighting]:
    for match in _SERIAL.finditer(text):
        devices = registry.by_serial(match[0])
        own = [one for one in devices if one.customer_id == customer_id]
        digits_only = match[0].isdigit() and not _SERIAL_WORD.search(
            text[max(0, match.start() - _NEAR) : match.start()]
        )
        chosen = own or ([] if digits_only else list(devices))
        if len(chosen) == 1:
            yield _of_device(registry, DeviceSighting(match[0], *match.span(), "serial"), chosen[0])


def _by_model(registry: Registry, customer_id: str | None, text: str) -> Iterator[DeviceSighting]:
    """Models of the customer's own devices and of the list as written, then those that the makes' patterns know."""
    if not re.search(r"\d", text):
        return
    own = {(one.vendor, one.model) for one in registry.devices_of(customer_id)}
    unlisted = own.difference(registry.model_names)
    for vendor, name in longest_first((*unlisted, *registry.model_names)) if unlisted else registry.model_names:
        written, digits = _written(name)
        for match in written.finditer(text) if digits in text else ():
            telling = _is_telling(match["model"], 3 if (vendor, name) in own else 5)
            if (telling and not _is_a_place_or_sum(text, match)) or _stands_beside(text, match, vendor):
                yield _of_model(registry, customer_id, DeviceSighting(match[0], *match.span(), "model"), vendor, name)
    places = [match.start() for match in _ANY_MODEL.finditer(text)]
    for make, telling, pattern in _MODELS if places else ():
        for match in _at(places, pattern, text):
            if telling or _stands_beside(text, match, make.name, any_make=_is_telling(match["model"], 3)):
                bare = DeviceSighting(match[0], *match.span(), "model")
                yield _of_model(registry, customer_id, bare, make.name, match["model"])


def _at(places: list[int], pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """What `finditer` finds, which may begin at these places only."""
    free = 0
    for place in places:
        match = pattern.match(text, place) if place >= free else None
        if match:
            free = match.end()
            yield match


def _by_make(registry: Registry, customer_id: str | None, text: str) -> Iterator[DeviceSighting]:
    vendors = {fold(one.vendor): one.vendor for one in registry.devices_of(customer_id)}
    strange = tuple((form, vendor) for form, vendor in vendors.items() if form not in BY_WRITING)
    for match in _WORD.finditer(text):
        make = _make_of(fold(match[0]), strange)
        if make and not _means_something_else(text, match, make):
            yield _of_make(registry, customer_id, DeviceSighting(match[0], *match.span(), "make"), make)


def _by_kind(registry: Registry, customer_id: str | None, text: str) -> Iterator[DeviceSighting]:
    for kind, pattern in _OUTSIDE.items():
        for match in pattern.finditer(text):
            around = text[max(0, match.start() - 12) : match.end() + 12]
            if not NO_MACHINE.search(around):
                yield DeviceSighting(match[0], *match.span(), "kind", kind=kind, approved=False)


@lru_cache(maxsize=4096)
def _written(name: str) -> tuple[re.Pattern[str], str]:
    """A model's name as people write it: spaces and dashes optional, the last letters may be missing, inflected.

    And its digits, without which it stands nowhere.
    """
    parts = re.findall(r"[A-Za-z]+|\d+", name)
    if len(parts) > 2 and parts[-1].isalpha() and parts[-2].isdigit():
        parts[-1] = f"(?:{parts[-1]})?"
    return _pattern(r"[\s-]?".join(parts)), max(re.findall(r"\d+", name), key=len, default="")


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w./-]){_LABEL}(?P<model>{text}){_SUFFIX}(?![\w/])", re.IGNORECASE)


_MODELS = [
    (make, telling, _pattern(pattern))
    for make in MAKES
    for pattern, telling in ((make.telling, True), (make.beside, False))
    if pattern
]
_ALL_MODELS = "|".join(filter(None, chain.from_iterable((make.telling, make.beside) for make in MAKES)))
_ANY_MODEL = re.compile(
    rf"(?<![\w./-])(?={_LABEL}(?:{_ALL_MODELS})"
    rf"{_SUFFIX}(?![\w/]))",
    re.IGNORECASE,
)
"""Where the name of a model of these makes may begin: most mails hold none, and need not be searched for each."""


def _is_telling(words: str, length: int = 4) -> bool:
    """Letters and digits mixed, long enough to be nothing else: T54W, HT801, but not 7841 or S650."""
    solid = re.sub(r"[\W_]", "", words)
    changes = sum(one.isdigit() != other.isdigit() for one, other in pairwise(solid))
    return len(solid) >= length and changes >= 1


def _stands_beside(text: str, match: re.Match[str], vendor: str, any_make: bool = True) -> bool:
    """The make right before or after the name, or a device's word near it in the same sentence."""
    before = re.split(r"[.!?\n]\s", text[max(0, match.start() - _NEAR) : match.start()])[-1]
    after = re.split(r"[.!?\n]\s", text[match.end() : match.end() + _NEAR])[0]
    words = [fold(word[0]) for word in _WORD.finditer(f"{before} {after}")]
    make = BY_WRITING.get(vendor.casefold())
    if any((found := _make_of(word)) and make is found for word in words):
        return True
    return any_make and not _is_a_place_or_sum(text, match) and bool(DEVICE_WORD.search(f"{before} | {after}"))


def _is_a_place_or_sum(text: str, match: re.Match[str]) -> bool:
    """Room T30, extension 8841, 8800 kr."""
    return bool(_SUM.match(text, match.end()) or _PLACE.search(text[max(0, match.start() - 20) : match.start()]))


def _make_of(word: str, strange: tuple[tuple[str, str], ...] = ()) -> Make | None:
    """The make that a folded word names: inflected, compounded ("gigasetbasen") or misspelt by one letter.

    `strange`: makes of the customer's devices that are not among ours, folded and as written.
    """
    return (_make_known if len(word) <= LONG else _make_known.__wrapped__)(word, strange)


@lru_cache(maxsize=16_384)
def _make_known(word: str, strange: tuple[tuple[str, str], ...]) -> Make | None:
    makes = {form: Make(vendor, "") for form, vendor in strange} | BY_WRITING if strange else BY_WRITING
    if word in makes:
        return makes[word]
    for length in range(min(len(word), 12), 2, -1):
        make = makes.get(word[:length])
        rest = word[length:]
        if make and (rest in _ENDINGS or (rest[:1] == word[length - 1] and rest[1:] in _ENDINGS)):
            return make
        if make and length > 3 and DEVICE_WORD.search(rest):
            return make
    if len(word) < 7:
        return None
    for form in (form for form in makes if len(form) > 5 and form[0] == word[0]):
        for bare in (word, word[: len(form)]):
            rest = word[len(bare) :]
            if OSA.distance(form, bare, score_cutoff=1) <= 1 and (not rest or rest in _ENDINGS):
                return makes[form]
    return None


def _means_something_else(text: str, match: re.Match[str], make: Make) -> bool:
    """A Cisco switch, somebody's brother."""
    before, after = text[max(0, match.start() - 20) : match.start()], text[match.end() : match.end() + 15]
    beside = fold(re.split(r"[.,;!?\n]", before)[-1] + " " + re.split(r"[.,;!?\n]", after)[0])
    if any(word in beside for word in make.also):
        return True
    if not make.ordinary:
        return False
    relative = re.search(r"\b(?:my|his|her|our|your|their|big|little)\s+$", before, re.IGNORECASE)
    opens = not before.strip() or before.rstrip()[-1] in ".!?:,"
    return match[0] != make.name or opens or bool(relative)


def _of_device(registry: Registry, bare: DeviceSighting, device: Device) -> DeviceSighting:
    model = _listed(registry, device.vendor, device.model)
    return replace(
        bare,
        vendor=device.vendor,
        model=device.model,
        kind=model.kind if model else _kind(device.vendor),
        device=device,
        row=device.row,
        approved=model.approved if model else False,
        purchased=device.purchased_from_icentrex,
        provisioned=device.provisioned,
    )


def _of_model(
    registry: Registry, customer_id: str | None, bare: DeviceSighting, vendor: str, name: str
) -> DeviceSighting:
    """The customer's device of this model where there is one, else what the list says of the model."""
    own = [one for one in registry.devices_of(customer_id) if _same_make(one.vendor, vendor) and _fits(name, one.model)]
    if len(own) == 1:
        return _of_device(registry, bare, own[0])
    listed = [one for one in registry.models_of(vendor) if _fits(name, one.name)]
    exact = [one for one in listed if _solid(one.name) == _solid(name)] or listed
    answers = {one.approved for one in exact} or {False}
    known = exact[0] if exact else None
    found = replace(
        bare,
        vendor=known.vendor if known else vendor,
        model=known.name if known and len(exact) == 1 else name,
        kind=known.kind if known else _kind(vendor),
        row=known.row if known else None,
        approved=answers.pop() if len(answers) == 1 else None,
    )
    return _agreed(found, own)


def _of_make(registry: Registry, customer_id: str | None, bare: DeviceSighting, make: Make) -> DeviceSighting:
    """The one device of the make that the customer has; else what holds for all the list has of that make."""
    own = [one for one in registry.devices_of(customer_id) if _same_make(one.vendor, make.name)]
    if len(own) == 1:
        return _of_device(registry, bare, own[0])
    listed = registry.models_of(make.name)
    approved = None if any(one.approved for one in listed) else False
    row = listed[0].row if listed and approved is False else None
    return _agreed(replace(bare, vendor=make.name, kind=make.kind, row=row, approved=approved), own)


def _agreed(found: DeviceSighting, own: list[Device]) -> DeviceSighting:
    """With what is on record of several devices, as far as it is the same for all of them."""
    bought, provisioned = {one.purchased_from_icentrex for one in own}, {one.provisioned for one in own}
    return replace(
        found,
        purchased=bought.pop() if len(bought) == 1 else None,
        provisioned=provisioned.pop() if len(provisioned) == 1 else None,
    )


def _listed(registry: Registry, vendor: str, name: str) -> Model | None:
    return next((one for one in registry.models_of(vendor) if _solid(one.name) == _solid(name)), None)


def _fits(written: str, name: str) -> bool:
    """Whether `written` is the model `name` or one end of it: T46 of T46U, SPA504 of SPA504G, E350 of Edge E350."""
    short, full = _solid(written), _solid(name)
    if short == full:
        return True
    if len(short) < 3 or not any(map(str.isdigit, short)):
        return len(short) >= 5 and full.startswith(short)
    rest = full.removeprefix(short)
    return (full.startswith(short) and not rest[:1].isdigit()) or full.endswith(short)


def _solid(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


def _same_make(one: str, other: str) -> bool:
    first, second = BY_WRITING.get(one.casefold()), BY_WRITING.get(other.casefold())
    return one.casefold() == other.casefold() or (first is not None and first is second)


def _kind(vendor: str) -> str:
    make = BY_WRITING.get(vendor.casefold())
    return make.kind if make else ""
