"""What is said of somebody or something else is taken away, and what the sender says is not, by the shipped words."""

import pytest
from shipped_rules import facts_of


@pytest.mark.parametrize(
    ("text", "ordered"),
    [
        ("Gäster som vill boka bord kopplas till köket.", False),
        ("Kunder som vill ändra sin tid hamnar i butiken.", False),
        ("Customers who would like to book end up in the kitchen.", False),
        ("Vi vill ändra tiderna på fredagar.", True),
        ("Jag vill boka en tekniker.", True),
        ("We would like to book a visit.", True),
        ("Kunderna klagar, så vi vill ändra hälsningen.", True),
    ],
)
def test_what_callers_wish_is_no_order(text: str, ordered: bool) -> None:
    assert bool(facts_of(text).places.phrases.get("{order-strong}")) is ordered


@pytest.mark.parametrize(
    ("text", "reset"),
    [
        ("Jag höll inne strömknappen men telefonen är fortfarande svart.", False),
        ("I held down the power button and nothing lights up.", False),
        ("Vi har holdt inne av/på-knappen, men basen er svart.", False),
        ("Jag höll inne stjärnan och nu är telefonen tom.", True),
        ("Jag höll inne strömknappen och gjorde en fabriksåterställning.", True),
    ],
)
def test_the_power_button_resets_nothing(text: str, reset: bool) -> None:
    assert bool(facts_of(text).places.phrases.get("{reset}")) is reset


@pytest.mark.parametrize(
    ("text", "blamed"),
    [
        ("Adaptern blinkar och faxen får ingen ton. Med en annan dosa går det, så faxen är hel.", False),
        ("The adapter is dead. The fax machine itself works, nothing wrong with the fax machine.", False),
        ("Det är inget fel på porttelefonen, det är basen som är död.", False),
        ("Faxen matar ut tomma sidor.", True),
        ("Faxen är hel, men porttelefonen är stum.", True),
        ("Porttelefonen är inte hel.", True),
    ],
)
def test_what_is_told_to_be_whole_is_no_culprit(text: str, blamed: bool) -> None:
    phrases = facts_of(text).places.phrases
    assert any(phrases.get(concept) for concept in ("{foreign-thing}", "{fax-machine}", "{door-phone}")) is blamed


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("Nu fungerar det igen.", "yes"),
        ("Jag tappade telefonen och nu fungerar inte knapparna.", "no"),
        ("Nu kommer alla in i appen.", "yes"),
        ("Nu kommer ingen in i appen.", "no"),
        ("We are up and running.", "yes"),
        ("Nå kommer alle inn.", "yes"),
        ("Kan dere si datoen jeg er tilbake?", "no"),
    ],
)
def test_what_works_again(text: str, over: str) -> None:
    assert set(facts_of(text).places.facts["over"]) == {over}


@pytest.mark.parametrize(
    ("text", "disputed"),
    [
        ("Vi har blivit debiterade två gånger för maj, fakturan är fel.", True),
        ("You have billed us twice for June.", True),
        ("Regningen for mai: dere har fakturert oss to ganger.", True),
        ("Maj on laskutettu kahdesti.", True),
        ("Det ringer två gånger och sedan läggs det på.", False),
        ("Skicka fakturan till en annan adress.", False),
    ],
)
def test_an_invoice_that_is_disputed(text: str, disputed: bool) -> None:
    assert bool(facts_of(text).places.phrases.get("{disputes}")) is disputed


def test_a_verb_is_no_market_place() -> None:
    assert "elsewhere" not in facts_of("Någon annan telefon finns inte i hallen.").places.facts["origin"]
    assert "elsewhere" in facts_of("Telefonen er kjøpt på Finn.").places.facts["origin"]
