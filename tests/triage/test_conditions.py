"""Conditions: what holds in a sentence, around it, in the whole mail."""

import pytest

from supportbot.triage.conditions import Condition, Places, holds, holds_in, sentences_with
from supportbot.triage.phrases import Span

AKUT, DEAD = Span(0, 1, 1), Span(1, 0, 2)
PLACES = Places(
    phrases={"akut": (AKUT,), "död": (DEAD,), "igen": (Span(3, 0, 0),)},
    states=("present", "past", "present", "solved"),
    moods=("asserted", "asserted", "asked", "asserted"),
    denied=frozenset({AKUT}),
    facts={"scope": {"most": (DEAD,)}, "over": {"no": ()}},
    readings={"urgent": {"urgent": 0.93}},
)


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        (Condition("mail", "mentions_any", ("akut", "saknas")), (AKUT,)),
        (Condition("mail", "mentions_all", ("akut", "saknas")), None),
        (Condition("mail", "mentions_all", ("akut", "död")), (AKUT, DEAD)),
        (Condition("scope", "is_any", ("all", "most")), (DEAD,)),
        (Condition("scope", "is", ("all",)), None),
        (Condition("over", "is", ("no",)), ()),
        (Condition("reads.urgent.urgent", "at_least", (), 0.9), ()),
        (Condition("reads.urgent.urgent", "at_least", (), 0.95), None),
        (Condition("reads.kind.fault", "at_least", (), 0.5), None),
    ],
)
def test_what_holds_of_the_mail(condition: Condition, wanted: tuple[Span, ...] | None) -> None:
    assert holds(condition, PLACES) == wanted


@pytest.mark.parametrize(
    ("condition", "number", "held"),
    [
        (Condition("state", "is_any", ("past", "solved")), 1, True),
        (Condition("state", "is_any", ("past", "solved")), 0, False),
        (Condition("mood", "is", ("asked",)), 2, True),
        (Condition("denied", "is", ("yes",)), 0, True),
        (Condition("denied", "is", ("no",)), 0, False),
        (Condition("around", "mentions_any", ("död",)), 0, True),
        (Condition("around", "mentions_any", ("död",)), 3, False),
        (Condition("around", "mentions_all", ("akut", "död")), 1, True),
        (Condition("text", "mentions_any", ("död",)), 0, False),
    ],
)
def test_what_holds_of_a_sentence(condition: Condition, number: int, held: bool) -> None:
    assert (holds_in(condition, number, (AKUT,), PLACES) is not None) is held


def test_all_phrases_must_stand_in_one_sentence() -> None:
    assert sentences_with(Condition("text", "mentions_all", ("akut", "död")), PLACES) == {}
    assert sentences_with(Condition("text", "mentions_any", ("akut", "död")), PLACES) == {0: (AKUT,), 1: (DEAD,)}
