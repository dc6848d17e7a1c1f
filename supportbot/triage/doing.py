"""A mail's words -> what the customer's own people did to it, or what became of it in their hands. Pure.

Who confesses says so ("my own fault", "jag råkade radera"), or names a change and asks to have it undone. What is
broken as a thing counts by what it is: a telephone of ours, or a mobile, a computer, a tablet that never was. The
trap: telephones "drop" calls, batteries are changed to find a fault, and your technician resets too.
"""

from collections.abc import Mapping, Sequence

from supportbot.triage.phrases import Span

NEEDED = (
    "own-mistake", "own-change", "slip", "undo", "damage", "worn-out", "gadget", "device-word", "own-word", "cutting",
    "cable", "public-line", "configured", "phone-setting", "own-thing", "by-icentrex", "cleared", "if", "tried",
)  # fmt: skip

Here = Mapping[str, tuple[Span, ...]]


def doing(places: Here, moods: Sequence[str], negated: frozenset[Span]) -> dict[str, tuple[Span, ...]]:
    """The values of the fact `doing` with the words that show them."""
    told = _Told(places, moods, negated)
    found = {
        "confessed": told.stated("own-mistake") + _slips(told),
        **_broken(told),
        **_cut(told),
        "set_up": _set_up(told),
    }
    return {value: spans for value, spans in found.items() if spans}


class _Told:
    """The concepts of a mail, asked sentence by sentence."""

    def __init__(self, places: Here, moods: Sequence[str], negated: frozenset[Span]) -> None:
        self.places, self.moods, self.negated = places, moods, negated

    def spans(self, concept: str) -> tuple[Span, ...]:
        return self.places.get("{" + concept + "}", ())

    def near(self, concept: str, number: int, away: int = 0) -> bool:
        """Whether the concept stands in that sentence, or at most `away` sentences from it."""
        return any(abs(span.sentence - number) <= away for span in self.spans(concept))

    def stated(self, concept: str) -> tuple[Span, ...]:
        """Its places that are neither denied, asked, imagined, nor told of iCentrex."""
        return tuple(
            span
            for span in self.spans(concept)
            if span not in self.negated
            and self.moods[span.sentence] != "asked"
            and not any(span.apart(each) == 0 for each in self.spans("tried"))
            and not any(self.near(aside, span.sentence) for aside in ("by-icentrex", "cleared", "if"))
        )


def _slips(told: _Told) -> tuple[Span, ...]:
    """Changes of their own that went wrong, or that they want undone."""
    undone = bool(told.spans("undo"))
    return tuple(span for span in told.stated("own-change") if undone or told.near("slip", span.sentence, 1))


def _set_up(told: _Told) -> tuple[Span, ...]:
    """What a telephone is set up with, changed by them; what is changed in their own network is another cause."""
    acts = (*told.stated("own-change"), *told.stated("configured"))
    return tuple(
        span
        for span in acts
        if told.near("phone-setting", span.sentence)
        and told.near("device-word", span.sentence, 2)
        and not told.near("own-thing", span.sentence)
    )


def _broken(told: _Told) -> dict[str, tuple[Span, ...]]:
    """What is broken as a thing, by the thing that is named nearest to it."""
    found: dict[str, tuple[Span, ...]] = {}
    for span in told.stated("damage"):
        thing = _nearest(told, span)
        if thing:
            found[thing] = (*found.get(thing, ()), span)
    for span in told.stated("worn-out"):
        if _nearest(told, span) == "broke_outside" and told.near("own-word", span.sentence, 1):
            found["broke_outside"] = (*found.get("broke_outside", ()), span)
    return found


def _nearest(told: _Told, span: Span) -> str | None:
    """Of gadgets and telephones, the one nearest to the damage: in its sentence, else the one before, else after."""
    things = [
        (_distance(span, other), value, other)
        for value, concept in (("broke_outside", "gadget"), ("broke_device", "device-word"))
        for other in told.spans(concept)
        if abs(other.sentence - span.sentence) <= 2
    ]
    return min(things)[1] if things else None


def _distance(span: Span, other: Span) -> tuple[int, int]:
    apart = other.sentence - span.sentence
    order = 0 if apart == 0 else -2 * apart if apart < 0 else 2 * apart + 1
    return order, span.apart(other) if apart == 0 else 0


def _cut(told: _Told) -> dict[str, tuple[Span, ...]]:
    """Cables, outlets and walls that somebody cut: in the street another supplier's, indoors the customer's."""
    found: dict[str, tuple[Span, ...]] = {}
    for span in told.stated("cutting"):
        if told.near("cable", span.sentence) or told.near("public-line", span.sentence):
            value = "cut_public" if told.near("public-line", span.sentence, 1) else "cut_own"
            found[value] = (*found.get(value, ()), span)
    return found
