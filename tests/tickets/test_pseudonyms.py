"""What could tell who wrote is replaced by something of the same form; what the text means stays."""

import re

import pytest
from daemon_desk import FILES

from supportbot.tickets.pseudonyms import About, pseudonymise
from supportbot.triage import registry
from supportbot.triage.numbers import candidates, e164, organisation_number

REGISTRY = registry.read(FILES)
ABOUT = About(REGISTRY, "K1", ("Eva Dahl <eva.dahl@bagarstugan.example>", "Oyelaran <b.oyelaran@annan.example>"))


def done(text: str, seed: bytes = b"secret") -> str:
    return pseudonymise((text,), ABOUT, seed).texts[0]


@pytest.mark.parametrize(
    ("text", "gone", "form"),
    [
        ("Ring 08-465 004 20.", "004 20", r"Ring 08-465 004 \d\d\."),
        ("Mobil +46 70 174 06 12", "06 12", r"Mobil \+46 70 174 06 \d\d"),
        ("Växel 0455-123 45 ", "0455", r"Växel 0980-31 92 \d\d "),
        ("Org.nr 556036-0793", "556036", r"Org.nr 559999-\d{4}"),
        ("VAT SE556036079301", "556036", r"VAT SE559999\d{4}01"),
        ("Pnr 811218-9876.", "811218", r"Pnr 121212-1212\."),
        ("Mejla eva.dahl@bagarstugan.example", "eva", r"Mejla \w+\.\w+@\w+\.example"),
        ("Mejla info@gmail.com", "gmail", r"Mejla info@example\.com"),
        ("Se www.bagarstugan.se/kontakt?x=1 nu", "bagarstugan", r"Se www\.\w+\.example/ nu"),
        ("MAC 80:5E:C0:12:34:56", "12:34:56", r"MAC 80:5E:C0(:[0-9A-F]{2}){3}"),
        ("Den heter 805ec0b7190e här", "b7190e", r"Den heter 805ec0[0-9a-f]{6} här"),
        ("Serienummer: ABX-99231", "99231", r"Serienummer: [A-F]{3}-\d{5}"),
        ("Från 81.22.33.44.", "81.22", r"Från 203\.0\.113\.\d+\."),
        ("Storgatan 12B, 372 30 Ronneby", "Storgatan|Ronneby", r"\w+ \d\d[A-Z], 123 45 .+"),
        ("Vi på Bagarstugan i Ronneby AB hör inget", "Bagarstugan", r"Vi på \w+ \w+ AB hör inget"),
        ("Sydtele Partner AB sålde den", "Sydtele", r"\w+ \w+ AB sålde den"),
        ("Hej! Det är Annelie, Evas chef.", "Annelie|Eva", r"Hej! Det är \w+, \w+s chef\."),
        ("Petra Holm hör inget", "Petra|Holm", r"\w+ \w+ hör inget"),
        ("Fråga Oyelaran om det", "Oyelaran", r"Fråga \w+ om det"),
        ("Det säger Bengtsson", "Bengtsson", r"Det säger \w+"),
        ("Kundnummer 1234567 tack", "1234567", r"Kundnummer \d{7} tack"),
        ("Hej\nmvh\neva", "eva", r"Hej\nmvh\n[A-Z]\w+"),
    ],
)
def test_what_tells_who_it_is_gets_a_stand_in_of_the_same_form(text, gone, form):
    new = done(text)
    assert re.fullmatch(form, new), new
    assert not re.search(gone, new), new


@pytest.mark.parametrize(
    "text",
    [
        "Ring 020-20 20 22 eller 112 vid akuta fel.",
        "Sedan 2026-11-25 kl 10.22, den 3/11, kostar 12 500 kr.",
        "Per telefon går det, men Yealink T46U i rum 204 tiger.",
        "Routern har 192.168.1.20.",
        "Mejla kundcenter@icentrex.se, se www.icentrex.se.",
    ],
)
def test_what_tells_nobody_stays(text):
    assert done(text) == text


def test_the_same_name_has_the_same_stand_in_and_two_names_have_two():
    subject, text = pseudonymise(("Evas telefon", "Eva och Petra hör inget. Eva ringer."), ABOUT, b"k").texts
    first, second = re.match(r"(\w+) och (\w+)", text).groups()
    assert subject == f"{first}s telefon"
    assert text.endswith(f"{first} ringer.")
    assert first != second


def test_it_is_the_same_again_with_the_same_secret_and_not_with_another():
    text = "Eva Dahl, 08-465 004 20, 556036-0793, serienummer QX-5531992"
    assert done(text) == done(text)
    assert done(text) != done(text, b"another")


def test_stand_ins_are_numbers_that_triage_reads_and_nobody_has():
    new = done("Nummer 08-465 004 20, mobil 0708-12 34 56, org.nr 556036-0793")
    numbers = {e164(each) for joins in candidates(new) for each in joins} - {None}
    assert any(re.fullmatch(r"\+46846500\d{3}", number) for number in numbers)
    assert any(re.fullmatch(r"\+46701740[67]\d\d|\+4670174060\d", number) for number in numbers)
    assert {organisation_number(each) for joins in candidates(new) for each in joins} - {None}


def test_what_may_be_a_name_and_was_left_is_named():
    found = pseudonymise(("Glassbaren", "Vi sitter bredvid Hemköp i Ystad, och Yealink tiger."), ABOUT, b"k")
    assert found.look_at == ("Hemköp", "Ystad")
