"""Attacks by mail on the whole daemon: real mails in over IMAP, and what comes of them out over SMTP."""

import base64
import random
import re
import string

import pytest
from daemon_desk import body, mail, parsed, running
from servers.smtp_sink import Received

from supportbot.mail import thread
from supportbot.store import outbox, tickets

EVA, STRANGER = "eva@bagarstugan.example", "Mallory <m@evil.example>"
FAULT = "Hej! Telefonen i köket är svart."
URGENT = "Hej! Sedan i morse kan ingen ringa oss, huvudnumret är helt dött. Mvh Eva"
GUESSES = 1000


@pytest.fixture
async def daemon(tmp_path, server, relay, user):
    relay.received.clear()
    relay.heal()
    async with running(tmp_path, server, relay, user) as started:
        yield started


async def opened(daemon) -> tuple[int, Received]:
    """Eva's ticket, acknowledged."""
    daemon.deliver(mail(FAULT))
    await daemon.settled(1)
    (ack,) = daemon.sent_to(EVA)
    (ticket,) = await daemon.tickets()
    return ticket.number, ack


async def articles(daemon, number: int) -> int:
    return len(await daemon.desk.database.read(lambda conn: tickets.articles_of(conn, number)))


async def test_guessed_tokens_join_no_ticket(daemon):
    """TH1: ten a mail, as many as are looked at; and the guesser gets one answer, which says nothing."""
    number, _ = await opened(daemon)
    dice, signs = random.Random(1), string.ascii_uppercase + "234567"
    mails = GUESSES // thread.MOST_TOKENS
    for at in range(mails):
        guesses = [f"[ICX-{number}-{''.join(dice.choices(signs, k=13))}]" for _ in range(thread.MOST_TOKENS)]
        daemon.deliver(mail(f"Skicka historiken {at}.", STRANGER, " ".join(guesses)))
    assert await daemon.settled(mails + 1) == {"ticket": mails + 1}
    assert await articles(daemon, number) == 1
    (answer,) = daemon.sent_to("m@evil.example")
    assert "svart" not in body(answer)


async def test_a_copy_makes_nobody_a_participant(daemon):
    """TH2: who was in Cc has the token from the thread, and may still not write in the ticket."""
    daemon.deliver(mail(FAULT, Cc="m@evil.example"))
    await daemon.settled(1)
    (ticket,) = await daemon.tickets()
    assert ticket.participants == (EVA,)
    assert not daemon.sent_to("m@evil.example")
    subject = parsed(daemon.sent_to(EVA)[0])["Subject"]
    daemon.deliver(mail("Vad har hänt hittills?", STRANGER, f"SV: {subject}"))
    assert await daemon.settled(2) == {"ticket": 1, "quarantine": 1}
    assert await articles(daemon, ticket.number) == 1
    assert not daemon.sent_to("m@evil.example")


CONTROLS = {
    "X_Supportbot_Ticket": "10001", "X_Supportbot_Urgent": "yes",
    "RT_Ticket": "example #1", "RT_Owner": "lisa", "X_RT_Sign": "0", "X_ICX_Route": "partner", "X_Priority": "1",
    "Importance": "high", "X_Assign_To": "lisa@icentrex.se", "X_Status": "resolved", "Supportbot": "route=partner",
    "Return_Receipt_To": "m@evil.example", "Disposition_Notification_To": "m@evil.example",
    "Errors_To": "m@evil.example", "X_Forward_To": "m@evil.example", "X_Original_From": "lisa@icentrex.se",
}  # fmt: skip


async def test_no_header_of_a_mail_configures_anything(daemon):
    """TH7: with and without control headers the same is decided, and the same leaves to the same people."""
    text = "Hej! Skärmen på en telefon är svart, den startar inte."
    daemon.deliver(mail(text, "a@bagarstugan.example"), mail(text, "b@bagarstugan.example", **CONTROLS))
    assert await daemon.settled(2) == {"ticket": 2}
    plain, controlled = await daemon.tickets()
    assert controlled.decision == plain.decision
    assert (controlled.status, controlled.taken_by) == (plain.status, plain.taken_by)
    assert sorted(r for sent in daemon.sink.accepted for r in sent.recipients) == [plain.sender, controlled.sender]


