"""Every way in which sending goes, over a real SMTP server: the outcome, and the copies that the relay then holds."""

import asyncio

import pytest
from servers.scripted import CLOSE, HANG, RESET, Scripted
from servers.settings import relay_section
from servers.smtp_sink import DROP, SILENCE, SmtpSink

from supportbot.channels import smtp
from supportbot.channels.smtp import Relay
from supportbot.tickets.retry import Refused, Retry, Sent, Unknown

PASSWORD = "hemligt ord å"
MAIL = b"From: desk@icentrex.example\r\nSubject: x\r\n\r\nHej\r\n"
TO, FROM = "anna@kund.example", "desk@icentrex.example"
BEFORE_ANY_MAIL = ("CONNECT", "EHLO", "STARTTLS", "AUTH")
REFUSES_ALL = ("530 5.7.0 sign in first", "550 5.7.1 not your sender")
LOST_AT_MAIL = (("MAIL", DROP), ("MAIL", SILENCE), ("MAIL", "421 4.3.2 closing"))


def sink_with(certificate, **variant):
    return SmtpSink(users={"desk": PASSWORD}, tls="starttls", certificate=certificate, **variant)


@pytest.fixture(scope="module")
def shared(certificate):
    with sink_with(certificate) as sink:
        yield sink


@pytest.fixture
def sink(shared):
    shared.heal()
    shared.received.clear()
    shared.commands.clear()
    return shared


@pytest.fixture
async def relay(sink):
    relay = Relay(relay_section(sink), PASSWORD, "desk.example")
    yield relay
    await relay.close()


async def command(sink, verb):
    """Until the sink, in its own thread, has been given the command."""
    async with asyncio.timeout(5):
        while verb not in sink.commands:
            await asyncio.sleep(0.01)


async def test_accepted(sink, relay):
    assert await relay.send(TO, MAIL, FROM) == Sent("250 2.0.0 kept")
    (mail,) = sink.received
    assert (mail.return_path, mail.recipients, mail.content) == (FROM, [TO], MAIL)
    assert (mail.user, mail.encrypted, mail.options) == ("desk", True, [f"SIZE={len(MAIL)}"])


@pytest.mark.parametrize(
    ("step", "fault", "outcome", "copies"),
    [
        ("CONNECT", DROP, Retry, 0),
        ("CONNECT", "421 4.3.2 closing", Retry, 0),
        ("CONNECT", "554 5.3.2 no service", Retry, 0),
        ("CONNECT", "garbage", Retry, 0),
        ("CONNECT", SILENCE, Retry, 0),
        ("EHLO", "500 5.5.1 what", Retry, 0),
        ("EHLO", DROP, Retry, 0),
        ("STARTTLS", "454 4.7.0 not now", Retry, 0),
        ("STARTTLS", DROP, Retry, 0),
        ("AUTH", "454 4.7.0 not now", Retry, 0),
        ("AUTH", "535 5.7.8 no", Retry, 0),
        ("AUTH", DROP, Retry, 0),
        ("MAIL", DROP, Retry, 0),
        ("MAIL", SILENCE, Retry, 0),
        ("MAIL", "421 4.3.2 closing", Retry, 0),
        ("MAIL", "451 4.3.0 later", Retry, 0),
        ("MAIL", "530 5.7.0 sign in first", Retry, 0),
        ("MAIL", "550 5.7.1 not your sender", Retry, 0),
        ("MAIL", "552 5.3.4 too large", Refused, 0),
        ("RCPT", "450 4.2.1 later", Retry, 0),
        ("RCPT", "421 4.3.2 closing", Retry, 0),
        ("RCPT", "530 5.7.0 sign in first", Retry, 0),
        ("RCPT", "550 5.1.1 unknown", Refused, 0),
        ("RCPT", DROP, Retry, 0),
        ("RCPT", SILENCE, Retry, 0),
        ("RCPT", "garbage", Retry, 0),
        ("DATA", "451 4.3.0 later", Retry, 0),
        ("DATA", "554 5.7.1 no", Refused, 0),
        ("DATA", "250 2.0.0 what", Retry, 0),
        ("DATA", DROP, Retry, 0),
        ("content", "451 4.3.0 later", Retry, 0),
        ("content", "421 4.3.2 closing", Retry, 0),
        ("content", "552 5.2.2 full", Refused, 0),
        ("content", "550 5.7.1 spam", Refused, 0),
        ("content", DROP, Unknown, 1),
        ("content", SILENCE, Unknown, 1),
        ("content", "garbage", Unknown, 1),
        ("content", "354 go on", Unknown, 1),
        ("content", "999 what", Unknown, 1),
        ("content", "252 2.0.0 taken", Sent, 1),
        ("QUIT", "500 5.5.1 what", Sent, 1),
        ("QUIT", DROP, Sent, 1),
    ],
)
async def test_outcome(sink, relay, step, fault, outcome, copies):
    sink.fail(step, fault, times=2)  # a second attempt within the same sending would meet it too
    got = await relay.send(TO, MAIL, FROM)
    await relay.close()
    assert (type(got), sink.copies) == (outcome, copies)
    if isinstance(got, Retry):
        assert got.relay_away == (step in BEFORE_ANY_MAIL or fault in REFUSES_ALL or (step, fault) in LOST_AT_MAIL)
    assert PASSWORD not in str(got)
    sink.heal()
    relay._pause_until = 0.0
    assert isinstance(await relay.send(TO, MAIL, FROM), Sent)  # nothing of it clings to the relay


