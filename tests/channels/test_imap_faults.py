"""IMAP servers that do what Dovecot does not do on demand: goodbyes, silence, lies, other ways to sign in."""

import asyncio
import re

import pytest
from servers.scripted import CLOSE, HANG, RESET, Scripted
from servers.settings import mailbox

from supportbot.channels import imap
from supportbot.errors import Denied, Unreachable

HELLO = b"* OK ready\r\n"
PASSWORD = "hemligt ord"


def capable(words: str) -> tuple[str, bytes]:
    return "CAPABILITY", b"* CAPABILITY IMAP4rev1 %s\r\n%%T OK done (1 + 2 secs).\r\n" % words.encode()


def signed_in(words: str = "IDLE", flags: bytes = rb"\Deleted \*", access: bytes = b"READ-WRITE"):
    """A script up to the selected mailbox, by LOGIN, with these capabilities."""
    selected = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [PERMANENTFLAGS (%s)] x\r\n%%T OK [%s] done\r\n"
    return (
        HELLO,
        *capable(words),
        'LOGIN "user 0" "hemligt ord"$',
        b"%T OK in\r\n",
        *capable(words),
        'SELECT "INBOX"$',
        selected % (flags, access),
    )


def opened(server, password=PASSWORD):
    """A session with shorter waits than the config allows."""
    waits = {"timeout_seconds": 0.5, "poll_seconds": 0.1}
    return imap.open_session(mailbox(server).model_copy(update=waits), password)


@pytest.mark.parametrize(
    ("script", "error", "words"),
    [
        ((b"* BYE overloaded\r\n", HANG), Unreachable, "overloaded"),
        ((CLOSE,), Unreachable, "connection was lost"),
        ((RESET,), Unreachable, "connection was lost"),
        ((HANG,), Unreachable, "no greeting in time"),
        ((b"220 smtp.example ESMTP\r\n", HANG), Unreachable, "220 smtp.example"),
        ((HELLO, "CAPABILITY", CLOSE), Unreachable, "connection was lost"),
        ((HELLO, "CAPABILITY", HANG), Unreachable, "no answer to CAPABILITY"),
        ((HELLO, "CAPABILITY", b"HTTP/1.1 400 Bad Request\r\n", HANG), Unreachable, "not IMAP"),
        ((HELLO, *capable("LOGINDISABLED")), Denied, "takes no password"),
        ((HELLO, *capable(""), "LOGIN", b"%T NO [AUTHENTICATIONFAILED] no\r\n"), Denied, "Check user and password"),
        ((HELLO, *capable(""), "LOGIN", b"%T BAD no\r\n"), Denied, "Check user and password"),
        ((HELLO, *capable(""), "LOGIN", b"%T NO [UNAVAILABLE] later\r\n"), Unreachable, "refused for now"),
        ((HELLO, *capable(""), "LOGIN", b"* BYE too many\r\n", HANG), Unreachable, "too many"),
        ((HELLO, *capable(""), "LOGIN", HANG), Unreachable, "no answer to LOGIN"),
        ((*signed_in()[:-1], b"%T NO [NONEXISTENT] no such folder\r\n"), Denied, "'INBOX' cannot be opened"),
        ((*signed_in()[:-1], b"%T NO [UNAVAILABLE] later\r\n"), Unreachable, "cannot be opened now"),
        ((*signed_in()[:-1], b"* 3 EXISTS\r\n%T OK done\r\n"), Denied, "no UIDVALIDITY"),
        ((*signed_in()[:-1], RESET), Unreachable, "connection was lost"),
    ],
)
async def test_no_session(script, error, words):
    async with Scripted(*script) as server, asyncio.timeout(5):
        with pytest.raises(error, match=words) as caught:
            async with opened(server):
                pytest.fail("there is no session")
    assert server.mistakes == []
    assert PASSWORD not in str(caught.value)


async def test_a_slow_drip_is_given_up():
    async def drip(reader, writer):
        writer.write(HELLO)
        while not writer.is_closing():
            writer.write(b"*")
            await asyncio.sleep(0.1)

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    server.host, server.port = "127.0.0.1", server.sockets[0].getsockname()[1]
    with pytest.raises(Unreachable, match="no answer to CAPABILITY"):
        async with asyncio.timeout(10), opened(server):
            pass
    server.close()


