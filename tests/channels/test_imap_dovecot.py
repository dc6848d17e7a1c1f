"""A session over a real Dovecot: what is fetched, what is put away, what is noticed."""

import asyncio
import hashlib
import imaplib
import random

import pytest
from servers.dovecot import FULL
from servers.settings import mailbox

from supportbot.channels import imap
from supportbot.errors import Denied, Unreachable

TEN_MB = 10 << 20


def mail(number: int) -> bytes:
    return b"From: a@b.example\r\nSubject: %d\r\n\r\nNu fungerar det inte.\r\n" % number


ODD_MAILS = {
    "8bit": b"Subject: f\xc3\xb6r\r\n\r\n\xe5\xe4\xf6\r\n",
    "binary": b"Subject: x\r\n\r\n" + bytes(byte for byte in range(1, 256) if byte not in (10, 13)) + b"\r\n",
    "like protocol": b"Subject: )\r\n\r\n* 1 FETCH (UID 99 BODY[] {3}\r\nA001 OK done\r\n)\r\n+ go on\r\n* BYE\r\n",
    "no end of line": b"Subject: x\r\n\r\nend",
    "no header": b"\r\n\r\n",
    "10 MB": b"Subject: large\r\n\r\n" + random.Random(1).randbytes(TEN_MB // 2).hex().encode(),
}


@pytest.fixture
def password(server, user):
    return server.users[user]


def client(server, user: str) -> imaplib.IMAP4:
    """A second client, as staff have one."""
    other = imaplib.IMAP4(server.host, server.port)
    other.authenticate("PLAIN", lambda _: f"\0{user}\0{server.users[user]}".encode())
    other.select("INBOX")
    return other


async def test_bytes_are_the_same(server, user, password):
    server.deliver(user, ODD_MAILS.values())
    async with imap.open_session(mailbox(server, user), password) as session:
        listed = await session.sizes(await session.search())
        got = {fetched.uid: fetched async for fetched in session.fetch(listed)}
    hashes = [hashlib.sha256(content).hexdigest() for content in ODD_MAILS.values()]
    assert [hashlib.sha256(got[uid].content).hexdigest() for uid in sorted(got)] == hashes
    assert {uid: fetched.size for uid, fetched in got.items()} == {uid: each.size for uid, each in listed.items()}
    assert all(fetched.received and fetched.received.tzinfo for fetched in got.values())
    assert not any(fetched.partial for fetched in got.values())


async def test_fetching_marks_nothing_as_read(server, user, password):
    server.deliver(user, [mail(1)])
    async with imap.open_session(mailbox(server, user), password) as session:
        assert [fetched.uid async for fetched in session.fetch([1])] == [1]
    assert client(server, user).uid("SEARCH", "SEEN")[1] == [b""]


async def test_a_large_mail_is_fetched_in_part(server, user, password):
    server.deliver(user, [mail(1), b"Subject: x\r\n\r\n" + b"x" * 5000, mail(3)])
    async with imap.open_session(mailbox(server, user), password) as session:
        got = [fetched async for fetched in session.fetch([1, 2, 3], partial_bytes=1000)]
    assert [(each.uid, each.partial, len(each.content)) for each in got] == [
        (1, False, len(mail(1))),
        (2, True, 1000),
        (3, False, len(mail(3))),
    ]
    assert got[1].size == 5014


async def test_two_thousand_mails(server, user, password):
    server.deliver(user, map(mail, range(2000)))
    async with imap.open_session(mailbox(server, user), password) as session:
        uids = await session.search()
        got = [fetched.content async for fetched in session.fetch(uids, max_mails=500)]
        assert len(await session.sizes(uids)) == 2000
        assert await session.search(1999) == [1999, 2000]
        assert await session.search(2001) == []  # n:* names the last mail all the same
        assert await session.put_away(uids[::2], "Handled") == dict.fromkeys(uids[::2], "moved")
    assert got == list(map(mail, range(2000)))
    assert server.folders(user) == {"INBOX": 1000, "Handled": 1000}


async def test_what_has_vanished_is_not_yielded(server, user, password):
    server.deliver(user, map(mail, range(3)))
    async with imap.open_session(mailbox(server, user), password) as session:
        uids = await session.search()
        staff = client(server, user)
        staff.uid("STORE", "2", "+FLAGS", r"(\Deleted)")
        staff.expunge()
        assert [fetched.uid async for fetched in session.fetch([*uids, 4711])] == [1, 3]
        assert await session.put_away(uids, "Handled") == {1: "moved", 2: "gone", 3: "moved"}
        assert await session.put_away(uids, "Handled") == {1: "gone", 2: "gone", 3: "gone"}


@pytest.fixture(scope="module")
def without_move(start_shared_dovecot):
    return start_shared_dovecot(capability=FULL.replace("MOVE ", ""))


@pytest.fixture(scope="module")
def with_keywords_only(start_shared_dovecot):
    return start_shared_dovecot(capability="IMAP4rev1")


@pytest.mark.parametrize(
    ("variant", "how", "folders", "in_inbox"),
    [
        ("server", "moved", {"INBOX": 1, "&AMU-tg&AOQ-rdat &- klart": 2}, [2]),
        ("without_move", "copied", {"INBOX": 1, "&AMU-tg&AOQ-rdat &- klart": 2}, [2]),
        ("with_keywords_only", "keyword", {"INBOX": 3}, [1, 2, 3]),
    ],
)
async def test_put_away(request, user, variant, how, folders, in_inbox):
    server = request.getfixturevalue(variant)
    server.deliver(user, map(mail, range(3)))
    staff = client(server, user)
    staff.uid("STORE", "2", "+FLAGS", r"(\Deleted)")  # must survive: EXPUNGE alone would take it
    async with imap.open_session(mailbox(server, user), server.users[user]) as session:
        assert await session.put_away([1, 3], "Åtgärdat & klart") == {1: how, 3: how}
        assert await session.search() == in_inbox
    assert server.folders(user) == folders
    marked = client(server, user).uid("SEARCH", "KEYWORD", "$Supportbot-done")[1][0].split()
    assert marked == ([b"1", b"3"] if how == "keyword" else [])


async def test_where_nothing_can_be_done_mails_are_left(start_shared_dovecot, user):
    server = start_shared_dovecot(capability="IMAP4rev1", extra="mail_max_keyword_length = 5")
    server.deliver(user, [mail(1)])
    async with imap.open_session(mailbox(server, user), server.users[user]) as session:
        assert await session.put_away([1], "Handled") == {1: "left"}
        assert await session.search() == [1]


async def test_a_folder_that_cannot_be_made_leaves_the_mail_marked(server, user, password):
    server.deliver(user, [mail(1)])
    async with imap.open_session(mailbox(server, user), password) as session:
        assert await session.put_away([1], "~root/") == {1: "keyword"}
        assert await session.search() == [1]


async def test_idle_tells_of_a_new_mail(server, user, password):
    async with imap.open_session(mailbox(server, user), password) as session:
        await session.search()
        asyncio.get_running_loop().call_later(0.1, server.deliver, user, [mail(1)])
        assert await session.wait(20)
        assert await session.search() == [1]
        assert not await session.wait(0.05)


async def test_idle_is_renewed_and_still_hears(server, user, password):
    settings = mailbox(server, user).model_copy(update={"idle_seconds": 0.2})  # shorter than the config allows
    async with imap.open_session(settings, password) as session:
        await session.search()
        asyncio.get_running_loop().call_later(0.5, server.deliver, user, [mail(1)])
        assert await session.wait(20)


async def test_an_interrupt_ends_the_waiting(server, user, password):
    async with imap.open_session(mailbox(server, user), password) as session:
        await session.search()
        interrupt = asyncio.Event()
        asyncio.get_running_loop().call_later(0.05, interrupt.set)
        async with asyncio.timeout(5):
            assert not await session.wait(60, interrupt)
        assert await session.search() == []


async def test_without_idle_it_polls(with_keywords_only, user):
    server = with_keywords_only
    async with imap.open_session(mailbox(server, user, poll_seconds=1), server.users[user]) as session:
        await session.search()
        # Not at once: Dovecot may not see a file that comes within a tick of the clock after it has looked.
        asyncio.get_running_loop().call_later(0.1, server.deliver, user, [mail(1)])
        assert await session.wait(20)


@pytest.mark.parametrize("fault", ["kill", "freeze"])
@pytest.mark.parametrize("doing", ["idle", "fetch"])
async def test_a_dead_server_is_noticed(start_dovecot, fault, doing):
    server = start_dovecot()
    settings = mailbox(server, timeout_seconds=1, idle_seconds=2)
    server.deliver("user 0", [b"Subject: x\r\n\r\n" + b"x" * TEN_MB] * 5)
    with pytest.raises(Unreachable):
        async with asyncio.timeout(10), imap.open_session(settings, server.users["user 0"]) as session:
            uids = await session.search()
            if doing == "idle":
                asyncio.get_running_loop().call_later(0.2, getattr(server, fault))
                await session.wait(0.5)
            else:
                async for _ in session.fetch(uids, max_bytes=1):
                    getattr(server, fault)()
    with pytest.raises(Unreachable):
        async with imap.open_session(settings, server.users["user 0"]):
            pass


async def test_a_wrong_password_is_denied_and_never_told(server, user):
    for wrong in ("fel-lösen", 'felaktigt "x"'):
        try:
            with pytest.raises(Denied, match="Check user and password") as caught:
                async with imap.open_session(mailbox(server, user), wrong):
                    pass
        except Unreachable as error:
            pytest.fail(f"{error}\n{server.log()}")
        assert wrong not in str(caught.value)


async def test_certificates_are_checked(start_dovecot, certificate, other_certificate):
    server = start_dovecot(certificate=other_certificate)
    for ca_file, words in ((certificate.ca_file, "certificate is not accepted"), (None, "certificate is not accepted"),
                           (other_certificate.ca_file, "IP address mismatch")):  # fmt: skip
        with pytest.raises(Denied, match=words):
            async with imap.open_session(mailbox(server, ca_file=ca_file), "x"):
                pass
    with pytest.raises(Denied, match=r"ca_file .* cannot be read"):
        async with imap.open_session(mailbox(server, ca_file=other_certificate.key_file), "x"):
            pass


async def test_check(server, user, password, start_dovecot, other_certificate):
    settings = mailbox(server, user)
    assert await imap.check(settings, password) == []  # folders that are not there yet are made with the first mail
    client(server, user).create("Handled")
    assert await imap.check(settings, password) == []
    for changed, words in (
        ({"port": server.port}, "does not speak TLS"),
        ({"ca_file": other_certificate.ca_file}, "certificate is not accepted"),
        ({"folders": {"inbox": "Inkorg"}}, "'Inkorg' cannot be opened"),
    ):
        (problem,) = await imap.check(mailbox(server, user, **changed), password)
        assert words in problem.what
        assert problem.where == "mailbox test"
    (problem,) = await imap.check(settings, "wrong")
    assert problem.mend == "Check user and password."
