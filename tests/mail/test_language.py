"""Language of short support texts: own phrases, as customers write them."""

import pytest

from supportbot.mail.language import detect

CASES = {
    "sv": [
        "Hej, telefonen är död.",
        "Ingen ton i luren",
        "Vi kan inte ringa ut sedan i morse.",
        "Kunderna hör oss inte, men vi hör dem.",
        "Kan ni ändra öppettiderna till 9-16 på fredagar?",
        "Vaxeln svarar inte nar kunderna ringer. Kan ni kolla?",
        "Hej! Det gar inte att logga in i appen langre, ar det nagot fel?",
        "Provisioning av T54W misslyckas, får 403 Forbidden på HTTP GET.",
        "SIP trunk flappar, VPN och firewall är ok enligt vår IT.",
        "Porttelefonen surrar",
        "Fakturan stämmer inte",
        "Tack, nu funkar det!",
        "asså de e helt stendött här",
        "Nytt headset önskas till receptionen",
        "Går det att få en till användare?",
        "Skärmen är svart på en av våra Yealink.",
        "Lägg till anknytning 214 i svarsgruppen",
        "Samtal bryts efter tio minuter",
    ],
    "en": [
        "Hi, our phones are down.",
        "No dial tone",
        "We can't receive any calls since this morning.",
        "Could you please add a new user?",
        "The headset battery dies after an hour.",
        "My phone won't register, error 408",
        "Invoice question",
        "Calls from Malmö and Göteborg do not reach our switchboard.",
        "Thanks, it works now!",
        "pls reset my voicemail pin",
    ],
    "no": [
        "Hei, telefonen min virker ikke.",
        "Kundene våre kommer ikke gjennom på hovednummeret.",
        "Kan dere hjelpe oss med å endre åpningstidene?",
        "Jeg får ikke ringt ut, bare opptattsignal.",
        "Vi har ikke hatt lyd i noen av telefonene siden i går.",
        "Hva koster en ekstra bruker?",
        "Sentralbordet svarer ikke når noen ringer oss.",
        "Takk for hjelpen, nå fungerer det igjen.",
        "Skjermen på den ene telefonen er svart.",
        "Det er ingen som hører meg når jeg ringer.",
    ],
    "da": [
        "Hej, min telefon virker ikke.",
        "Vores kunder kan ikke komme igennem på hovednummeret.",
        "Kan I hjælpe os med at ændre åbningstiderne?",
        "Jeg kan ikke ringe ud, der er kun optagettone.",
        "Vi har ikke haft lyd i nogen af telefonerne siden i går.",
        "Hvad koster en ekstra bruger?",
        "Omstillingen svarer ikke, når nogen ringer til os.",
        "Tak for hjælpen, nu virker det igen.",
        "Skærmen på den ene telefon er sort.",
        "Der er ingen, der kan høre mig, når jeg ringer.",
    ],
    "fi": [
        "Hei, puhelin ei toimi.",
        "Asiakkaat eivät pääse läpi päänumeroon.",
        "Voisitteko vaihtaa aukioloajat?",
        "Kuulokkeista ei kuulu mitään.",
        "Mitä maksaa uusi liittymä?",
        "Kiitos avusta, nyt toimii taas.",
        "Puhelut katkeavat minuutin jälkeen.",
        "Tarvitsemme kaksi uutta käyttäjää.",
    ],
    "other": [
        "",
        "12345 !!",
        "Guten Tag, unser Telefon funktioniert seit heute Morgen nicht mehr.",
        "Bonjour, notre téléphone ne fonctionne plus depuis ce matin.",
        "Hola, nuestro teléfono no funciona desde esta mañana.",
        "Dzień dobry, nasz telefon nie działa od rana.",
        "Goedemorgen, onze telefoon doet het niet meer.",
        "Buongiorno, il nostro telefono non funziona da questa mattina.",
        "Здравствуйте, наш телефон не работает.",
        "お世話になっております。電話が繋がりません。",
        "Merhaba, telefonumuz bu sabahtan beri çalışmıyor.",
        "Bom dia, o nosso telefone não funciona desde ontem.",
    ],
}


@pytest.mark.parametrize(("wanted", "text"), [(wanted, text) for wanted, texts in CASES.items() for text in texts])
def test_language_of_a_short_text(wanted: str, text: str) -> None:
    assert detect(text) == wanted


