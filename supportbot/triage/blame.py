"""A mail's words -> on whose side its sender sees the cause, and how sure of it. Pure.

The trap: the firewall that is named is oftenest the one that is ruled out. What is cleared anywhere in the mail is
no cause, a question is no statement, and only what somebody did, broke, admits or believes counts (triage.md,
"billable").
"""

from collections.abc import Mapping, Sequence

from supportbot.triage.phrases import Span

NEEDED = ("own-thing", "third", "third-fault", "own-doing", "admits", "believe", "cleared", "by-icentrex")

Here = Mapping[str, tuple[Span, ...]]


def blame(places: Here, moods: Sequence[str], states: Sequence[str]) -> dict[str, tuple[Span, ...]]:
    """The values of the fact `blame` with the words that show them."""
    found: dict[str, tuple[Span, ...]] = {}
    for side, thing in (("customer", "{own-thing}"), ("third_party", "{third}")):
        for span in places.get(thing, ()):
            value = _value(side, thing, span, places, moods[span.sentence])
            if value:
                found[value] = (*found.get(value, ()), span)
    found = _with_doings(found, places, moods, states)
    if "customer_denied" in found and "customer" in found:
        cleared = {span.sentence for span in found["customer_denied"]}
        stated = tuple(span for span in found["customer"] if span.sentence not in cleared)
        found.pop("customer")
        if any(_near(places, "{own-doing}", span.sentence, 0) for span in stated):
            found["customer"] = stated
    return found


def _with_doings(
    found: dict[str, tuple[Span, ...]], places: Here, moods: Sequence[str], states: Sequence[str]
) -> dict[str, tuple[Span, ...]]:
    """What the customer's own people did, and since then: a cause too, though no part of the network is named."""
    if "third_party" in found:
        return found
    for span in places.get("{own-doing}", ()):
        number = span.sentence
        done = _near(places, "{own-actor}", number, 0) and _near(places, "{since-then}", number, 1)
        aside = _near(places, "{cleared}", number, 1) or _near(places, "{by-icentrex}", number, 0)
        if done and moods[number] != "asked" and not aside:
            found["customer"] = (*found.get("customer", ()), span)
    return found


def _value(side: str, thing: str, span: Span, places: Here, mood: str) -> str | None:
    number = span.sentence
    if _near(places, "{cleared}", number, 0) or _taken_back(places, thing, number):
        return f"{side}_denied"
    if mood == "asked":
        return "customer_asked" if side == "customer" else None
    if side == "third_party":
        did = any(_near(places, concept, number, 0) for concept in ("{third-fault}", "{admits}"))
        return side if did or (mood == "believed" and not _near(places, "{own-thing}", number, 0)) else None
    return side if _near(places, "{own-doing}", number, 0) or mood == "believed" else None


def _taken_back(places: Here, thing: str, number: int) -> bool:
    """The next sentence clears it without naming it: "Naboen mener, det er routeren. Det gør jeg ikke."."""
    following = number + 1
    return _near(places, "{cleared}", following, 0) and not _near(places, thing, following, 0)


def _near(places: Here, concept: str, number: int, away: int) -> bool:
    """Whether the concept stands in that sentence, or at most `away` sentences from it."""
    return any(abs(span.sentence - number) <= away for span in places.get(concept, ()))
