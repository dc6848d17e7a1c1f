"""The header fields of a mailing list -> whether the list has the mail, or somebody got it by way of one. Pure.

The trap: a customer's IT writes through a group of its own, and that is a fault like any other; no list is answered.
"""

import re

from supportbot.mail.addresses import addresses
from supportbot.mail.machine_headers import LIST_HEADERS
from supportbot.mail.message import Headers

_MAILTO = re.compile(r"<mailto:([^<>?]{3,254})", re.IGNORECASE)
"""RFC 2369 §2: `<mailto:list@x.example?subject=x>`."""


def field(headers: Headers) -> str:
    """The name of the first field that only lists have, or ""."""
    names = headers.names()
    if LIST_HEADERS.keys().isdisjoint(names):
        return ""
    return next(name for low, name in LIST_HEADERS.items() if low in names)


def is_beside_the_list(headers: Headers) -> bool:
    """Whether a list that people write to sent it to somebody, and not to the list itself: without a config, to us."""
    posts = [one.address for value in headers.all("List-Post") for one in addresses(", ".join(_MAILTO.findall(value)))]
    if not posts and "list-unsubscribe" in headers.names():
        return False
    name = (headers.get("List-Id") or "").rpartition("<")[2].rstrip("> ").lower()
    to = [one.address.lower() for value in headers.all("To") for one in addresses(value)]
    return bool(to) and not any(one in posts or one.replace("@", ".") == name for one in to)
