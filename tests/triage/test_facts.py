"""Facts of bare texts, by the shipped words: state, mood, denial, scope, blame, what is told and asked."""

from functools import cache
from pathlib import Path

import pytest

from supportbot.triage.examples import language
from supportbot.triage.facts import NEEDED, Facts, of_text
from supportbot.triage.rulebook import RuleBook, build

RULES = Path(__file__).parents[2] / "rules"


@cache
def book() -> RuleBook:
    return build({path.name: path.read_text("utf-8") for path in RULES.glob("*.toml")}, test=False)


def facts_of(text: str) -> Facts:
    return of_text("", text, language(text), book().index)


def test_every_concept_that_facts_need_is_there() -> None:
    assert set(NEEDED) <= book().concepts.keys()


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Ingen kommer fram.", "present"),
        ("Sedan i går kommer ingen fram.", "present"),
        ("I går kom ingen fram.", "past"),
        ("I går kom ingen fram, men nu fungerar det igen.", "solved"),
        ("Det fungerar inte igen.", "present"),
        ("Vi är rädda att huvudnumret dör.", "feared"),
        ("Last week nobody could reach us.", "past"),
    ],
)
def test_when_a_sentence_holds(text: str, state: str) -> None:
    assert facts_of(text).places.states == (state,)


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("Det är brandväggen.", "asserted"),
        ("Vi misstänker brandväggen.", "believed"),
        ("Kan det bero på vår router?", "asked"),
        ("Tappar vi samtal då?", "asked"),
        ("Huvudnumret dött?", "asserted"),
        ("Could it be our router?", "asked"),
    ],
)
def test_how_a_sentence_is_meant(text: str, mood: str) -> None:
    assert facts_of(text).places.moods == (mood,)


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("Det är akut.", False),
        ("Det är inte akut.", True),
        ("Akut är det inte.", True),
        ("Det är inte bara akut.", False),
        ("Vi kommer inte fram, det är akut.", False),
        ("It is not urgent.", True),
    ],
)
def test_what_is_denied(text: str, denied: bool) -> None:
    places = facts_of(text).places
    assert all((span in places.denied) is denied for span in places.phrases["{urgent}"])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("34 av 52 mobiler är döda.", "most"),
        ("Åtta av tolv i personalen är utan telefon.", "most"),
        ("Tre av tjugo telefoner är döda.", "some"),
        ("De flesta är utan telefon.", "most"),
        ("Vart femte samtal bryts.", "some"),
        ("Övriga telefoner ringer.", "others_work"),
    ],
)
def test_how_many_are_hit(text: str, value: str) -> None:
    assert value in facts_of(text).places.facts["scope"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Vi tror att det är vår brandvägg.", "customer"),
        ("Vi drog om kablarna i skåpet, sedan dess är det tyst.", "customer"),
        ("Kan det bero på vår router?", "customer_asked"),
        ("Brandväggen är friad.", "customer_denied"),
        ("Stadsnätet bekräftar en avgrävd kabel.", "third_party"),
        ("Internetleverantören har mätt och hittar ingenting.", "third_party_denied"),
    ],
)
def test_who_is_blamed(text: str, value: str) -> None:
    assert value in facts_of(text).places.facts["blame"]


def test_what_was_cleared_is_no_longer_blamed() -> None:
    blamed = facts_of("Vi misstänkte vår router. Routern är utbytt, ingen skillnad.").places.facts["blame"]
    assert "customer" not in blamed


@pytest.mark.parametrize(
    ("text", "told", "asks"),
    [
        ("Luren sprakar.", True, False),
        ("Hur byter man hälsning?", False, True),
        ("Vad händer om telefonen är trasig?", False, True),
        ("Kan ni titta på det?", False, False),
        ("Om det blir strömavbrott, är vi utan telefon.", False, False),
    ],
)
def test_what_is_told_and_asked(text: str, told: bool, asks: bool) -> None:
    facts = facts_of(text).places.facts
    assert (bool(facts["told"]), "yes" in facts["asks"]) == (told, asks)


def test_the_subject_of_an_answer_is_the_old_mails() -> None:
    told = of_text("SV: AKUT allt är dött", "Tack.", "sv", book().index)
    assert "{urgent}" not in told.places.phrases
    new = of_text("AKUT", "Appen kraschar.", "sv", book().index)
    (span,) = new.places.phrases["{urgent}"]
    assert new.words(span) == ("AKUT", None, None)
