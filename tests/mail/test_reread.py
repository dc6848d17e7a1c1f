"""What was composed is looked at once more: every damage that the standard library sees is refused, and more."""

import random
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from supportbot.mail.compose import Letter, LetterAttachment, compose
from supportbot.mail.message import Address
from supportbot.mail.reread import check_composed

EVA = Address("Eva Content-Type: multipart Ek", "eva@kund.example")
ORIGINAL = b"From: x@y.example\nContent-Type: multipart/mixed; boundary=a\n\n--b\nunclosed: \xe5\n"
LETTERS = (
    Letter(EVA, "Växeln: multipart/mixed nere " * 9, "Hej, det är åtgärdat.\n"),
    Letter(EVA, "Content-Type: multipart/mixed", "Hej", "<p>Hej å</p>", references=("a@b", "c@d"), in_reply_to="c@d"),
    Letter(
        EVA,
        "Bilagor",
        "Hej",
        "<p>Hej</p>",
        attachments=(
            LetterAttachment("första.eml", ORIGINAL, "message/rfc822"),
            LetterAttachment("x" * 90, b"%PDF" * 999, "application/pdf"),
            LetterAttachment("tom.eml", b"", "message/rfc822"),
        ),
    ),
)
MAILS = [compose(one, "ack.1.a@desk.example", Address("Kundcenter", "desk@x.se"), datetime.now(UTC)) for one in LETTERS]
DAMAGES = (
    (b"\r\n\r\n", b"\r\n"),
    (b"To: ", b"Cc: x@y.example\r\nTo: "),
    (b"To: ", b"To: x@y.example\r\nTo: "),
    (b"To: ", b"Bcc: x@y.example\r\nTo: "),
    (b"<eva@kund.example>", b"<eva@kund.example>, x@y.example"),
    (b"eva@kund.example", b"evil@kund.example"),
    (b"Subject: ", b"Subject: Hej\r\nSubject: "),
    (b"Date: ", b" Date: "),
    (b"From: ", b"From "),
    (b"MIME-Version: 1.0", b"MIME-Version: \xe5"),
    (b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\r\n\r\n"),
)


def is_refused(content: bytes) -> bool:
    try:
        check_composed(content, EVA)
    except ValueError:
        return True
    return False


@pytest.mark.parametrize("content", MAILS)
def test_what_is_composed_is_sound_for_the_standard_library_too(content):
    check_composed(content, EVA)
    opaque = content.replace(b"Content-Type: message/rfc822\r\n", b"Content-Type: application/octet-stream\r\n")
    assert not any(part.defects for part in message_from_bytes(opaque, policy=policy.compat32).walk())


@pytest.mark.parametrize(("old", "new"), DAMAGES)
def test_a_damaged_header_is_refused(old, new):
    for content in MAILS:
        assert is_refused(content.replace(old, new, 1)), new


def test_a_multipart_without_delimiter_or_end_is_refused():
    for content in MAILS[1:]:
        boundary = content.partition(b'boundary="')[2].partition(b'"')[0]
        for damaged in (
            content.replace(b"\r\n--" + boundary, b"\r\n==" + boundary, 1),
            content.replace(b"--" + boundary + b"--\r\n", b""),
            content + b"more\r\n",
            content.replace(boundary, b"=_" + b"0" * 32, 1),
            content.replace(b'boundary="', b'border="', 1),
        ):
            assert is_refused(damaged)


def test_whatever_the_standard_library_finds_odd_is_refused():
    chance = random.Random(7)
    odd = 0
    for _ in range(600):
        content = chance.choice(MAILS[:2])
        at = chance.randrange(len(content))
        damaged = content[:at] + chance.choice((b"", b"\r\n", b"\r\n\r\n", b"--", b":")) + content[at + 3 :]
        mail = message_from_bytes(damaged, policy=policy.compat32)
        if any(part.defects for part in mail.walk()) or mail["To"] is None or mail["Cc"]:
            odd += 1
            assert is_refused(damaged), damaged
    assert odd > 5