SUBJECTS = {
    "sv": (
        "Datorappen vägrar inloggning.",
        "Växeln nere",
        "Ingen kopplingston",
        "Mobilappen kraschar",
        "Samtalskön hänger sig",
        "Headsetet piper",
        "Röstbrevlådan full",
        "Ny användare",
        "Byta huvudnummer",
        "Uppsägning av abonnemang",
        "Fakturafråga",
        "Porttelefon trasig",
        "Dålig ljudkvalitet",
        "Kan inte ringa",
        "Lägg till anknytning",
        "Öppettider jul",
        "Stäng av hänvisning",
        "Hör inget",
        "Talsvaret spelar fel",
        "Beställa två telefoner",
        "Lösenord glömt",
        "Skärmen flimrar",
        "Svarsgruppen loggar ut",
        "Felanmälan fasttelefoni",
        "Ändra välkomstmeddelande",
        "Mikrofonen knastrar",
        "Akut driftstopp",
        "Inloggning misslyckas",
        "Anknytning 204 tyst",
        "Teamskopplingen bruten",
        "Vidarekoppling funkar ej",
        "Fel nummer visas",
        "Kunder når oss inte",
        "Hej",
        "Basstationen blinkar rött",
        "Sim-kort saknas",
    ),
    "en": (
        "Phones are down",
        "Cannot log in",
        "New user request",
        "Voicemail full",
        "No audio",
        "Change opening hours",
        "Call quality issues",
        "Headset broken",
        "Billing question",
        "Outage at reception",
        "Queue not ringing",
        "Please reset password",
        "Calls drop constantly",
        "Desktop app crashes",
        "Wrong caller ID shown",
        "Switchboard unreachable",
        "Desk phone offline",
        "Forwarding stopped working",
        "Need another licence",
        "Login refused",
        "Urgent help needed",
        "Malmö office offline",
    ),
    "no": (
        "Sentralbordet nede",
        "Får ikke logget inn",
        "Ny bruker ønskes",
        "Telefonen ringer ikke",
        "Dårlig lydkvalitet",
        "Endre åpningstider",
        "Feil på hodesett",
        "Ingen lyd",
        "Kan ikke ringe ut",
        "Spørsmål om faktura",
        "Skjermen er svart",
        "Trenger hjelp",
        "Glemt passord",
        "Hei, køen henger",
        "Samtalene faller ut",
    ),
    "da": (
        "Omstillingen er nede",
        "Kan ikke logge ind",
        "Ny bruger ønskes",
        "Telefonen ringer ikke op",
        "Dårlig lydkvalitet i opkald",
        "Ændre åbningstider",
        "Fejl på headset",
        "Ingen lyd i røret",
        "Spørgsmål til faktura",
        "Skærmen er sort",
        "Glemt adgangskode",
        "Hej, køen hænger",
        "Opkald afbrydes",
        "Mangler en bruger",
        "Har brug for hjælp",
    ),
    "fi": (
        "Puhelin ei soi",
        "Vaihde on alhaalla",
        "Kirjautuminen ei onnistu",
        "Uusi käyttäjä",
        "Huono äänenlaatu",
        "Aukioloaikojen muutos",
        "Kuulokkeet rikki",
        "Ei ääntä",
        "Laskutuskysymys",
        "Salasana unohtunut",
        "Näyttö pimeä",
        "Puhelut katkeilevat",
        "Kiireellinen vika",
        "Tarvitsemme apua",
        "Tilaus kahdesta puhelimesta",
    ),
    "other": (
        "Telefon funktioniert nicht",
        "Keine Verbindung möglich",
        "Größe des Headsets",
        "Nächste Woche Störung",
        "Le téléphone ne marche plus",
        "El teléfono no funciona",
        "Nie działa telefon",
    ),
}
"""What stands in a subject line: hardly more than two words, and none of the little ones."""


@pytest.mark.parametrize(("wanted", "text"), [(wanted, text) for wanted, texts in SUBJECTS.items() for text in texts])
def test_language_of_a_subject_line(wanted: str, text: str) -> None:
    assert detect(text) == wanted


def test_what_is_too_long_for_a_word_says_nothing() -> None:
    assert detect("ä" * 200_000) == "other"
    assert detect("@" * 100_000 + " the phones are down " + "æ" * 100_000) == "other"
    assert detect("the phones are down " + "æ" * 200_000) == "en"


def test_addresses_and_links_say_nothing() -> None:
    assert detect("Växeln är nere https://the.and.is/you/have?please=with this.and@that.example") == "sv"


def test_long_text_is_read_in_part() -> None:
    assert detect("Vi kan inte ringa. " * 1000 + "the and of " * 100_000) == "sv"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ja tack", "sv"),
        ("Merci beaucoup", "other"),
        ("Danke", "other"),
        ("שלום", "other"),
        ("媽！我上電視了！", "other"),
    ],
)
def test_a_short_answer_is_not_in_the_language_of_the_subject_that_it_answers(text: str, language: str) -> None:
    assert detect(text, "Re: Welcome to our forum, please read the rules") == language


@pytest.mark.parametrize("text", ["Good", "Looks good", "Agree", "Screenshot attached", "Meeting room booked"])
def test_a_short_word_of_english_is_not_finnish(text: str) -> None:
    assert detect(text) == "en"


def test_the_subject_tells_where_the_text_says_nothing() -> None:
    assert detect("208", "Ankn 208 fungerar inte") == "sv"
