"""The facts that partners and staff want of a mail: which number fails, whom to ring, since when."""

import time

import pytest

from supportbot.triage import contacts, moments
from supportbot.triage.found import found
from supportbot.triage.registry import Customer, Registry, number_range

REGISTRY = Registry(
    customers=[
        Customer(
            "K1", "Lyktan AB", "", phone_numbers=tuple(map(number_range, ("+46406280400-+46406280419", "+46701740650")))
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "signature", "facts"),
    [
        ("Berört nummer: 040-628 04 03\nTid för felet: 31/8 ca 13:00, kvarstår", "",
         {"affected_number": "+46 40 628 04 03",
          "time_of_fault": "31/8 ca 13:00, kvarstår"}),
        ("Sedan i går kväll är 040-628 04 01 tyst.", "",
         {"affected_number": "+46 40 628 04 01", "time_of_fault": "Sedan i går kväll"}),
        ("It has been dead since Monday 31 Aug, about 14:00. Call me on 070-174 06 11.", "",
         {"time_of_fault": "since Monday 31 Aug, about 14:00",
          "contact_phone": "+46 70 174 06 11"}),
        ("Ring inte min mobil 070-174 06 11.", "",
         {}),
        ("Det är tyst. Ring 020-20 20 22?", "Ove, 040-628 04 02, mobil 070-174 06 12",
         {"contact_phone": "+46 70 174 06 12"}),
        ("Exempel: från 070-174 06 13 till 040-628 04 04 kl. 10.22.", "",
         {"example_call": "Exempel: från 070-174 06 13 till 040-628 04 04 kl. 10.22."}),
        ("Kan ni låta samtalen gå till 040-628 04 09?", "",
         {}),
        ("Numret är stumt sen klockan åtta.", "",
         {"time_of_fault": "sen klockan åtta"}),
        ("Det slutade i måndags efter lunch, och ingen märkte det förrän kl 15.", "",
         {"time_of_fault": "i måndags efter lunch"}),
        ("Vi märkte det i går. Ring mig på 040-628 04 09.", "",
         {"time_of_fault": "i går", "contact_phone": "+46 40 628 04 09"}),
    ],
)  # fmt: skip
def test_facts_for_the_partner(text: str, signature: str, facts: dict[str, str]) -> None:
    assert found(REGISTRY, "K1", text, signature) == facts


CONTACT, MOBILE = "+46 70 123 45 67", "+46 70 174 06 50"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Växeln är död. Ring 070-999 88 77", "+46 70 999 88 77"),
        ("Växeln är död. Ring 070-123 45 67", CONTACT),
        ("växeln är död. Ring 070-174 06 50", MOBILE),
        ("växeln är död, ring 070-174 06 50", MOBILE),
        ("Telefonerna går inte, ring gärna 070-123 45 67 så berättar jag.", CONTACT),
        ("Alt er dødt. Ring meg på 070-123 45 67", CONTACT),
        ("Alt er dødt. Ring til 070-123 45 67", CONTACT),
        ("Nothing works. Please call 070-123 45 67.", CONTACT),
        ("Nothing works. Call 070-123 45 67.", CONTACT),
        ("I can't log in, please call me on 070-123 45 67", CONTACT),
        ("Ni kan ringa mig på 070-123 45 67", CONTACT),
        ("Kan ni ringa 070-123 45 67?", CONTACT),
        ("Ring efter kl. 13 på 070-123 45 67", CONTACT),
        ("Ring mig på numret 070-174 06 50", MOBILE),
        ("Tel. 070-123 45 67", CONTACT),
        ("Ring inte, utan sms:a 070-123 45 67", CONTACT),
        ("Inget hörs här.\n/Ola 070-174 06 50", MOBILE),
        ("Inget hörs här. /ola, 070-174 06 50", MOBILE),
        ("Inget hörs här.\n\nOla 070-174 06 50", MOBILE),
    ],
)
def test_who_asks_for_a_call_names_no_affected_number(text: str, number: str) -> None:
    assert found(REGISTRY, "K1", text, sender="Ola Brandel <ola@lyktan.example>") == {"contact_phone": number}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("samtalen till 040-628 04 17 hamnar inte i svarsgruppen", "+46 40 628 04 17"),
        ("calls to 040-628 04 17 drop", "+46 40 628 04 17"),
        ("Calls to our number 040-628 04 17 ring out", "+46 40 628 04 17"),
        ("Det går inte att ringa till 040-628 04 17", "+46 40 628 04 17"),
        ("Ring 040-628 04 17 så hör ni felet.", "+46 40 628 04 17"),
        ("Testa att ringa 040-628 04 17", "+46 40 628 04 17"),
        ("Telefon 040-628 04 03 funkar inte.", "+46 40 628 04 03"),
        ("Växeln 040-628 04 00 är död.", "+46 40 628 04 00"),
        ("Ingen når oss på 040-628 04 00", "+46 40 628 04 00"),
        ("Customers can't call us on 040-628 04 00", "+46 40 628 04 00"),
        ("The phones ring but 040-628 04 03 doesn't", "+46 40 628 04 03"),
        ("Mobilen 070-174 06 50 är utan täckning\n/Ola 070-174 06 50", MOBILE),
        ("Anknytningen är död:\n\nAnna 040-628 04 01", "+46 40 628 04 01"),
        ("Hälsningen är fel.\n\nNummer 040-628 04 01.", "+46 40 628 04 01"),
        ("Röstbrevlådan är tom. Mitt nummer är 040-628 04 01.", "+46 40 628 04 01"),
        ("0406280403 och 0406280404 är tysta", "+46 40 628 04 03, +46 40 628 04 04"),
        ("Berörda nummer:\n- 040-628 04 01\n- 040-628 04 02", "+46 40 628 04 01, +46 40 628 04 02"),
        ("040-628 04 01 når inte 040-628 04 02", "+46 40 628 04 01"),
    ],
)
def test_the_number_that_fails(text: str, number: str) -> None:
    assert found(REGISTRY, "K1", text).get("affected_number") == number


