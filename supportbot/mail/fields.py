"""Values -> header lines that every mail reader understands alike. Pure.

The traps: the standard library encodes ids (python/cpython#79986), splits signs and makes words longer than RFC 2047
allows; and a name copied into a header as it came can become a second recipient. So the lines are written here.
"""

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote

from supportbot.mail.clean import clean_line
from supportbot.mail.message import Address

LONGEST_LINE = 998
"""Octets without CRLF (RFC 5322 §2.1.1)."""
_WORD_OCTETS = 45
"""60 base64 signs: an encoded word of at most 75 signs (RFC 2047 §2)."""
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_ID = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]{1,900}")


def text_field(name: str, value: str) -> str:
    """An unstructured field (Subject), encoded where it is not plain ASCII or looks encoded (RFC 2047 §5)."""
    value = clean_line(value)
    return f"{name}: {value if _is_plain(value) else encoded_words(value, len(name) + 2)}"


def is_writable(address: str) -> bool:
    """Whether a mail can be written to it: one plain ASCII address with a host's name (RFC 5322 §3.4.1)."""
    return _ADDRESS.fullmatch(address) is not None


def address_field(name: str, address: Address) -> str:
    """A field with exactly one address (RFC 5322 §3.4). Raises ValueError where it is not one plain ASCII address."""
    if not is_writable(address.address):
        raise ValueError(f"not one plain address: {address.address!r}")
    shown = clean_line(address.name, 120)
    if not shown:
        return f"{name}: {address.address}"
    if not _is_plain(shown):
        shown = encoded_words(shown, len(name) + 2)
    elif not _ATOMS.fullmatch(shown):
        shown = '"' + re.sub(r'(["\\])', r"\\\1", shown) + '"'
    fold = "\r\n " if len(shown.rpartition("\n")[2]) + len(address.address) > 70 else " "
    return f"{name}: {shown}{fold}<{address.address}>"


def ids_field(name: str, ids: Iterable[str]) -> str:
    """Message-IDs verbatim in one line, or Outlook loses the thread; "" where none can be written.

    Where they are too many for a line the first and the last stay (RFC 5537 §3.4.4 trims alike).
    """
    usable = [f"<{one}>" for one in dict.fromkeys(ids) if _ID.fullmatch(one)]
    while len(usable) > 2 and len(name) + 1 + sum(len(one) + 1 for one in usable) > LONGEST_LINE:
        del usable[1]
    if len(name) + 1 + sum(len(one) + 1 for one in usable) > LONGEST_LINE:
        usable = usable[-1:]
    return f"{name}: {' '.join(usable)}" if usable else ""


def parameter(name: str, value: str) -> str:
    """A parameter of a MIME field: a quoted string, or extended by RFC 2231 §4 where it is not plain ASCII."""
    value = clean_line(value, 80)
    if _is_plain(value) and not re.search(r'["\\]', value):
        return f'{name}="{value}"'
    return f"{name}*=utf-8''{quote(value, safe='')}"


def encoded_words(value: str, indent: int = 0) -> str:
    """RFC 2047 words in base64 UTF-8, cut between signs, never inside one; folded, the first line after `indent`."""
    words, word = [], b""
    room = max(12, _WORD_OCTETS - 3 * -(-indent // 4))
    for sign in value:
        octets = sign.encode()
        if len(word) + len(octets) > room:
            words.append(word)
            word, room = b"", _WORD_OCTETS
        word += octets
    return "\r\n ".join(f"=?utf-8?B?{base64.b64encode(word).decode()}?=" for word in [*words, word])


def _is_plain(value: str) -> bool:
    return value.isascii() and value.isprintable() and "=?" not in value
