"""Whose mail it is, and whether it may be answered: headers first, words second, and a person stays a person."""

import json
from pathlib import Path

import pytest

from supportbot.mail.message import Desk, ParsedMail
from supportbot.mail.parse import parse

SHARED = Path(__file__).parents[2] / ".." / "shared"
DESK = Desk(("kundcenter@icentrex.se",), "mx.icentrex.se")
ANNA = "From: Anna <anna@kund.se>"
TO_US = "To: kundcenter@icentrex.se"


def _mail(*fields: str, text: str = "Hej,\n\nväxeln ligger nere.\n\nAnna", desk: Desk = DESK) -> ParsedMail:
    names = {field.partition(":")[0].lower() for field in fields}
    given = [*fields, *([] if "from" in names else [ANNA]), *([] if "to" in names else [TO_US])]
    given += [] if "subject" in names else ["Subject: Växeln"]
    given += [] if "content-type" in names else ["Content-Type: text/plain; charset=utf-8"]
    return parse(("\r\n".join([*given, "", ""]) + text.replace("\n", "\r\n")).encode(), desk)


ONE_CLICK = ("List-Unsubscribe: <mailto:x@y.se>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click")


@pytest.mark.parametrize(
    ("fields", "nature"),
    [
        ((), "human"),
        (("Auto-Submitted: no",), "human"),
        (("Auto-Submitted:  No  (skickat av en person)",), "human"),
        (("Auto-Submitted: no; owner-email=x",), "human"),
        (("Auto-Submitted: auto-replied (vacation)",), "auto_reply"),
        (("auto-submitted: AUTO-REPLIED",), "auto_reply"),
        (("Auto-Submitted: no", "Auto-Submitted: auto-replied"), "auto_reply"),
        (("Auto-Submitted: auto-generated",), "machine"),
        (("Auto-Submitted: auto-generated; type=alarm",), "machine"),
        (("Auto-Submitted: auto-notified",), "machine"),
        (("Auto-Submitted: auto-generated", "In-Reply-To: <ack.1.x@icentrex.se>"), "auto_reply"),
        (("Auto-Submitted: auto-generated", "Subject: Automatiskt svar: Problem"), "auto_reply"),
        (("Auto-Submitted: auto-generated", "In-Reply-To: <a@b>", "X-Zendesk-From-Account-Id: 1"), "machine"),
        (("X-Autoreply: yes",), "auto_reply"),
        (("X-Autorespond: Problem",), "auto_reply"),
        (("X-Autoreply-From: a@b.se",), "auto_reply"),
        (("Precedence: auto_reply",), "auto_reply"),
        (("X-Apple-Action: VACATION",), "auto_reply"),
        (("Subject: Automatic reply: Outage",), "human"),  # nothing else says so, and the text tells of a fault
        (("Subject: Automatic reply: Outage", "In-Reply-To: <a@b.se>"), "auto_reply"),
        (("Subject: Automatic reply: Outage", "Return-Path: <>"), "auto_reply"),
        (("Auto-Submitted: auto-generated", "Message-ID: <2@nms.se>", "In-Reply-To: <1@nms.se>"), "machine"),
        (("Auto-Submitted: auto-generated", "In-Reply-To: <alarm.1@kund.se>"), "machine"),
        (("Subject: Autosvar: Växeln", "In-Reply-To: <a@b.se>"), "auto_reply"),
        (("Subject: Vi har tagit emot ditt ärende", "Precedence: bulk"), "auto_reply"),
        (("Subject: [#55120] We have received your request", "X-Auto-Response-Suppress: All"), "auto_reply"),
        (("From: noreply@kund.se",), "machine"),
        (("X-FC-Machinegenerated: true",), "machine"),
        (("X-FC-Machinegenerated: false",), "human"),
        (("Content-Class: IPM.Outlook.Recall",), "machine"),
        (("X-Auto-Response-Suppress: All",), "human"),
        (("Precedence: bulk",), "human"),
        (("List-Id: <grupp.kund.se>", "List-Post: <mailto:grupp@kund.se>"), "human"),
        (("List-Id: <grupp.kund.se>", "To: grupp@kund.se"), "bulk"),
        (("List-Unsubscribe: <mailto:x@y.se>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "human"),
        ((*ONE_CLICK, "Feedback-ID: 1:2:3:esp"), "human"),
        ((*ONE_CLICK, "Precedence: bulk"), "human"),
        ((*ONE_CLICK, "List-Id: <12.esp.se>"), "human"),
        ((*ONE_CLICK, "To: alla@kund.se"), "bulk"),
        (("Auto-Submitted: (sent (by \\) hand); auto-replied) NO ; owner=x",), "human"),
        (("Auto-Submitted: no (by hand (really))",), "human"),
        (("Auto-Submitted: (vacation (sieve)) auto-replied",), "auto_reply"),
        (("Auto-Submitted: (((auto-generated",), "human"),
        (("X-ServiceNow-Generated: true",), "machine"),
        (("From: wordpress@kund.se",), "machine"),
        (("From: do_not_reply@kund.se",), "machine"),
        (("From: ingen-svar@kund.se",), "machine"),
        (("From: postmaster@kund.se",), "human"),
        (("Return-Path: <bounces+1-abc@mail.example>",), "human"),
    ],
)
def test_headers_say_whose_mail_it_is(fields: tuple[str, ...], nature: str) -> None:
    mail = _mail(*fields)
    assert mail.nature == nature, mail.nature_because
    assert bool(mail.nature_because) == (nature != "human")
    assert mail.may_answer is False or nature == "human"


@pytest.mark.parametrize(
    ("subject", "text", "nature"),
    [
        ("Frånvaro", "Jag är på semester till den 5 augusti. Kontakta växeln.", "auto_reply"),
        ("Out of office", "I am on annual leave, back on Monday.", "auto_reply"),
        ("Abwesend: Anfrage", "Ich bin bis 5. August im Urlaub.", "auto_reply"),
        ("Poissa", "Olen kesälomalla 31.7. asti.", "auto_reply"),
        ("Fraværende", "Jeg er på ferie, tilbage den 3. august.", "auto_reply"),
        ("Tack!", "Tack för ditt mejl.\nDetta är ett automatiskt svar och kan inte besvaras.", "auto_reply"),
        ("Ticket #5513 received: [ICX-1]", "We have received your request.", "auto_reply"),
        ("Réponse automatique\u00a0: Panne", "Je suis absente jusqu'au 4 décembre.", "auto_reply"),
        ("Réponse automatique : Panne", "Merci pour votre message.", "auto_reply"),
        ("Automatiskt svar: SV: Växeln ligger nere", "Jag är på semester till den 5 augusti.", "auto_reply"),
        ("Automatic reply: [ICX-1] The phone is dead", "I no longer work for Kund AB.", "auto_reply"),
        ("AUTO: Bo Ek is out of the office", 'I am out of the office.\nNote: "Re: it does not ring"', "auto_reply"),
        ("Bo Ek is out of the office.", "I will be out of the office starting 2026-05-04.", "auto_reply"),
        ("OOO Re: Case 41203", "I am on leave until 7 December.", "auto_reply"),
        ("Tak", "Tak for din henvendelse. Dette er en automatisk besked.", "auto_reply"),
        ("Bekreftelse", "Vi har mottatt din henvendelse. Dette er en automatisk generert melding.", "auto_reply"),
        # a robot's word for a message that answers none: a person shows us an alarm
        ("Fel mejl", "Hej, det här kommer varje natt:\n\nDetta är ett automatiskt meddelande.\n\nAnna", "human"),
        ("Fel mejl", "Hej, vi får detta:\n\nDetta är ett automatiskt svar. Spara det.\n\nAnna", "human"),
        ("SV: Kön", "Detta är ett automatiskt svar, säger kön.\nDen svarar inte på knappval.", "human"),
        # a person's absence, and a fault of an automatic reply
        ("Semester: koppla mitt nummer till Eva", "Jag är på semester vecka 28, åter måndag.", "human"),
        ("Semester", "Jag är på semester vecka 28. Mina samtal ska gå till Eva.", "human"),
        ("Out of office: set my calls to go to James please", "I am on leave next week.", "human"),
        ("Ferie", "Jeg er på ferie i næste uge. Viderestil mit nummer til Jens.", "human"),
        ("Ferie: sett over samtalene mine til Kjell", "Jeg er på ferie, tilbake mandag.", "human"),
        ("Lomalla", "Olen lomalla ensi viikolla. Käännä numeroni Päiville.", "human"),
        ("Frånvarande", "Jag är frånvarande till den 4 maj, men växeln säger att jag är inne.", "human"),
        ("Automatiskt svar: fel språk spelas upp", "Tack för ditt mejl. Det är engelska i stället.", "human"),
        ("Automatic reply: not played", "Since Monday callers get nothing but silence.", "human"),
        ("Automatisk svar: virker ikke", "Kundene hører bare stillhet.", "human"),
        ("Autosvaret virker ikke", "Autosvaret virker ikke siden i går.", "human"),
        ("Out of office: wrong message is played", "Callers hear that I am out of office.", "human"),
        # a person's mails about just these things
        ("Autosvar fungerar inte", "Vårt autosvar spelas inte upp när det är stängt.", "human"),
        ("Autosvar", "Vi vill ha ett nytt autosvar i kön.", "human"),
        ("Autosvar: hej", "Vi vill ha ett nytt autosvar i kön.", "human"),
        ("Frånvaro: visas inte i appen", "När jag är på kontoret visas ändå frånvaro.", "human"),
        ("SV: Automatiskt svar: Växeln", "Tack, men jag behöver hjälp nu.", "human"),
        ("SV: Vi har tagit emot ditt ärende", "Nu funkar det igen.\n\n> Vi har tagit emot ditt ärende", "human"),
        (
            "SV: Ärende",
            "Nej.\n\nFrån: iCentrex <kundcenter@icentrex.se>\nÄmne: Ärende\n\nDetta är ett automatiskt svar.",
            "human",
        ),
        ("Re: Ticket", "No.\n\nOn Monday iCentrex wrote:\nThis is an automatic reply.", "human"),
        ("Talsvar", 'När man ringer hörs "detta är ett automatiskt svar" och sedan tystnad.', "human"),
        ("Vi har mottagit er offert", "Vi tackar ja till fyra telefoner.", "human"),
        ("Read: kan inte läsa meddelanden", "Röstbrevlådan läser inte upp.", "human"),
        ("Undeliverable", "Vi får studsar: 550 5.1.1 user unknown när vi skickar fax.", "human"),
    ],
)
def test_words_say_it_only_where_no_person_would_write_them(subject: str, text: str, nature: str) -> None:
    mail = _mail(f"Subject: {subject}", text=text)
    assert mail.nature == nature, mail.nature_because


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("larm@kund.se", "Växel 2", "Växel 2 svarar inte.\nDetta är ett automatiskt meddelande och kan inte besvaras."),
        ("noreply@larm.se", "Objekt 4711", "Linjen är bruten.\nDetta är ett automatiskt meddelande, kan ej besvaras."),
        ("status@kund.se", "Trunk", "An alarm has been received.\nThis message was automatically generated."),
        ("valvonta@kund.fi", "Vaihde", "Tämä on automaattinen viesti.\nVaihde ei vastaa."),
        ("alarm@kund.de", "Anlage", "Dies ist eine automatische Nachricht.\nDie Anlage steht."),
        ("prtg@kund.se", "[PRTG] Ping down", "Sensor down"),
        ("fax@kund.se", "Fax mottaget från 08-1, 2 sidor", "Dokumentet är bifogat."),
        ("Uptime Kuma <drift@kund.se>", "[Down] sip", "timeout"),
        ("nas2@kund.se", "Volym", "Enhet: NAS\nStatus: försämrad"),
        ("dect-manager@kund.se", "N870: Base 3 offline", "N870 event"),
    ],
)
def test_a_device_or_program_is_known_by_its_address_and_its_form(sender: str, subject: str, text: str) -> None:
    mail = _mail(f"From: {sender}", f"Subject: {subject}", text=text)
    assert (mail.nature, mail.may_answer) == ("machine", False), mail.nature_because


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("Åsa <larm@kund.se>", "Larmet", "Hej,\n\nlarmet i hissen ringer inte ut.\nObjekt: 4\nAdress: Storgatan 1"),
        ("Åsa <larm@kund.se>", "LARM: linjen", "Hej! Linjen är död."),
        ("Bo <fax@kund.se>", "Faxet", "Vi kan inte faxa längre."),
        ("Bo <nas@kund.se>", "SV: [NAS] fel", "Det är åtgärdat nu."),
    ],
)
def test_people_write_from_such_addresses_too(sender: str, subject: str, text: str) -> None:
    assert _mail(f"From: {sender}", f"Subject: {subject}", text=text).nature == "human"


