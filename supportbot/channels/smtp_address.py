"""A recipient as the outbox knows it -> the one plain address that goes into the dialogue, or what is wrong. Pure.

The trap: libraries turn an odd string into some address ("a@b, c@d" into a@b), or into the null path. Here it is
either one plain address or nothing.
"""

import re

import idna

_LOCAL = re.compile(r"[^\x00-\x20\x7f<>()\[\]:;@\\,\".]+(\.[^\x00-\x20\x7f<>()\[\]:;@\\,\".]+)*")
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.I)
MAX_LOCAL, MAX_DOMAIN = 64, 255
"""Octets (RFC 5321 §4.5.3.1)."""


def path(address: str) -> str:
    """The address with its domain as A-labels (RFC 5890); its local part unchanged, and perhaps not ASCII.

    Raises ValueError, in words, for everything that is not one plain dot-atom address: RFC 5321 §4.1.2.
    """
    local, at, domain = address.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or not local.isprintable():
        raise ValueError(f"{address!r} is not one plain mail address")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise ValueError(f"{address!r} has no valid domain") from None
    if not _DOMAIN.fullmatch(domain) or len(domain) > MAX_DOMAIN or len(local.encode()) > MAX_LOCAL:
        raise ValueError(f"{address!r} is not a mail address that can be sent to")
    return f"{local}@{domain}"
