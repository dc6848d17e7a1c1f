"""A mail that was composed here -> nothing, or ValueError: the last look before it is stored. Pure.

It knows only the form that compose.py writes, and whatever deviates is refused: stricter than a reader of foreign
mails, which forgives, and many times as fast. The trap: what stands inside a part of message/rfc822 may be anything
(TH21), so a part is looked at from its own delimiter to the next one of ours, and no further.
"""

import re
from collections.abc import Iterator
from email.utils import getaddresses

from supportbot.mail.message import Address

_MULTIPART = re.compile(r'\nContent-Type: multipart/(?:mixed|alternative);\r\n boundary="(=_[0-9a-f]{32})"\r\n')
_ANY_MULTIPART = re.compile(r"\ncontent-type:\s{0,9}multipart", re.IGNORECASE)
_FIELD = r"[!-9;-~]{1,76}:[\t !-~]*\r\n(?:[ \t]+[!-~][\t -~]*\r\n)*"
_HEAD = re.compile(rf"\r\n(?:{_FIELD})+")
_NAME = re.compile(r"\n([!-9;-~]+):")
_ONCE = ("from", "to", "subject", "date", "message-id", "mime-version", "content-type", "content-transfer-encoding")
_AT_MOST_ONCE = ("reply-to", "in-reply-to", "references", "content-disposition", "auto-submitted", "precedence")
_NEVER = ("cc", "bcc", "sender", "resent-to", "resent-cc", "resent-bcc")
_TO = re.compile(r"\nTo: ([^\r]*(?:\r\n[ \t][^\r]*)*)\r\n")


def check_composed(content: bytes, to: Address) -> None:
    """Raise ValueError unless it is one sound mail (RFC 5322, RFC 2046 §5.1) with exactly this recipient."""
    head, _ = _read(content, 0, len(content))
    names = [name.lower() for name in _NAME.findall(head)]
    odd = [name for name in _ONCE if names.count(name) != 1]
    odd += [name for name in _AT_MOST_ONCE if names.count(name) > 1]
    odd += [name for name in _NEVER if name in names]
    if odd:
        raise ValueError(f"a composed mail has too many or too few of the fields {odd}")
    field = _TO.search(head)
    shown = [address for _, address in getaddresses([field[1].replace("\r\n", "")])] if field else []
    if shown != [to.address]:
        raise ValueError(f"a composed mail to {to.address!r} reads back as one to {shown!r}")
    _check_parts(content, 0, len(content))


def _check_parts(content: bytes, start: int, end: int) -> None:
    head, body = _read(content, start, end)
    found = _MULTIPART.findall(head)
    if len(found) != len(_ANY_MULTIPART.findall(head)):
        raise ValueError("a composed mail has a multipart without one boundary")
    if found:
        for part_start, part_end in _parts(content, body, end, found[0].encode()):
            _check_parts(content, part_start, part_end)


def _read(content: bytes, start: int, end: int) -> tuple[str, int]:
    """The header of the entity, a line end before it, and where its body begins."""
    at = content.find(b"\r\n\r\n", start, end)
    try:
        head = "\r\n" + content[start : at + 2].decode("ascii")
    except UnicodeDecodeError:
        raise ValueError("a composed mail has a header that is not ASCII") from None
    if at < 0 or not _HEAD.fullmatch(head):
        raise ValueError(f"a composed mail has a header that cannot be read: {head[:200]!r}")
    return head, at + 4


def _parts(content: bytes, body: int, end: int, boundary: bytes) -> Iterator[tuple[int, int]]:
    """Where each part begins and ends; nothing stands before the first, or after the last."""
    mark = b"\r\n--" + boundary
    at = body - 2  # the line end before the first delimiter is the header's
    while content.startswith(mark + b"\r\n", at):
        start = at + len(mark) + 2
        at = content.find(mark, start, end)
        if at < 0:
            raise ValueError("a composed mail has a part without an end")
        yield start, at
    if at == body - 2 or content[at:end] != mark + b"--\r\n":
        raise ValueError("a composed mail has a multipart without an end")
