"""Encoded words of headers (RFC 2047) -> text. Pure.

Read as people send them: split in the middle of a character, without spaces around, with spaces inside, cut off at the
end, raw 8-bit beside them, in charsets nobody knows. The trap: what comes out can hold CR, LF, NUL or an address, so
it must be cleaned afterwards, and never be taken apart again as a header.
"""

import binascii
import re
from collections.abc import Iterator

from supportbot.mail.charsets import decode, mend

_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*+(?:\?(?!=)[^?]*+)*+)(?:\?=|$)")
_LONGEST = 8000
"""Signs of a value that are looked at: the search is quadratic in the worst case."""
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_NO_BASE64 = re.compile(r"[^A-Za-z0-9+/]")


def decode_words(value: str) -> str:
    """The text that a reader sees. Never raises; not cleaned yet."""
    if "=?" not in value:
        return mend(value)[0]
    value = value[:_LONGEST]
    shown: list[str] = []
    end = 0
    for start, stop, text in _runs(value):
        shown.extend((value[end:start], text))
        end = stop
    return mend("".join(shown) + value[end:])[0]


def _runs(value: str) -> Iterator[tuple[int, int, str]]:
    """Each run of words of one charset and encoding, with nothing but white space between: (start, end, text)."""
    run: list[re.Match[str]] = []
    for word in _WORD.finditer(value):
        if run and not _continues(value, run[-1], word):
            yield _closed(value, run, word)
            run = []
        run.append(word)
    if run:
        yield run[0].start(), run[-1].end(), _joined(run)


def _continues(value: str, before: re.Match[str], word: re.Match[str]) -> bool:
    alike = before[1].lower() == word[1].lower() and before[2].lower() == word[2].lower()
    return alike and not value[before.end() : word.start()].strip()


def _closed(value: str, run: list[re.Match[str]], following: re.Match[str]) -> tuple[int, int, str]:
    """The run; white space before a following word belongs to neither (RFC 2047 §6.2)."""
    between = value[run[-1].end() : following.start()]
    end = run[-1].end() if between.strip() else following.start()
    return run[0].start(), end, _joined(run)


def _joined(run: list[re.Match[str]]) -> str:
    """Bytes are joined before they are decoded: many mailers cut in the middle of a character."""
    texts = [word[3] for word in run]
    content = _base64(texts) if run[0][2] in "bB" else b"".join(_quoted(text) for text in texts)
    return decode(content, run[0][1])[0]


def _quoted(text: str) -> bytes:
    return _HEX.sub(lambda found: bytes([int(found[1], 16)]), text.replace("_", " ").encode("utf-8", "replace"))


def _base64(texts: list[str]) -> bytes:
    if len(texts) == 1:
        return _unpadded(_NO_BASE64.sub("", texts[0]))
    pieces = [_NO_BASE64.sub("", text) for text in texts]
    if any(len(piece) % 4 and "=" not in text for piece, text in zip(pieces[:-1], texts, strict=False)):
        pieces = ["".join(pieces)]  # cut between the four signs of one group
    return b"".join(_unpadded(piece) for piece in pieces)


def _unpadded(piece: str) -> bytes:
    piece = piece[: len(piece) - 1] if len(piece) % 4 == 1 else piece
    return binascii.a2b_base64(piece + "=" * (-len(piece) % 4))