async def test_the_password_may_be_anything():
    """LOGIN with literals (RFC 3501 §7.5), where it cannot be quoted."""
    script = (
        *(HELLO, *capable("")),
        r"LOGIN \{6\}$",
        b"+ go on\r\n",
        r"^user 0 \{9\}$",
        b"+ go on\r\n",
        r"^löse\\nö$",
    )
    async with Scripted(*script, CLOSE) as server:
        with pytest.raises(Unreachable):
            async with opened(server, "löse\\nö"):
                pass
    assert server.mistakes == []


async def test_a_server_that_asks_again_is_not_answered_for_ever():
    script = (
        HELLO,
        *capable("AUTH=PLAIN"),
        "AUTHENTICATE PLAIN$",
        b"+ \r\n",
        "AHVzZXIgMABoZW1saWd0IG9yZA==",
        b"+ more\r\n",
    )
    async with Scripted(*script) as server:
        with pytest.raises(Unreachable, match="asks for more"):
            async with opened(server):
                pass
    assert server.mistakes == []


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (b"* 1 FETCH (UID 1 BODY[] {3}\r\nabcdef)\r\n", "no answer to FETCH"),
        (b"* 1 FETCH (UID 1 BODY[] {3}\r\nabcdef\r\n)\r\n%T OK done\r\n", "not IMAP|parenthesis"),
        (b"* 1 FETCH (UID 1 BODY[] {9}\r\nabc)\r\n%T OK done\r\n", "no answer to FETCH"),
        (b"* 1 FETCH (UID 1 BODY[] {4294967295}\r\nabc)\r\n%T OK done\r\n", "literal of 4294967295 bytes"),
        (b"* 1 FETCH (UID 1 BODY[] {9}\r\nab", "no answer to FETCH"),
        (b"* 1 FETCH (UID 1 BODY[] {9}\r\nab* BYE\r\n", "no answer to FETCH"),
    ],
)
async def test_a_wrong_length_yields_no_mail(reply, words):
    sizes = ("FETCH 1 ", b"* 1 FETCH (UID 1 RFC822.SIZE 3)\r\n%T OK done\r\n")
    async with Scripted(*signed_in(), *sizes, r"FETCH 1 \(UID BODY.PEEK\[\]\)", reply) as server:
        with pytest.raises(Unreachable, match=words):
            async with opened(server) as session:
                got = [mail async for mail in session.fetch([1])]
                pytest.fail(f"{got} was yielded")
    assert server.mistakes == []


async def test_a_mail_that_the_server_does_not_give_holds_up_no_other():
    sizes = b"".join(b"* %d FETCH (UID %d RFC822.SIZE 1)\r\n" % (uid, uid) for uid in (1, 2, 3))
    steps = (
        *("FETCH 1:3 ", sizes + b"%T OK x\r\n"),
        *("FETCH 1:3 ", b"* 1 FETCH (UID 1 BODY[] {1}\r\na)\r\n%T NO [SERVERBUG] broken\r\n"),
        *("FETCH 2 ", b"%T NO [SERVERBUG] broken\r\n", "SEARCH UID 2$", b"* SEARCH 2\r\n%T OK x\r\n"),
        *("FETCH 3 ", b'* 3 FETCH (BODY[] "c" UID 3)\r\n%T OK x\r\n'),
    )
    async with Scripted(*signed_in(), *steps) as server, opened(server) as session:
        assert [(mail.uid, mail.content) async for mail in session.fetch([1, 2, 3])] == [(1, b"a"), (3, b"c")]
        assert session.refused == {2: "NO [SERVERBUG] broken"}
    assert server.mistakes == []


async def test_noise_between_the_lines_is_no_trouble():
    noise = b"* 4 EXISTS\r\n* 1 FETCH (FLAGS (\\Seen))\r\n* 2 EXPUNGE\r\n* OK still here\r\n* XYZ {3}\r\n)\r\n\r\n\r\n"
    found = noise + b"* SEARCH 9 1\r\n* SEARCH 4\r\n" + noise + b"%T OK (5)\r\n"
    async with Scripted(*signed_in(), "SEARCH", found) as server, opened(server) as session:
        assert await session.search() == [1, 4, 9]
        assert await session.wait(5)  # EXISTS during the search: there may be more
    assert server.mistakes == []


OK = b"%T OK x\r\n"
FOUND = ("SEARCH UID 1$", b"* SEARCH 1\r\n%T OK x\r\n")
MOVE = 'MOVE 1 "Handled"'
COPIED = ('COPY 1 "Handled"', b"%T OK [COPYUID 5 1 1] x\r\n")
DELETED = r"UID STORE 1 \+FLAGS.SILENT \(\\Deleted\)"
MARKED = r"UID STORE 1 \+FLAGS.SILENT \(\$Supportbot-done\)"


