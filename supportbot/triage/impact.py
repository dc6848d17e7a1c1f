"""A mail's words -> how far the outage reaches that it states: the whole site, or less. Pure.

No single phrase says it: "Forty calls by nine on a Monday. Today none." So what is said of callers, users, numbers and
consequences is weighed together, sentence by sentence, and what speaks for a narrow fault is taken off. The trap: what
is past, feared or asked weighs nothing.
"""

from collections.abc import Mapping, Sequence

from supportbot.triage.phrases import Span
from supportbot.triage.text import Sentence

STRONG: Mapping[str, float] = {
    "nobody-reaches": 2.0,
    "all-cut-off": 2.0,
    "not-one-call": 2.0,
    "line-dead": 0.7,
    "hard-outage": 0.7,
    "caller": 0.6,
    "main-number": 0.5,
    "everyone": 0.6,
    "only-way": 1.0,
    "consequence": 1.0,
    "stand-in": 0.5,
    "safety": 0.7,
}
"""What speaks for a wide outage, and how much."""
AGAINST: Mapping[str, float] = {
    "mild": 2.0,
    "narrow": 1.2,
    "share": 0.7,
    "one-person": 1.2,
    "others-work": 0.8,
    "works-well": 0.5,
    "device-word": 0.3,
}
NEEDED = (*STRONG, *AGAINST)
WIDE, LIKELY = 3.0, 2.3
"""Weights from which an outage is taken as wide; from LIKELY on a person should look."""


def impact(
    found: Mapping[str, tuple[Span, ...]], read: Sequence[Sentence], states: Sequence[str], moods: Sequence[str]
) -> dict[str, tuple[Span, ...]]:
    """{"wide": words} where the weights suffice, {"likely": words} where they nearly do."""
    stated = {n for n in range(len(read)) if states[n] == "present" and moods[n] != "asked"}
    weight, shown = 0.0, []
    for name, each in STRONG.items():
        spans = [span for span in found.get("{" + name + "}", ()) if span.sentence in stated]
        weight += each * bool(spans)
        shown += spans[:1] if each >= 1 else []
    weight -= sum(each for name, each in AGAINST.items() if found.get("{" + name + "}"))
    if weight >= WIDE:
        return {"wide": tuple(shown)}
    return {"likely": tuple(shown)} if weight >= LIKELY else {}
