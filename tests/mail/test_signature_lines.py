"""Lines that are usual in signatures and were taken for text, and text that was taken for a signature."""

import pytest

from supportbot.mail.contact import is_claim, is_told, tells_hours
from supportbot.mail.newtext import split
from supportbot.mail.taken_up import Known

SENDER = Known("Mona Dahl <mona@dahls.example>")
TEXT = "Kan ni lägga till en knappsats hos oss?"


@pytest.mark.parametrize(
    "line",
    [
        "Växel 08-465 00 10 | Direkt 08-465 00 11",
        "Telefon: 08-465 00 10 • Mobil: 070-174 00 11",
        "Telefon 08-465 00 10, växel 08-465 00 11, fax 08-465 00 12",
        "Telefon / Phone: +46 8 465 00 10",
        "Dahls Golv | Växel 08-465 00 10",
    ],
)
def test_several_numbers_with_their_labels_are_no_claim(line: str) -> None:
    assert not is_claim(line)
    found = split(f"{TEXT}\n\nMona Dahl\nGolvläggare\n{line}\nDahls Golv AB, Ågatan 1, 123 45 Åby", None, SENDER)
    assert (found.new_text, found.signature.split("\n")[0]) == (TEXT, "Mona Dahl")


@pytest.mark.parametrize("line", ["Växel 08-465 00 10 | Direkt svarar inte", "Telefon 08-465 00 10, ingen ton"])
def test_a_number_beside_a_fault_is_a_claim(line: str) -> None:
    assert is_claim(line)


@pytest.mark.parametrize(
    "closing",
    [
        "Vänliga hälsningar / Kind regards / Viele Grüße",
        "Med vänliga hälsningar / With kind regards / Ystävällisin terveisin / Med vennlig hilsen",
        "Hälsningar | Regards | Venlig hilsen Mona",
    ],
)
def test_a_sign_off_in_several_languages(closing: str) -> None:
    found = split(f"{TEXT}\n\n{closing}\n\nMona Dahl\nSamordnare / Coordinator\nPhone: +46 8 465 00 10", None)
    assert (found.new_text, found.signature.split("\n")[0]) == (TEXT, closing)


HOURS = (
    "Jag arbetar inte torsdagar.",
    "Jobbar mån-ons.",
    "I work part-time, Mon–Thu.",
    "Föräldraledig på halvtid, 50 %.",
    "Arbetstid: måndag till onsdag.",
    "På semester t.o.m. 8 augusti.",
)


@pytest.mark.parametrize("hours", HOURS)
@pytest.mark.parametrize(
    "shape",
    [
        "Mvh\nMona Dahl\n{}\nDahls Golv | 090-12 00 12",
        "Mvh\nMona\n\n{}\n\nDahls Golv AB",
        "Mona Dahl\n{}\n090-12 00 12",
    ],
)
def test_days_of_work_in_a_signature_belong_to_it(hours: str, shape: str) -> None:
    block = shape.format(hours)
    found = split(f"{TEXT}\n\n{block}", None, SENDER)
    assert (found.new_text, found.signature) == (TEXT, block)


@pytest.mark.parametrize(
    "said",
    [
        "Jag jobbar inte fredagar och då ringer telefonen ändå.",
        "Jag är ledig i morgon.",
        "Jag jobbar i huset på måndag.",
        "Vi har semester, kan ni stänga av kön?",
    ],
)
def test_what_else_is_said_of_days_is_kept(said: str) -> None:
    assert not tells_hours(said)
    assert said in split(f"{TEXT}\n\nMvh\nMona Dahl\n\n{said}", None, SENDER).new_text


def test_days_of_work_told_as_the_last_word_are_text() -> None:
    assert HOURS[0] in split(f"{TEXT}\n\nMvh\nMona Dahl\n\n{HOURS[0]}", None, SENDER).new_text


TOLD = ("Porttelefonen är också död.", "Linjen bryts efter en minut!", "We can still not make calls.")
UNTOLD = (
    "Din partner för golv",
    "Vi hjälper dig när telefonen är trasig.",
    "Växeln är öppen vardagar 8-16.",
    "Växel: 08-465 00 10",
    "Skickat från min telefon.",
    "Skrivet på telefon, ursäkta felen.",
    "Du får detta för att du prenumererar på gruppen Telefoni.",
)


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("above", ["", "codec.order = 3\n\n"])
def test_a_plain_sentence_below_dashes_is_text(told: str, above: str) -> None:
    assert is_told(told)
    assert split(f"{TEXT}\n\n-- \n{above}{told}", None, SENDER).new_text.endswith(told)


@pytest.mark.parametrize("untold", UNTOLD)
def test_what_companies_and_programs_say_below_dashes_is_signature(untold: str) -> None:
    assert not is_told(untold)
    assert split(f"{TEXT}\n\n-- \n{untold}", None, SENDER).new_text == TEXT


@pytest.mark.parametrize("who", ["Mona Dahl", "Dahls Golv AB", "mona@dahls.example"])
def test_below_who_writes_a_sentence_is_signature(who: str) -> None:
    assert split(f"{TEXT}\n\n-- \n{who}\nLura aldrig ett trägolv, det är inte dött.", None, SENDER).new_text == TEXT