@pytest.mark.parametrize(
    ("selected", "steps", "how"),
    [
        (signed_in("MOVE", rb"\Deleted", b"READ-ONLY"), (), "left"),
        (signed_in("UIDPLUS", rb"\Deleted", b"READ-ONLY"), (), "left"),
        (signed_in("IDLE", rb"\Deleted"), (), "left"),
        (signed_in("MOVE", rb"\Deleted"), (MOVE, b"%T NO [OVERQUOTA] full\r\n", *FOUND), "left"),
        (signed_in("MOVE"), (MOVE, b"%T NO [OVERQUOTA] full\r\n", *FOUND, MARKED, OK), "keyword"),
        (signed_in("MOVE"), (MOVE, b"%T NO later\r\n", "SEARCH UID 1$", b"* SEARCH\r\n%T OK x\r\n"), "moved"),
        (
            signed_in("MOVE"),
            (MOVE, b"%T NO [TRYCREATE] none\r\n", 'CREATE "Handled"', OK, MOVE, b"* OK [COPYUID 5 1 1] x\r\n" + OK),
            "moved",
        ),
        (signed_in("UIDPLUS"), (*COPIED, DELETED, OK, "UID EXPUNGE 1$", OK), "copied"),
        (signed_in("UIDPLUS"), (*COPIED, DELETED, b"%T NO no right\r\n"), "copied"),
        (signed_in("UIDPLUS"), (COPIED[0], b"%T NO full\r\n", MARKED, OK), "keyword"),
    ],
)
async def test_put_away_as_the_server_can(selected, steps, how):
    async with Scripted(*selected, *FOUND, *steps) as server, opened(server) as session:
        assert await session.put_away([1], "Handled") == {1: how}
    assert server.mistakes == []
    assert not [line for line in server.lines if re.search(r"^\S+ EXPUNGE", line)]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (("IDLE", CLOSE), "connection was lost"),  # instead of "+ idling": aioimaplib #110
        (("IDLE", HANG), "no answer to IDLE"),
        (("IDLE", b"+ idling\r\n* BYE going down\r\n", HANG), "going down"),
        (("IDLE", b"+ idling\r\n", "DONE", HANG), "no answer to IDLE"),
        (("IDLE", b"+ idling\r\n", "DONE", RESET), "connection was lost"),
    ],
)
async def test_idle_ends_in_trouble(script, words):
    async with Scripted(*signed_in(), *script) as server, asyncio.timeout(5):
        with pytest.raises(Unreachable, match=words):
            async with opened(server) as session:
                session._connection.protocol.news.clear()
                await session.wait(0.1)
    assert server.mistakes == []


@pytest.mark.parametrize("reply", [b"%T NO not now\r\n", b"%T BAD what\r\n", b"+ idling\r\n%T OK over\r\n"])
async def test_where_idle_is_refused_it_polls(reply):
    steps = ("IDLE", reply, "NOOP", b"* 4 EXISTS\r\n%T OK x\r\n")
    async with Scripted(*signed_in(), *steps) as server, opened(server) as session:
        session._connection.protocol.news.clear()
        assert await session.wait(5)
    assert server.mistakes == []


async def test_what_is_still_here_is_no_news():
    steps = ("IDLE", b"+ idling\r\n* OK Still here\r\n* 2 EXPUNGE\r\n", "DONE", b"%T OK x\r\n")
    async with Scripted(*signed_in(), *steps) as server, opened(server) as session:
        session._connection.protocol.news.clear()
        assert not await session.wait(0.1)
    assert server.mistakes == []


async def test_folders_that_take_no_mails_are_told():
    steps = (
        *("NAMESPACE", b'* NAMESPACE (("INBOX." ".")) NIL NIL\r\n%T OK done\r\n'),
        *('LIST "" "Handled"', b'* LIST (\\HasNoChildren) "." {7}\r\nHandled\r\n%T OK LIST done\r\n'),
        *('LIST "" "A"', b'* LIST (\\Noselect) "." "A"\r\n%T OK LIST done\r\n'),
        *('LIST "" "B"', b"%T OK LIST done\r\n"),
        *('LIST "" "INBOX.B"', b"%T OK LIST done\r\n"),
    )
    async with Scripted(*signed_in("IDLE NAMESPACE"), *steps) as server, opened(server) as session:
        assert await session.unusable_folders(["Handled", "A", "B", "INBOX.B"]) == {
            "A": "holds folders only, no mails",
            "B": "cannot be made here: this server wants a name such as INBOX.B",
        }
    assert server.mistakes == []
