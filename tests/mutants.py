"""Mails -> broken mails, each told by its number: for tests/mail/test_mutants.py and tools/fuzz.py.

The same number and the same mails give the same mutant, so that a finding can be looked at again. The trap: bytes
changed at random seldom get past the headers; so half of the changes know what a mail is made of.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

LARGEST = 300_000
"""Bytes of a mutant: growing is one of the changes."""
PIECES = (
    b"\r\n", b"\n\n", b"\r", b"\x00", b'\xff', b'\xc3', "‮".encode(), b'\xed\xa0\x80', b"\x1b$B", b"+AGE-", b"=\r\n",
    b"=C3", b"=?utf-8?q?=C3?=", b"=?utf-8?b?w6U=?=", b"=?iso-2022-jp?b?GyRC?=", b"=?x?y?z?=", b"=?", b"?=", b"\r\n ",
    b"\r\n\t", b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n",
    b"Content-Type: multipart/alternative; boundary=\"\"\r\n", b"Content-Type: text/html; charset=utf-7\r\n",
    b"Content-Type: message/rfc822\r\n\r\n", b"charset=", b"charset=gb18030",
    b"Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nStatus: 5.1.1\r\n",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"name*0*=utf-8''%C3", b"filename*=utf-8''../../%00", b"--a--\r\n", b"From: \"a\" <a@b.example>, c@d.example\r\n",
    b"Subject: =?utf-8?q?\r\n", b"> ", b">>> ", b"-- \r\n", b"________________________________",
    b"-----Original Message-----\r\n", b"---------- Forwarded message ---------\r\n",
    "Från: a@b.example\r\nSkickat: 1 maj 2026 10:00\r\nÄmne: x\r\n".encode(),
    b"On Mon, 4 May 2026 at 10:00, A <a@b.example> wrote:\r\n", b"Den 4 maj 2026 skrev", b"Mvh\r\n",
    "Skickat från min iPhone\r\n".encode(), b"begin 644 a\r\n", b"<div>", b"</div>", b"<blockquote type=cite>",
    b"<table><tr><td>", b"<!--", b"<style>", b"<pre>", b"&#x202e;", b"&nbsp;", b"<div id=divRplyFwdMsg>",
    b"<span style='color:red'>i rott</span>", b"Auto-Submitted: auto-replied\r\n",
    b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n",
)  # fmt: skip
Change = Callable[[Random, bytes, Sequence[bytes]], bytes]


def sources(folders: Sequence[Path]) -> list[bytes]:
    """Every file in the folders, in order of name, that is no list or note about the mails."""
    paths = (
        path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in (".eml", ".txt", ".html")
    )
    return [path.read_bytes() for path in paths]


def mutant(mails: Sequence[bytes], number: int) -> bytes:
    """One of the mails with one to six changes."""
    random = Random(number)
    mail = random.choice(mails)
    for _ in range(random.choice((1, 1, 2, 3, 6))):
        mail = random.choice(CHANGES)(random, mail, mails)
    return mail[:LARGEST]


def _at(random: Random, mail: bytes) -> int:
    """A place; as often in the first thousand bytes, where the headers are, as anywhere."""
    return random.randrange(min(len(mail), random.choice((1000, 10**9))) + 1)


def _span(random: Random, mail: bytes) -> tuple[int, int]:
    begin = _at(random, mail)
    return begin, min(len(mail), begin + random.choice((1, 2, 10, 80, 1000)))


def _other_byte(random: Random, mail: bytes, mails: Sequence[bytes]) -> bytes:
    at = _at(random, mail)
    return mail[:at] + random.randbytes(1) + mail[at + 1 :]


def _noise(random: Random, mail: bytes, mails: Sequence[bytes]) -> bytes:
    at = _at(random, mail)
    return mail[:at] + random.randbytes(random.choice((2, 20, 500))) + mail[at:]


def _less(random: Random, mail: bytes, mails: Sequence[bytes]) -> bytes:
    begin, end = _span(random, mail)
    return mail[:begin] + mail[end:]


def _cut_off(random: Random, mail: bytes, mails: Sequence[bytes]) -> bytes:
    return mail[: _at(random, mail)]


def _repeated(random: Random, mail: bytes, mails: Sequence[bytes]) -> bytes:
    begin, end = _span(random, mail)
    return mail[:begin] + mail[begin:end] * random.choice((2, 3, 20, 400)) + mail[end:]


def _piece(random: Random, mail: bytes, mails: Sequence[bytes]) -> bytes:
    at = _at(random, mail)
    return mail[:at] + random.choice(PIECES) * random.choice((1, 1, 1, 3, 60, 2000)) + mail[at:]


def _lines(random: Random, mail: bytes, mails: Sequence[bytes]) -> bytes:
    """Lines in another order: two change places."""
    lines = mail.split(b"\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _spliced(random: Random, mail: bytes, mails: Sequence[bytes]) -> bytes:
    """The beginning of one mail and the end of another."""
    other = random.choice(mails)
    return mail[: _at(random, mail)] + other[_at(random, other) :]


def _inside(random: Random, mail: bytes, mails: Sequence[bytes]) -> bytes:
    """A mail as a part of another, which says so or not."""
    at = _at(random, mail)
    head = random.choice((b"", b"\r\n\r\n", b"\r\nContent-Type: message/rfc822\r\n\r\n"))
    return mail[:at] + head + random.choice(mails) + mail[at:]


def _other_word(random: Random, mail: bytes, mails: Sequence[bytes]) -> bytes:
    """One word everywhere for another: charsets, encodings and boundaries no longer fit."""
    words = mail[:20_000].split()
    if not words:
        return mail
    return mail.replace(random.choice(words), random.choice((*words, *PIECES)))


CHANGES: tuple[Change, ...] = (
    _other_byte, _noise, _less, _cut_off, _repeated, _piece, _piece, _lines, _spliced, _inside, _other_word,
)  # fmt: skip
