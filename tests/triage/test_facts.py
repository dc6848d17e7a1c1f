"""Facts of bare texts, by the shipped words: state, mood, denial, scope, blame, what is told and asked."""

import pytest
from shipped_rules import book, facts_of

from supportbot.triage.facts import NEEDED, of_text


def test_every_concept_that_facts_need_is_there() -> None:
    assert set(NEEDED) <= book().concepts.keys()


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Ingen kommer fram.", "present"),
        ("Sedan i går kommer ingen fram.", "present"),
        ("I går kom ingen fram.", "past"),
        ("I går kom ingen fram, men nu fungerar det igen.", "solved"),
        ("Nu svarar ingen igen.", "present"),
        ("Ingen svarar igen när vi ringer växeln.", "present"),
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
        ("Tre ud af fire telefoner er døde.", "most"),
        ("Alla nio är utan telefon.", "all"),
        ("Ingen av oss sexton kan ringa.", "all"),
        ("All eleven of us are cut off.", "all"),
        ("Vi sitter tio man här.", "all"),
        ("14 pers utan telefon.", "all"),
        ("Alla utom två är döda.", "all"),
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


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Pratade med Bahnhof. De har fel på en nod.", "third_party"),
        ("Säkringen löste ut, sedan är telefonerna svarta.", "customer"),
        ("Vi har fått en ny router i dag. Kan det vara den?", "customer_asked"),
    ],
)
def test_blame_over_two_sentences_and_by_what_is_broken(text: str, value: str) -> None:
    assert value in facts_of(text).places.facts["blame"]


@pytest.mark.parametrize(
    "text", ["Inget samtal kommer in, varken från Telia eller Tele2.", "Det gick bra i går, men inte från Telia."]
)
def test_the_network_of_callers_is_not_blamed(text: str) -> None:
    assert "third_party" not in facts_of(text).places.facts["blame"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Det är mitt fel, jag klickade fel i öppettiderna.", "confessed"),
        ("I accidentally deleted the greeting.", "confessed"),
        ("Jeg slettet gruppen. Kan dere angre det?", "confessed"),
        ("Jag hällde kaffe i telefonen.", "broke_device"),
        ("Jag hällde kaffe i datorn.", "broke_outside"),
        ("Batteriet i min egen surfplatta är slut.", "broke_outside"),
        ("Jag ändrade registrar på telefonen.", "set_up"),
        ("Målaren borrade genom kabeln i väggen.", "cut_own"),
        ("En grävmaskin tog av fibern i gatan.", "cut_public"),
    ],
)
def test_what_they_did(text: str, value: str) -> None:
    assert value in facts_of(text).places.facts["doing"]


@pytest.mark.parametrize(
    "text",
    [
        "Det är inte mitt fel.",
        "Er tekniker ändrade registrar på telefonen.",
        "Samtalen tappas efter en halv minut.",
        "It has been silent for an hour.",
    ],
)
def test_what_nobody_did(text: str) -> None:
    assert not facts_of(text).places.facts["doing"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Telefonen köpte vi på Tradera.", "elsewhere"),
        ("Jag ärvde telefonen, samma sort som vi köpt av er.", "elsewhere"),
        ("Telefonen är inte köpt av er.", "elsewhere"),
        ("Telefonen är köpt av er.", "here"),
    ],
)
def test_whence_the_device_came(text: str, value: str) -> None:
    assert set(facts_of(text).places.facts["origin"]) == {value}


def test_a_shop_that_is_merely_cheaper_sold_nothing() -> None:
    told = facts_of("Samma modell går att köpa på Temu för halva priset. Telefonen piper.")
    assert "elsewhere" not in told.places.facts["origin"]


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


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("It throws me out every ten minutes.", "all"),
        ("Alla tre lamporna lyser.", "all"),
        ("Kunderna säger att de inte kommer fram.", "others_work"),
        ("Not one of us can call.", "some"),
        ("I går kom vart femte samtal fram, i måndags inget.", "some"),
        ("Det är bara en väg in.", "some"),
    ],
)
def test_what_is_no_count_of_those_hit(text: str, value: str) -> None:
    assert value not in facts_of(text).places.facts["scope"]


@pytest.mark.parametrize(
    "text",
    [
        "Chefen ropar att allt är dött. Det är det inte.",
        "Hon säger att hela firman står stilla. Det gör den inte.",
        "He says that the line is dead. It isn't.",
    ],
)
def test_what_the_next_sentence_takes_back_is_imagined(text: str) -> None:
    assert facts_of(text).places.states[0] == "feared"


def test_who_denies_the_hurry_once_has_not_claimed_it() -> None:
    places = facts_of("Chefen vill att jag skriver att det är akut. Det är det inte.").places
    assert all(span in places.denied for span in places.phrases["{urgent}"])
    told = facts_of("Det hastar inte.").places
    assert all(span in told.denied for span in told.phrases["{urgent}"])


@pytest.mark.parametrize(
    ("text", "one"),
    [
        ("Ingen får tag på mig.", True),
        ("Jag har enmansföretag. Ingen får tag på mig.", False),
        ("Jag provade från min mobil och det tutar.", False),
    ],
)
def test_the_line_of_a_firm_of_one_is_the_firms(text: str, one: bool) -> None:
    assert bool(facts_of(text).places.phrases["{one-person}"]) is one


def test_a_fault_told_after_the_good_news_is_no_closing() -> None:
    assert "yes" in facts_of("Nu fungerar det igen.").places.facts["over"]
    assert "no" in facts_of("Kön fungerar igen. Men luren sprakar.").places.facts["over"]


def test_the_subject_of_an_answer_is_the_old_mails() -> None:
    told = of_text("SV: AKUT allt är dött", "Tack.", "sv", book().index)
    assert "{urgent}" not in told.places.phrases
    new = of_text("AKUT", "Appen kraschar.", "sv", book().index)
    (span,) = new.places.phrases["{urgent}"]
    assert new.words(span) == ("AKUT", None, None)


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        ("Förra bolaget erkände att flytten låg obehandlad hos dem.", "blame", "third_party"),
        ("Vi har varken flyttat basen eller möblerat om i skåpet.", "blame", ""),
        ("Er support bad mig nollställa telefonen.", "doing", ""),
        ("Valpen har ätit upp sladden till telefonen.", "doing", "broke_device"),
        ("The conference phone drops its registration every hour.", "doing", ""),
        ("Jag bar ner en telefon från förrådet.", "origin", ""),
        ("Numret leder rätt nu, ni får gärna avsluta ärendet.", "over", "yes"),
    ],
)
def test_whose_doing_and_whether_it_is_over(text: str, fact: str, value: str) -> None:
    """Without a value, the fact tells nothing: what merely looks like it is no cause and no origin."""
    assert (value in facts_of(text).places.facts[fact]) if value else not facts_of(text).places.facts[fact]


def test_calls_to_one_country_are_no_outage() -> None:
    assert facts_of("Vi kan inte ringa.").places.phrases.get("{nobody-reaches}")
    assert not facts_of("Vi kan inte ringa till Polen.").places.phrases.get("{nobody-reaches}")
