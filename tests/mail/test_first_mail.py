"""Forms, traces and tales in a first mail are its sender's own; an earlier mail below one is still cut."""

import pytest

from supportbot.mail.newtext import split
from supportbot.mail.parse import parse
from supportbot.mail.taken_up import Known, opens

# fmt: off
OWN = {
    "a form": "Till: Kundcenter\nFrån: Anna Ek\nDatum: 2026-11-27\nÄrende: Växeln\n\nAlla telefoner är döda.",
    "a form with an address": "Från: Anna Ek, anna@bygg.example\nDatum: 2026-11-27\n\nAlla telefoner är döda.",
    "a web form": "Från: Bo Ask <bo@ask.example>\nDatum: 2026-11-27\nÄmne: Växeln\n\nMeddelande: Växeln svarar inte.",
    "a leave": "Från: måndag 30 november 2026 08:00\nTill: fredag 4 december\nÄmne: Semester\n\nStyr om oss.",
    "an example": "Datum: 2026-11-26 09:12\nFrån: 4401@kund.example\nTill: 0701740600\nSvar: 486 Busy\n\nVarför 486?",
    "a SIP trace": "From: <sip:4410@reg.example>;tag=a73k\nTo: <sip:4410@reg.example>\n"
    "Date: Thu, 26 Nov 2026 08:12:00 GMT\nSubject: test\n\nSIP/2.0 403 Forbidden\n\nWhy do you say 403?",
    "a tale": "Den 24 november skrev Telia till oss:\n\nNumret är släppt.\n\nVi är utan telefon sedan i morse.",
    "a tale of a day": "Den 24 november kl 10 skrev Karin på Telia:\n\"Numret är släppt.\"\n\nStämmer det?",
    "an English tale": "On November 24 at 10:00 your technician wrote:\n\nIt is done.\n\nAll phones are dead.",
    "a log": "2026-11-26 09:12 anna@bygg.example:\nAnvändaren saknar licens\n\nVad betyder det?",
    "a log of calls": "Nov 26 09:12:01 pbx sent INVITE to sip:4401@reg.example:\n401 Unauthorized\n\nVad är fel?",
}
EARLIER = {
    "Outlook": "Från: Kundcenter\nSkickat: den 26 november 2026 09:12\nTill: Anna Ek\nÄmne: L\n\nHar ni startat om?",
    "a header with addresses": "From: Kundcenter <k@icentrex.example>\nDate: Thu, 26 Nov 2026 09:12:00 +0100\n"
    "To: anna@bygg.example\nSubject: L\n\nHar ni startat om?",
    "Gmail": "Den tors 26 nov. 2026 kl 09:12 skrev Kundcenter <k@icentrex.example>:\n\nHar ni startat om?",
    "with >": "Den 26 november 2026 09:12 skrev Kundcenter:\n\n> Har ni startat om?",
    "a marker": "-----Ursprungligt meddelande-----\nFrån: Kundcenter\nÄmne: L\n\nHar ni startat om?",
}
# fmt: on
OPENS = Known("Anna Ek <anna@bygg.example>", (), "Växeln", opens=True)


@pytest.mark.parametrize("own", OWN.values(), ids=OWN)
@pytest.mark.parametrize("above", ["Felanmälan från oss:", "Hej!", "Vi väntar på flytten, och nu det här."])
def test_what_looks_like_a_quote_in_a_first_mail_is_kept(own: str, above: str) -> None:
    found = split(f"{above}\n\n{own}\n\nMvh\nAnna", None, OPENS)
    assert found.new_text.split() == f"{above} {own}".split()
    assert (found.quoted, found.forwarded, found.signature.split()) == ("", None, ["Mvh", "Anna"])


@pytest.mark.parametrize("earlier", EARLIER.values(), ids=EARLIER)
def test_an_earlier_mail_below_a_first_one_is_cut(earlier: str) -> None:
    found = split(f"Ny fråga, se bort från förra.\n\n{earlier}", None, OPENS)
    assert found.new_text == "Ny fråga, se bort från förra."
    assert "Har ni startat om?" in found.quoted


@pytest.mark.parametrize("own", ["a tale", "an English tale", "a SIP trace"])
def test_a_tale_of_what_somebody_wrote_to_us_and_a_trace_are_kept_in_answers_too(own: str) -> None:
    found = split(f"Vi väntar på flytten.\n\n{OWN[own]}", None, Known(subject="SV: Växeln"))
    assert found.quoted == ""


@pytest.mark.parametrize("subject", ["Växeln", "Akut: växeln", "Fel: ingen ton", ""])
def test_a_subject_opens(subject: str) -> None:
    assert opens(subject)


@pytest.mark.parametrize("subject", ["SV: Växeln", "Re: x", "VB: x", "[EXT] RE: x", "VS: x", "Ang: x"])
def test_a_subject_answers(subject: str) -> None:
    assert not opens(subject)


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        ("Subject: Ny form", True),
        ("Subject: SV: Ny form", False),
        ("Subject: Ny form\nIn-Reply-To: <1@icentrex.example>", False),
        ("Subject: Ny form\nReferences: <1@icentrex.example>", False),
    ],
)
def test_the_headers_tell_whether_a_mail_opens(head: str, kept: bool) -> None:
    mail = parse(f"From: anna@bygg.example\n{head}\n\nVi undrar en sak.\n\n{OWN['a form']}".encode())
    assert ("Alla telefoner är döda" in mail.new_text) == kept


PASTED = (
    "Så här svarar er gateway:\n\n> show registration\n> state: unregistered\n\nVi väntar.",
    "Kunden skriver:\n> Jag kommer inte fram på 08-505 122 40.\n\nKan ni titta?",
    "Kunden Olle Ek skrev i går:\n> Er växel lägger på.\n\nKan ni titta?",
    "Steg vi har provat\n> Inställningar > Nätverk > Wifi av\n> Starta om",
)


@pytest.mark.parametrize("text", PASTED)
def test_lines_behind_arrows_are_the_senders_in_a_first_mail(text: str) -> None:
    found = split(text, None, Known(opens=True))
    assert (found.new_text, found.quoted) == (text, "")


@pytest.mark.parametrize("text", PASTED)
def test_in_an_answer_they_are_quoted(text: str) -> None:
    assert split(f"Hej!\n\n{text}", None, Known(subject="SV: Växeln")).quoted


def test_what_a_program_introduces_is_quoted_in_a_first_mail_too() -> None:
    found = split("Nu är den tyst.\n\nDen 3 maj 2026 kl. 10:00 skrev Ove:\n> Ringer den?", None, Known(opens=True))
    assert found.new_text == "Nu är den tyst."


def test_the_language_is_that_of_the_own_words() -> None:
    body = "Vi får det här:\n\n> I'm sorry to have to inform you that your message could not be delivered to anyone.\n"
    mail = parse(f"From: anna@bygg.example\nSubject: Felet\n\n{body}".encode())
    assert "could not be delivered" in mail.new_text and mail.language == "sv"
