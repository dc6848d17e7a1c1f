"""A block of header lines -> Headers, and the body that follows it. Pure.

Tolerant of what stands in real mail: mbox lines, junk before and among the fields, a missing blank line, raw 8-bit.
The trap: a bare CR is no line break here (for the standard library it is one, and a Subject grows a Bcc), and the
limits hold before anything structured is read (reliability §5.5).
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from supportbot.mail.charsets import decode
from supportbot.mail.message import Headers

MOST_BYTES = 256 * 1024
MOST_FIELDS = 1000
LONGEST_FIELD = 16 * 1024
_LONG_LISTS = frozenset({"to", "cc", "references", "in-reply-to"})
"""Read in linear time, and longer in honest mails than LONGEST_FIELD."""
_ALWAYS_KEPT = frozenset({"from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "content-type",
                          "in-reply-to", "references", "return-path", "auto-submitted", "content-transfer-encoding",
                          "content-disposition"})  # fmt: skip
"""Kept beyond MOST_FIELDS: a second From must be seen wherever it stands."""
_ADDRESSING = frozenset({"from", "sender", "reply-to", "to", "cc", "return-path"})

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_TIDY = re.compile(r"^([!-9;-~]{1,200}):[ \t]*([^\n]*)\n", re.MULTILINE)
"""One unfolded field of a header in which nothing is broken."""
_PLAIN = bytes(range(32, 127)) + b"\t\r\n"
"""What a header may hold, but for a CR alone."""
_BLANKS = " \t\r\n\x0b\x0c"
_SHORT = 200
"""Bytes of a header that is likely to come again."""
_KNOWN = re.compile(
    rb"^(?:received|return-path|delivered-to|from|to|subject|date|message-id|mime-version|content-[a-z-]{2,30}"
    rb"|reply-to|dkim-signature|x-[a-z0-9-]{2,60})[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}\"?([\w.:-]{2,40})", re.IGNORECASE)
_WORD = re.compile(rb"[^\s<>,\"]+")
_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f]")


def split_head(content: bytes, oddities: list[str]) -> tuple[Headers, bytes]:
    """The fields and the body. Where no field stands at the top, everything is body."""
    head, rest = _cut_at_blank_line(content)
    if not head:
        return Headers(), rest
    if len(head) > MOST_BYTES:
        oddities.append(f"the header is longer than {MOST_BYTES // 1024} kB, the rest of it was not read")
    if tidy := _of_short(head) if len(head) <= _SHORT else _tidy(head):
        return tidy, rest
    lines = head[:MOST_BYTES].split(b"\n")
    if not _KNOWN.search(head[:MOST_BYTES]) and not all(_may_stand_in_head(line) for line in lines):
        return Headers(), content
    raw, begins = _raw_fields(lines, oddities)
    body = rest if begins is None else content[begins:]
    return Headers(tuple(_decoded(raw, _hint(head), oddities))), body


def _cut_at_blank_line(content: bytes) -> tuple[bytes, bytes]:
    if content.startswith((b"\n", b"\r\n")):
        return b"", content[content.index(b"\n") + 1 :]
    windows = content.find(b"\n\r\n")
    unix = content.find(b"\n\n", 0, windows + 1 if windows >= 0 else len(content))
    if unix >= 0:
        return content[: unix + 1], content[unix + 2 :]
    if windows >= 0:
        return content[: windows + 1], content[windows + 3 :]
    return content, b""


def _may_stand_in_head(line: bytes) -> bool:
    return not line.strip() or line[:1] in b" \t" or _FIELD.match(line) is not None


@lru_cache(maxsize=500)
def _of_short(head: bytes) -> Headers | None:
    """Kept: programs write the same few lines above the parts of every mail."""
    return _tidy(head)


def _tidy(head: bytes) -> Headers | None:
    """The fields of a header in which nothing is broken or too long, as of nearly all mails; else None."""
    if len(head) > LONGEST_FIELD or b"\r\r" in head or not _KNOWN.search(head):
        return None
    text = _tidy_text(head).replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", "\t")
    fields = _TIDY.findall(text)
    if not fields or len(fields) > MOST_FIELDS or len(fields) != text.count("\n") or text[-1] != "\n":
        return None
    if " \n" in text or "\t\n" in text or "\r" in text:
        fields = [(name, value.strip(_BLANKS)) for name, value in fields]
    if (not head.translate(None, _PLAIN) and "\r" not in text) or text.replace("\n", "").replace(
        "\t", ""
    ).isprintable():
        return Headers(tuple(fields))
    return Headers(tuple([(name, _without_controls(value)) for name, value in fields])) if text.isascii() else None


def _tidy_text(head: bytes) -> str:
    """Of a header in ASCII, or in raw UTF-8 (RFC 6532) that claims to be nothing else; else none."""
    try:
        return head.decode("utf-8") if head.isascii() or (_hint(head) or "utf-8").lower() == "utf-8" else ""
    except UnicodeDecodeError:
        return ""


def _raw_fields(lines: list[bytes], oddities: list[str]) -> tuple[list[tuple[bytes, bytes]], int | None]:
    """Names with their unfolded values; and where the body begins, if that is before the blank line."""
    fields: list[tuple[bytes, list[bytes]]] = []
    offset = 0
    last: int | None = None
    for at, line in enumerate(lines):
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1][1].append(line.rstrip(b"\r"))
        elif found := _FIELD.match(line):
            fields.append((found[1], [found[2].rstrip(b"\r")]))
        elif line.strip() and not (at == 0 and line.lstrip(b">").startswith(b"From ")):
            last = _last_known(lines) if last is None else last
            if at > last:
                oddities.append("no blank line between header and text")
                return _joined(fields), offset
            oddities.append("a line among the headers is no header")
        offset += len(line) + 1
    return _joined(fields), None


def _joined(fields: list[tuple[bytes, list[bytes]]]) -> list[tuple[bytes, bytes]]:
    return [(name, b"".join(lines)) for name, lines in fields]


def _last_known(lines: list[bytes]) -> int:
    """Where the last line stands that is a header beyond doubt; -1: nowhere. Asked once: 6000 bad lines took 4 s."""
    return next((at for at in range(len(lines) - 1, -1, -1) if _KNOWN.match(lines[at])), -1)


def _hint(head: bytes) -> str | None:
    """The charset of the text, in which careless programs write the header, too."""
    if head.isascii() or b"charset" not in head.lower():
        return None
    found = _CHARSET.search(head)
    return found[1].decode("ascii", "replace") if found else None


def _decoded(raw: Iterable[tuple[bytes, bytes]], hint: str | None, oddities: list[str]) -> Iterator[tuple[str, str]]:
    for count, (key, value) in enumerate(raw):
        name = key.decode("ascii")
        lower = name.lower()
        if count == MOST_FIELDS:
            oddities.append(f"more than {MOST_FIELDS} header fields, the rest was not read")
        if count >= MOST_FIELDS and lower not in _ALWAYS_KEPT:
            continue
        value = value.strip()
        if len(value) > LONGEST_FIELD and lower not in _LONG_LISTS:
            oddities.append(f"the field {name[:40]} is longer than {LONGEST_FIELD // 1024} kB and was cut")
            value = value[:LONGEST_FIELD]
        yield name, _text(value, lower in _ADDRESSING, hint)


def _text(value: bytes, addressing: bool, hint: str | None) -> str:
    if value.isascii():
        text = value.decode("ascii")
        return text if text.isprintable() else _without_controls(text)
    if addressing:
        try:
            text = value.decode("utf-8")
        except UnicodeDecodeError:
            value = _WORD.sub(_unreadable_address, value)
    return _without_controls(decode(value, hint)[0])


def _unreadable_address(word: re.Match[bytes]) -> bytes:
    """An address in raw 8-bit that is no UTF-8 (RFC 6532) is nobody's: it must not become one by guessing a charset."""
    if b"@" not in word[0] or word[0].isascii():
        return word[0]
    return bytes(byte if byte < 0x80 else 0x3F for byte in word[0]).replace(b"?", b"\xef\xbf\xbd")


def _without_controls(text: str) -> str:
    return _CONTROLS.sub("", text.replace("\r", " ").replace("\n", " "))
