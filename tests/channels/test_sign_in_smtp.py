"""XOAUTH2 at a real relay: signed in, a withdrawn token replaced once, a refusal told from a lost line."""

import asyncio
import json

import pytest
from servers.identity import SECRET, Identity
from servers.settings import relay_section
from servers.smtp_sink import DROP, SmtpSink

from supportbot.channels import tokens as tokens_module
from supportbot.channels.smtp import Relay
from supportbot.channels.tokens import Tokens
from supportbot.tickets.retry import Retry, Sent

MAIL = b"From: desk@icentrex.example\r\nSubject: x\r\n\r\nHej\r\n"
TO, FROM = "anna@kund.example", "desk@icentrex.example"


@pytest.fixture
async def identity():
    async with Identity("desk@icentrex.example") as started:
        yield started


@pytest.fixture
def sink(identity, certificate):
    with SmtpSink(knows=identity.known, tls="starttls", certificate=certificate) as started:
        yield started


@pytest.fixture
def settings(sink, tmp_path):
    return relay_section(sink, user=FROM, auth={"password": {"env": "UNUSED"}})


@pytest.fixture
def tokens(identity, tmp_path):
    return Tokens(identity.section(tmp_path), "smtp.auth.oauth2")


@pytest.fixture
async def relay(settings, tokens):
    started = Relay(settings, tokens, "desk.example")
    yield started
    await started.close()


async def test_signed_in(sink, identity, relay):
    assert isinstance(await relay.send(TO, MAIL, FROM), Sent)
    assert [(mail.user, mail.encrypted) for mail in sink.accepted] == [(FROM, True)]
    assert await relay.check() == []
    assert len(identity.asked) == 1


async def test_a_withdrawn_token_is_replaced_once(sink, identity, relay, tokens):
    await tokens.current()
    identity.withdraw()
    assert isinstance(await relay.send(TO, MAIL, FROM), Sent)
    assert (len(identity.asked), sink.commands.count("AUTH"), sink.connections) == (2, 2, 1)


async def test_a_fresh_token_that_is_refused(sink, identity, relay):
    identity.answers = [(200, json.dumps({"access_token": "t" * 40, "token_type": "Bearer"}))]
    outcome = await relay.send(TO, MAIL, FROM)
    assert isinstance(outcome, Retry)
    assert "with a token of 127.0.0.1 was refused" in outcome.reason
    assert relay.denied == outcome.reason
    assert "t" * 40 not in outcome.reason
    assert (len(identity.asked), sink.commands.count("AUTH"), sink.copies) == (1, 1, 0)


@pytest.mark.parametrize(
    ("step", "fault", "words"),
    [("AUTH", "454 4.7.0 not now", "not possible now (454)"), ("AUTH", DROP, "EOF"), ("CONNECT", DROP, "")],
)
async def test_a_lost_line_is_no_refusal(sink, identity, relay, step, fault, words):
    sink.fail(step, fault)
    outcome = await relay.send(TO, MAIL, FROM)
    assert isinstance(outcome, Retry)
    assert words in outcome.reason
    assert relay.denied == ""
    assert isinstance(await relay.send(TO, MAIL, FROM), Sent)
    assert len(identity.asked) == 1


@pytest.mark.parametrize(
    ("answer", "denied", "words"),
    [((503, ""), False, "does not work now"), ((401, '{"error": "invalid_client"}'), True, "Check client_id")],
)
async def test_trouble_of_the_endpoint_is_told_as_such(sink, identity, relay, answer, denied, words):
    identity.answers = [answer]
    outcome = await relay.send(TO, MAIL, FROM)
    assert isinstance(outcome, Retry)
    assert outcome.reason.startswith("smtp.auth.oauth2: the token endpoint 127.0.0.1 ")
    assert words in outcome.reason
    assert bool(relay.denied) == denied
    assert SECRET not in outcome.reason
    assert sink.connections == 0


async def test_a_relay_that_takes_no_token(certificate, tokens):
    with SmtpSink(users={"desk": "x"}, tls="starttls", certificate=certificate) as sink:
        (problem,) = await Relay(relay_section(sink), tokens, "desk.example").check()
    assert "takes no token" in problem.what


async def test_a_connection_is_not_used_beyond_its_token(sink, identity, relay, monkeypatch):
    monkeypatch.setattr(tokens_module, "SHORTEST_LIFE", 0.4)
    identity.life = 0.4
    await relay.send(TO, MAIL, FROM)
    await relay.send(TO, MAIL, FROM)
    assert sink.connections == 1
    await asyncio.sleep(0.35)
    identity.life = 60
    assert isinstance(await relay.send(TO, MAIL, FROM), Sent)
    assert (sink.connections, len(identity.asked)) == (2, 2)
