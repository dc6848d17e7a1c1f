"""Mails of the IMAP server: kept once, claimed by one, settled once, put away."""

from datetime import timedelta

import pytest
from builders import NOW

from supportbot.store import claims, contents, inbox
from supportbot.store.contents import content_hash
from supportbot.store.inbox import Kept

LEASE = timedelta(minutes=2)
LATER = NOW + timedelta(minutes=3)
PLENTY = 10**9


def a_mail(uid=1, content=b"Subject: hej\r\n\r\nHej", **values):
    return Kept(
        **{"account": "desk", "folder": "INBOX", "uidvalidity": 7, "uid": uid, "content": content, "received": NOW}
        | values
    )


@pytest.mark.parametrize(
    ("same", "change"),
    [
        (True, {}),
        (True, {"content": b"other bytes under the same UID"}),
        (False, {"uid": 2}),
        (False, {"uidvalidity": 8}),
        (False, {"folder": "Spam"}),
        (False, {"account": "second"}),
    ],
)
async def test_identity_is_account_folder_uidvalidity_uid(write, same, change):
    first = await write(inbox.keep, a_mail(), NOW)
    second = await write(inbox.keep, a_mail(**change), NOW)
    assert first is not None
    assert (second is None) == same
    if same:
        assert await write(inbox.raw, first) == a_mail().content


@pytest.mark.parametrize("size", [0, 1, 1000, contents.LARGE, contents.LARGE + 1, 3_000_000])
async def test_bytes_come_back_as_they_came(write, size):
    content = (b"\x00\xff\r\n" + bytes(range(256)) * (size // 256 + 1))[:size]
    mail = await write(inbox.keep, a_mail(content=content), NOW)
    assert await write(inbox.raw, mail) == content
    (claimed,) = await write(claims.claim, 10, NOW, LEASE, PLENTY)
    assert (claimed.content, claimed.size, claimed.sha256) == (content, size, contents.hash_of(content))
    assert claimed.received == NOW
    assert claimed.received.utcoffset() == timedelta(0)


async def test_largest_uids_are_known(write):
    uids = [1, 2, 4294967295]
    for uid in uids:
        await write(inbox.keep, a_mail(uid, uidvalidity=4294967295), NOW)
    asked = [*range(1, 2500), 4294967295]
    assert await write(inbox.known, "desk", "INBOX", 4294967295, asked) == set(uids)
    assert await write(inbox.known, "desk", "INBOX", 7, uids) == set()


async def test_claims_go_in_order_and_to_one_only(write):
    ids = [await write(inbox.keep, a_mail(uid), NOW) for uid in range(1, 6)]
    first = await write(claims.claim, 2, NOW, LEASE, PLENTY)
    second = await write(claims.claim, 10, NOW, LEASE, PLENTY)
    assert [one.id for one in (*first, *second)] == ids
    assert await write(claims.claim, 10, NOW, LEASE, PLENTY) == []
    again = await write(claims.claim, 10, LATER, LEASE, PLENTY)
    assert [one.id for one in again] == ids, "leases that ran out are claimed again, in order"


async def test_claims_are_bounded_by_bytes_but_never_empty(write):
    for uid in range(1, 5):
        await write(inbox.keep, a_mail(uid, content=b"x" * 100), NOW)
    assert len(await write(claims.claim, 10, NOW, LEASE, 250)) == 2
    assert len(await write(claims.claim, 10, NOW, LEASE, 10)) == 1


async def test_the_verdict_is_given_once(write):
    mail = await write(inbox.keep, a_mail(), NOW)
    await write(claims.claim, 1, NOW, LEASE, PLENTY)
    await write(inbox.finish, mail, "ticket", "a fault", 10001, NOW)
    with pytest.raises(LookupError, match="verdict already"):
        await write(inbox.finish, mail, "ticket", "a fault", 10002, NOW)
    row = await write(inbox.get, mail)
    assert (row.state, row.verdict, row.reason, row.ticket, row.finished) == ("done", "ticket", "a fault", 10001, NOW)
    assert await write(claims.claim, 1, LATER, LEASE, PLENTY) == []
    assert await write(claims.strike, mail, "late", NOW) == 0
    with pytest.raises(LookupError):
        await write(inbox.finish, 999, "ticket", "", None, NOW)


async def test_strikes_count_and_release_strikes_only_when_told(write):
    mail = await write(inbox.keep, a_mail(), NOW)
    for expected in (1, 2):
        (claimed,) = await write(claims.claim, 1, NOW, LEASE, PLENTY)
        assert claimed.strikes == expected - 1
        assert await write(claims.strike, mail, "its reader died", NOW) == expected
    await write(claims.claim, 1, NOW, LEASE, PLENTY)
    assert await write(claims.release, LATER) == 1
    assert (await write(inbox.get, mail)).strikes == 2
    await write(claims.claim, 1, LATER, LEASE, PLENTY)
    assert await write(claims.release, LATER + LEASE * 2, strike=True) == 1
    assert (await write(inbox.get, mail)).strikes == 3


async def test_what_was_set_aside_may_be_decided_again(write):
    mail = await write(inbox.keep, a_mail(), NOW)
    await write(inbox.set_aside, mail, "three strikes", NOW)
    assert [(row.id, row.reason) for row in await write(inbox.quarantined)] == [(mail, "three strikes")]
    await write(inbox.finish, mail, "ignore", "looked at by Eva", None, LATER)
    assert await write(inbox.quarantined) == []
    with pytest.raises(LookupError):
        await write(inbox.finish, mail, "ticket", "", None, LATER)


async def test_who_wrote_what_was_set_aside_is_told_cleaned_and_cut(write):
    mail = await write(inbox.keep, a_mail(), NOW)
    await write(inbox.set_aside, mail, "odd", NOW, "eva\r\n@a.example\0", "x" * 1000)
    (row,) = await write(inbox.quarantined)
    assert (row.sender, len(row.subject)) == ("eva @a.example", inbox.SHOWN)
    await write(inbox.finish, mail, "ignore", "looked at by Eva", None, LATER)
    assert (await write(inbox.get, mail)).sender == "eva @a.example"


async def test_only_settled_mails_are_put_away_and_once(write):
    ids = [await write(inbox.keep, a_mail(uid), NOW) for uid in (1, 2, 3)]
    await write(inbox.finish, ids[0], "ticket", "", 10001, NOW)
    await write(inbox.set_aside, ids[2], "odd", NOW)
    place = ("desk", "INBOX", 7)
    assert await write(inbox.to_put_away, *place, 10) == [(ids[0], 1, "ticket"), (ids[2], 3, "quarantine")]
    assert await write(inbox.to_put_away, "desk", "INBOX", 8, 10) == []
    await write(inbox.put_away, [ids[0]], "moved", NOW)
    await write(inbox.put_away, [], "moved", NOW)
    assert await write(inbox.to_put_away, *place, 10) == [(ids[2], 3, "quarantine")]
    await write(inbox.put_away, [ids[2]], "gone", NOW)
    await write(inbox.finish, ids[2], "ignore", "looked at", None, NOW)
    assert await write(inbox.to_put_away, *place, 10) == []
    assert (await write(inbox.get, ids[0])).on_server == "moved"


TRACE = b"Return-Path: <a@b>\r\nDelivered-To: x\r\nReceived: from a\r\n\tby b; now\r\n for c\r\nX-Spam-Status: No\r\n"
MAIL = b"DKIM-Signature: v=1\r\nFrom: a@b\r\nReceived: below stays\r\n\r\nHej\r\n"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (MAIL, TRACE + MAIL, True),
        (TRACE + MAIL, b"ARC-Seal: i=1\nAuthentication-Results: mx;\n dkim=pass\n" + MAIL, True),
        (MAIL, MAIL.replace(b"below", b"other"), False),
        (MAIL, MAIL.removeprefix(b"DKIM-Signature: v=1\r\n"), False),
        (MAIL, MAIL + b" ", False),
        (b"", TRACE, True),
        (b"\r\n", TRACE + b"\r\n", True),
        (b" folded\r\n" + MAIL, MAIL, False),
        (b"Received", b"Received: no line end", False),
        (b"\xff\x00\n", b"\xff\x00\n\n", False),
    ],
)
def test_the_same_mail_is_told_without_its_trace(one, other, same):
    assert (content_hash(one) == content_hash(other)) == same