BREAKS = ("\r\n", "\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x00", "\r\n ", "\n\t")
LURE = "Bcc: victim@target.example"


def encoded(text: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


def hostile(number: int, line_break: str) -> bytes:
    """The break, a lure and an address in name, subject, ids and Reply-To, raw where a header can carry it."""
    value = f"Fel {line_break}{LURE}{line_break * 2}victim@target.example, x"
    name = encoded(f'"{value}" <victim@target.example>')
    return (
        f"From: {name} <kund{number}@bagarstugan.example>\r\nTo: kundcenter@icentrex.se\r\n"
        f"Subject: {encoded(value)}\r\nMessage-ID: <m{number}{encoded(line_break + LURE)}@kund.example>\r\n"
        f"References: <a{number}@x.example> {encoded(value)}\r\nIn-Reply-To: {encoded(value)}\r\n"
        f"Reply-To: {encoded(value)} <b@bagarstugan.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"Hej! Telefon {number} i rum {chr(65 + number)} är svart, Akut, ingen kan ringa oss.\r\n"
    ).encode()


OUR_FIELDS = {
    "from", "to", "subject", "date", "message-id", "reply-to", "in-reply-to", "references", "auto-submitted",
    "precedence", "x-auto-response-suppress", "x-supportbot-loop", "mime-version", "content-type",
    "content-transfer-encoding", "content-language",
}  # fmt: skip


async def test_no_name_or_subject_adds_a_header_or_a_recipient(daemon):
    """TH10: on the wire, each mail has the one recipient that its row names, and only fields that we write."""
    daemon.deliver(*(hostile(number, line_break) for number, line_break in enumerate(BREAKS)))
    await daemon.settled(len(BREAKS))
    rows = await daemon.desk.database.read(lambda conn: outbox.listing(conn, None, 1000))
    assert sum(row.kind == "ack" for row in rows) == len(BREAKS)
    assert sorted(row.recipient for row in rows) == sorted(r for sent in daemon.sink.accepted for r in sent.recipients)
    for sent in daemon.sink.accepted:
        assert len(sent.recipients) == 1
        head = sent.content.partition(b"\r\n\r\n")[0]
        assert not re.search(rb"[^\r]\n|\r[^\n]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]", head)
        names = re.findall(r"^([^\s:]+):", head.decode(), re.M)
        assert {name.lower() for name in names} <= OUR_FIELDS
        assert len(names) == len(set(names))
        (to,) = parsed(sent)["To"].addresses
        assert to.addr_spec == sent.recipients[0]


NAMES = (
    "../../../../tmp/x.sh",
    "/etc/cron.d/x",
    "..\\..\\x.exe",
    "\u200b.htaccess",
    "a/../../b",
    "con",
    "x\x00.php",
    "~/.ssh/id",
)


def with_files(number: int, name: str) -> bytes:
    return (
        f"From: {EVA}\r\nTo: kundcenter@icentrex.se\r\nSubject: F\r\nMessage-ID: <f{number}@kund.example>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\n"
        f"Telefon {string.ascii_letters[number]} är svart.\r\n--b\r\nContent-Type: application/octet-stream\r\n"
        f'Content-Disposition: attachment; filename="{encoded(name)}"\r\n\r\n' + "x" * 2_000_000 + "\r\n--b--\r\n"
    ).encode()


async def test_no_name_of_a_file_is_a_path(daemon, tmp_path):
    """TH17: large ones, so that the store writes files; their names are hashes, whatever the mail calls them."""
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    daemon.deliver(*(with_files(number, name) for number, name in enumerate(NAMES)))
    await daemon.settled(len(NAMES))
    new = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    ours = re.compile(r"supportbot\.db(-wal|-shm|\.lock)?|[0-9a-f]{64}(\.\w+)?")
    assert len([path for path in new if len(path.name) >= 64]) == len(NAMES)
    assert not [path for path in new if not ours.fullmatch(path.name)]


LINES = (
    'x@y.example>" UID STORE 1:* +FLAGS (\\Deleted)',
    "{5}\r\n a",
    'x" NOT DELETED "',
    "\\",
    "%",
    "*",
    "x)\r\nz LOGOUT",
)


async def test_no_message_id_is_a_command_to_the_mail_server(daemon):
    """TH19: nothing is searched for by what mails say; each is kept, moved, and no other is touched."""
    said = [
        f"From: {EVA}\r\nTo: kundcenter@icentrex.se\r\nSubject: {line}\r\nMessage-ID: <{line}>\r\n"
        f"In-Reply-To: <{line}>\r\n\r\nTelefon {chr(65 + at)} är svart.".encode()
        for at, line in enumerate(LINES)
    ]
    daemon.dovecot.deliver(daemon.user, [mail("Sparad av en kollega.")], "Privat")
    daemon.deliver(*said)
    await daemon.settled(len(said))
    await daemon.put_away("Handled", len(said))
    folders = daemon.dovecot.folders(daemon.user)
    assert (folders["INBOX"], folders["Privat"], folders["Handled"]) == (0, 1, len(said))
    flags = [path.name.rpartition(":2,")[2] for path in (daemon.dovecot.maildir(daemon.user, "Handled")).rglob("*:2,*")]
    assert not [flag for flag in flags if "T" in flag]


def bounce(to: str, failed: str, our_id: str, number: int = 0) -> bytes:
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@evil.example\r\nTo: {to}\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <b{number}@evil.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; evil.example\r\n\r\nFinal-Recipient: rfc822; {failed}\r\nAction: failed\r\n"
        f"Status: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{our_id}>\r\n\r\n--b--\r\n"
    ).encode()


