"""A mail's words -> what it is mostly about. Pure.

Each category has its concept in rules/words.toml. The subject and the first sentence weigh more than the rest, what is
said to work or to be no cause weighs nothing, and a longer phrase says more than a single word. The trap: a telephone
is named in nearly every mail, so a device's word alone yields to any function that is named.
"""

from collections.abc import Mapping, Sequence

from supportbot.triage.phrases import Span
from supportbot.triage.text import Sentence

WEIGHTS: Mapping[str, tuple[str, float]] = {
    "porting": ("{about-porting}", 2.5),
    "invoice": ("{about-invoice}", 1.6),
    "network": ("{about-network}", 2.0),
    "mobile": ("{about-mobile}", 1.8),
    "softphone": ("{about-softphone}", 1.35),
    "function_group": ("{about-function}", 1.15),
    "presence": ("{about-presence}", 1.6),
    "group_number": ("{about-group}", 1.4),
    "main_number": ("{about-main}", 1.1),
    "hardware": ("{device-word}", 0.9),
}
"""Category -> its concept, and the weight of one word of it."""

NEEDED = (*(concept.strip("{}") for concept, _ in WEIGHTS.values()), "others-work", "cleared", "phone-idiom")
_SUBJECT, _FIRST = 1.5, 1.2
_PHRASE = 1.3
_MOST = 3.0
"""Places of one concept that count."""


def topic(found: Mapping[str, tuple[Span, ...]], read: Sequence[Sentence]) -> dict[str, tuple[Span, ...]]:
    """The category with most weight, with the words that weigh; empty where none is named."""
    aside = {span.sentence for concept in ("{others-work}", "{cleared}") for span in found.get(concept, ())}
    idioms = found.get("{phone-idiom}", ())
    first = next((number for number, sentence in enumerate(read) if not sentence.subject), 0)
    weighed: dict[str, float] = {}
    for category, (concept, weight) in WEIGHTS.items():
        total = 0.0
        for span in _widest(found.get(concept, ())):
            if any(idiom.sentence == span.sentence and idiom.first <= span.first <= idiom.last for idiom in idioms):
                continue
            place = _SUBJECT if read[span.sentence].subject else _FIRST if span.sentence == first else 1.0
            place *= 0.4 if span.sentence in aside else 1.0
            total += place * (_PHRASE if span.last > span.first else 1.0)
        weighed[category] = min(total, _MOST) * weight
    best = max(weighed, key=lambda category: weighed[category])
    return {best: found[WEIGHTS[best][0]]} if weighed[best] > 0 else {}


def _widest(spans: Sequence[Span]) -> list[Span]:
    """The spans without those that lie inside another."""
    return [
        span
        for span in spans
        if not any(
            other != span and other.sentence == span.sentence and other.first <= span.first and span.last <= other.last
            for other in spans
        )
    ]
