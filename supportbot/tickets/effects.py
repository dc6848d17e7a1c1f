"""What a ticket causes outside: values with a unique key each, stored with the ticket, carried out afterwards. Pure.

The key is the second insert's no-op: the same effect can be planned twice and happens once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from supportbot.mail.message import Address


@dataclass(frozen=True, slots=True)
class AcknowledgeCustomer:
    """Tell the sender the ticket's number and what happens next (T1-T4, T6, T7)."""

    ticket: int
    inbox_id: int
    to: Address

    @property
    def key(self) -> str:
        return f"ack:{self.ticket}:{self.inbox_id}"


@dataclass(frozen=True, slots=True)
class ForwardToPartner:
    """Hand the mail to the partner by its guidelines (T2)."""

    ticket: int
    inbox_id: int
    partner: str
    to: Address
    again: bool = False
    """The partner has the ticket already; its customer has written again."""

    @property
    def key(self) -> str:
        return f"forward:{self.ticket}:{self.partner}:{self.inbox_id}"


AlertAbout = Literal["urgent", "undelivered_forward", "undelivered_alert", "many_urgent", "mailbox", "fault"]


@dataclass(frozen=True, slots=True)
class RaiseAlert:
    """Tell staff at once; for an urgent fault repeated until a person takes it (T4)."""

    ticket: int | None
    about: AlertAbout
    step: int
    """0 for the first, then 1, 2, … for each repetition."""
    to: Address
    text: str = ""
    """What happened, for alerts that are not about an urgent ticket."""
    subject_key: str = ""
    """Tells apart alerts of the same ticket that are about different things (an outbox row's key)."""

    @property
    def key(self) -> str:
        about = self.about if not self.subject_key else f"{self.about}({self.subject_key})"
        return f"alert:{self.ticket or '-'}:{about}:step-{self.step}:{self.to.address}"


@dataclass(frozen=True, slots=True)
class SendDigest:
    """Tell staff what to do first, at the due times of the config."""

    due: datetime
    """Aware, in the desk's time zone: the due time that this digest stands for."""
    to: Address

    @property
    def key(self) -> str:
        return f"digest:{self.due:%Y-%m-%dT%H:%M}:{self.to.address}"


@dataclass(frozen=True, slots=True)
class RaiseAlarm:
    """Tell whoever keeps the daemon running of a lasting fault of its surroundings, and of its end."""

    fault: str
    """What fails, as "mailbox(kundcenter)"."""
    since: datetime
    """Its beginning, which tells it from the next fault of the same name."""
    over: bool
    to: Address

    @property
    def key(self) -> str:
        return f"alert:{self.fault}:{self.since:%Y-%m-%dT%H:%M:%S}:{'over' if self.over else 'begun'}:{self.to.address}"


Effect = AcknowledgeCustomer | ForwardToPartner | RaiseAlert | SendDigest | RaiseAlarm
EffectKind = Literal["ack", "forward", "alert", "digest"]


def kind_of(effect: Effect) -> EffectKind:
    """The first word of the key: the kind of an outbox row."""
    match effect:
        case AcknowledgeCustomer():
            return "ack"
        case ForwardToPartner():
            return "forward"
        case RaiseAlert() | RaiseAlarm():
            return "alert"
        case SendDigest():
            return "digest"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail to one recipient, ready to be stored in the outbox: its bytes never change after that."""

    key: str
    kind: EffectKind
    ticket: int | None
    recipient: str
    message_id: str
    """Without brackets; unguessable."""
    content: bytes
    not_before: datetime | None = None
