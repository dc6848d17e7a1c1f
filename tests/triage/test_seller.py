"""Who sold the service, by the shipped words: resellers named and unnamed, and what merely looks like a purchase."""

from datetime import date

import pytest
from shipped_rules import book

from supportbot.mail.message import Address, ParsedMail
from supportbot.triage.decide import decide
from supportbot.triage.examples import language
from supportbot.triage.records import Customer, Partner
from supportbot.triage.registry import Registry

REGISTRY = Registry(
    customers=(
        Customer("C1", "Åsens Trä AB", "", ("asenstra.example",)),
        Customer("C2", "Myrens Bil AB", "", ("myrens.example",), purchase="partner", partner_id="P1"),
    ),
    partners=(Partner("P1", "Björkväxel AB", ("Björkväxel",), ("bjorkvaxel.example",)),),
)


def bought(text: str, sender: str = "a@gmail.com", spoken: str = "") -> tuple[str, str | None, str]:
    mail = ParsedMail(
        sender=Address("", sender), new_text=text, text=text, language=spoken or language(text), nature="human"
    )
    decision = decide(mail, REGISTRY, book(), date(2026, 11, 1))
    return decision.purchase, decision.partner, decision.route


@pytest.mark.parametrize(
    "text",
    [
        "Vi tecknade abonnemangen genom Lindas Kontorsbutik i Kalix. Appen loggar ut mig.",
        "Växeln köpte vi i höstas hos Kallbergs Tele. Luren piper.",
        "Hela telefonlösningen är inköpt via Sjöstrand & Son. Appen loggar ut mig.",
        "Vi fick in er växel via Ropeka Kommunikation förra året. Luren piper.",
        "Luren piper. Vi hyr växeln från Ropeka.",
        "Avtalet skrevs genom en återförsäljare som lagt ner. Luren piper.",
        "Via Ropeka köpte vi växeln. Luren piper.",
        "Vi köpte er växel av Ropeka, vem ska vi vända oss till?",
        "We got your phone system through Kestrel Office in Malmö. The app logs me out.",
        "We signed up for the service with a reseller called Kestrel. The app logs me out.",
        "The switchboard was bought from Kestrel. The app logs me out.",
        "Vi har sentralbordet fra dere, kjøpt gjennom Tindetele i Bodø. Appen logger meg ut.",
        "Telefonløsningen leier vi av Tindetele. Appen logger meg ut.",
        "Vi købte jeres telefonsystem hos Havnetele i Skagen. Appen logger mig ud.",
        "Abonnementet er tegnet gennem Havnetele. Appen logger mig ud.",
        "Ostimme vaihteen viime vuonna Kairateleltä. Puhelin on mykkä.",
        "Puhelinjärjestelmä on hankittu Kairatelen kautta. Puhelin on mykkä.",
    ],
)
def test_a_reseller_that_the_registry_lacks(text: str) -> None:
    assert bought(text) == ("partner", None, "review")


def test_a_partner_of_the_registry() -> None:
    assert bought("Vi skaffade telefonin i våras genom Björkväxel. Luren piper.")[:2] == ("partner", "P1")


@pytest.mark.parametrize(
    ("text", "purchase"),
    [
        ("Vi köpte via Björkväxel i våras. Inget fungerar.", "partner"),
        ("Förra året köpte vi av Björkväxel. Inget fungerar.", "partner"),
        ("We bought from Björkväxel last year. Nothing works.", "partner"),
        ("Vi kjøpte av Björkväxel i fjor. Ingenting virker.", "partner"),
        ("Vi köpte av Ropeka i våras. Inget fungerar.", "unknown"),
        ("Vi köpte luren av Björkväxel. Den piper.", "unknown"),
        ("Ska vi ha köpt av Björkväxel? Luren piper.", "unknown"),
        ("Vi köpte inte av Björkväxel. Luren piper.", "unknown"),
        ("We bought the service directly from iCentrex. Nothing works.", "direct"),
        ("Vi købte tjenesten direkte hos iCentrex. Intet virker.", "direct"),
        ("Tjänsten köptes direkt från iCentrex. Luren piper.", "direct"),
    ],
)
def test_bought_of_somebody_counts_where_the_registry_knows_them(text: str, purchase: str) -> None:
    assert bought(text)[0] == purchase


@pytest.mark.parametrize(
    "text",
    [
        "Vi köpte telefonen hos Ropeka Kommunikation. Den piper.",
        "Vi köpte vår gamla växel av Ropeka. Luren piper.",
        "Vi hyr växeln av er. Luren piper.",
        "Vi fick växeln i mars. Luren piper.",
        "Vi köpte växeln av en slump. Luren piper.",
        "Köpte vi växeln av Ropeka? Luren piper.",
        "Har vi tecknat avtalet genom Ropeka? Luren piper.",
        "Vi har inte köpt växeln av Ropeka. Luren piper.",
        "Om vi hade köpt växeln av Ropeka hade luren inte pipit. Luren piper.",
        "Vi tecknade avtalet genom Johan hos er. Luren piper.",
        "Vi fick ett samtal i växeln från Ropeka. Luren piper.",
        "Headsetet når inte växeln, köpt via Ropeka. Det piper.",
        "We bought the headset from Kestrel. It crackles.",
        "We rent the system from you. The app logs me out.",
        "We got a call through the switchboard from Kestrel. It crackles.",
        "Vi leier sentralbordet av dere. Appen logger meg ut.",
    ],
)
def test_what_is_no_purchase_of_another(text: str) -> None:
    assert bought(text)[0] != "partner"


def test_what_the_registry_denies_goes_to_a_person() -> None:
    said = "Vi har köpt växeln genom Björkväxel, så ska jag ta det med dem? Luren piper."
    assert bought(said, "a@asenstra.example") == ("direct", None, "review")
    assert bought(said, "a@myrens.example") == ("partner", "P1", "partner")