@pytest.mark.parametrize(
    "text",
    [
        "Koppla samtalen till 040-628 04 17",
        "Please forward our calls to 040-628 04 17",
        "Calls to 08-465 004 17 drop",
        "Ring inte min mobil 070-174 06 50.",
        "Vidarekopplingen till 070-174 06 50 fungerar inte",
    ],
)
def test_neither_the_number_that_fails_nor_a_contact(text: str) -> None:
    assert found(REGISTRY, "K1", text) == {}


@pytest.mark.parametrize(
    ("text", "signature", "number"),
    [
        ("Kontakt hos kunden: Eva 040-628 04 03.", "Nord AB 08-465 004 11", "+46 8 465 004 11"),
        ("Kontakt hos kunden: Eva 040-628 04 03.", "", "+46 40 628 04 03"),
        ("Ring mig på 070-123 45 67.", "Nord AB 08-465 004 11", CONTACT),
    ],
)
def test_a_partners_own_number_is_the_one_it_signs_with(text: str, signature: str, number: str) -> None:
    assert found(REGISTRY, "K1", text, signature, from_partner=True)["contact_phone"] == number


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It has been dead since 9 am", "since 9 am"),
        ("It has been dead since 9 a.m. today", "since 9 a.m. today"),
        ("Dead since about 9 o'clock.", "since about 9 o'clock"),
        ("About 9 o’clock everything went quiet", "About 9 o’clock"),
        ("It stopped at nine.", "at nine"),
        ("At nine all phones were mute.", "At nine"),
        ("since 9:00", "since 9:00"),
        ("sedan nio i morse", "sedan nio i morse"),
        ("Slutade fungera vid 2 av kontoren", ""),
        ("It stopped at two of our sites", ""),
        ("since two weeks", ""),
        ("Please call me at nine", ""),
        ("We open at 9 am.", ""),
    ],
)
def test_the_hour_of_the_fault(text: str, told: str) -> None:
    assert moments.time_of_fault(text) == told


@pytest.mark.parametrize(
    "part", ["ring ", "call me ", "/a ", "at nine ", "since 9 ", "samtal till ", ",", ". ", "\n-", "till 1 "]
)
def test_no_text_takes_long(part: str) -> None:
    text = (part * 20_000)[:19_900]
    begin = time.process_time()
    found(REGISTRY, "K1", f"{text} 040-628 04 01 {text}"[-20_000:] + " 040-628 04 02")
    found(REGISTRY, "K1", f"040-628 04 01{text} 040-628 04 02")
    contacts.signed_from(text, [19_000], frozenset())
    assert time.process_time() - begin < 1