def test_a_signature_in_one_line_is_told_by_the_own_name() -> None:
    line = "Mona Dahl | Golvläggare och delägare | Dahls Golv AB | 070-174 00 11 | dahls.example"
    found = split(f"{TEXT}\n\n{line}", None, SENDER)
    assert (found.new_text, found.signature) == (TEXT, line)
    assert line in split(f"{TEXT}\n\n{line}", None, Known("Ove Lund <ove@kund.example>")).new_text
    assert line in split(f"Ny användare:\n\n{line}", None, SENDER).new_text


@pytest.mark.parametrize(
    "last", ["Driftstopp", "Totalstopp", "Kvarstår", "Löst", "Emergency", "Malmö", "Måndag", "Hyväksytty"]
)
@pytest.mark.parametrize("apart", ["\n", "\n\n"])
def test_a_last_word_that_is_nobodys_name_is_text(last: str, apart: str) -> None:
    assert split(f"{TEXT}{apart}{last}", None, SENDER).new_text == f"{TEXT}{apart}{last}"


@pytest.mark.parametrize("last", ["Mona", "Dahl", "Åsa", "Ramon\nnatten", "Tuva i luckan", "D."])
def test_the_own_name_a_given_name_and_an_initial_are_a_signature(last: str) -> None:
    found = split(f"{TEXT}\n\n{last}", None, SENDER)
    assert (found.new_text, found.signature) == (TEXT, last)


@pytest.mark.parametrize(
    "said", ["Display svart sedan strömavbrottet.", "Tre nya anknytningar i Lund senast den 5 maj."]
)
def test_a_sentence_between_the_name_and_the_telephone_is_text(said: str) -> None:
    body = f"Felanmälan\n\nMona Dahl\nDahls Golv AB\n\n{said}\n\n070-174 00 11"
    assert said in split(body, None, SENDER).new_text


def test_a_companys_sentence_between_the_name_and_the_telephone_is_signature() -> None:
    body = f"{TEXT}\n\nMona Dahl\nDahls Golv AB\nVi lägger ditt golv.\n070-174 00 11"
    assert split(body, None, SENDER).new_text == TEXT


@pytest.mark.parametrize(
    "told",
    [
        "Följande svarar inte:\n\nReception\n0470-77 12 00\n\nLager\n0470-77 12 01\n\nVerkstad\n0470-77 12 02",
        "Två nya användare:\n\nStina Ek\nSäljare\n0470-77 12 09\n\nBo Lind\nLager\n0470-77 12 10",
        "Ny användare ska läggas upp enligt nedan.\n\nStina Ek\nSäljare\n0470-77 12 09",
    ],
)
def test_strangers_to_whom_the_text_leads_are_what_it_is_about(told: str) -> None:
    assert split(told, None, SENDER).new_text == told


@pytest.mark.parametrize("more", ["PS. Faxen är också död!", "Ja just det, faxen är också död!"])
@pytest.mark.parametrize("delimiter", ["-- ", "--"])
def test_what_is_said_apart_below_a_delimiter_is_text(more: str, delimiter: str) -> None:
    found = split(f"{TEXT}\n\n{delimiter}\nMona Dahl\nDahls Golv AB\n\n{more}", None, SENDER)
    assert found.new_text == f"{TEXT}\n\n{more}"
    assert found.signature.endswith("Dahls Golv AB")


@pytest.mark.parametrize(
    "line",
    [
        "Skickat från min Android-enhet med K-9 Mail. Ursäkta min fåordighet.",
        "(sent from a phone)",
        "<<sent by galaxy>>",
        "Sent from my cell, please excuse any typos.",
        "Hämta BlueMail för Android",
        "Skickad från min Huawei-mobil",
    ],
)
def test_more_programs_that_sign(line: str) -> None:
    found = split(f"{TEXT}\n\n{line}", None, SENDER)
    assert (found.new_text, found.signature) == (TEXT, line)


def test_a_swedish_legal_footer_is_signature() -> None:
    footer = (
        "Denna information är uteslutande avsedd för adressaten. Är du inte adressaten får du inte läsa den. "
        "Underrätta avsändaren och förstör detta mejl."
    )
    assert split(f"{TEXT}\n\nMvh\nMona Dahl\n\n{footer}", None, SENDER).new_text == TEXT


@pytest.mark.parametrize(
    "fact",
    [
        "Felet gäller anknytning 4412 och 4413",
        "Gäller: Liv Stein, 070-174 00 12 (Samsung S24)",
        "Numret är 0500-11 22 33",
        "MAC 80:5E:C0:12:34:56",
        "Adress för besök: Storgatan 4, portkod 1212",
        "Felanmält även hos Telia, ärende 884120",
    ],
)
def test_a_fact_apart_below_a_signature_is_text(fact: str) -> None:
    found = split(f"{TEXT}\n\nMvh\nMona\n\n{fact}", None, SENDER)
    assert fact in found.new_text and found.signature == "Mvh\nMona"


@pytest.mark.parametrize("lead", ["Det gäller", "Hon heter", "Kontaktperson på plats är", "Telefonen ska skickas till"])
def test_a_sentence_that_goes_on_in_a_block_leads_to_it(lead: str) -> None:
    text = f"Knappen är grå. {lead}\n\nLo Björk\n070-555 12 98\nKlockaregatan 3, Borås"
    assert split(text, None, SENDER).new_text == text
