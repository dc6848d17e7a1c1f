"""Delivery statuses: the standard's form and the old ones, recipient by recipient, and never a person's quotation."""

import json
from pathlib import Path

import pytest

from supportbot.mail.message import Desk, FailedRecipient, ParsedMail
from supportbot.mail.parse import parse

SHARED = Path(__file__).parents[2] / ".." / "shared"


def _mail(head: str, body: str) -> ParsedMail:
    return parse(f"{head}\n\n{body}".replace("\n", "\r\n").encode())


def _dsn(*recipients: str, sender: str = "MAILER-DAEMON@mx.kund.se", path: str = "<>") -> ParsedMail:
    blocks = "\n\n".join(recipients)
    return _mail(
        f"Return-Path: {path}\nFrom: {sender}\nTo: kundcenter@icentrex.se\nSubject: Undelivered Mail\n"
        f"MIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
        f"--x\nContent-Type: text/plain\n\nSorry.\n\n--x\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx\n\n{blocks}"
        "\n\n--x\nContent-Type: message/rfc822\n\nMessage-ID: <ack.1.x@icentrex.se>\nTo: anna@kund.se\n\nHej\n--x--\n",
    )


def _block(address: str, action: str, status: str, diagnostic: str = "smtp; 550 no") -> str:
    return f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: {diagnostic}"


def test_a_standard_bounce_names_recipient_reason_and_our_mail() -> None:
    mail = _dsn(
        _block("anna@kund.se", "failed", "5.1.1 (bad mailbox)", "smtp; 550 5.1.1\n <anna@kund.se> User unknown")
    )
    assert mail.nature == "bounce" and not mail.may_answer
    assert mail.failed == (
        FailedRecipient("anna@kund.se", True, "5.1.1", "550 5.1.1 <anna@kund.se> User unknown", True),
    )
    assert mail.returned_ids == ("ack.1.x@icentrex.se",)


@pytest.mark.parametrize(
    ("action", "status", "permanent", "given_up", "nature"),
    [
        ("failed", "5.1.1", True, True, "bounce"),
        ("Failed (fatal)", "4.4.7", False, True, "bounce"),
        ("delayed", "4.4.1", False, False, "bounce"),
        ("delayed", "5.1.1", False, False, "bounce"),
        ("delivered", "2.1.5", None, False, "report"),
        ("relayed", "2.0.0", None, False, "report"),
        ("expanded", "2.0.0", None, False, "report"),
        ("", "5.2.2", True, True, "bounce"),
        ("", "4.2.2", False, False, "bounce"),
        ("strange", "2.0.0", None, False, "report"),
    ],
)
def test_each_action_is_for_good_or_not(
    action: str, status: str, permanent: bool | None, given_up: bool, nature: str
) -> None:
    mail = _dsn(_block("anna@kund.se", action, status))
    assert [(one.permanent, one.given_up) for one in mail.failed] == [(permanent, given_up)]
    assert mail.nature == nature


def test_recipients_are_judged_one_by_one_and_by_the_address_we_wrote_to() -> None:
    mail = _dsn(
        _block("a@kund.se", "delivered", "2.1.5"),
        "Original-Recipient: rfc822;b@kund.se\n" + _block("b@inside.local", "failed", "5.1.1"),
    )
    assert [(one.address, one.permanent) for one in mail.failed] == [("a@kund.se", None), ("b@kund.se", True)]
    assert mail.nature == "bounce"


def test_a_report_from_a_persons_address_is_no_bounce() -> None:
    block = _block("chef@kund.se", "failed", "5.1.1")
    assert _dsn(block, sender="Anna <anna@kund.se>", path="<anna@kund.se>").nature == "human"
    assert _dsn(block, sender="Anna <anna@kund.se>", path="<>").nature == "bounce"


def test_where_the_status_is_garbled_the_returned_mail_says_whom_it_was_to() -> None:
    mail = _dsn("Action\n: : :\nFinal-Recipient\n")
    assert (mail.nature, [one.address for one in mail.failed]) == ("bounce", ["anna@kund.se"])


