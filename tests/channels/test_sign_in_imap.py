"""XOAUTH2 at a real Dovecot that asks an endpoint about each token, and at scripted servers: refusals, lost lines."""

import asyncio
import base64
import json
import re

import pytest
from servers.dovecot import FULL
from servers.identity import SECRET, Identity, dovecot_settings
from servers.scripted import CLOSE, HANG, Scripted
from servers.settings import mailbox

from supportbot.channels import imap
from supportbot.channels import tokens as tokens_module
from supportbot.channels.tokens import Tokens
from supportbot.errors import Denied, Unreachable

WHERE = "mailbox test: auth.oauth2"
MAIL = b"Subject: x\r\n\r\nHej\r\n"


@pytest.fixture
async def identity(user):
    async with Identity(user) as started:
        yield started


@pytest.fixture
def tokens(identity, tmp_path):
    return Tokens(identity.section(tmp_path), WHERE)


@pytest.fixture(params=["with SASL-IR", "without"])
def dovecot(request, identity, start_dovecot, tmp_path):
    capability = "" if request.param == "with SASL-IR" else FULL.replace("SASL-IR ", "")
    return start_dovecot(capability=capability, **dovecot_settings(identity))


async def test_signed_in_and_a_withdrawn_token_is_replaced_once(dovecot, identity, user, tokens):
    dovecot.deliver(user, [MAIL])
    settings = mailbox(dovecot, user)
    for _ in range(2):
        async with imap.open_session(settings, tokens) as session:
            assert [mail.content async for mail in session.fetch(await session.search())] == [MAIL]
    assert (len(identity.asked), identity.introspected) == (1, 2)
    identity.withdraw()
    async with imap.open_session(settings, tokens) as session:
        assert await session.search() == [1]
    assert len(identity.asked) == 2
    assert await imap.check(settings, tokens) == []


async def test_a_fresh_token_that_is_refused(dovecot, identity, user, tokens):
    token = "t" * 40
    answer = (200, json.dumps({"access_token": token, "token_type": "Bearer"}))
    identity.answers = [answer, answer]
    async with asyncio.timeout(5):
        for _ in range(2):  # and it is not kept: rights may be given meanwhile, which only a new one holds
            with pytest.raises(Denied, match=r"with a token of 127\.0\.0\.1 was refused\. Check user") as caught:
                async with imap.open_session(mailbox(dovecot, user), tokens):
                    pytest.fail("there is no session")
    assert len(identity.asked) == 2
    assert token not in str(caught.value)
    async with imap.open_session(mailbox(dovecot, user), tokens):
        pass


async def test_another_ones_mailbox(dovecot, identity, user, tokens):
    with pytest.raises(Denied, match="was refused"):
        async with imap.open_session(mailbox(dovecot, "user 59"), tokens):
            pytest.fail("there is no session")


async def test_the_session_ends_before_its_token(start_dovecot, tmp_path, user, monkeypatch):
    monkeypatch.setattr(tokens_module, "SHORTEST_LIFE", 1.0)
    async with Identity(user, life=1) as identity:
        server = start_dovecot(**dovecot_settings(identity))
        async with imap.open_session(mailbox(server, user), Tokens(identity.section(tmp_path), WHERE)) as session:
            assert await session.search() == []
            assert not session.over
            async with asyncio.timeout(5):
                assert not await session.wait(60)
            assert session.over
            assert await session.search() == []  # the line is whole


HELLO = b"* OK ready\r\n"
REFUSAL = b"+ " + base64.b64encode(b'{"status":"400","schemes":"Bearer","scope":"https://mail.example/"}') + b"\r\n"


def capable(words):
    return "CAPABILITY", b"* CAPABILITY IMAP4rev1 %s\r\n%%T OK done\r\n" % words.encode()


AT_ONCE = (HELLO, *capable("AUTH=XOAUTH2 SASL-IR"), "AUTHENTICATE XOAUTH2 [A-Za-z0-9+/=]+$")
IN_TURN = (HELLO, *capable("AUTH=XOAUTH2 AUTH=PLAIN"), "AUTHENTICATE XOAUTH2$", b"+ \r\n", "^[A-Za-z0-9+/=]+$")


@pytest.mark.parametrize("start", [AT_ONCE, IN_TURN], ids=["SASL-IR", "in turn"])
@pytest.mark.parametrize(
    ("script", "error", "words"),
    [
        ((REFUSAL, "^$", b"%T NO [AUTHENTICATIONFAILED] Invalid credentials\r\n"), Denied, "with a token of"),
        ((b"%T NO AUTHENTICATE failed.\r\n",), Denied, "with a token of"),
        ((b"%T BAD what\r\n",), Denied, "with a token of"),
        ((REFUSAL, "^$", b"%T NO [UNAVAILABLE] later\r\n"), Unreachable, "refused for now"),
        ((REFUSAL, "^$", CLOSE), Unreachable, "connection was lost"),
        ((REFUSAL, "^$", b"* BYE gone\r\n", HANG), Unreachable, "gone"),
        ((CLOSE,), Unreachable, "connection was lost"),
        ((HANG,), Unreachable, "no answer to AUTHENTICATE"),
        ((REFUSAL, "^$", REFUSAL, HANG), Unreachable, "asks for more than there is"),
    ],
)
async def test_no_session(tokens, identity, start, script, error, words):
    async with Scripted(*start, *script) as server, asyncio.timeout(5):
        settings = mailbox(server).model_copy(update={"timeout_seconds": 0.5})
        with pytest.raises(error, match=words) as caught:
            async with imap.open_session(settings, tokens):
                pytest.fail("there is no session")
    assert server.mistakes == []
    sent = base64.b64decode(re.split(" ", next(line for line in server.lines if len(line) > 40))[-1]).decode()
    found = re.fullmatch("user=user 0\x01auth=Bearer ([^\x01]+)\x01\x01", sent)
    assert identity.known(found[1])
    assert found[1] not in str(caught.value)
    assert SECRET not in str(caught.value)
    assert len(identity.asked) == 1


async def test_a_server_that_takes_no_token(tokens):
    async with Scripted(HELLO, *capable("AUTH=PLAIN")) as server:
        (problem,) = await imap.check(mailbox(server), tokens)
    assert "takes no token (no AUTH=XOAUTH2)" in problem.what
    assert server.mistakes == []


async def test_without_a_token_the_server_is_not_bothered(tokens, identity):
    identity.answers = [(503, "")]
    async with Scripted(HELLO) as server:
        with pytest.raises(Unreachable, match=r"the token endpoint 127\.0\.0\.1 does not work now"):
            async with imap.open_session(mailbox(server), tokens):
                pytest.fail("there is no session")
    assert server.connections == 0