async def test_connections_are_kept(sink, relay):
    for number in range(5):
        assert isinstance(await relay.send(TO, MAIL + b"%d" % number, FROM), Sent)
        sink.fail("RCPT", "550 5.1.1 unknown")
        assert isinstance(await relay.send(TO, MAIL, FROM), Refused)
    assert len({mail.connection for mail in sink.received}) == 1
    assert len(sink.received) == 5


async def test_no_more_connections_than_allowed(certificate):
    with sink_with(certificate) as sink:
        relay = Relay(relay_section(sink, connections=2), PASSWORD, "desk.example")
        outcomes = await asyncio.gather(*(relay.send(f"a{n}@kund.example", MAIL, FROM) for n in range(20)))
        await relay.close()
        assert set(map(type, outcomes)) == {Sent}
        assert sorted(mail.recipients[0] for mail in sink.received) == sorted(f"a{n}@kund.example" for n in range(20))
        assert sink.connections == 2


async def test_a_connection_that_was_closed_while_idle_is_no_failed_attempt(sink, relay):
    assert isinstance(await relay.send(TO, MAIL, FROM), Sent)
    for fault in (DROP, "421 4.4.2 idle too long"):
        sink.fail("MAIL", fault)
        assert isinstance(await relay.send(TO, MAIL, FROM), Sent)
    assert len(sink.received) == 3


async def test_idle_connections_are_closed(sink, relay, monkeypatch):
    monkeypatch.setattr(smtp, "IDLE_SECONDS", 0.05)
    assert isinstance(await relay.send(TO, MAIL, FROM), Sent)
    await command(sink, "QUIT")
    assert isinstance(await relay.send(TO, MAIL, FROM), Sent)
    assert len({mail.connection for mail in sink.received}) == 2


async def test_a_cancelled_sending_leaves_no_connection_behind(sink, relay):
    sink.fail("RCPT", SILENCE)
    sending = asyncio.create_task(relay.send(TO, MAIL, FROM))
    await command(sink, "RCPT")
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert await relay.send("bo@kund.example", MAIL, FROM) == Sent("250 2.0.0 kept")
    assert [mail.recipients for mail in sink.received] == [["bo@kund.example"]]


async def test_a_refused_password_drops_no_mail_and_is_not_tried_again_at_once(sink):
    relay = Relay(relay_section(sink), "fel lösen", "desk.example")
    for _ in range(5):
        assert isinstance(await relay.send(TO, MAIL, FROM), Retry)
    assert sink.commands.count("AUTH") == 1
    assert "signing in as 'desk' was refused" in relay.denied
    assert "fel lösen" not in relay.denied
    (problem,) = await relay.check()
    assert problem.mend == "Check user and password."
    assert sink.copies == 0


async def test_a_pause_says_why_even_when_another_connection_still_works(sink, relay):
    sink.fail("RCPT", SILENCE)
    slow = asyncio.create_task(relay.send(TO, MAIL, FROM))
    await command(sink, "RCPT")
    sink.fail("AUTH", "535 5.7.8 no")
    refused = await relay.send(TO, MAIL, FROM)
    relay.denied = ""  # as after a mail that another connection has sent meanwhile
    assert await relay.send(TO, MAIL, FROM) == refused
    assert isinstance(await slow, Retry)


async def test_denied_is_over_when_a_mail_is_accepted(sink, relay):
    sink.fail("MAIL", "550 5.7.1 not your sender")
    assert isinstance(await relay.send(TO, MAIL, FROM), Retry)
    assert "not your sender" in relay.denied
    assert isinstance(await relay.send(TO, MAIL, FROM), Sent)
    assert relay.denied == ""


