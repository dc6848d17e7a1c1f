"""Letter -> the bytes of a mail that leaves: the one builder for all of them. Pure.

The bytes are made once, stored, and sent as they are; so everything they need comes in as arguments. The traps: what
is built is checked again by reading it, and an original that is passed on is never parsed or written anew: its bytes
go out as they came, as message/rfc822 where RFC 2046 §5.2.1 lets them, else as a file.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Literal

from supportbot.mail.clean import clean_line, clean_text
from supportbot.mail.fields import LONGEST_LINE, address_field, ids_field, parameter, text_field
from supportbot.mail.message import Address
from supportbot.mail.reread import check_composed
from supportbot.mail.thread import is_sealed, seal


@dataclass(frozen=True, slots=True)
class LetterAttachment:
    name: str
    content: bytes
    type: str
    """"message/rfc822" asks for a received mail to be embedded unchanged."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be said to whom; `compose` adds who says it, when, and under which id."""

    to: Address
    subject: str
    text: str
    html: str | None = None
    reply_to: Address | None = None
    in_reply_to: str | None = None
    """Message-ID without brackets, as are `references`."""
    references: tuple[str, ...] = ()
    auto_submitted: Literal["auto-replied", "auto-generated"] = "auto-generated"
    precedence_bulk: bool = False
    """For acknowledgements (R9)."""
    loop: str = ""
    """Value of X-Supportbot-Loop."""
    attachments: tuple[LetterAttachment, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entity:
    """One MIME part that is ready to be written (RFC 2045)."""

    fields: tuple[str, ...]
    body: bytes


_ORIGINAL_8BIT = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n"
_DECLARED_8BIT = b"Content-Transfer-Encoding: 8bit\r\n"
_BARE_LF = re.compile(rb"(?<!\r)\n")
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}/[a-z0-9][a-z0-9.+-]{0,63}")


def compose(letter: Letter, message_id: str, sender: Address, date: datetime) -> bytes:
    """The mail with CRLF line ends, the same bytes for the same arguments.

    `message_id` has no brackets, `date` is aware. Raises ValueError where the result would not be a sound mail with
    exactly the one recipient (RFC 5322; R9, R10, R14, R21): an unusable address, or a bug.
    """
    if date.tzinfo is None:
        raise ValueError("the date of a mail needs a zone")
    content = _whole(letter, message_id, sender, date)
    _check_octets(content)
    check_composed(content, letter.to)
    return content


def _whole(letter: Letter, message_id: str, sender: Address, date: datetime) -> bytes:
    body = _body(letter, message_id)
    return _written(_Entity((*_fields(letter, message_id, sender, date), *body.fields), body.body))


def _fields(letter: Letter, message_id: str, sender: Address, date: datetime) -> tuple[str, ...]:
    own_id = ids_field("Message-ID", (message_id,))
    if not own_id:
        raise ValueError(f"not a Message-ID: {message_id!r}")
    answered = (letter.in_reply_to,) if letter.in_reply_to else ()
    fields = (
        f"Date: {format_datetime(date)}",
        address_field("From", sender),
        address_field("To", letter.to),
        address_field("Reply-To", letter.reply_to) if letter.reply_to else "",
        text_field("Subject", letter.subject),
        own_id,
        ids_field("In-Reply-To", answered),
        ids_field("References", (*(one for one in letter.references if one not in answered), *answered)),
        f"Auto-Submitted: {letter.auto_submitted}",
        "X-Auto-Response-Suppress: All",
        "Precedence: bulk" if letter.precedence_bulk else "",
        text_field("X-Supportbot-Loop", letter.loop) if letter.loop else "",
        "MIME-Version: 1.0",
    )
    return tuple(field for field in fields if field)


def _body(letter: Letter, seed: str) -> _Entity:
    body = _text("plain", letter.text)
    if letter.html is not None:
        body = _multipart("alternative", (body, _text("html", letter.html)), seed)
    if letter.attachments:
        body = _multipart("mixed", (body, *(_attached(one) for one in letter.attachments)), seed)
    return body


def _text(subtype: str, text: str) -> _Entity:
    """UTF-8 as 7-bit clean lines of at most 78 signs, in whichever encoding is the shorter (RFC 2045 §6.7, §6.8)."""
    octets = (clean_text(text).rstrip("\n") + "\n").encode()
    fields = f"Content-Type: text/{subtype}; charset=utf-8", "Content-Transfer-Encoding: "
    if octets.isascii() and all(len(line) <= 78 for line in octets.split(b"\n")):
        return _Entity((fields[0], fields[1] + "7bit"), octets.replace(b"\n", b"\r\n"))
    quoted = binascii.b2a_qp(octets, istext=True).replace(b"\n", b"\r\n")
    plain = _base64(octets.replace(b"\n", b"\r\n"))
    if len(quoted) <= 2 * len(plain):  # a reader of the raw mail is better off with it
        return _Entity((fields[0], fields[1] + "quoted-printable"), quoted)
    return _Entity((fields[0], fields[1] + "base64"), plain)


def _attached(attachment: LetterAttachment) -> _Entity:
    wanted = attachment.type.lower()
    if wanted == "message/rfc822":
        return _original(attachment)
    kind = wanted if _TYPE.fullmatch(wanted) and not wanted.startswith(("multipart/", "message/")) else ""
    return _file(attachment.name, kind or "application/octet-stream", attachment.content)