def test_a_mailer_by_which_nobody_writes() -> None:
    assert _mail("X-Mailer: PRTG Network Monitor").nature == "machine"
    assert _mail("X-Mailer: PHPMailer 6.9").nature == "human"


@pytest.mark.parametrize(
    ("subject", "text", "nature"),
    [
        (
            "Ärende NV-88190 skapat: Ekbacken",
            "Ett nytt ärende har skapats och tilldelats er.\nFel: kön är tyst.",
            "machine",
        ),
        ("Ticket 5512 created: dead queue", "A ticket has been created. Customer: Ekbacken", "machine"),
        ("Sak 5512 opprettet", "Saken er tildelt dere. Vi har mottatt din henvendelse tidligere.", "machine"),
        ("Ticket 5512 created: dead queue", "Your request has been received and logged.", "auto_reply"),
        ("Ert ärende 5512 skapat", "Ärendet har tilldelats er handläggare Anna.", "auto_reply"),
    ],
)
def test_a_ticket_system_that_gives_us_work_confirms_nothing(subject: str, text: str, nature: str) -> None:
    mail = _mail("From: desk@partner.se", "Auto-Submitted: auto-generated", f"Subject: {subject}", text=text)
    assert mail.nature == nature, mail.nature_because


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        (("Return-Path: <>",), "null return path"),
        (("From: Anna",), "no usable sender"),
        (("From: alerts@kund.se",), "robot address"),
        (("From: lista-request@kund.se",), "robot address"),
        (("From: abuse@kund.se",), "role"),
        (("List-Unsubscribe: <mailto:x@y.se>",), "list header"),
        (("Precedence: Bulk",), "Precedence: bulk"),
        (("Precedence: normal", "Precedence: bulk"), "Precedence: bulk"),
        (("Precedence: bulk (auto)",), "Precedence: bulk"),
        (("Precedence: normal, junk;",), "Precedence: junk"),
        (ONE_CLICK, "list header List-Unsubscribe"),
        (("X-Auto-Response-Suppress: DR, OOF, AutoReply",), "X-Auto-Response-Suppress"),
        (("From: kundcenter@icentrex.se",), "our own address"),
        (("From: kundcenter+icx-1-abc@icentrex.se",), "our own address"),
        (("Reply-To: Kundcenter <kundcenter@icentrex.se>",), "Reply-To is our own"),
        (("To: info@kund.se",), "not addressed to us"),
        (("To: info@kund.se", "Bcc: kundcenter@icentrex.se"), "not addressed to us"),
        (("X-Supportbot-Loop: anything",), "loop"),
        (("Content-Type: text/calendar; method=COUNTER; charset=utf-8",), "calendar"),
        (tuple("Received: from a by b; x" for _ in range(31)), "Received"),
    ],
)
def test_a_persons_mail_that_gets_no_answer_is_still_a_persons(fields: tuple[str, ...], why: str) -> None:
    mail = _mail(*fields)
    assert mail.nature == "human", mail.nature_because
    assert why in mail.no_answer


