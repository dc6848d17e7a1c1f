"""A mail's words -> whence its device came: bought elsewhere, or of iCentrex. Pure.

The trap: "exactly the kind that you sell" is no purchase of us, and the shop at which it would have been cheaper is
none either; a place counts only with a word of getting it, or beside the device itself ("my eBay headset").
"""

from collections.abc import Mapping, Sequence

from supportbot.triage.phrases import Span

NEEDED = (
    "bought-here", "bought-elsewhere", "marketplace", "inherited", "elsewhere", "acquired", "alike", "device-word",
    "test-thing",
)  # fmt: skip

Here = Mapping[str, tuple[Span, ...]]
_NEAR, _BESIDE = 9, 2
"""Words between a likeness and the one likened to; between a shop's name and a device's."""


def origin(places: Here, moods: Sequence[str], negated: frozenset[Span]) -> dict[str, tuple[Span, ...]]:
    """The values of the fact `origin` with the words that show them."""
    here = [span for span in _of(places, "bought-here") if not _alike(places, span)]
    ours = tuple(span for span in here if span not in negated)
    told = {span.sentence for span in ours}
    tried = {span.sentence for span in _of(places, "test-thing")}
    strong = [span for concept in ("bought-elsewhere", "inherited") for span in _of(places, concept)]
    strong = [span for span in strong if span.sentence not in tried]
    found = [span for span in strong if span not in negated]
    found += [span for span in (*_of(places, "elsewhere"), *_of(places, "marketplace")) if _got(places, span, negated)]
    found += [span for span in here if span in negated]
    shown = tuple(sorted({span for span in found if span.sentence not in told and moods[span.sentence] != "asked"}))
    return {value: spans for value, spans in (("elsewhere", shown), ("here", ours)) if spans}


def _got(places: Here, span: Span, negated: frozenset[Span]) -> bool:
    """Whether something was got there, or the device bears its name."""
    got = any(each.sentence == span.sentence and each not in negated for each in _of(places, "acquired"))
    devices = _of(places, "device-word")
    beside = any(span.apart(each) <= _BESIDE for each in devices)
    return (got or beside) and any(abs(each.sentence - span.sentence) <= 1 for each in devices)


def _alike(places: Here, span: Span) -> bool:
    return any(each.sentence == span.sentence and 0 <= span.first - each.last <= _NEAR for each in _of(places, "alike"))


def _of(places: Here, concept: str) -> tuple[Span, ...]:
    return places.get("{" + concept + "}", ())
