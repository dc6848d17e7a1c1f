"""Transfer encodings (RFC 2045 §6) -> the bytes that were meant. Pure.

The trap: gateways append a footer in plain text to a base64 body. A lenient decoder turns it into noise, a strict one
loses the mail; here the base64 lines are decoded, and the others are kept as what they are.
"""

import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_CLEAN_BASE64 = re.compile(rb"[A-Za-z0-9+/\r\n]*={0,2}\s*")
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_PADDED_PIECE = re.compile(rb"[^=]+=*")
_SOFT_BREAK_WITH_SPACE = re.compile(rb"=[ \t]+(\r?\n)")
_BROKEN_ESCAPE = re.compile(rb"=(?![0-9A-Fa-f]{2}|\r?\n|\Z)")
_UU_BLOCK = re.compile(r"^begin [0-7]{3,4} ([^\n]{1,500})\n((?:[ -`][^\n]{0,90}\n)*?)`?[ ]?\n?end[ ]*$", re.MULTILINE)
_UU_LINE = re.compile(rb"[ -`]{1,90}|end")
_PLAIN = frozenset({"", "7bit", "8bit", "binary", "7-bit", "8-bit", "none"})


@dataclass(frozen=True, slots=True)
class Uuencoded:
    """A file inside a text, as mailers sent it before MIME."""

    name: str
    content: bytes


def undo(content: bytes, encoding: str) -> tuple[bytes, str]:
    """The content without its transfer encoding, never raising; and in words what was broken."""
    encoding = _name_of(encoding)
    if encoding in _PLAIN:
        return content, ""
    if encoding == "base64":
        return _base64(content)
    if encoding == "quoted-printable":
        return _quoted_printable(content)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _undo_uuencode(content)
    return content, f"unknown transfer encoding {encoding[:40]!r}"


@lru_cache(maxsize=100)
def _name_of(encoding: str) -> str:
    """Kept: there are few."""
    return encoding.split(";")[0].strip().strip("\"'").lower()


def take_uuencoded(text: str) -> tuple[str, tuple[Uuencoded, ...]]:
    """The text without its uuencoded files, and those."""
    if "\nend" not in text or "begin " not in text:
        return text, ()
    files: list[Uuencoded] = []

    def take(block: re.Match[str]) -> str:
        files.append(Uuencoded(block[1].strip(), _uu_lines(block[2].encode("ascii", "replace").split(b"\n"))))
        return ""

    return _UU_BLOCK.sub(take, text), tuple(files)


def _base64(content: bytes) -> tuple[bytes, str]:
    if _CLEAN_BASE64.fullmatch(content):
        data = b"".join(content.split())
        return _group_of_four(data), "base64 cut off in the middle" if len(data.rstrip(b"=")) % 4 == 1 else ""
    inside, outside = bytearray(), []
    for line in content.splitlines():
        if _looks_like_base64(line):
            inside += line.strip()
        elif line.strip():
            outside.append(line)
    decoded = b"".join(_group_of_four(piece) for piece in _PADDED_PIECE.findall(bytes(inside)))
    if outside:
        return b"\n".join([decoded, *outside]) if decoded else content, "text among the base64"
    return decoded, "broken base64"


def _looks_like_base64(line: bytes) -> bool:
    """No white space inside, and hardly a foreign sign but the padding."""
    line = line.strip()
    foreign = len(_NO_BASE64.findall(line.rstrip(b"=")))
    return bool(line) and len(line.split()) == 1 and foreign * 5 <= len(line)


def _group_of_four(data: bytes) -> bytes:
    data = _NO_BASE64.sub(b"", data)
    data = data[:-1] if len(data) % 4 == 1 else data
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def _quoted_printable(content: bytes) -> tuple[bytes, str]:
    oddity = "broken quoted-printable" if _BROKEN_ESCAPE.search(content) else ""
    if oddity:
        content = _SOFT_BREAK_WITH_SPACE.sub(rb"=\1", content)
    return binascii.a2b_qp(content), oddity


def _undo_uuencode(content: bytes) -> tuple[bytes, str]:
    lines = content.splitlines()
    begin = next((at for at, line in enumerate(lines) if line.startswith(b"begin ")), None)
    if begin is None:
        sound = all(map(_UU_LINE.fullmatch, filter(None, lines)))
        return (_uu_lines(lines) if sound else content), "broken uuencode"
    return _uu_lines(lines[begin + 1 :]), ""


def _uu_lines(lines: Iterable[bytes]) -> bytes:
    decoded = bytearray()
    for line in lines:
        if line.strip() in (b"end", b"`", b""):
            continue
        try:
            decoded += binascii.a2b_uu(line)
        except binascii.Error:  # trailing garbage of careless encoders: take what the count says
            count = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                decoded += binascii.a2b_uu(line[:count])
            except binascii.Error:
                continue
    return bytes(decoded)
