"""The bytes of a mail -> its tree of parts, transfer encodings undone and texts decoded. Pure.

Reads what is meant: a multipart without its boundary, with another one, without an end, inside a base64 wrapper; and
never joins message/partial. The trap is depth: 10 000 nested mails end the standard library's parser (and its writer at
300), so what lies deeper than MOST_DEEP or beyond MOST_PARTS stays an unread leaf, with its bytes (reliability §5.5).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Literal

from supportbot.mail.charsets import decode, is_known, mend
from supportbot.mail.clean import clean_line, clean_text
from supportbot.mail.headers import split_head
from supportbot.mail.message import Headers, Part
from supportbot.mail.names import declared_name
from supportbot.mail.params import parameters
from supportbot.mail.transfer import undo

MOST_DEEP = 50
MOST_PARTS = 200
MOST_BYTES = 50 * 1024 * 1024
MOST_TEXT = 1024 * 1024
"""Bytes of one text that are decoded; nobody writes more, and logs that are longer are attachments."""

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,120}")
_SHORT_TYPES = {"text": "text/plain", "html": "text/html", "plain": "text/plain"}
_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
_SEEN_BOUNDARY = re.compile(
    rb"^--([^\s-][^\r\n]{0,99}?|-[^\r\n]{1,99}?)[ \t]*\r?\n(?:content-[a-z-]{1,40}:)", re.I | re.M
)
_LOOKED_FOR_BOUNDARY = 64 * 1024
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_BLANKS = b"\r\n\t \xef\xbb\xbf"


@dataclass(slots=True)
class _Reading:
    """What one mail has used up, and what was noticed."""

    parts: int = 0
    oddities: list[str] = field(default_factory=list)

    def note(self, oddity: str) -> None:
        if oddity and oddity not in self.oddities:
            self.oddities.append(oddity)


def read_tree(content: bytes) -> tuple[Part, tuple[str, ...]]:
    """The root part, and what was mended or could not be read, in words. Never raises; linear in size and depth."""
    reading = _Reading()
    if len(content) > MOST_BYTES:
        reading.note(f"larger than {MOST_BYTES // 1024**2} MB, the rest was not read")
        content = content[:MOST_BYTES]
    root = _read(_with_line_feeds(content, reading), reading, depth=0)
    return root, tuple(reading.oddities)


def _with_line_feeds(content: bytes, reading: _Reading) -> bytes:
    """Line ends that mailers and gateways broke: CR alone, CR CR LF; blank lines before the header."""
    if b"\n" not in content and b"\r" in content:
        reading.note("lines end with CR alone")
        content = content.replace(b"\r", b"\n")
    elif b"\r\r\n" in content[:4096]:
        reading.note("lines end with CR CR LF")
        content = content.replace(b"\r\r\n", b"\r\n")
    return content.lstrip(_BLANKS) if content[:1] in b"\r\n\xef \t" else content


def _read(content: bytes, reading: _Reading, depth: int, default: str = "text/plain") -> Part:
    reading.parts += 1
    heard: list[str] = []
    headers, body = split_head(content, heard)
    for oddity in heard:
        reading.note(oddity)
    kind, params = _kind(headers, default, reading)
    word, disposition_params = parameters(headers.get("Content-Disposition") or "")
    disposition: Literal["inline", "attachment"] | None = None
    if word:
        disposition = "inline" if word == "inline" else "attachment"  # RFC 2183 §2.8: what is unknown is an attachment
    name = declared_name(disposition_params, params, headers)
    body, oddity = _undone(body, headers, kind)
    reading.note(oddity)
    children = _children(kind, params, body, reading, depth)
    if kind.startswith("multipart/"):
        if children:
            return Part(kind, headers, params, b"", None, name, disposition, children)
        if body.strip():
            reading.note(f"{kind} without readable parts, shown as text")
        kind = "text/plain"
    text = None
    if kind.startswith("text/") or kind == "message/partial":
        text = _text(body, kind, params, reading)
    return Part(kind, headers, params, body, text, name, disposition, children)


def _kind(headers: Headers, default: str, reading: _Reading) -> tuple[str, dict[str, str]]:
    """Type and parameters; what is no type is text/plain (RFC 2045 §5.2)."""
    value = headers.get("Content-Type")
    if value is None:
        return default, {}
    kind, params = parameters(value)
    kind = _SHORT_TYPES.get(kind, kind)
    if not _TYPE.fullmatch(kind):
        reading.note("unreadable Content-Type")
        kind = "text/plain"
    return kind, params


def _undone(body: bytes, headers: Headers, kind: str) -> tuple[bytes, str]:
    encoding = headers.get("Content-Transfer-Encoding") or ""
    if kind.startswith("multipart/") and encoding.strip().lower() == "quoted-printable":
        return body, ""  # forbidden, and where it stands the parts are not encoded a second time
    return undo(body, encoding)


def _children(kind: str, params: dict[str, str], body: bytes, reading: _Reading, depth: int) -> tuple[Part, ...]:
    multipart = kind.startswith("multipart/")
    if not multipart and kind not in _MESSAGES:
        return ()
    if depth >= MOST_DEEP:
        reading.note(f"nested deeper than {MOST_DEEP}, not read further")
        return ()
    if not multipart:
        return (_read(body.lstrip(b"\r\n"), reading, depth + 1),) if body.strip() else ()
    default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    children = []
    for piece in _pieces(body, params.get("boundary", ""), reading):
        if reading.parts >= MOST_PARTS:
            reading.note(f"more than {MOST_PARTS} parts, the rest was not read")
            break
        children.append(_read(piece, reading, depth + 1, default))
    return tuple(children)


def _pieces(body: bytes, boundary: str, reading: _Reading) -> Iterator[bytes]:
    """What stands between the boundary lines; one that is not found is guessed from what looks like it."""
    mark = boundary.rstrip().encode("utf-8", "replace")
    cuts = list(islice(_cuts(body, mark), MOST_PARTS + 2)) if mark else []
    if not cuts and (seen := _SEEN_BOUNDARY.search(body, 0, _LOOKED_FOR_BOUNDARY)):
        reading.note("a multipart whose boundary is missing or another than declared")
        cuts = list(islice(_cuts(body, seen[1]), MOST_PARTS + 2))
    if cuts and not cuts[-1][2]:
        if len(cuts) < MOST_PARTS:
            reading.note("a multipart without its end")
        cuts.append((len(body), len(body), True))
    for (_, start, _), (end, _, _) in pairwise(cuts):
        yield _without_last_break(body[start:end]) if end < len(body) else body[start:end]


def _cuts(body: bytes, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
    """Each boundary line (RFC 2046 §5.1.1): where it begins, where the next line begins, whether it is the last."""
    delimiter = b"--" + boundary
    at = body.find(delimiter)
    while at >= 0:
        end = body.find(b"\n", at)
        end = len(body) if end < 0 else end
        rest = body[at + len(delimiter) : min(end, at + len(delimiter) + 200)].strip()
        if (at == 0 or body[at - 1 : at] == b"\n") and rest in (b"", b"--"):
            yield at, min(end + 1, len(body)), rest == b"--"
            if rest:
                return
        at = body.find(delimiter, max(end, at + 1))


def _without_last_break(piece: bytes) -> bytes:
    """The line break before a boundary belongs to the boundary."""
    if piece.endswith(b"\r\n"):
        return piece[:-2]
    return piece[:-1] if piece.endswith(b"\n") else piece


def _text(body: bytes, kind: str, params: dict[str, str], reading: _Reading) -> str:
    if len(body) > MOST_TEXT:
        reading.note(f"a text longer than {MOST_TEXT // 1024} kB was cut")
        body = body[:MOST_TEXT]
    charset = params.get("charset")
    if charset is None and kind == "text/html" and (meta := _META_CHARSET.search(body[:4096])):
        charset = meta[1].decode("ascii")
    text, oddity = decode(body, charset if is_known(charset) else clean_line(charset or "", 60))
    text, mended = mend(text)
    reading.note(oddity)
    if mended:
        reading.note("UTF-8 that had been read as Latin-1 was mended")
    return clean_text(text)