OLD_FORMS = {
    "exim": (
        "From: Mail Delivery System <Mailer-Daemon@mx.se>\nSubject: Mail delivery failed: returning message to sender",
        "A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. "
        "The following address(es) failed:\n\n  anna@kund.se\n"
        "    host mx.kund.se [192.0.2.1]: 550 5.1.1 User unknown\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\nReceived: from x\n"
        "Message-Id: <ack.1.x@icentrex.se>\n",
        ("anna@kund.se", True, "5.1.1"),
    ),
    "exim delay": (
        "From: Mail Delivery System <mailer-daemon@mx.se>\nSubject: Warning: message 1abc-1 delayed 24 hours",
        "A message that you sent has not yet been delivered to one or more of its\nrecipients.\n\n  anna@kund.se\n"
        "    Delay reason: 451 4.4.1 timed out\n\n"
        "No action is required on your part. Delivery attempts will continue.\n",
        ("anna@kund.se", False, "4.4.1"),
    ),
    "qmail": (
        "From: MAILER-DAEMON@mx.se\nReturn-Path: <>\nSubject: failure notice",
        "Hi. This is the qmail-send program at mx.se.\nI'm afraid I wasn't able to deliver your message.\n\n"
        "<anna@kund.se>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        "--- Below this line is a copy of the message.\n\n"
        "Return-Path: <kundcenter@icentrex.se>\nMessage-ID: <ack.1.x@icentrex.se>\n",
        ("anna@kund.se", True, "5.1.1"),
    ),
    "exchange": (
        "From: Microsoft Outlook <postmaster@kund.se>\nReturn-Path: <>\nSubject: Oleverbart: Ditt ärende",
        "Det gick inte att leverera meddelandet till följande mottagare:\n\nanna@kund.se<mailto:anna@kund.se>\n"
        "E-postadressen hittades inte.\n\nRemote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'\n",
        ("anna@kund.se", True, "5.1.10"),
    ),
    "swedish delay": (
        "From: Postmaster <postmaster@kund.se>\nSubject: Leveransen försenad: Ditt ärende",
        "Leverans till följande mottagare har försenats:\n\nanna@kund.se\n\n"
        "Servern svarar: 451 4.4.1 Connection timed out.\n",
        ("anna@kund.se", False, "4.4.1"),
    ),
    "by words alone": (
        "From: MAILER-DAEMON@mx.se\nSubject: Delivery failure",
        "Unable to deliver message to: <anna@kund.se>\nThe mailbox is full.\n",
        ("anna@kund.se", True, "5.2.2"),
    ),
    "failed recipients in the header": (
        "From: MAILER-DAEMON@mx.se\nX-Failed-Recipients: anna@kund.se\nSubject: x",
        "554 rejected\n",
        ("anna@kund.se", True, "5.7.1"),
    ),
}


@pytest.mark.parametrize("form", OLD_FORMS)
def test_the_old_forms(form: str) -> None:
    head, body, expected = OLD_FORMS[form]
    mail = _mail(f"{head}\nTo: kundcenter@icentrex.se\nContent-Type: text/plain; charset=utf-8", body)
    assert mail.nature == "bounce"
    assert [(one.address, one.permanent, one.status) for one in mail.failed] == [expected]
    assert mail.returned_ids == (("ack.1.x@icentrex.se",) if "ack.1.x" in body else ())


@pytest.mark.parametrize(("head", "body", "_"), OLD_FORMS.values(), ids=OLD_FORMS)
def test_a_person_who_quotes_a_bounce_stays_a_person(head: str, body: str, _: object) -> None:
    subject = next(line for line in head.splitlines() if line.startswith("Subject"))
    for shown in (body, f"Vad betyder detta?\n\n{body}"):
        mail = _mail(f"From: Anna <anna@kund.se>\nReturn-Path: <anna@kund.se>\n{subject}", shown)
        assert mail.nature == "human" and mail.failed == ()


def test_an_absence_notice_with_the_null_path_is_no_bounce() -> None:
    for subject in ("Automatiskt svar: Telefonerna kan inte levereras", "Telefonerna kan inte levereras"):
        mail = _mail(
            f"From: Anna <anna@kund.se>\nReturn-Path: <>\nSubject: {subject}\nAuto-Submitted: auto-replied",
            "Jag är ledig. Skriv till bo@kund.se i stället. Please use the address bo@kund.se.\n",
        )
        assert (mail.nature, mail.failed) == ("auto_reply", ())


