"""Raw bytes -> who seems to write, and to what: enough to order mails that wait. Pure.

The trap: it runs outside the sandbox, so it looks at the first bytes of the header alone, with readers that take linear
time, and never raises. What it finds is as unproven as all that a mail says of itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from supportbot.mail import thread
from supportbot.mail.addresses import addresses, one_address
from supportbot.mail.clean import clean_line
from supportbot.mail.encoded import decode_words
from supportbot.mail.headers import split_head
from supportbot.mail.ids import read_ids
from supportbot.mail.message import Address, Headers

HEAD = 64 * 1024
"""Bytes that are looked at."""


@dataclass(frozen=True, slots=True)
class Glance:
    sender: Address | None = None
    tokens: tuple[str, ...] = ()
    """Of subject and recipients, unproven."""
    ids: tuple[str, ...] = ()
    """In-Reply-To, then References from the last one back, without brackets."""


def glance(content: bytes) -> Glance:
    """What the beginning of the header says; nothing where it cannot be read."""
    try:
        headers, _ = split_head(content[:HEAD], [])
        subject = clean_line(decode_words(headers.get("Subject") or ""))
        return Glance(
            one_address(headers.all("From")),
            thread.find_tokens(subject, _places(headers)),
            (*read_ids(headers.all("In-Reply-To")), *reversed(read_ids(headers.all("References")))),
        )
    except Exception:
        return Glance()


def _places(headers: Headers) -> Iterable[str]:
    values = (value for name in ("To", "Cc", *thread.DELIVERED) for value in headers.all(name))
    return (address.address for value in values for address in addresses(value))
