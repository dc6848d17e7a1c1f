"""Faults seen now, and those noted before -> what is noted from now on, which alarms are due, which all-clears. Pure.

The trap: a fault is told once. Its name and its beginning make it the same one through restarts, so the beginning that
was noted first stays, whatever is found out about it later; and what did not last is forgotten without a word.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

FaultKind = Literal["mailbox", "mail_out", "database", "rules", "triage"]
"""What fails: reading a mailbox, sending, the database, rules or registry, triage (mails stay without verdict)."""
State = Literal["begun", "over", "well"]
STATES: tuple[State, ...] = ("begun", "over", "well")
"""What an alarm mail says; "well" is the heartbeat."""


@dataclass(frozen=True, slots=True)
class Fault:
    kind: FaultKind
    since: datetime
    because: str = ""
    name: str = ""
    """Of the mailbox, where it is one."""

    @property
    def key(self) -> str:
        return f"{self.kind}({self.name})" if self.name else self.kind


SLACK = timedelta(minutes=1)
"""How much later than it was due a search of a mailbox may be noted."""


@dataclass(frozen=True, slots=True)
class Unwell:
    """Why a mailbox is not well."""

    because: str
    since: datetime | None
    """None: it never was."""
    refused: bool
    """Reading it fails; else nobody reads it, and the daemon may be down."""


def unwell(
    last_search: datetime | None, failing_since: datetime | None, error: str, every: timedelta, now: datetime
) -> Unwell | None:
    """Whether a mailbox that is to be searched so often is well (None), by what was noted of reading it."""
    if failing_since:
        return Unwell(error, failing_since, refused=True)
    if last_search is None:
        return Unwell("it has never been read", None, refused=False)
    late = now > last_search + every + SLACK
    return Unwell("it is not searched any more", last_search + every, refused=False) if late else None


@dataclass(frozen=True, slots=True)
class Noted:
    """A fault as it is remembered between looks, and whether its alarm has been raised."""

    fault: Fault
    alarmed: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    noted: tuple[Noted, ...]
    begun: tuple[Fault, ...] = ()
    """Whose alarm is due."""
    over: tuple[Fault, ...] = ()
    """Alarmed, and seen no more."""


def compare(noted: Sequence[Noted], found: Sequence[Fault], now: datetime, patience: timedelta) -> Change:
    """What follows from this look; `patience`: how long a fault must last before it is told."""
    before = {one.fault.key: one for one in noted}
    after: list[Noted] = []
    begun: list[Fault] = []
    for fault in found:
        known = before.get(fault.key)
        same = replace(fault, since=known.fault.since) if known else fault
        alarmed = known.alarmed if known else False
        if not alarmed and now - same.since >= patience:
            begun.append(same)
            alarmed = True
        after.append(Noted(same, alarmed))
    keys = {fault.key for fault in found}
    over = tuple(one.fault for key, one in before.items() if one.alarmed and key not in keys)
    return Change(tuple(after), tuple(begun), over)
