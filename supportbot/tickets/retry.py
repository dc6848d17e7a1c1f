"""What became of one attempt to send, and when to try again. Pure.

The four outcomes are values (RFC 5321 §4.2.1): what the far side said, or that it could not be known.
Unknown is the dangerous one: the mail may have been accepted, so a second copy must be the same bytes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from supportbot.tickets.effects import EffectKind

GIVE_UP_AFTER = timedelta(days=5)
"""RFC 5321 §4.5.4.1: at least 4 to 5 days."""

DELAYS: dict[EffectKind, tuple[timedelta, ...]] = {
    # Alerts and forwards cannot wait half an hour as RFC 5321 proposes for a relay: one recipient, one relay of ours.
    "alert": tuple(timedelta(seconds=s) for s in (10, 30, 60, 120, 300)),
    "forward": tuple(timedelta(seconds=s) for s in (30, 120, 300, 900, 1800)),
    "ack": tuple(timedelta(seconds=s) for s in (60, 300, 900, 1800, 3600)),
    "digest": tuple(timedelta(seconds=s) for s in (60, 300, 900, 1800)),
}
"""Waits after the 1st, 2nd, … attempt; the last one repeats."""

LONGEST: dict[EffectKind, timedelta] = {kind: max(delays) for kind, delays in DELAYS.items()}
"""How long a mail of each kind waits at most for its next attempt."""

UNKNOWN_RESENDS: dict[EffectKind, int | None] = {"alert": None, "forward": None, "ack": 2, "digest": 2}
"""How often a mail of unknown acceptance is sent again; None: until accepted, as a double harms less than a loss."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Accepted: the final dot was answered 250."""

    reply: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Certainly not accepted, and may be later (4xx, no connection)."""

    reason: str
    relay_away: bool = False
    """The relay could not be used at all, whatever the mail: it goes as soon as another one is taken."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not accepted, and never will be (5xx, an address that cannot be sent to)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The line broke, or the reply was garbage, after the final dot: it may have been accepted."""

    reason: str


Outcome = Sent | Retry | Refused | Unknown


@dataclass(frozen=True, slots=True)
class TryAgain:
    at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    why: str


def too_often_unknown(kind: EffectKind, unknowns: int) -> str:
    """Why a mail whose acceptance was unknown this often must not leave again, or ""."""
    allowed = UNKNOWN_RESENDS[kind]
    if allowed is None or unknowns <= allowed:
        return ""
    return f"acceptance could not be known {unknowns} times"


def what_next(
    kind: EffectKind, outcome: Retry | Refused | Unknown, attempt: int, unknowns: int, created: datetime, now: datetime
) -> TryAgain | GiveUp:
    """When to try again after attempt number `attempt` (1, 2, …), of which `unknowns` ended unknown; or give up."""
    if isinstance(outcome, Refused):
        return GiveUp(outcome.reason)
    if isinstance(outcome, Unknown) and (why := too_often_unknown(kind, unknowns)):
        return GiveUp(f"{why}; last: {outcome.reason}")
    if now - created >= GIVE_UP_AFTER:
        return GiveUp(f"not accepted within {GIVE_UP_AFTER.days} days; last: {outcome.reason}")
    delays = DELAYS[kind]
    return TryAgain(now + delays[min(attempt, len(delays)) - 1])
