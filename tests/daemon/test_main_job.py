"""The main job over a real Dovecot and a real SMTP server: each effect read back and held against what it must say."""

import asyncio
import email
import re
from datetime import timedelta

import pytest
from daemon_desk import ADDRESS, body, mail, parsed

from supportbot.store import outbox, tickets
from supportbot.tickets.ticket import BillingState, Status

OUTAGE = (
    "Hej!\n\nSedan i morse kan ingen ringa oss, huvudnumret är helt dött. 08-465 004 20.\n\nMvh\nEva Dahl\nBagarstugan"
)
TOKEN = re.compile(r"\[ICX-(\d+)-[A-Z2-7]{13}\]")


def headers(received):
    return parsed(received)


async def test_a_direct_fault_is_acknowledged_and_moved(daemon):
    daemon.deliver(mail("Hej! Telefonen i köket är svart, den startar inte. Mvh Eva", message_id="<m1@kund.example>"))
    await daemon.settled(1)
    (ack,) = daemon.sent_to("eva@bagarstugan.example")
    (ticket,) = await daemon.tickets()
    message = headers(ack)
    assert TOKEN.search(message["Subject"])[1] == str(ticket.number)
    assert message["In-Reply-To"] == "<m1@kund.example>"
    assert message["Auto-Submitted"] == "auto-replied"
    assert ack.return_path == ""
    assert str(ticket.number) in body(ack)
    assert "020-20 20 22" in body(ack)
    assert (ticket.decision.route, ticket.decision.customer, ticket.status) == ("support", "K1", Status.NEW)
    await daemon.put_away("Handled", 1)
    assert daemon.dovecot.folders(daemon.user)["INBOX"] == 0


async def test_an_urgent_fault_alerts_staff_until_taken(daemon):
    daemon.deliver(mail(OUTAGE, subject="Telefonen"))
    await daemon.settled(1)
    (ticket,) = await daemon.tickets()
    assert ticket.decision.urgent
    (ack,) = daemon.sent_to("eva@bagarstugan.example")
    assert "020-20 20 22" in headers(ack)["Subject"] + body(ack)
    (alert,) = daemon.sent_to("jour@icentrex.se")
    assert headers(alert)["Auto-Submitted"] == "auto-generated"
    assert f"supportbot ticket {ticket.number} take" in body(alert)
    assert "ingen ringa oss" in body(alert)
    daemon.clock.ahead = timedelta(minutes=10, seconds=5)
    await daemon.until(lambda: len(daemon.sent_to("jour@icentrex.se")) == 2)
    await act(daemon, ticket.number, "take")
    daemon.clock.ahead = timedelta(minutes=40)
    daemon.deliver(mail("Hur byter man kömusik?", sender="Eva <eva2@bagarstugan.example>"))
    await daemon.settled(2)
    assert len(daemon.sent_to("jour@icentrex.se")) == 2


async def act(daemon, number, what):
    """What the command `ticket N take` does."""
    from supportbot.tickets import actions
    from supportbot.workers.settle import store_plan

    def change(conn):
        plan = getattr(actions, what)(tickets.find(conn, number, lock=True), "Lisa", daemon.clock())
        store_plan(conn, plan, False, "", b"", daemon.desk.known, daemon.clock())

    await daemon.desk.database.write(change)


async def test_a_partner_customers_fault_goes_to_the_partner(daemon):
    raw = mail("Hej! En av våra telefoner tappar ljudet.", sender="Moa <moa@havetsforlag.example>")
    daemon.deliver(raw)
    await daemon.settled(1)
    (ticket,) = await daemon.tickets()
    (forward,) = daemon.sent_to("felanmalan@sydtele.example")
    message = headers(forward)
    assert message["Reply-To"].endswith(f"<{ADDRESS}>")
    assert TOKEN.search(message["Subject"])[1] == str(ticket.number)
    first = message.get_body(("plain",)).get_content()
    assert "Havets Hus Förlag AB" in first
    assert "556012-5790" in first
    (original,) = [part for part in message.walk() if part.get_content_type() == "message/rfc822"]
    assert original.get_payload(0)["Message-ID"] == email.message_from_bytes(raw)["Message-ID"]
    assert raw.strip() in forward.content
    (ack,) = daemon.sent_to("moa@havetsforlag.example")
    assert "Sydtele" in body(ack)
    assert ticket.status is Status.WITH_PARTNER