def test_the_recipient_of_the_mail_below_a_notice_that_names_none() -> None:
    body = "It could not be delivered.\nError: no valid recipients\n\nOriginal Message:\nFrom: a@icentrex.se\nTo: %s\n"
    head = "From: MAILER-DAEMON@mx.kund.se\nSubject: Undeliverable mail"
    assert [one.address for one in _mail(head, body % "bo@kund.se").failed] == ["bo@kund.se"]
    assert _mail(head, body % "bo@kund.se, eva@kund.se").failed == ()


def test_the_public_suites_bounces() -> None:
    expected = SHARED / "mail-suites" / "sisimai" / "expected.jsonl"
    if not expected.exists():
        pytest.skip("no shared suites here")
    cases = [json.loads(line) for line in expected.read_text("utf-8").splitlines()]
    for case in cases[::5]:
        mail = parse((expected.parent / case["file"]).read_bytes())
        assert (mail.nature == "bounce") == case["is_bounce"], case["file"]
        assert mail.may_answer is not case.get("no_autoreply"), case["file"]


@pytest.mark.parametrize(
    ("stated", "address"),
    [
        ("utf-8; åke@eai.example", "åke@eai.example"),
        ("utf-8; \\x{E5}ke@eai.example", "åke@eai.example"),
        ("utf-8; eva.åberg@eai.example", "eva.åberg@eai.example"),
        ("utf-8; bo@åkeri.example", "bo@åkeri.example"),
        ("utf-8; аня@почта.example", "аня@почта.example"),
        ("utf-8; \\x{D800}a@eai.example", "x{D800}a@eai.example"),
    ],
)
def test_an_internationalised_recipient_is_whole(stated: str, address: str) -> None:
    """RFC 6533 §3. A part of it may be another's address."""
    mail = _dsn(f"Final-Recipient: {stated}\nAction: failed\nStatus: 5.1.1")
    assert [each.address for each in mail.failed] == [address]


def test_an_internationalised_recipient_in_words_is_whole() -> None:
    text = "Hi. This is the qmail-send program.\nI wasn't able to deliver your message.\n\n"
    text += "<eva.åberg@eai.example>:\nno such user"
    mail = parse(f"From: MAILER-DAEMON@mx.kund.se\nReturn-Path: <>\nSubject: failure notice\n\n{text}".encode())
    assert [each.address for each in mail.failed] == ["eva.åberg@eai.example"]


WEAK = "From: %s\nTo: kundcenter@icentrex.se\nSubject: %s\nContent-Type: text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        (
            "noreply@fax.se",
            "Faxet kunde inte levereras",
            "Ditt fax till 08-465 00 70 kunde inte levereras (550 upptaget).",
        ),
        ("no-reply@pbx.se", "Voicemail delivery failed", "The recording could not be delivered to extension 214."),
        ("root@pbx.se", "Delivery report: trunk", "550 5.7.1 trunk unreachable, 12 calls."),
        (
            "noreply@dhl.se",
            "Delivery failed: 4711",
            "Your parcel could not be delivered. Ask at kundcenter@icentrex.se.",
        ),
        (
            "noreply@x.se",
            "3 messages could not be delivered",
            "kundcenter@icentrex.se: could not be delivered, password",
        ),
        (
            "Bo Ek <postmaster@kund.se>",
            "Undeliverable mails",
            "Hi,\n\nmails are undeliverable: 550 5.7.1.\n\nbo@kund.se",
        ),
        (
            "it-admin@kund.se",
            "Undeliverable mails",
            "Your mails could not be delivered since Monday, 550.\nann@kund.se",
        ),
        ("System Administrator <bo@kund.se>", "Mail delivery to us", "Rejected, 550 5.7.1 SPF. Please fix."),
    ],
)
def test_notices_and_people_with_the_words_of_a_bounce_lose_no_mail(sender: str, subject: str, text: str) -> None:
    mail = _mail(WEAK % (sender, subject), text)
    assert mail.nature in ("human", "machine") and mail.failed == (), mail.nature_because


