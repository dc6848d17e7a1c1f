"""Who a mail is about, with customers, partners and mails of trades that no sample holds."""

import pytest

from supportbot.mail.message import Address, Forwarded
from supportbot.triage.registry import Customer, Partner, Registry, identify, number_range

REGISTRY = Registry(
    customers=[
        Customer("K1", "Lyktans Glasblåseri AB", "559034-5673", ("lyktan.example",), (),
                 (number_range("+46406280400-+46406280409"),)),
        Customer("K2", "Havtorn & Vide Begravningsbyrå", "559145-6784", ("havtornvide.example",), (),
                 (number_range("+46406280410"),)),
        Customer("K3", "Brf Tranbäret", "769612-3459", (), ("styrelsen@brevkorg.example",),
                 (number_range("+46406280411"),)),
        Customer("K4", "Kvarnhjulet Förvaltning AB", "559267-8907", ("kvarnhjulet.example",), (),
                 (number_range("+46406280412"),)),
        Customer("K5", "Tegel Arkitekter HB", "969756-7890", ("tegel.example",), ("rita@tegel.example",),
                 (number_range("+46406280413"),)),
        Customer("K6", "Tegel Juridik AB", "559378-9018", ("tegel.example",), (),
                 (number_range("+46406280414"),), "partner", "PX"),
        Customer("K7", "Isbjörnens Kylteknik AB", "559489-0120", ("isbjornen.example",), (),
                 (number_range("+46406280415"),), "partner", "PX"),
        Customer("K8", "Klang AB", "559590-1231", ("klang.example",), (),
                 (number_range("+46406280416"),), "partner", "PX"),
    ],
    partners=[Partner("PX", "Xylofon Telekom AB", ("Xylofon",), ("xylofon.example",))],
)  # fmt: skip


def about(sender: str | None, text: str, signature: str = "", subject: str = "", forward: Forwarded | None = None):  # type: ignore[no-untyped-def]
    address = Address("", sender) if sender else None
    return identify(REGISTRY, address, text, signature, forward, subject)


@pytest.mark.parametrize(
    ("sender", "text", "customer"),
    [
        ("styrelsen@brevkorg.example", "Hissen ringer inte.", "K3"),
        ("anna@lyktan.example", "Telefonen är tyst.", "K1"),
        ("anna@mail.lyktan.example", "Telefonen är tyst.", "K1"),
        ("rita@tegel.example", "Telefonen är tyst.", "K5"),
        ("per@tegel.example", "Telefonen är tyst.", None),
        ("per@tegel.example", "Telefonen är tyst hos oss på Tegel Juridik.", "K6"),
        ("per@tegel.example", "Hej från Juridik-sidan, nr 040-628 04 14", "K6"),
        ("privat@gmail.com", "Vårt orgnr är 5590345673", "K1"),
        ("privat@gmail.com", "Momsnr SE559034567301", "K1"),
        ("privat@gmail.com", "nummret hit är 040/628 04 05 ankn 12", "K1"),
        ("privat@gmail.com", "Jag jobbar på Lyktans Glasblåseri och når ingen.", "K1"),
        ("privat@gmail.com", "vi på havtorn och vide begravningsbyra når ingen", "K2"),
        ("privat@gmail.com", "Havtorn & Vides telefon är död.", "K2"),
        ("privat@gmail.com", "Bostadsrättsföreningen Tranbärets hisstelefon är stum.", "K3"),
        ("privat@gmail.com", "Lyktans Glasblåserie har ingen ton.", "K1"),
        ("privat@gmail.com", "Vi plockade tranbäret i skogen.", None),
        ("privat@gmail.com", "Klangen i luren är dålig.", None),
        ("privat@gmail.com", "Det låter illa på Klang AB", "K8"),
        ("privat@gmail.com", "Det låter illa.", None),
        ("privat@gmail.com", "Ring 020-20 20 22", None),
        (None, "Det gäller 040-628 04 10", "K2"),
    ],
)
def test_whose_mail_it_is(sender: str | None, text: str, customer: str | None) -> None:
    found = about(sender, text)
    assert found.customer == customer
    assert not found.contradiction


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        ("privat@gmail.com", "Org.nr 559034-5673, numret är 040-628 04 10"),
        ("anna@lyktan.example", "Vårt nummer 040-628 04 10 är tyst."),
        ("styrelsen@brevkorg.example", "Org.nr 559145-6784 gäller det."),
        ("anna@lyktan.example", "Vår förening har orgnr 769612-3459."),
        ("privat@gmail.com", "Numren 040-628 04 10 och 040-628 04 11 är döda."),
    ],
)
def test_evidence_that_contradicts_itself_names_nobody(sender: str, text: str) -> None:
    found = about(sender, text)
    assert found.customer is None
    assert found.contradiction
    assert any("different customers" in str(note) for note in found.notes)