async def test_a_forged_bounce_mutes_nobody(daemon):
    """TH30: neither the customer nor who is on call; with a made-up id, and with one that a stranger has seen."""
    daemon.deliver(mail(FAULT, STRANGER))
    await daemon.settled(1)
    theirs = parsed(daemon.sent_to("m@evil.example")[0])["Message-ID"].strip("<>")
    on_call, desk = "jour@icentrex.se", "kundcenter@icentrex.se"
    forged = [
        bounce(desk, EVA, "ack.10001.abcdefghijklmnopqrstuvwx@icentrex.se", 1),
        bounce(desk, on_call, "alert.10001.abcdefghijklmnopqrstuvwx@icentrex.se", 2),
        bounce(desk, EVA, theirs, 3),
        bounce(desk, on_call, theirs, 4),
        bounce("kundcenter+b-1-aaaaaaaaaaaaa@icentrex.se", on_call, "x@y.example", 5),
    ]
    daemon.deliver(*forged)
    assert await daemon.settled(6) == {"ticket": 1, "quarantine": 2, "delivery-event": 3}
    rows = await daemon.desk.database.read(lambda conn: outbox.listing(conn, None, 100))
    assert not [row for row in rows if row.bounced]
    daemon.deliver(mail(URGENT))
    await daemon.settled(7)
    assert daemon.sent_to(EVA)
    assert daemon.sent_to(on_call)


async def test_a_message_id_that_was_there_before_suppresses_no_mail(daemon):
    """TH31: a stranger who knows the next Message-ID of a customer cannot have the customer's mail dropped."""
    same = "<guessed@kund.example>"
    daemon.deliver(mail("Skräp i förväg.", STRANGER, message_id=same), mail(URGENT, message_id=same))
    assert await daemon.settled(2) == {"ticket": 2}
    assert "ingen ringa oss" in body(daemon.sent_to("jour@icentrex.se")[0])
    assert daemon.sent_to(EVA)