@pytest.mark.parametrize(
    "fields",
    [
        (),
        ("Return-Path: <anna@kund.se>",),
        ("To: info@kund.se", "Cc: KUNDCENTER@icentrex.se"),
        ("To: kundcenter+icx-1-abc@icentrex.se",),
        ("X-Auto-Response-Suppress: DR, NDR, RN",),
        ("Precedence: normal",),
        tuple("Received: from a by b; x" for _ in range(30)),
    ],
)
def test_a_plain_mail_may_be_answered(fields: tuple[str, ...]) -> None:
    assert _mail(*fields).no_answer == ""


def test_without_a_desk_nobody_asks_whether_it_was_to_us() -> None:
    assert _mail("To: info@kund.se", desk=Desk()).no_answer == ""
    assert _mail("List-Id: <grupp.kund.se>", "To: grupp@kund.se", desk=Desk()).nature == "bulk"


def _report(kind: str, body: str) -> ParsedMail:
    text = f"--x\nContent-Type: text/plain\n\nSe nedan.\n--x\nContent-Type: message/{kind}\n\n{body}\n--x--\n"
    return _mail(f"Content-Type: multipart/report; boundary=x; report-type={kind}", text=text)


def test_read_receipts_and_abuse_reports_name_the_mail_they_are_about() -> None:
    receipt = _report(
        "disposition-notification", "Original-Message-ID: <ack.1.x@icentrex.se>\nDisposition: x; displayed"
    )
    assert (receipt.nature, receipt.returned_ids) == ("report", ("ack.1.x@icentrex.se",))
    abuse = _report(
        "feedback-report",
        "Feedback-Type: abuse\n--x\nContent-Type: text/rfc822-headers\n\nMessage-ID: <ack.2.x@icentrex.se>",
    )
    assert (abuse.nature, abuse.returned_ids) == ("report", ("ack.2.x@icentrex.se",))


