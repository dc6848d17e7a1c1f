"""`rules replay`: stored mails and edited rules -> what would be decided otherwise; only the differences.

Both sides are judged by the registry of now, so that only the rules differ. Without edited rules, the stored decisions
stand on one side: then what people changed by hand differs, too, and is marked. Nothing is changed.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from sqlalchemy import Connection

from supportbot import folders
from supportbot.app import Desk
from supportbot.commands.common import counted, say, say_json, since_moment
from supportbot.commands.judged import Rejudged, judges
from supportbot.commands.opening import with_desk
from supportbot.store import inbox, tickets
from supportbot.store.inbox import InboxRow
from supportbot.tickets.corrections import RULE as CORRECTION
from supportbot.tickets.ticket import JournalEntry
from supportbot.triage import rulebook
from supportbot.triage.decision import LABEL, Decision, question_of
from supportbot.workers.sandbox import Judging

PAGE = 50
EXAMPLES = 5
"""So many examples a field are shown where --limit says nothing else."""
BY_MAIL = "urgent"
BY_HAND = {"routed": ("route", "partner"), "urgency": ("urgent",), BY_MAIL: ("urgent",)}
"""What in a ticket's journal changes its decision after the first mail -> the fields."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one mail that would be answered otherwise."""

    mail: int
    ticket: int | None
    received: datetime
    subject: str
    field: str
    before: Any
    after: Any
    rule_before: str
    rule_after: str
    words: str
    """What the new answer, or where it has none the old one, was seen in."""
    by_hand: bool = False
    """A person, or a later mail, has changed the stored answer."""
    by_person: bool = False
    """The last to change it was a person."""


@dataclass(slots=True)
class Replayed:
    """All that was found."""

    judged: int = 0
    different: int = 0
    no_ticket: int = 0
    """Mails that opened no ticket: no decision was stored that today's could be held against."""
    erased: int = 0
    waiting: int = 0
    unread: list[str] = field(default_factory=list)
    """Mails that could not be judged, each with why."""
    differences: list[Difference] = field(default_factory=list)


def replay(config: Path, rules: Path | None, since: str, as_json: bool, limit: int | None) -> None:
    """Judge, compare, tell. Raises Invalid with all mistakes of the rules."""
    edited = rulebook.build(folders.read_rules(rules), test=False) if rules else None

    async def work(desk: Desk) -> tuple[Replayed, datetime]:
        after = since_moment(since, desk.now(), desk.config.desk.zone)
        return await _replay(desk, edited, after), after

    found, after = with_desk(config, work, rules=True)
    if as_json:
        for one in found.differences[:limit]:
            say_json({name: getattr(one, name) for name in Difference.__slots__})
        typer.echo(_summary(found, after, rules), err=True)
    else:
        say(_summary(found, after, rules))
        _tell(found, EXAMPLES if limit is None else limit, rules)


async def _replay(desk: Desk, edited: rulebook.RuleBook | None, after: datetime) -> Replayed:
    now = desk.known.judging
    assert now is not None, "this desk was opened with its rules"
    sides = (now, Judging(desk.known.registry, edited)) if edited else (now,)
    erased, waiting = await desk.database.read(lambda conn: inbox.not_settled(conn, after))
    found, last = Replayed(erased=erased, waiting=waiting), 0
    async with judges(desk, *sides) as judging:
        while rows := await _page(desk, after, last):
            last = rows[-1].id
            stored = {} if edited else await _stored(desk, rows)
            wanted = [row for row in rows if edited or row.id in stored]
            found.no_ticket += len(rows) - len(wanted)
            for one in await judging.judge(wanted):
                _note(found, one, stored.get(one.row.id))
    return found


async def _page(desk: Desk, after: datetime, last: int) -> list[InboxRow]:
    return await desk.database.read(lambda conn: inbox.settled(conn, after, last, PAGE))


@dataclass(frozen=True, slots=True)
class Stored:
    """What was decided about the mail that opened a ticket."""

    decision: Decision
    changed: dict[str, bool]
    """Fields that were changed since -> whether a person was the last to do so; else it was a later mail."""


async def _stored(desk: Desk, rows: Sequence[InboxRow]) -> dict[int, Stored]:
    """Mail -> its stored decision: only mails that opened a ticket have one."""

    def read(conn: Connection) -> dict[int, Stored]:
        found = {}
        for row in rows:
            ticket = tickets.find(conn, row.ticket) if row.verdict == "ticket" and row.ticket is not None else None
            if ticket and tickets.first_mail(conn, ticket.number) == row.id:
                released = {"route": True} if row.reason.startswith("released") else {}
                changed = released | _changed(tickets.journal_of(conn, ticket.number))
                found[row.id] = Stored(ticket.decision, changed)
        return found

    return await desk.database.read(read)


