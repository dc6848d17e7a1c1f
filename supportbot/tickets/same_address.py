"""An address that somebody asks about -> which written ones are the same, and what stands in their place. Pure.

Upper and lower case make no difference (RFC 5321 §2.4 allows it in the local part; no server in use makes one). An
address without a tag also means its plus-addresses (RFC 5233): `anna@kund.example` is `anna+x@kund.example` too; one
with a tag means itself alone. The trap: `joanna@kund.example` and `anna@kund.example.org` are other people.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from supportbot.mail.clean import clean_line

_LOCAL = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\u0080-\U0010ffff"
_BEFORE = r"A-Za-z0-9_%+.\-\u0080-\U0010ffff"
"""What begins an address earlier; the rest (' / = ?) is more often a quotation's or a link's."""
_PLAIN = re.compile(rf"([{_LOCAL}]+)@([^\s@<>]+)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One address, in lower case, as it is looked for."""

    address: str
    pattern: re.Pattern[str]

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def is_in(self, text: str) -> bool:
        return self.pattern.search(text) is not None

    def replaced(self, text: str, instead: Callable[[str], str]) -> str:
        """The text with `instead(address)` for each writing of it."""
        return self.pattern.sub(lambda found: instead(found.group()), text)


def wanted(address: str) -> Wanted:
    """Raises ValueError where that is no address."""
    plain = clean_line(address.strip().strip("<>"), 320).lower()
    found = _PLAIN.fullmatch(plain)
    if not found:
        raise ValueError(f"{plain!r} is no mail address")
    local, domain = found[1], found[2].rstrip(".")
    tags = "" if "+" in local else rf"(?:\+[{_LOCAL}]*)?"
    before, after = rf"(?<![{_BEFORE}])", r"(?![A-Za-z0-9_\-\u0080-\U0010ffff]|\.[A-Za-z0-9\u0080-\U0010ffff])"
    pattern = rf"{before}{re.escape(local)}{tags}@{re.escape(domain)}{after}"
    return Wanted(f"{local}@{domain}", re.compile(pattern, re.IGNORECASE))


def stand_in(address: str, key: bytes) -> str:
    """What stands in its place: an address that nobody has, the same for the same one, not to be computed back."""
    return f"erased-{address_hash(address, key)[:12]}@erased.invalid"


def address_hash(address: str, key: bytes) -> str:
    """Tells whether two requests were about one address, without saying about which."""
    return hmac.digest(key, b"address " + address.lower().encode(), hashlib.sha256).hex()[:32]