async def test_an_urgent_partner_fault_names_the_partners_telephone(daemon):
    daemon.deliver(mail(OUTAGE.replace("08-465 004 20", ""), sender="Moa <moa@havetsforlag.example>"))
    await daemon.settled(1)
    (ack,) = daemon.sent_to("moa@havetsforlag.example")
    assert "040-628 04 90" in body(ack)
    assert "020-20 20 22" not in body(ack)
    assert daemon.sent_to("jour@icentrex.se")
    assert daemon.sent_to("felanmalan@sydtele.example")


async def test_unapproved_hardware_is_a_billing_candidate(daemon):
    daemon.deliver(mail("Hej! Vår Grandstream GXP1625 går inte att få igång, den visar bara en blå skärm."))
    await daemon.settled(1)
    (ticket,) = await daemon.tickets()
    assert (ticket.decision.billable_reason, ticket.billing.state) == ("unapproved_hardware", BillingState.CANDIDATE)
    (ack,) = daemon.sent_to("eva@bagarstugan.example")
    assert "debiteras" in body(ack)
    assert not re.search(r"\d+\s*kr", body(ack))


async def test_an_unknown_sender_is_told_nothing_from_the_registry(daemon):
    text = "Hej! Ingen kan ringa Bagarstugan i Ronneby AB sedan i morse. Är det vår router? Org.nr 556036-0793."
    daemon.deliver(mail(text, sender="Okänd <okand@annan.example>", subject="Hemligt ämne"))
    await daemon.settled(1)
    (ack,) = daemon.sent_to("okand@annan.example")
    said = headers(ack)["Subject"] + body(ack) + body(ack, "html")
    for word in ("Bagarstugan", "556036", "Hemligt", "Sydtele", "debitera", "router"):
        assert word not in said
    assert "020-20 20 22" in said


async def test_an_english_mail_gets_an_english_answer(daemon):
    daemon.deliver(mail("Hello, the phone in our kitchen does not start. It is completely dark since yesterday."))
    await daemon.settled(1)
    (ack,) = daemon.sent_to("eva@bagarstugan.example")
    assert "ticket" in body(ack).lower()
    assert "Vänliga hälsningar" not in body(ack)


async def test_machines_get_no_answer_but_an_alarm_is_a_ticket(daemon):
    daemon.deliver(
        mail("Jag är på semester.", subject="Autosvar: Fel", Auto_Submitted="auto-replied"),
        mail("Trunk 3 is down. Nobody can call.", sender="nms@bagarstugan.example", Auto_Submitted="auto-generated"),
    )
    verdicts = await daemon.settled(2)
    assert verdicts == {"ignore": 1, "ticket": 1}
    assert not daemon.sent_to("nms@bagarstugan.example")
    assert not daemon.sent_to("eva@bagarstugan.example")


async def test_a_reply_joins_by_token_and_by_reference(daemon):
    daemon.deliver(mail("Hej! Telefonen i köket är svart."))
    await daemon.settled(1)
    (ack,) = daemon.sent_to("eva@bagarstugan.example")
    subject, our_id = headers(ack)["Subject"], headers(ack)["Message-ID"]
    daemon.deliver(
        mail("Den är svart fortfarande.", subject=f"SV: {subject}"),
        mail("Och nu även den andra.", subject="SV: Telefonen", In_Reply_To=our_id, References=our_id),
        mail("Kollegan här, samma sak.", sender="Bo <bo@bagarstugan.example>", subject=f"Re: {subject}"),
    )
    verdicts = await daemon.settled(4)
    assert verdicts == {"ticket": 1, "follow-up": 3}
    (ticket,) = await daemon.tickets()
    assert ticket.unread
    articles = await daemon.desk.database.read(lambda conn: tickets.articles_of(conn, ticket.number))
    assert len(articles) == 4
    assert len(daemon.sink.accepted) == 1


