"""A block of header lines -> Headers; one field's value -> its parameters. Pure.

Tolerant of what stands in real mail: mbox lines, junk before and among the fields, a missing blank line, raw 8-bit,
bare CR. The trap: a bare CR is no line break here (to the standard library it is one, and a Subject grows a Bcc), and
the limits hold before anything structured is read (reliability §5.5).
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from supportbot.mail.charsets import decode
from supportbot.mail.encoded import decode_words
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

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_KNOWN = re.compile(
    rb"^(?:received|return-path|delivered-to|from|to|subject|date|message-id|mime-version|content-[a-z-]{2,30}"
    rb"|reply-to|dkim-signature|x-[a-z0-9-]{2,60})[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_BLANK = re.compile(rb"^[ \t]*\r?(?:\n|\Z)", re.MULTILINE)
_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}\"?([\w.:-]{2,40})", re.IGNORECASE)
_ADDRESSING = frozenset({"from", "sender", "reply-to", "to", "cc", "return-path"})
_WORD = re.compile(rb"[^\s<>,\"]+")


def split_head(content: bytes, oddities: list[str]) -> tuple[Headers, bytes]:
    """The header fields, and the body that follows; everything is body where no field stands at the top."""
    blank = _BLANK.search(content)
    head, body = (content[: blank.start()], content[blank.end() :]) if blank else (content, b"")
    if not head:
        return Headers(), body
    if not _KNOWN.search(head[:MOST_BYTES]):
        return _unfamiliar(head, content, body)
    if len(head) > MOST_BYTES:
        oddities.append(f"the header is longer than {MOST_BYTES // 1024} kB, the rest was not read")
    lines, rest = _header_lines(head[:MOST_BYTES], oddities)
    fields = _fields(lines, oddities)
    return Headers(tuple(fields)), rest + head[len(head) : ] + body if rest else body


def _unfamiliar(head: bytes, content: bytes, body: bytes) -> tuple[Headers, bytes]:
    """A head without any field that we know: fields if every line is one, else the beginning of the text."""
    lines = head[:MOST_BYTES].splitlines()
    if all(_FIELD.match(line) or line[:1] in b" \t" for line in lines):
        return Headers(tuple(_fields(lines, []))), body
    return Headers(), content
