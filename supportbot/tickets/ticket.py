"""The ticket and what is written in it. Pure.

A ticket is never changed in place: lifecycle.py makes a new one and a Plan that says what changed.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from supportbot.mail.message import Authenticity, ParsedMail
from supportbot.triage.decision import Decision

Verdict = Literal["ticket", "follow-up", "delivery-event", "ignore", "duplicate", "quarantine", "command"]


class Status(StrEnum):
    NEW = "new"
    TAKEN = "taken"
    WITH_PARTNER = "with_partner"
    RESOLVED = "resolved"


class BillingState(StrEnum):
    NONE = "none"
    CANDIDATE = "candidate"
    CONFIRMED = "confirmed"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Billing:
    """A candidate until a person has decided (promise 4). Never an amount: the terms name none for T7."""

    state: BillingState = BillingState.NONE
    decided_by: str | None = None
    decided_at: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class PhoneEscalation:
    """T4: an urgent fault is to be handled by telephone; shown until a person has taken it."""

    number: str
    """The number that the customer was told to ring, as shown: "020-20 20 22"; "" for the partner's, which we lack."""
    since: datetime
    taken_by: str | None = None
    reached: bool = False
    """Somebody has spoken with the customer."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of a ticket's history; append-only."""

    at: datetime
    actor: str
    """"supportbot", a staff member's name or address, "customer", "partner"."""
    what: str
    """The kind of event: "opened", "follow-up", "acknowledged", "forwarded", "alert", "taken", … (docs/glossary.md)."""
    text: str = ""
    data: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Article:
    """One mail (or note) of a ticket."""

    at: datetime
    author: str
    """Address, or name of the staff member."""
    kind: Literal["mail", "automatic", "note"]
    text: str
    """The new text, cleaned."""
    inbox_id: int | None = None
    """The inbox row that holds the raw bytes."""
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    number: int
    status: Status
    subject: str
    """Cleaned, at most 250 characters."""
    opened: datetime
    updated: datetime
    decision: Decision
    sender: str | None
    """Address that acknowledgements go to, or None where the mail had no usable one."""
    sender_name: str = ""
    authenticity: Authenticity = "unknown"
    proven: bool = False
    """The sender's address or own domain is the customer's, or a partner's, and authentication has not failed."""
    participants: tuple[str, ...] = ()
    """Lower-case addresses whose mails may join: the sender, and the partner once forwarded to."""
    customer_name: str | None = None
    org_number: str | None = None
    partner_name: str | None = None
    taken_by: str | None = None
    phone_escalation: PhoneEscalation | None = None
    billing: Billing = Billing()
    message_id: str | None = None
    """Of the mail that opened it, without brackets."""
    references: tuple[str, ...] = ()
    undeliverable: tuple[str, ...] = ()
    """Addresses that mails of this ticket could not be delivered to."""
    summary: str = ""
    """First words of the new text, for lists: at most 200 characters."""
    unread: bool = False
    """A mail has joined that no person has looked at yet."""

    @property
    def open(self) -> bool:
        return self.status is not Status.RESOLVED


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail that has been read: what lifecycle needs beside the Decision."""

    inbox_id: int
    mail: ParsedMail
    received: datetime
    """INTERNALDATE, aware: the clock of all that follows (a Date header may lie)."""
    sha256: str
    size: int
