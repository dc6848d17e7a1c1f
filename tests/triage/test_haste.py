"""A plain statement that it is urgent, by the shipped words, and what merely looks like one."""

import pytest
from shipped_rules import facts_of


def stated(text: str, subject: str = "", spoken: str = "") -> bool:
    return "stated" in facts_of(text, subject, spoken).places.facts["haste"]


@pytest.mark.parametrize(
    "text",
    [
        "Tolken har rättegång klockan ett, så det här är brådskande.",
        "Ärendet är brådskande.",
        "Läget är kritiskt.",
        "Det är verkligen akut nu.",
        "Därför är det bråttom.",
        "I fredags dog dosan och det är akut.",
        "Felet behöver vara avhjälpt i dag före klockan fem.",
        "Detta måste fixas omgående.",
        "I dag måste det vara igång igen.",
        "Ni måste åtgärda felet i kväll.",
        "Det kan inte vänta.",
        "Det är inte bara trist, det är akut.",
        "Chefen säger att det är akut.",
        "Vi behöver omgående hjälp med appen.",
        "Behandla den här anmälan som brådskande.",
        "His headset is dead and the hearing starts at two, so it's urgent.",
        "This is really critical for us.",
        "The app has to be working again this afternoon.",
        "It cannot wait.",
        "We need help right away.",
        "Dette er svært kritisk.",
        "Saken haster.",
        "Feilen må rettes med en gang.",
        "Det her er presserende.",
        "Fejlen skal løses i dag.",
        "Vi har brug for hjælp straks.",
        "Tämä on todella kiireellinen.",
        "Vika on korjattava heti.",
        "Puhelimen pitää olla kunnossa tänään.",
    ],
)
def test_a_plain_statement_counts(text: str) -> None:
    assert stated(text)


@pytest.mark.parametrize(
    "text",
    [
        "AKUT!!!",
        "Snarast, tack.",
        "Hör av er omgående.",
        "Det är inte akut.",
        "Akut är det inte.",
        "Det är väl knappast brådskande.",
        "Är det akut?",
        "Om det är akut ringer vi er.",
        "När det är kritiskt ringer vi er.",
        "I tisdags skrev jag att det är akut.",
        "Det var akut i går.",
        "Vi är rädda att det blir så att läget är kritiskt.",
        'Rösten säger "läget är kritiskt, vänta kvar" till alla.',
        "Telefonen på akuten sprakar.",
        "Vi satt på ett akut möte och luren dog.",
        "Jag måste jobba med den trasiga luren i dag.",
        "Vi måste ringa runt i dag.",
        "Det ska fungera nu, säger ni.",
        "Chefen vill att jag skriver att det är akut. Det är det inte.",
        "Felet måste vara löst före midsommar.",
        "It is not urgent.",
        "Pet owners dial the night number when it cannot wait.",
        "If it is urgent we will ring.",
        "I need to work from home today.",
        "The phone on the desk has been working today.",
        "Det haster ikke.",
        "Haster det, så ring til Mette.",
        "Minulla on kiireellinen kokous.",
        "Ei ole kiire.",
    ],
)
def test_what_merely_looks_like_a_statement(text: str) -> None:
    assert not stated(text)


def test_the_subject_may_state_it() -> None:
    assert stated("Luren är stum.", "Detta är akut")
    assert not stated("Luren är stum.", "SV: Detta är akut")
    assert not stated("Luren är stum.", "AKUT")