@pytest.mark.parametrize(
    "text",
    [
        "Tack!\n\n> Det här är ett automatiskt svar. Vi har tagit emot ditt ärende.",
        "Ja.\n\nDen 3 maj 2026 kl. 10:00 skrev iC <kundcenter@icentrex.se>:\n\nDet här är ett automatiskt svar.",
        "________________________________\nFrån: iC <kundcenter@icentrex.se>\nSkickat: den 3 maj 2026 10:00\n"
        "Till: Anna\nÄmne: Växeln\n\nDet här är ett automatiskt svar.",
        "Se nedan.\n\nFrån: iC <kundcenter+icx-1-a@icentrex.se>\nSkickat: den 3 maj 2026 10:00\n"
        "Till: Anna\nÄmne: Växeln\n\nDet här är ett automatiskt svar.",
        "Nej\n\n-----Ursprungligt meddelande-----\nFrån: iC <kundcenter@icentrex.se>\n\nDetta är ett automatiskt svar.",
    ],
)
def test_our_own_confirmation_below_an_answer_makes_nobody_a_robot(text: str) -> None:
    mail = _mail("Subject: Sv: Växeln", "In-Reply-To: <ack.1.x@icentrex.se>", text=text)
    assert (mail.nature, mail.forwarded, mail.no_answer) == ("human", None, "")
    assert "automatiskt" not in mail.new_text


