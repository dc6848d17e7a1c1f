"""Absence notices and undeliverable mails of other languages and systems, by wording; people who write of the same."""

import pytest

from supportbot.mail.message import ParsedMail
from supportbot.mail.parse import parse

NULL = "Return-Path: <>"
OUTLOOK = "From: Microsoft Outlook <MicrosoftExchange329e@kund.example>"


def _mail(subject: str, text: str, *fields: str) -> ParsedMail:
    head = "\n".join((*fields, f"Subject: {subject}", "To: kundcenter@icentrex.se", "Message-ID: <a@b.example>"))
    return parse(f"{head}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}\n".encode())


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Frånvarande: ärende", "Hej, jag är ledig. Tillbaka måndag 5/8."),
        ("Inte på kontoret: ärende", "Jag är inte på kontoret v 28-31, kontakta växeln."),
        ("I'm away: svar", "I am on annual leave and will be back on 5 August."),
        ("Abwesenheitsnotiz: svar", "Ich bin bis 5.8. im Urlaub."),
        ("Absence du bureau : svar", "Je suis absente jusqu'au 5 août."),
        ("Fuera de la oficina: svar", "Estoy de vacaciones hasta el 5 de agosto."),
        ("Fuori sede: svar", "Sono in ferie fino al 5 agosto."),
        ("Afwezig: svar", "Ik ben tot 5 augustus met vakantie."),
        ("Fraværende: svar", "Jeg er på ferie og er tilbake mandag 5. august."),
        ("Poissa: svar", "Olen lomalla 5.8. asti."),
        ("Poza biurem: svar", "Jestem na urlopie do 5 sierpnia."),
        ("Fora do escritório: svar", "Estou de férias."),
        ("Нет на работе: svar", "Я в отпуске до 5 августа."),
        ("Mimo kancelář: svar", "Jsem na dovolené do 5. srpna."),
        ("不在: svar", "休暇のため不在です。"),
    ],
)
@pytest.mark.parametrize(
    "field", ["X-Other: yes", "In-Reply-To: <x@icentrex.se>", NULL, "X-Auto-Response-Suppress: All"]
)
def test_an_absence_is_no_persons_mail(subject: str, text: str, field: str) -> None:
    mail = _mail(subject, text, "From: Anna Ek <anna@kund.example>", field)
    assert (mail.nature, mail.may_answer, mail.failed) == ("auto_reply", False, ())


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Semester: ändra svarsmeddelande", "Vi har semester v 28, kan ni ändra talsvaret?"),
        ("Ferie: åpningstider", "Vi har ferie fra mandag, kan dere legge inn stengt?"),
        ("Urlaub: Ansage", "Wir haben ab Montag zu, können Sie die Ansage ändern?"),
        ("Away message", "Please change our away message, we are closed Monday."),
        ("Frånvaro fungerar inte", "Jag är på semester nästa vecka och behöver hänvisning."),
        ("SV: Out of office", "Jag är tillbaka måndag, men telefonen är trasig."),
        ("Undeliverable: röstbrevlåda", "Vi får felet 'could not be delivered' 550 5.1.1 på röstmejl."),
    ],
)
def test_a_person_who_writes_of_it_stays_a_person(subject: str, text: str) -> None:
    mail = _mail(subject, text, "Return-Path: <anna@kund.example>", "From: Anna Ek <anna@kund.example>")
    assert mail.nature == "human"


@pytest.mark.parametrize(
    ("sender", "subject", "text", "permanent", "given_up"),
    [
        ("From: MAILER-DAEMON@mx.example", "failure notice",
         "Hi. This is the qmail-send program.\n\n<a@kund.example>:\nRemote host said: 550 5.1.1 unknown", True, True),
        ("From: MAILER-DAEMON@mx.example", "failure notice",
         "This is the qmail-send program.\n\n<a@kund.example>:\nNo connection. (#4.4.1)\nI'm not going to try again",
         False, True),
        ("From: Mail Router <postmaster@x.example>", "DELIVERY FAILURE: User a (a@kund.example) not listed",
         "Your message\n\nwas not delivered to:\n\n  a@kund.example\n\nbecause:\n\n  User not listed", True, True),
        ("From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Delay)",
         "There was a temporary problem delivering your message to a@kund.example. Gmail will retry for 46 more hours.",
         False, False),
        (OUTLOOK, "Unzustellbar: svar", "Fehler bei Zustellung an:\n\na@kund.example\n550 5.1.1 none", True, True),
        (OUTLOOK, "Ei voi toimittaa: svar", "Ei voitu toimittaa:\n\na@kund.example\n550 5.1.10 none", True, True),
        (OUTLOOK, "Non remis : svar", "Échec de la remise :\n\na@kund.example\n#550 5.1.1 not found", True, True),
        (OUTLOOK, "Niedostarczalne: svar", "Nie można dostarczyć:\n\na@kund.example\n#550 5.1.1 not found", True, True),
    ],
)  # fmt: skip
def test_a_lost_mail_is_told_by_its_wording(
    sender: str, subject: str, text: str, permanent: bool, given_up: bool
) -> None:
    mail = _mail(subject, text, NULL, sender)
    assert mail.nature == "bounce"
    assert [(one.address, one.permanent, one.given_up) for one in mail.failed] == [
        ("a@kund.example", permanent, given_up)
    ]