@pytest.mark.parametrize(
    ("sender", "text", "signature"),
    [
        ("lisa@kvarnhjulet.example", "Vi förvaltar huset och skriver åt Brf Tranbäret, 769612-3459.",
         "Kvarnhjulet Förvaltning AB\n040-628 04 12"),
        ("lisa@kvarnhjulet.example", "Det gäller vår kund, org.nr 769612-3459. Deras hisstelefon är tyst.",
         ""),
        ("lisa@kvarnhjulet.example", "I am writing on behalf of our tenant Brf Tranbäret. Call me on 040-628 04 12.",
         ""),
        ("lisa@kvarnhjulet.example", "Vi sköter telefonin åt Brf Tranbäret, så det gäller dem och inte oss.",
         ""),
        ("lisa@kvarnhjulet.example", "Kund: Brf Tranbäret\nFel: hisstelefonen är tyst", ""),
        ("lisa@kvarnhjulet.example", "Det gäller grannföreningens nummer, grannens 040-628 04 11 är tyst.", ""),
        ("konsult@okand.example", "Jag är it-konsult åt föreningen med nummer 040-628 04 11.", "Okänd Data AB"),
    ],
)  # fmt: skip
def test_an_outsider_writes_about_another(sender: str, text: str, signature: str) -> None:
    found = about(sender, text, signature)
    assert found.customer == "K3"
    assert not found.sender_is_customer


@pytest.mark.parametrize(
    "text",
    [
        "Vår kund Lyktans Glasblåseri når inte oss.",
        "Vi skriver för att telefonen är tyst, och Lyktans Glasblåseri når inte oss.",
        "On behalf of our team: Lyktans Glasblåseri cannot reach us.",
    ],
)
def test_a_name_in_passing_does_not_move_the_mail(text: str) -> None:
    found = about("lisa@kvarnhjulet.example", text)
    assert found.customer == "K4"
    assert found.sender_is_customer


def test_a_partner_writes_about_its_customer() -> None:
    found = about("jour@xylofon.example", "Hej, Isbjörnens växel är tyst.", "Olle\nXylofon Telekom AB\nKlang")
    assert (found.customer, found.sender_is_partner, found.sender_is_customer) == ("K7", "PX", False)


def test_a_partner_names_nobody_with_its_signature() -> None:
    found = about("jour@xylofon.example", "Hej, det är tyst.", "Xylofon Telekom AB\nKlang AB")
    assert (found.customer, found.sender_is_partner) == (None, "PX")


def test_a_partner_forwards_its_customers_mail() -> None:
    forward = Forwarded("Ove <ove@isbjornen.example>", "tyst", "", "Vi hör inget.")
    assert about("jour@xylofon.example", "Se nedan.", "", "", forward).customer == "K7"


def test_the_subject_counts() -> None:
    found = about("jour@xylofon.example", "Enligt ovan.", subject="Klang AB 559590-1231: tyst")
    assert found.customer == "K8"
    assert found.evidence[0].start is None


def test_evidence_says_where_it_was_seen() -> None:
    text = "Hej,\nvårt nummer 040–628 04 05 är tyst."
    found = about("anna@lyktan.example", text)
    number, domain = found.evidence
    assert (number.strength, text[number.start : number.end]) == ("phone_number", "040–628 04 05")
    assert (domain.strength, domain.words, domain.row) == ("domain", "lyktan.example", "customers.csv K1")
    assert found.sender_is_customer