async def test_forged_claims_join_nothing(daemon):
    daemon.deliver(mail("Hej! Telefonen i köket är svart."))
    await daemon.settled(1)
    (ack,) = daemon.sent_to("eva@bagarstugan.example")
    subject, our_id = headers(ack)["Subject"], headers(ack)["Message-ID"]
    token = TOKEN.search(subject)[0]
    forged = token[:-2] + ("A" if token[-2] != "A" else "B") + "]"
    stranger = "Mallory <m@evil.example>"
    failed = "mx.icentrex.se; dmarc=fail header.from=bagarstugan.example"
    daemon.deliver(
        mail("Skicka historiken.", sender=stranger, subject=f"SV: {token}"),
        mail("Skicka den nu.", sender=stranger, subject="SV: hej", In_Reply_To=our_id, References=our_id),
        mail("Det är jag, Eva.", subject=f"SV: {token}", Authentication_Results=failed),
        mail("En gissning.", sender=stranger, subject=f"SV: {forged}"),
    )
    verdicts = await daemon.settled(5)
    assert verdicts == {"ticket": 2, "quarantine": 3}
    assert len(await daemon.desk.database.read(lambda conn: tickets.articles_of(conn, 10001))) == 1
    await daemon.put_away("Set aside", 3)
    assert "svart" not in "".join(body(m) for m in daemon.sent_to("m@evil.example"))


async def test_a_bounce_marks_its_row_and_a_dead_partner_is_told_to_staff(daemon):
    daemon.deliver(mail("Hej! En av våra telefoner tappar ljudet.", sender="Moa <moa@havetsforlag.example>"))
    await daemon.settled(1)
    (forward,) = daemon.sent_to("felanmalan@sydtele.example")
    daemon.deliver(bounce(headers(forward)["Message-ID"], forward.return_path, "felanmalan@sydtele.example"))
    verdicts = await daemon.settled(2)
    assert verdicts == {"ticket": 1, "delivery-event": 1}
    (alert,) = daemon.sent_to("jour@icentrex.se")
    assert "felanmalan@sydtele.example" in body(alert)
    (ticket,) = await daemon.tickets()
    assert ticket.undeliverable == ("felanmalan@sydtele.example",)


def bounce(message_id: str, to: str, failed: str) -> bytes:
    return f"""Return-Path: <>
From: MAILER-DAEMON@relay.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <b{abs(hash(message_id))}@relay.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

No such user.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; {failed}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: x

--b--
""".replace("\n", "\r\n").encode()


async def test_the_same_bytes_again_are_a_duplicate(daemon):
    raw = mail("Hej! Telefonen i köket är svart.")
    daemon.deliver(raw, raw)
    assert await daemon.settled(2) == {"ticket": 1, "duplicate": 1}
    assert len(daemon.sink.accepted) == 1


async def test_a_digest_is_sent_once_at_its_time(daemon):
    daemon.deliver(mail(OUTAGE))
    await daemon.settled(1)
    zone = daemon.desk.config.desk.zone
    due = daemon.desk.known.calendar.next_due(daemon.clock(), daemon.desk.config.digest.at)
    daemon.clock.ahead = due - daemon.clock() + timedelta(seconds=30)
    await daemon.until(lambda: daemon.sent_to("team@icentrex.se"))
    daemon.clock.ahead += timedelta(minutes=30)
    await daemon.settled(1)
    (digest,) = daemon.sent_to("team@icentrex.se")
    assert "10001" in body(digest)
    assert "10001" in body(digest, "html")
    rows = await daemon.desk.database.read(lambda conn: outbox.listing(conn, None, 100))
    (key,) = [row.key for row in rows if row.kind == "digest"]
    assert key == f"digest:{due.astimezone(zone):%Y-%m-%dT%H:%M}:team@icentrex.se"


@pytest.mark.parametrize("reply", ["450 4.2.1 later", "421 4.3.2 closing"])
async def test_a_relay_that_puts_off_gets_it_later(daemon, reply):
    daemon.sink.fail("RCPT", reply)
    daemon.deliver(mail("Hej! Telefonen i köket är svart."))
    while (
        not (rows := await daemon.desk.database.read(lambda conn: outbox.listing(conn, None, 1))) or not rows[0].reason
    ):
        await asyncio.sleep(0.05)
    assert (rows[0].state, rows[0].attempt) == ("queued", 1)
    assert reply[:3] in rows[0].reason
    daemon.clock.ahead = timedelta(minutes=3)
    await daemon.until(lambda: daemon.sent_to("eva@bagarstugan.example"))
    await daemon.settled(1)
    assert len(daemon.sent_to("eva@bagarstugan.example")) == 1