@pytest.mark.parametrize(
    ("variant", "section", "words"),
    [
        ({"without": frozenset({"STARTTLS"})}, {}, "offers no STARTTLS"),
        ({}, {"tls": "tls"}, "does not speak TLS"),
        ({}, {"ca_file": None}, "certificate is not accepted"),
        ({}, {"tls": "none"}, "offers no AUTH"),
    ],
)
async def test_tls_is_never_left_out(certificate, variant, section, words):
    with sink_with(certificate, **variant) as sink:
        relay = Relay(relay_section(sink, **section), PASSWORD, "desk.example")
        assert isinstance(await relay.send(TO, MAIL, FROM), Retry)
        assert words in relay.denied
        assert words in str((await relay.check())[0])
        assert not {"AUTH", "MAIL"} & set(sink.commands)
        assert sink.received == []


async def test_a_certificate_of_another_host(other_certificate):
    with sink_with(other_certificate) as sink:
        relay = Relay(relay_section(sink), PASSWORD, "desk.example")
        assert isinstance(await relay.send(TO, MAIL, FROM), Retry)
        assert "IP address mismatch" in relay.denied
        assert "AUTH" not in sink.commands


@pytest.mark.parametrize("tls", ["tls", "none"])
async def test_other_ways_to_connect(certificate, tls):
    with SmtpSink(users={"desk": PASSWORD}, tls=tls, certificate=certificate) as sink:
        relay = Relay(relay_section(sink), PASSWORD, "desk.example")
        assert await relay.check() == []
        assert isinstance(await relay.send(TO, MAIL, FROM), Sent)
        await relay.close()
        assert sink.received[0].encrypted == (tls == "tls")


async def test_without_a_user_nobody_signs_in(certificate):
    with SmtpSink() as sink:
        relay = Relay(relay_section(sink), None, "desk.example")
        assert isinstance(await relay.send(TO, MAIL, FROM), Sent)
        await relay.close()
        assert sink.commands == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


READY = (b"220 relay ESMTP\r\n", "EHLO", b"250-relay\r\n250 8BITMIME\r\n", "MAIL", b"250 ok\r\n", "RCPT", b"250 ok\r\n")
LARGE = MAIL + b"x" * (20 << 20)


@pytest.mark.parametrize(
    ("content", "script", "outcome"),
    [
        (MAIL, ("DATA", b"354 go\r\n", *[""] * 4, r"^\.$", RESET), Unknown),
        (MAIL, ("DATA", b"354 go\r\n", *[""] * 4, r"^\.$", CLOSE), Unknown),
        (MAIL, ("DATA", b"354 go\r\n", *[""] * 4, r"^\.$", b"250 2.0.0 ok, but the line has no end"), Unknown),
        (MAIL, ("DATA", b"354 go\r\n", *[""] * 4, r"^\.$", b"250-2.0.0 ok\r\n250 kept\r\n"), Sent),
        # The relay breaks off while we still write: the final dot has not been sent.
        (LARGE, ("DATA", b"354 go\r\n", "", RESET), Retry),
        (LARGE, ("DATA", b"354 go\r\n", "", b"452 4.3.1 disk full\r\n", HANG), Retry),
        (LARGE, ("DATA", b"354 go\r\n", "", b"552 5.3.4 too large\r\n", HANG), Refused),
    ],
)
async def test_the_final_dot_divides(content, script, outcome):
    async with Scripted(*READY, *script) as server:
        relay = Relay(relay_section(server), None, "desk.example")
        assert type(await relay.send(TO, content, FROM)) is outcome
        await relay.close()


async def test_a_relay_that_takes_nothing_is_given_up_before_the_dot():
    stuck = asyncio.Event()

    async def greet_and_stop_reading(reader, writer):
        writer.write(b"220 relay\r\n")
        for reply in (b"250 relay\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"):
            await reader.readline()
            writer.write(reply)
        await stuck.wait()
        writer.transport.abort()

    server = await asyncio.start_server(greet_and_stop_reading, "127.0.0.1", 0)
    server.host, server.port = "127.0.0.1", server.sockets[0].getsockname()[1]
    relay = Relay(relay_section(server), None, "desk.example")
    assert await relay.send(TO, LARGE, FROM) == Retry("DATA: no answer in time.")
    stuck.set()
    server.close()


async def test_a_server_of_another_kind_is_told_as_that():
    async with Scripted(b"* OK [CAPABILITY IMAP4rev1 STARTTLS] Dovecot ready.\r\n", HANG) as server:
        relay = Relay(relay_section(server), None, "desk.example")
        (problem,) = await relay.check()
        assert problem.what == (
            f"127.0.0.1:{server.port}: this is no SMTP server: "
            'it answered "* OK [CAPABILITY IMAP4rev1 STARTTLS] Dovecot ready.".'
        )
        assert isinstance(await relay.send(TO, MAIL, FROM), Retry)
        await relay.close()


async def test_nobody_there():
    async with Scripted() as server:
        section = relay_section(server)
    relay = Relay(section, None, "desk.example")
    assert isinstance(await relay.send(TO, MAIL, FROM), Retry)
    assert relay.denied == ""
    assert len(await relay.check()) == 1