@pytest.mark.parametrize(
    "text",
    [
        "Delivery has failed to these recipients:\n\nanna@kund.se\n550 5.1.1 not found\n",
        "Your mail could not be delivered.\n\nMessage-ID: <ack.1.x@icentrex.se>\n",
    ],
)
def test_a_weak_sender_that_names_the_mail_is_believed(text: str) -> None:
    assert _mail(WEAK % ("noreply@mx.se", "Undeliverable: Växeln"), text).nature == "bounce"


def test_an_alarm_with_the_null_path_is_no_bounce() -> None:
    head = WEAK % ("noreply@rec.se", "Inspelning kunde inte levereras")
    assert _mail(f"Return-Path: <>\n{head}", "Inspelningen kunde inte levereras, 552 full.").nature == "machine"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Levering forsinket: Re: x", "Levering til disse mottakerne er forsinket:\n\nanna@kund.se\n"),
        ("Forsinket levering: Re: x", "Levering til følgende modtagere er forsinket:\n\nanna@kund.se\n"),
        ("Toimitus viivästynyt: Re: x", "Toimitus seuraaville vastaanottajille on viivästynyt:\n\nanna@kund.se\n"),
        ("Zustellung verzögert: Re: x", "Die Zustellung an folgende Empfänger verzögert sich:\n\nanna@kund.se\n"),
    ],
)
@pytest.mark.parametrize("local", ["postmaster", "mailer-daemon"])
def test_a_delay_is_a_bounce_that_is_not_for_good(subject: str, text: str, local: str) -> None:
    mail = _mail("Return-Path: <>\n" + WEAK % (f"{local}@mx.kund.se", subject), text)
    assert mail.nature == "bounce"
    assert [(one.address, one.permanent) for one in mail.failed] == [("anna@kund.se", False)]


@pytest.mark.parametrize("ours", ["kundcenter@icentrex.se", "elsewhere@icentrex.se"])
@pytest.mark.parametrize(
    "text",
    [
        "Afsenderadresse: kundcenter@icentrex.se\nModtageradresse: anna@kund.se\n",
        "Lähettäjän osoite:\nkundcenter@icentrex.se\nVastaanottajan osoite:\nanna@kund.se\n",
        "Absenderadresse: | kundcenter@icentrex.se\nEmpfängeradresse: | anna@kund.se\n",
        "Adresse de l'expéditeur: kundcenter@icentrex.se\nAdresse du destinataire: anna@kund.se\n",
        "Sender Address:\tkundcenter@icentrex.se\nRecipient Address:\tanna@kund.se\n",
        "From: kundcenter@icentrex.se\nTo: anna@kund.se\n",
        "Your message from kundcenter@icentrex.se to anna@kund.se was rejected.\n",
    ],
)
def test_who_sent_the_mail_is_no_recipient_of_it(text: str, ours: str) -> None:
    head = WEAK % ("Microsoft Outlook <postmaster@kund.se>", "Undeliverable: x")
    raw = f"Return-Path: <>\n{head}\n\nIt could not be delivered. 550 5.1.1\n\n{text}".replace("\n", "\r\n").encode()
    assert [one.address for one in parse(raw, Desk((ours,), "mx")).failed] == ["anna@kund.se"]


def test_our_own_address_is_no_recipient_wherever_it_stands() -> None:
    text = "It could not be delivered. 550 5.1.1\n\nkundcenter@icentrex.se\nanna@kund.se\n"
    raw = f"From: MAILER-DAEMON@mx.se\nSubject: Undeliverable\n\n{text}".encode()
    assert [one.address for one in parse(raw, Desk(("kundcenter@icentrex.se",), "mx")).failed] == ["anna@kund.se"]


ALIAS = "Original-Recipient: rfc822; jour@kund.se\n"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_several_behind_one_address_none_that_failed_is_passed_over(order: tuple[int, int]) -> None:
    blocks = (
        ALIAS + _block("anna@kund.se", "delivered", "2.0.0", "smtp; 250 ok"),
        ALIAS + _block("bo@kund.se", "failed", "5.1.1", "smtp; 550 5.1.1 unknown"),
    )
    mail = _dsn(*(blocks[at] for at in order))
    assert mail.nature == "bounce"
    assert [(one.address, one.status, one.given_up) for one in mail.failed] == [("jour@kund.se", "5.1.1", True)]
