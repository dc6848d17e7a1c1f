"""A mail's words -> on whose side its sender sees the cause, and how sure of it. Pure.

The trap: the firewall that is named is oftenest the one that is ruled out. What is cleared anywhere in the mail is
no cause, a question is no statement, and only what somebody did, broke, admits or believes counts (triage.md,
"billable"). An operator is named, too, to say who calls: only what it says of itself, or what is said to fail there.
"""

from collections.abc import Mapping, Sequence

from supportbot.triage.phrases import Span

NEEDED = (
    "own-thing", "third", "third-fault", "own-doing", "own-actor", "admits", "believe", "cleared", "by-icentrex",
    "given-out", "by-their-word", "those", "ask-cause", "since-then", "third-acts",
    "undergone",
)  # fmt: skip

Here = Mapping[str, tuple[Span, ...]]
_SAID, _ACTS, _OF_IT = 9, 4, 5
"""Words between a supplier and what it says, or did; between a thing and what has become of it."""


def blame(places: Here, moods: Sequence[str], negated: frozenset[Span] = frozenset()) -> dict[str, tuple[Span, ...]]:
    """The values of the fact `blame` with the words that show them."""
    stated = {name: tuple(span for span in spans if span not in negated) for name, spans in places.items()}
    found: dict[str, tuple[Span, ...]] = {}
    for side, thing in (("customer", "{own-thing}"), ("third_party", "{third}")):
        for span in places.get(thing, ()):
            value = _value(side, thing, span, stated, moods)
            if value:
                found[value] = (*found.get(value, ()), span)
    found = _with_doings(found, stated, moods)
    if "customer_denied" in found and "customer" in found:
        cleared = {span.sentence for span in found["customer_denied"]}
        left = tuple(span for span in found["customer"] if span.sentence not in cleared)
        found.pop("customer")
        if any(_near(stated, "{own-doing}", span.sentence, 0) for span in left):
            found["customer"] = left
    return found


def _with_doings(found: dict[str, tuple[Span, ...]], places: Here, moods: Sequence[str]) -> dict[str, tuple[Span, ...]]:
    """What the customer's own people did, and since then: a cause too, though no part of the network is named.

    Not what was done by nobody knows whom: numbers are moved by us, too.
    """
    if "third_party" in found:
        return found
    for span in places.get("{own-doing}", ()):
        number = span.sentence
        if any(span.apart(other) == 0 for other in places.get("{undergone}", ())):
            continue
        done = _near(places, "{own-actor}", number, 0) and _near(places, "{since-then}", number, 1)
        aside = _near(places, "{cleared}", number, 1) or _near(places, "{by-icentrex}", number, 0)
        if done and moods[number] != "asked" and not aside:
            found["customer"] = (*found.get("customer", ()), span)
    return found


def _value(side: str, thing: str, span: Span, places: Here, moods: Sequence[str]) -> str | None:
    number, mood = span.sentence, moods[span.sentence]
    if _near(places, "{cleared}", number, 0) or _taken_back(places, thing, number):
        return f"{side}_denied"
    if mood == "asked" or _doubted(places, number, moods):
        return "customer_asked" if side == "customer" else None
    if side == "third_party":
        believed = mood == "believed" and not _near(places, "{own-thing}", number, 0)
        return side if believed or _at_fault(span, places) else None
    broken = any(span.apart(other) <= _OF_IT for other in places.get("{given-out}", ()))
    return side if broken or _near(places, "{own-doing}", number, 0) or mood == "believed" else None


def _at_fault(span: Span, places: Here) -> bool:
    """Whether the supplier has the fault: said of it, said by it, or said of "them" in the next sentence."""
    number = span.sentence
    if _near(places, "{third-fault}", number, 0):
        return True
    says = any(0 <= other.first - span.last <= _SAID for other in _in(places, "{admits}", number))
    says |= any(0 < other.first - span.last <= _ACTS for other in _in(places, "{third-acts}", number))
    says |= any(0 < span.first - other.last <= 3 for other in _in(places, "{by-their-word}", number))
    if says:
        return True
    following = number + 1
    goes_on = any(each.first == 0 for each in _in(places, "{those}", following))
    return goes_on and any(_in(places, concept, following) for concept in ("{third-fault}", "{admits}"))


def _doubted(places: Here, number: int, moods: Sequence[str]) -> bool:
    """The next sentence only asks: "Kan det vara den, eller är det en slump?"."""
    following = number + 1
    return following < len(moods) and moods[following] == "asked" and bool(_in(places, "{ask-cause}", following))


def _taken_back(places: Here, thing: str, number: int) -> bool:
    """The next sentence clears it without naming it: "Naboen mener, det er routeren. Det gør jeg ikke."."""
    following = number + 1
    return _near(places, "{cleared}", following, 0) and not _near(places, thing, following, 0)


def _in(places: Here, concept: str, number: int) -> tuple[Span, ...]:
    return tuple(span for span in places.get(concept, ()) if span.sentence == number)


def _near(places: Here, concept: str, number: int, away: int) -> bool:
    """Whether the concept stands in that sentence, or at most `away` sentences from it."""
    return any(abs(span.sentence - number) <= away for span in places.get(concept, ()))