def _changed(entries: Sequence[JournalEntry]) -> dict[str, bool]:
    """What was changed after the mail that opened the ticket, and whether a person did it last."""
    changed: dict[str, bool] = {}
    for entry in entries:
        if entry.at > entries[0].at:
            changed |= dict.fromkeys(BY_HAND.get(entry.what, ()), entry.what != BY_MAIL)
            changed |= dict.fromkeys(entry.data.get("corrected", ()), True)  # type: ignore[call-overload]
    return changed


def _note(found: Replayed, one: Rejudged, stored: Stored | None) -> None:
    if not one.decisions:
        found.unread.append(f"mail {one.row.id}: {one.problem}")
        return
    found.judged += 1
    before, after = (stored.decision if stored else one.decisions[0]), one.decisions[-1]
    differing = [name for name in LABEL if getattr(before, name) != getattr(after, name)]
    found.different += bool(differing)
    for name in differing:
        changed = stored.changed if stored else {}
        found.differences.append(_difference(one, name, before, after, changed.get(name)))


def _difference(one: Rejudged, name: str, before: Decision, after: Decision, by_person: bool | None) -> Difference:
    """`by_person`: who changed the stored answer last; None: nobody."""
    question = question_of(name)
    old, new = before.reasons.get(question, ()), after.reasons.get(question, ())
    words = next((reason.words for reason in (*new, *old) if reason.words and reason.rule != CORRECTION), "")
    return Difference(
        one.row.id,
        one.row.ticket,
        one.row.received,
        one.mail.subject if one.mail else "",
        name,
        getattr(before, name),
        getattr(after, name),
        old[0].rule if old else "",
        new[0].rule if new else "",
        " ".join(words.split()),
        by_person is not None,
        by_person is True,
    )


def _summary(found: Replayed, after: datetime, rules: Path | None) -> str:
    against = f"the rules in {rules} against the config's" if rules else "today's rules against what was decided"
    lines = [
        f"{counted(found.judged, 'mail')} since {after:%Y-%m-%d} judged again, {against}.",
        f"{found.different} of them would be decided otherwise.",
    ]
    lines += [f"Left out: {counted(count, 'mail')} {why}." for count, why in _left_out(found) if count]
    return "\n".join(lines)


def _left_out(found: Replayed) -> tuple[tuple[int, str], ...]:
    return (
        (found.no_ticket, "that opened no ticket, so no decision of theirs is stored (--rules DIR judges them, too)"),
        (found.erased, "whose content was removed"),
        (found.waiting, "not yet decided"),
        (len(found.unread), "that could not be judged"),
    )


def _tell(found: Replayed, limit: int, rules: Path | None) -> None:
    counts = Counter(one.field for one in found.differences)
    for name in LABEL:
        if not counts[name]:
            continue
        of_field = [one for one in found.differences if one.field == name]
        by_hand = sum(one.by_hand for one in of_field)
        hand = f", {by_hand} of them changed by a person or a later mail" if by_hand else ""
        say(f"\n{name}: {counted(counts[name], 'mail')} would be decided otherwise{hand}")
        kinds = Counter((_shown(one.before), _shown(one.after)) for one in of_field)
        for (old, new), count in kinds.most_common():
            say(f"    {counted(count, 'mail')}: {new} instead of {old}")
        for one in of_field[:limit]:
            say(_example(one, rules))
        if len(of_field) > limit:
            say(f"    … {len(of_field) - limit} more (--limit)")
    if found.unread[:limit]:
        say("\nCould not be judged:")
    for line in found.unread[:limit]:
        say(f"    {line}")


def _example(one: Difference, rules: Path | None) -> str:
    """One difference as a sentence."""
    place = f"ticket {one.ticket}" if one.ticket else f"mail {one.mail}"
    set_by = "a person set it" if one.by_person and one.rule_before != CORRECTION else _by(one.rule_before)
    before = f"{'The config says' if rules else 'It was decided'} {_shown(one.before)} ({set_by})"
    after = f"{'the edited rules say' if rules else 'today it would be'} {_shown(one.after)} ({_by(one.rule_after)})"
    seen = f' Seen in "{one.words}".' if one.words else ""
    hand = " A later mail has changed it since." if one.by_hand and not one.by_person else ""
    return f"    {place} {one.subject[:60]!r}: {before}; {after}.{seen}{hand}"


def _by(rule: str) -> str:
    if rule == CORRECTION:
        return "corrected by a person"
    return f"rule {rule}" if rule else "no rule spoke"


def _shown(value: Any) -> str:
    return {True: "yes", False: "no", None: "none"}.get(value, value)
