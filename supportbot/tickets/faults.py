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