def test_an_automatic_reply_names_the_mail_it_answers() -> None:
    mail = _mail(
        "Auto-Submitted: auto-replied", "In-Reply-To: <ack.1.x@icentrex.se>", "References: <a@b> <ack.1.x@icentrex.se>"
    )
    assert mail.returned_ids[0] == "ack.1.x@icentrex.se"


def test_persons_of_the_shared_cases_stay_persons() -> None:
    labels = SHARED / "corpus" / "labels.jsonl"
    if not labels.exists():
        pytest.skip("no shared cases here")
    cases = [json.loads(line) for line in labels.read_text("utf-8").splitlines()]
    for case in cases[:: max(1, len(cases) // 60)]:
        mail = parse((labels.parent / "mails" / case["file"]).read_bytes(), DESK)
        if case["kind"] in ("fault", "request", "question"):
            assert mail.nature in ("human", "machine"), case["file"]
        elif case["kind"] in ("auto_reply", "bounce"):
            assert mail.nature not in ("human", "machine"), case["file"]


@pytest.mark.parametrize(
    ("text", "nature"),
    [
        ("Nyheter i november!\n\nAvregistrera dig här", "bulk"),
        ("Our offers.\n\nUnsubscribe | View in browser", "bulk"),
        ("Hela växeln är nere sedan i morse, ingen kommer fram.", "human"),
        ("Telefonerna i kassan ringer inte.\n\nAvregistrera dig från utskick", "human"),
        ("Kan ni lägga till en användare?\n\nUnsubscribe", "human"),
    ],
)
def test_a_customers_mail_by_the_program_for_newsletters_is_a_persons(text: str, nature: str) -> None:
    assert _mail(*ONE_CLICK, text=text).nature == nature
    assert _mail(*ONE_CLICK, "In-Reply-To: <a@icentrex.se>", text=text).nature == "human"


@pytest.mark.parametrize(
    ("fields", "nature"),
    [
        (("List-Id: <it.kund.se>", "List-Post: <mailto:it@kund.se>"), "human"),
        (("List-Id: IT <it.kund.se>",), "human"),
        (("List-Id: <it.kund.se>", "List-Post: <mailto:it@kund.se>", "List-Unsubscribe: <mailto:x@kund.se>"), "human"),
        (("List-Id: <it.kund.se>", "List-Post: <mailto:it@kund.se>", "To: it@kund.se"), "bulk"),
        (("List-Id: <it.kund.se>", "To: IT <it@kund.se>"), "bulk"),
        (("List-Id: <news.esp.se>", "List-Unsubscribe: <mailto:x@esp.se>"), "bulk"),
        (("List-Id: <it.kund.se>", "To: undisclosed-recipients:;"), "bulk"),
    ],
)
def test_without_a_config_a_group_is_told_by_the_lists_own_address(fields: tuple[str, ...], nature: str) -> None:
    mail = _mail(*fields, desk=Desk())
    assert (mail.nature, mail.may_answer) == (nature, False)


@pytest.mark.parametrize(
    "subject",
    [
        "Report domain: icentrex.se Submitter: google.com Report-ID: 11827364551928",
        "Report Domain: icentrex.se Submitter: enterprise.protection.outlook.com Report-ID: <9f>",
    ],
)
def test_a_daily_report_on_dmarc_is_a_report(subject: str) -> None:
    mail = _mail("From: dmarcreport@post.example", f"Subject: {subject}", text="This is a DMARC aggregate report.")
    assert mail.nature == "report" and not mail.may_answer


def test_a_daily_report_on_tls_is_a_report() -> None:
    mail = _mail('Content-Type: multipart/report; report-type="tlsrpt"; boundary=b', text="--b\n\nA report.\n--b--\n")
    assert mail.nature == "report"


def test_a_person_asks_about_such_a_report() -> None:
    assert _mail("Subject: Fråga om report domain i DMARC", text="Vad är det här? Hälsningar Anna").nature == "human"


@pytest.mark.parametrize(("text", "nature"), [("", "auto_reply"), ("Jag kommer tio minuter sent.", "human")])
def test_the_answer_of_a_calendar_is_a_persons_if_it_says_something(text: str, nature: str) -> None:
    parts = (
        f"--b\nContent-Type: text/plain\n\n{text}\n--b\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:\n--b--\n"
    )
    mail = _mail("Content-Type: multipart/alternative; boundary=b", "Subject: Accepterat: Möte", text=parts)
    assert mail.nature == nature and not mail.may_answer


def test_what_a_program_passes_on_is_no_newsletter() -> None:
    fields = ("Auto-Submitted: auto-generated", "List-Unsubscribe: <https://x.example/u>")
    assert _mail(*fields, text="Kan ni byta till ett annat kort?", desk=Desk()).nature == "machine"


@pytest.mark.parametrize("local", ["owner-kunder-l", "kundlista-request", "kundlista-owner"])
def test_a_lists_return_path_is_not_answered(local: str) -> None:
    mail = _mail(f"Return-Path: <{local}@lista.example>")
    assert mail.nature == "human" and f"robot address {local}@lista.example" in mail.no_answer


def test_a_program_for_many_mails_may_be_answered() -> None:
    assert _mail("Return-Path: <bounces+17-anna=kund.se@crm.example>").may_answer


@pytest.mark.parametrize(
    ("field", "may_answer"),
    [
        ("X-Spam-Flag: YES", False),
        ("X-Spam-Status: Yes, score=9.1 required=5.0", False),
        ("X-SES-Spam-Verdict: FAIL", False),
        ("X-Spam-Flag: NO", True),
        ("X-Spam-Status: No, score=-1.1", True),
    ],
)
def test_what_a_mail_server_calls_spam_is_not_answered_but_stays_a_persons(field: str, may_answer: bool) -> None:
    mail = _mail(field)
    assert mail.nature == "human" and mail.may_answer is may_answer


IN_ANSWER = "In-Reply-To: <ack.1.x@icentrex.se>"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (("Subject: Bekräfta din avsändaradress: [IC-1]",), "Mejlet har stoppats i vårt filter. Klicka på länken."),
        (("Return-Path: <>", "Subject: Olen poissa toimistolta Re: x"), "Kiitos! Olen lomalla 15.11. asti."),
        (("Return-Path: <>", "Subject: Inte pa kontoret Re: x"), "Jag är på semester till 15/11."),
    ],
)
def test_more_machines_that_answer(fields: tuple[str, ...], text: str) -> None:
    mail = _mail(*fields, IN_ANSWER, text=text)
    assert mail.nature == "auto_reply" and not mail.may_answer
    assert (
        _mail(*(field for field in fields if "Path" not in field), text="Växeln är död. Jag är på plats.").nature
        == "human"
    )


def test_a_person_may_write_from_an_address_that_nobody_reads() -> None:
    fields = ("From: no-reply@eksbil.example", "User-Agent: Mozilla Thunderbird")
    mail = _mail(*fields, text="Hej, det är Per på verkstan. Ring mig på 0370-33 22 10.")
    assert mail.nature == "human" and not mail.may_answer
    assert _mail(fields[0], text="Hej, din order är på väg.").nature == "machine"
    assert _mail(*fields, text="Order 17 är på väg.").nature == "machine"


def test_a_form_is_a_machine() -> None:
    text = "Namn: Aino\nVad fungerar inte?: Telefonen.\n\nDetta meddelande skickades automatiskt av Power Automate."
    assert _mail("From: Microsoft Forms <forms@kund.se>", "Subject: Nytt svar", text=text).nature == "machine"
