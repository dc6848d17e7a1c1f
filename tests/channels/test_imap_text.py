"""IMAP's notation, by table."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from supportbot.channels import imap_text
from supportbot.channels.imap_text import Item


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("INBOX", '"INBOX"'),
        ("Set aside", '"Set aside"'),
        ("Åtgärdat", '"&AMU-tg&AOQ-rdat"'),
        ("Fel & brist", '"Fel &- brist"'),
        ('"citat" \\', '"\\"citat\\" \\\\"'),
        ("台北", '"&U,BTFw-"'),  # RFC 3501 §5.1.3
        ("🙂", '"&2D3eQg-"'),
        ("åäö", '"&AOUA5AD2-"'),
    ],
)
def test_folder(name, encoded):
    assert imap_text.folder(name) == encoded


@pytest.mark.parametrize("text", ["å", "a\r\nb", "a\x00b"])
def test_only_a_literal_carries_these(text):
    with pytest.raises(ValueError, match="quoted string"):
        imap_text.quoted(text)


@pytest.mark.parametrize(
    ("uids", "written"),
    [([1], "1"), ([3, 1, 2], "1:3"), ([1, 2, 4, 6, 7], "1:2,4,6:7"), ([4294967295, 1], "1,4294967295"), ([5, 5], "5")],
)
def test_uid_set(uids, written):
    assert imap_text.uid_set(uids) == written
    assert imap_text.uids_in(written.encode()) == sorted(set(uids))


def test_copied_uids():
    assert imap_text.copied_uids(b"[COPYUID 77 3:5,9 1:4] Done") == {3, 4, 5, 9}
    assert imap_text.copied_uids(b"[COPYUID 77 5:3 1:3] reversed is allowed") == {3, 4, 5}
    assert imap_text.copied_uids(b"Completed") is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("25-Nov-2026 15:25:22 +0100", datetime(2026, 11, 25, 15, 25, 22, tzinfo=timezone(timedelta(hours=1)))),
        (" 5-Nov-2026 00:00:00 +0000", datetime(2026, 11, 5, tzinfo=UTC)),
        ("31-Feb-2026 00:00:00 +0000", None),
        ("5-Foo-2026 00:00:00 +0000", None),
        ("5-Nov-2026 00:00:00 +9999", None),
        ("", None),
    ],
)
def test_date_time(text, moment):
    assert imap_text.date_time(text) == moment


@pytest.mark.parametrize(
    ("reply", "item"),
    [
        ((b"1 FETCH (UID 7 RFC822.SIZE 12)",), Item(7, 12, None, None)),
        ((b"1 FETCH (BODY[] {3}", b"abc", b" UID 7)"), Item(7, None, None, b"abc")),
        ((b"1 FETCH (UID 7 BODY[]<0> {3}", b"abc", b")"), Item(7, None, None, b"abc")),
        ((b'1 FETCH (UID 7 BODY[] "a \\"b\\" (")',), Item(7, None, None, b'a "b" (')),
        ((b"1 FETCH (UID 7 BODY[] NIL)",), Item(7, None, None, b"")),
        ((b"1 FETCH (UID 7 BODY[] {0}", b"", b")"), Item(7, None, None, b"")),
        ((b"1 FETCH (FLAGS (\\Seen))",), None),
        ((b"1 FETCH (FLAGS (UID 9) UID 7 RFC822.SIZE 1)",), Item(7, 1, None, None)),
        # What a mail contains is never read as protocol.
        ((b"1 FETCH (BODY[] {18}", b" UID 9 BODY[] NIL ", b" UID 7)"), Item(7, None, None, b" UID 9 BODY[] NIL ")),
        ((b"1 FETCH (X-NOTE {2}", b"no", b" UID 7 BODY[] {3}", b"yes", b")"), Item(7, None, None, b"yes")),
        ((b"3 EXISTS",), None),
    ],
)  # fmt: skip
def test_fetched(reply, item):
    assert imap_text.fetched(reply) == item


def test_a_literal_of_wrong_length_is_noticed():
    with pytest.raises(ValueError, match="parenthesis"):
        imap_text.fetched((b"1 FETCH (UID 7 BODY[] {3}", b"abc", b"def"))
