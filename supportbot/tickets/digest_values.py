"""The values of a digest: what the store knows (DigestInput), and what staff are told (Digest). Pure.

The trap: a DigestInput holds all open tickets, also those in good hands, or the sections would not add up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from supportbot.tickets.effects import EffectKind
from supportbot.tickets.faults import Fault, FaultKind
from supportbot.tickets.points import Point
from supportbot.tickets.ticket import Ticket, Verdict

SectionName = Literal[
    "ring",
    "review",
    "unsure",
    "answered",
    "new",
    "partner",
    "taken",
    "billing",
    "set_aside",
    "left_alone",
    "undelivered",
    "trouble",
]

LOOKED_AT = "looked at by "
"""How a verdict's reason begins where a person took a mail off the list of those set aside; the name follows."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A mail in quarantine: one inbox row."""

    inbox_id: int
    received: datetime
    reason: str
    sender: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A mail of ours that was given up or came back: one outbox row."""

    outbox_id: int
    kind: EffectKind
    ticket: int | None
    recipient: str
    why: str


@dataclass(frozen=True, slots=True)
class Seen:
    """So many mails with this verdict and reason; verdict None: taken in, not judged yet."""

    verdict: Verdict | None
    reason: str
    count: int
    mailbox: str = ""
    missing: bool = False
    """They do not stand in the ticket that their verdict says."""


@dataclass(frozen=True, slots=True)
class DigestInput:
    """What the store knows, as rows; the order does not matter."""

    tickets: tuple[Ticket, ...] = ()
    """All that are open."""
    newest: Mapping[int, str] = field(default_factory=dict)
    """Ticket -> the text of its newest mail, where no person has looked at that yet."""
    set_aside: tuple[SetAside, ...] = ()
    left_alone: tuple[SetAside, ...] = ()
    """Mails since the last digest that got no ticket by their words alone."""
    undelivered: tuple[Undelivered, ...] = ()
    seen: tuple[Seen, ...] = ()
    """Mails taken in since `since`, grouped by verdict and reason."""
    since: datetime | None = None
    troubles: tuple[Fault, ...] = ()
    """What fails right now: a mailbox that cannot be reached."""
    removed: tuple[tuple[str, int], ...] = ()
    """What was removed by its age since `since`: how much of what, by the config's words."""


@dataclass(frozen=True, slots=True)
class Line:
    """One ticket (or mail) of a section."""

    number: int | None
    customer: str
    category: str
    since: datetime | None
    summary: str
    why: str
    command: str
    newest: str = ""
    """Words of a mail that nobody has looked at yet."""
    points: tuple[Point, ...] = ()
    """What a person must know or clear up, in the section of tickets to review."""
    marks: tuple[str, ...] = ()
    """What staff must bear in mind: urgent, billable, unproven, unread."""
    alternative: str = ""
    """What else may be typed in place of the command's last words."""
    kind: EffectKind | None = None
    """What did not arrive, in the section of undelivered mails."""
    fault: FaultKind | None = None
    """What fails (`since` when), in the section of troubles."""
    name: str = ""
    """Of the mailbox that fails."""
    call: str = ""
    """The number that staff ring, in the section of tickets to ring about."""
    call_from: str = ""
    """Of RING_FROM: where that number is known from."""
    whom: Literal["", "partner"] = ""
    """A partner that reports is rung itself."""


@dataclass(frozen=True, slots=True)
class Section:
    name: SectionName
    lines: tuple[Line, ...]
    more: int = 0
    """Lines that were left out."""

    @property
    def count(self) -> int:
        return len(self.lines) + self.more


@dataclass(frozen=True, slots=True)
class Count:
    """Where the mails went: `seen` is the sum of all the others."""

    seen: int
    tickets: int
    follow_ups: int
    none: tuple[tuple[str, int], ...]
    """Deliberately no ticket, by reason, the commonest first."""
    set_aside: int
    unread: int
    missing: int = 0
    """Not in the ticket that their verdict says: it does not add up."""


@dataclass(frozen=True, slots=True)
class Digest:
    at: datetime
    sections: tuple[Section, ...]
    count: Count
    mailboxes: tuple[tuple[str, Count], ...] = ()
    """The same for each mailbox, where there are several."""
    since: datetime | None = None
    removed: tuple[tuple[str, int], ...] = ()

    @property
    def empty(self) -> bool:
        return not self.sections