def _original(attachment: LetterAttachment) -> _Entity:
    """A received mail, unchanged but for bare LF line ends; as a file where it may not stand in a mail as it is."""
    name, content = attachment.name, attachment.content
    crlf = _BARE_LF.sub(b"\r\n", content)
    if (
        not content
        or b"\0" in content
        or content.count(b"\r") != content.count(b"\r\n")
        or _longest_line(content) > LONGEST_LINE
    ):
        return _file(_as_eml(name), "application/octet-stream", content)
    changed = "" if crlf == content else "Content-Description: original mail, its line ends made CRLF"
    fields = (
        "Content-Type: message/rfc822",
        f"Content-Transfer-Encoding: {'7bit' if content.isascii() else '8bit'}",
        f"Content-Disposition: attachment;\r\n {parameter('filename', _as_eml(name))}",
        *([changed] if changed else []),
    )
    return _Entity(fields, crlf)


def _as_eml(name: str) -> str:
    stem = clean_line(name, 70).removesuffix(".eml")
    return f"{stem or 'original'}.eml"


def _file(name: str, kind: str, content: bytes) -> _Entity:
    fields = (
        f"Content-Type: {kind}",
        "Content-Transfer-Encoding: base64",
        f"Content-Disposition: attachment;\r\n {parameter('filename', clean_line(name, 80) or 'attachment')}",
    )
    return _Entity(fields, _base64(content))


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def _multipart(subtype: str, entities: Sequence[_Entity], seed: str) -> _Entity:
    """RFC 2046 §5.1. The boundary stands in none of the parts."""
    parts = [_written(entity) for entity in entities]
    tries = (hashlib.sha256(f"{subtype} {n} {seed if n else ''}".encode()).hexdigest()[:32] for n in range(1000))
    boundary = next(f"=_{one}" for one in tries if not any(one.encode() in part for part in parts))
    mark = b"\r\n--" + boundary.encode()
    body = b"".join(mark[2 * (at == 0) :] + b"\r\n" + part for at, part in enumerate(parts)) + mark + b"--\r\n"
    encoding = "7bit" if body.isascii() else "8bit"
    kind = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"'
    return _Entity((kind, f"Content-Transfer-Encoding: {encoding}"), body)


def _written(entity: _Entity) -> bytes:
    return "\r\n".join((*entity.fields, "", "")).encode("ascii") + entity.body


def _check_octets(content: bytes) -> None:
    """What a relay may trip over (RFC 5321 §2.3.8, §4.5.3.1.6)."""
    if not content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r") or b"\0" in content:
        raise ValueError("a composed mail has a NUL, or a line end that is not CRLF")
    if _longest_line(content) > LONGEST_LINE:
        raise ValueError(f"a composed mail has a line of more than {LONGEST_LINE} octets")


def _longest_line(content: bytes) -> int:
    return max(map(len, content.replace(b"\r\n", b"\n").split(b"\n")))


def needs_8bit(content: bytes) -> bool:
    """Whether a server must offer 8BITMIME (RFC 6152) for it, or else `downgrade` is due."""
    return not content.isascii()


def downgrade(content: bytes) -> bytes:
    """A mail of `compose` for a server without 8BITMIME: an 8-bit original becomes a base64 file; always the same."""
    if not needs_8bit(content):
        return content
    head, _, body = content.partition(b"\r\n\r\n")
    found = re.search(rb'boundary="([^"]+)"', head)
    if found is None:
        raise ValueError("an 8-bit mail without parts was not composed here")
    mark = b"\r\n--" + found[1]
    parts = [_downgraded(part) for part in (b"\r\n" + body).split(mark)]
    head = (head + b"\r\n").replace(_DECLARED_8BIT, b"Content-Transfer-Encoding: 7bit\r\n")
    return head + mark.join(parts)


def _downgraded(part: bytes) -> bytes:
    if not part.startswith(b"\r\n" + _ORIGINAL_8BIT):
        return part
    fields, _, original = part.partition(b"\r\n\r\n")
    described = fields[len(b"\r\n" + _ORIGINAL_8BIT) :]
    head = b"\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n" + described
    return head + b"\r\n\r\n" + _base64(original)


def new_message_id(kind: str, number: int | None, domain: str, secret: bytes, nonce: bytes) -> str:
    """`ack.10042.<24 base32>@domain`, without brackets: 120 bits that only `secret` and a fresh `nonce` give."""
    digest = hmac.new(secret, b"message-id:" + nonce, hashlib.sha256).digest()
    unguessable = base64.b32encode(digest[:15]).decode().lower()
    return ".".join([kind, *([] if number is None else [str(number)]), unguessable]) + f"@{domain}"


_RETURN = re.compile(r"[^@]+\+b-(\d{1,18})-([a-z2-7]{13})@[^@]+", re.IGNORECASE | re.ASCII)


def return_path(desk_address: str, row: int, key: bytes) -> str:
    """The envelope sender that ties a bounce to its outbox row (VERP; R11), in lower case as servers may make it."""
    local, _, domain = desk_address.rpartition("@")
    return f"{local}+b-{row}-{seal(row, key, 'bounce').lower()}@{domain}"


def read_return_path(address: str, keys: Sequence[bytes]) -> int | None:
    """The outbox row of a bounce address, or None where its seal holds under no key."""
    found = _RETURN.fullmatch(address.strip("<> "))
    if found and is_sealed(int(found[1]), found[2], keys, "bounce"):
        return int(found[1])
    return None
