"""The values of a mail: what came (RawMail), its parts (Part), what a person would see (ParsedMail).

Pure. Every string in a ParsedMail has been through `clean()`: NFC, no NUL, no lone surrogates, no C0/C1
controls but tab and line feed (bodies) and no line breaks at all in one-line values (names, subjects).
The trap: a value here never decides who the sender *is*; `authenticity` says how far that is proven.
"""

from collections.abc import KeysView
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Nature = Literal["human", "machine", "auto_reply", "bounce", "bulk", "report"]
Authenticity = Literal["verified", "failed", "unknown"]
Language = Literal["sv", "en", "no", "da", "fi", "other"]


@dataclass(frozen=True, slots=True)
class Desk:
    """Who we are, as far as reading a mail needs it. Empty without a config (`inspect`)."""

    addresses: tuple[str, ...] = ()
    """Our own addresses, lower case; plus-addresses of them are ours too."""
    authserv_id: str | None = None
    """Whose Authentication-Results we believe (RFC 8601 §2.2); None: nobody's."""


@dataclass(frozen=True, slots=True)
class RawMail:
    """A mail as the IMAP server gave it: kept and forwarded byte for byte, never re-serialised."""

    content: bytes
    received: datetime | None = None
    """INTERNALDATE, aware."""


@dataclass(frozen=True, slots=True)
class Address:
    """One plain address. `address` has a lower-case A-label domain (RFC 5890); `name` may be empty."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Headers:
    """Header fields in order, unfolded, raw 8-bit decoded; encoded words are NOT decoded here."""

    fields: tuple[tuple[str, str], ...] = ()
    _values: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    """The values by lower-case name: a reading asks for some eighty names."""

    def __post_init__(self) -> None:
        values: dict[str, tuple[str, ...]] = {}
        several: dict[str, list[str]] = {}  # linear: a mail can hold 25 000 fields of one name
        for name, value in self.fields:
            name = name.lower()
            if name in values:
                several.setdefault(name, [*values[name]]).append(value)
            else:
                values[name] = (value,)
        values.update((name, tuple(found)) for name, found in several.items())
        object.__setattr__(self, "_values", values)

    def names(self) -> KeysView[str]:
        """Lower case."""
        return self._values.keys()

    def get(self, name: str) -> str | None:
        """The topmost field of that name, or None."""
        values = self._values.get(name.lower())
        return values[0] if values else None

    def all(self, name: str) -> tuple[str, ...]:
        return self._values.get(name.lower(), ())


@dataclass(frozen=True, slots=True)
class Part:
    """One node of the MIME tree (RFC 2045), transfer encoding undone, text decoded."""

    type: str
    """"text/plain", lower case; what is unreadable is "application/octet-stream"."""
    headers: Headers = Headers()
    params: dict[str, str] = field(default_factory=dict)
    """Parameters of Content-Type, names in lower case (RFC 2231 decoded)."""
    content: bytes = b""
    text: str | None = None
    """Decoded text of text/* parts, else None."""
    name: str | None = None
    """File name, safe to show and without any path, or None."""
    disposition: Literal["inline", "attachment"] | None = None
    parts: tuple["Part", ...] = ()
    """Children of multipart/* and the root of an embedded message/rfc822."""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    type: str
    size: int
    """Bytes after transfer decoding."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A mail that the sender forwards, inline or attached (message/rfc822)."""

    sender: str
    subject: str
    date: str
    text: str


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """One recipient of a bounce (RFC 3464 §2.3)."""

    address: str
    permanent: bool | None
    """Whether sending again is useless (class 5, RFC 3463 §3.1); None: delivered, relayed, expanded."""
    status: str
    diagnostic: str
    given_up: bool = False
    """Whether no system tries any more (Action: failed): this mail is lost, also where sending again may succeed."""


@dataclass(frozen=True, slots=True)
class ParsedMail:
    subject: str = ""
    date: datetime | None = None
    sender: Address | None = None
    """The one plain From address, else None ("unsure"): never a guess at somebody's."""
    sender_shown: str = ""
    """The From field as a person would see it, cleaned; for display only."""
    reply_to: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    return_path: str | None = None
    """The envelope sender; "" for the null path `<>`; None where the field is missing."""
    message_id: str | None = None
    """Without brackets; None where it is missing or unusable."""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    text: str = ""
    new_text: str = ""
    quoted: str = ""
    signature: str = ""
    forwarded: Forwarded | None = None
    attachments: tuple[Attachment, ...] = ()
    nature: Nature = "human"
    nature_because: str = ""
    """The header or wording that decided `nature`, in words; "" for a plain human mail."""
    no_answer: str = ""
    """Why no automatic answer may go to this mail (RFC 3834, rules R1-R19); "" when one may."""
    failed: tuple[FailedRecipient, ...] = ()
    returned_ids: tuple[str, ...] = ()
    """Message-IDs of the mails of ours that a bounce, receipt or report is about, without brackets."""
    tokens: tuple[str, ...] = ()
    """Whole token texts in subject and plus-addresses, unproven: `thread.prove` decides."""
    authenticity: Authenticity = "unknown"
    language: Language = "other"
    oddities: tuple[str, ...] = ()
    suspicious: str = ""
    """Why a person must look before anything follows: a From that pretends (two fields, an address beside the
    address, an encoded local part), nothing readable at all; "" for everything else."""

    @property
    def may_answer(self) -> bool:
        return not self.no_answer
