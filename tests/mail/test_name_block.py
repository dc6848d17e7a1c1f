"""Blocks of name, company and telephone without "Mvh": adverts in them are signature, the sender's own words never."""

import itertools

import pytest

from supportbot.mail.contact import is_claim
from supportbot.mail.newtext import split
from supportbot.mail.taken_up import Known

TEXTS = (
    "Hej!\n\nVåra telefoner fungerar inte sedan i morse, kan ni titta på det?",
    "Hej\nHuvudnumret svarar inte.\nHar startat om",
    "Can you add a new user from Monday",
)
ADVERTS = (
    "AKUT LÅSÖPPNING – JOUR DYGNET RUNT",
    "AKUT LÅSÖPPNING – JOUR DYGNET RUNT!",
    "AKUT STOPP? RING OSS DYGNET RUNT 08-123 456",
    "*** AKUT? RING 112 ***",
    "Vi är alltid öppna för dig!",
    "AKUT LÅSÖPPNING. JOUR DYGNET RUNT. VI KOMMER NÄR DU BEHÖVER OSS.",
    "Brådskande ärenden besvaras på 08-123 45 67.",
    "Akut tandvård 24/7",
    "Akuta fel ringes in",
    "Kundservice i hela Skåne",
    "EMERGENCY LOCKSMITH – 24/7",
    "Akuttelefon: 070-123 45 67",
)
OWN = (
    "DET ÄR AKUT",
    "AKUT!!!",
    "Mycket brådskande",
    "AKUT!!! Ingen kan ringa in",
    "VI KAN INTE RINGA UT",
    "INGA SAMTAL KOMMER FRAM TILL OSS",
    "WE CANNOT MAKE CALLS",
    "VÄXELN NERE SEDAN 8",
    "Ring mig omgående",
    "Lägg upp mig också",
    "Jag är på lunch till 13",
)


@pytest.mark.parametrize(("text", "advert"), list(itertools.product(TEXTS, ADVERTS)))
@pytest.mark.parametrize("shape", ["{n}\nLås AB\n{a}\ntel 08-123 45 67", "{n}\n\nLås AB\n\n{a}\n\nwww.las.example"])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_an_advert_below_the_own_name_is_signature(text: str, advert: str, shape: str, gap: str) -> None:
    block = shape.format(n="Anna Ek", a=advert)
    found = split(text + gap + block, None, Known("Anna Ek <anna@las.example>"))
    assert found.new_text == text
    assert found.signature.split() == block.replace("*", "* ").replace("* ", "*").split()


@pytest.mark.parametrize("said", OWN)
@pytest.mark.parametrize("shape", ["{n}\nLås AB\n{a}\ntel 08-123 45 67", "{n}\n{a}\n08-123 45 67", "{n}\n{a}"])
def test_what_the_sender_says_in_the_block_stays(said: str, shape: str) -> None:
    body = "Hej!\nTelefonerna dog.\n\n" + shape.format(n="Anna Ek", a=said)
    assert said in split(body, None, Known("Anna Ek <anna@las.example>")).new_text


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("Lägg upp en ny användare:\nAnna Ek\nLås AB\n08-123 45 67", "Lås AB"),
        ("Hej, lägg upp\n\nAnna Ek\n08-123 45 67\nKalle Berg\n08-123 45 68", "Kalle Berg"),
        ("Hej!\n\nAnna Ek här.\nAKUT! TELEFONERNA ÄR DÖDA\nRing mig på 070-123 45 67", "DÖDA"),
        ("Hej!\n\nAnna\nVÄXELN ÄR HELT NERE\ntel 08-123 45 67", "NERE"),
        ("Det dog.\n\nAnna Ek\nLås AB\n08-123 45 67\n\nDet gäller även faxen på lagret.", "faxen"),
        ("Det dog.\n\nAnna Ek\nLås AB\n08-123 45 67\n\nSamma sak på lagret i Solna.", "lagret"),
        ("Hej\nAnna kan inte ringa ut\nhon har nummer 08-123 45 67\nwww.las.example går inte heller", "hon har"),
    ],
)
def test_nothing_of_the_senders_own_is_cut(body: str, kept: str) -> None:
    assert kept in split(body, None, Known("Anna Ek <anna@las.example>")).new_text


def test_a_number_with_its_label_is_no_claim() -> None:
    assert not is_claim("Växel 08-465 004 00")
    assert is_claim("Växel 08-465 004 00 svarar inte")
