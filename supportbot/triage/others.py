"""Places of concepts -> the same, without what is said of somebody or something else. Pure.

"Patienter som vill boka" order nothing, "holding the power button" resets nothing, and a fax that "is whole" is no
culprit. The trap: only what is surely said of another may be taken away, for the rules see nothing of it afterwards.
"""

from collections.abc import Mapping, Sequence

from supportbot.triage.phrases import Span
from supportbot.triage.text import Sentence

NEEDED = (
    "order-strong", "imperative", "public", "reset", "power-button", "foreign-whole", "foreign-thing", "fax-machine",
    "door-phone",
)  # fmt: skip

Here = Mapping[str, tuple[Span, ...]]

_WISHES = frozenset((
    "vill", "ville", "onskar", "vil", "onsker", "want", "wants", "wish", "would", "wanted", "haluaa",
    "haluavat", "skulle",
))  # fmt: skip
_BESIDE = 2
"""Words between those who wish and their wish: "patients who would"."""
_HOLDS = frozenset(["holl", "holla", "haller", "holder", "holdt", "hold", "holding", "held"])
_ORDERS = ("{order-strong}", "{imperative}")
_OUTSIDE = ("{foreign-thing}", "{fax-machine}", "{door-phone}")
_ALIKE = 3
"""Letters by which two words name one thing: "faxen", "faxmaskinen"."""


def without(found: Here, read: Sequence[Sentence]) -> Here:
    """The same places, without others' wishes, buttons that only switch on and off, and things told to be whole."""
    kept = {concept: [span for span in found.get(concept, ()) if not _wished(span, found, read)] for concept in _ORDERS}
    kept["{reset}"] = [span for span in found.get("{reset}", ()) if not _switches(span, found, read)]
    whole = {form for each in found.get("{foreign-whole}", ()) for form in _things(each, found, read)}
    if whole:
        spans = {concept: found.get(concept, ()) for concept in _OUTSIDE}
        kept |= {key: [each for each in spans[key] if _first(each, read) not in whole] for key in _OUTSIDE}
    changed = {key: tuple(spans) for key, spans in kept.items() if len(spans) != len(found.get(key, ()))}
    return {**found, **changed} if changed else found


def _wished(order: Span, found: Here, read: Sequence[Sentence]) -> bool:
    """Those who call wish it, not the sender: "kunder som vill boka", "customers who would like to"."""
    if read[order.sentence].words[order.first].plain not in _WISHES:
        return False
    return any(
        each.sentence == order.sentence and 0 < order.first - each.last <= _BESIDE for each in found.get("{public}", ())
    )


def _switches(reset: Span, found: Here, read: Sequence[Sentence]) -> bool:
    """A button is held only to turn the device on or off."""
    held = read[reset.sentence].words[reset.first].plain in _HOLDS
    return held and any(each.sentence == reset.sentence for each in found.get("{power-button}", ()))


def _things(whole: Span, found: Here, read: Sequence[Sentence]) -> list[str]:
    inside = (each for each in found.get("{foreign-thing}", ()) if each.apart(whole) == 0)
    return [_first(each, read) for each in inside]


def _first(span: Span, read: Sequence[Sentence]) -> str:
    return read[span.sentence].words[span.first].plain[:_ALIKE]