def test_a_shared_domain_proves_no_sender() -> None:
    found = about("per@tegel.example", "Nr 040-628 04 14")
    assert (found.customer, found.sender_is_customer) == ("K6", False)
    assert "shared by K5, K6" in str(found.notes[0])


def test_an_unknown_organisation_number_is_noted_and_a_personal_one_is_not() -> None:
    notes = about("anna@lyktan.example", "Nytt bolag 556901-2346, jag är 811218-9876.").notes
    assert [*map(str, notes)] == ["The organisation number 556901-2346 is in no customer's row."]


def test_a_long_text_of_digits_is_read_only_as_far_as_a_letter_goes() -> None:
    assert about("anna@lyktan.example", "08 465 00 4 " * 9000 + "040-628 04 10").customer == "K1"


def test_a_partner_that_is_a_customer_too_writes_for_itself_and_for_others() -> None:
    both = Registry(
        customers=[
            Customer("K1", "Xylofon Telekom AB", "", ("xylofon.example",)),
            Customer("K2", "Isbjörnens Kylteknik AB", "", ("isbjornen.example",), partner_id="PX"),
        ],
        partners=[Partner("PX", "Xylofon Telekom AB", (), ("xylofon.example",))],
    )
    sender = Address("", "jour@xylofon.example")
    forward = Forwarded("ove@isbjornen.example", "", "", "Tyst.")
    assert identify(both, sender, "Vår egen växel är tyst.").customer == "K1"
    assert identify(both, sender, "Se nedan.", "", forward).customer == "K2"
    assert identify(both, sender, "Isbjörnens Kylteknik är tyst.").customer == "K2"


@pytest.mark.parametrize(
    ("sender", "text", "signature", "customer"),
    [
        ("anna@lyktan.example", "Exempel: samtal i går 14.05 till 040-628 04 12, det hackade.", "", "K1"),
        ("anna@lyktan.example", "Samtalet från 040-628 04 12 bröts.", "Lyktans Glasblåseri AB", "K1"),
        ("anna@lyktan.example", "Jag ringde upp 040-628 04 12 och det sprakade.", "", "K1"),
        ("anna@lyktan.example", "My call at 9.40 to 040-628 04 12 was cut.", "", "K1"),
        ("anna@lyktan.example", "We called 040-628 04 12 twice, it crackled.", "", "K1"),
        ("anna@lyktan.example", "Opkaldet fra nummer 040-628 04 12 forsvandt.", "", "K1"),
        ("anna@lyktan.example", "Soitin numeroon 040-628 04 12, ääni katkesi.", "", "K1"),
        ("privat@gmail.com", "Samtal till 040-628 04 12 bröts.", "Lyktans Glasblåseri AB", "K1"),
        ("per@tegel.example", "Samtal till 040-628 04 12 bröts.", "Per, Tegel Juridik", "K6"),
        ("per@tegel.example", "Samtal till 040-628 04 12 bröts.", "Per\n040-628 04 13", "K5"),
        ("per@tegel.example", "Vi på Tegel Arkitekter hör inget. Samtal till 040-628 04 12 bröts.", "", "K5"),
        ("privat@gmail.com", "Samtal till 040-628 04 12 bryts.", "", "K4"),
        ("lisa@xylofon.example", "Samtal till 040-628 04 12 bryts.", "", "K4"),
    ],
)
def test_the_other_end_of_a_call_is_the_weakest_number(
    sender: str, text: str, signature: str, customer: str | None
) -> None:
    found = about(sender, text, signature)
    assert found.customer == customer
    assert not found.contradiction


@pytest.mark.parametrize(
    "text", ["Nå mig på 040-628 04 12.", "Vårt nummer är 040-628 04 12.", "Call me on 040-628 04 12"]
)
def test_a_number_of_ones_own_still_contradicts_the_domain(text: str) -> None:
    assert about("anna@lyktan.example", text).contradiction