async def test_the_first_copy_is_found(write):
    first = await write(inbox.keep, a_mail(1, content=TRACE + MAIL), NOW)
    other = await write(inbox.keep, a_mail(2, content=MAIL + b"!"), NOW)
    last = await write(inbox.keep, a_mail(3, content=MAIL), NOW)
    assert await write(inbox.earlier_copy, content_hash(MAIL), first) is None
    assert await write(inbox.earlier_copy, content_hash(MAIL + b"!"), other) is None
    assert await write(inbox.earlier_copy, content_hash(MAIL), last) == first


async def test_counts_account_for_every_mail(write):
    ids = [await write(inbox.keep, a_mail(uid), NOW) for uid in range(1, 6)]
    await write(inbox.keep, a_mail(9), NOW - timedelta(days=2))
    await write(inbox.finish, ids[0], "ignore", "bulk", None, NOW)
    await write(inbox.finish, ids[1], "ignore", "bulk", None, NOW)
    await write(inbox.finish, ids[2], "ticket", "a fault", 10001, NOW)
    await write(claims.strike, ids[3], "died", NOW)
    counted = await write(inbox.counts, NOW - timedelta(days=1))
    assert sorted(counted, key=str) == sorted([("ignore", "bulk", 2), ("ticket", "a fault", 1), (None, "", 2)], key=str)
    assert await write(inbox.waiting) == (3, NOW - timedelta(days=2))
