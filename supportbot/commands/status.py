"""`status`: how the desk is doing -> figures, and what needs a person; for people and for monitoring."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from socket import gethostname
from typing import Annotated, Any

import typer

from supportbot.commands.common import DEFAULT_CONFIG, ConfigOption, JsonOption, counted, say, say_json
from supportbot.commands.opening import Stored, with_database
from supportbot.config import Config
from supportbot.store import alarms, leases, mailboxes, outbox
from supportbot.store import status as stored_status
from supportbot.store.outbox import OutboxRow
from supportbot.store.status import State

STALE = timedelta(minutes=15)
WAITING = timedelta(minutes=5)
"""A mail that has waited this long to leave is told of, with what the relay said."""
MOST = 1000


@dataclass(frozen=True, slots=True)
class Look:
    """All that was found at one moment."""

    config: Config
    now: datetime
    state: State
    late: list[OutboxRow]
    """Mails that wait to leave for longer than WAITING, or as the relay cannot be used."""
    lives: bool
    """Whether a daemon works with this database, here or, where several may, anywhere."""

    def at(self, moment: datetime) -> str:
        return moment.astimezone(self.config.desk.zone).strftime("%Y-%m-%d %H:%M")


def status(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    alive: Annotated[bool, typer.Option("--alive", help="Ask only whether the daemon lives (health check).")] = False,
) -> None:
    """Say how the desk is doing, and what needs a person.

    Exit code 0: all is well; 1: something needs a person (for monitoring). It looks into the database only, so it
    works while the daemon is down, and says so.

    Example: supportbot status --json
    """
    if alive:
        _whether_alive(config)

    async def work(stored: Stored) -> Look:
        now = stored.now()
        state = await stored.database.read(lambda conn: stored_status.state(conn, now))
        queued = await stored.database.read(lambda conn: outbox.listing(conn, "queued", MOST))
        lives = bool(state.daemons) if stored.database.shared else stored.database.is_occupied("daemon")
        return Look(stored.config, now, state, [row for row in queued if _is_late(row, now)], lives)

    look = with_database(config, work)
    troubles = [*_daemon(look), *_mailboxes(look), *_rules(look), *_mails(look), *_alarms(look), *_people(look)]
    if as_json:
        say_json(_as_json(look, troubles))
    else:
        _tell(look, troubles)
    raise typer.Exit(1 if troubles else 0)


def _whether_alive(config: Path) -> None:
    """Ends the command. A daemon holds the database's lock and notes each look for faults, four times a minute; where
    several may run, this host's must hold its own lease, as another's looks prove nothing of it."""

    async def work(stored: Stored) -> bool:
        if stored.database.shared:
            living = await stored.database.read(lambda conn: leases.holders(conn, leases.DAEMON))
            return any(name.startswith(f"{gethostname()}:") for name in living)
        at = (await stored.database.read(alarms.last)).at
        return stored.database.is_occupied("daemon") and at is not None and stored.now() - at <= WAITING

    lives = with_database(config, work)
    say("The daemon lives." if lives else "The daemon gives no sign of life: supportbot run")
    raise typer.Exit(0 if lives else 1)


def _is_late(row: OutboxRow, now: datetime) -> bool:
    """A mail that was tried waits since it was made; one that was not, since it was due. A relay that cannot be used
    holds up all that follows, so that nobody waits to be told of it.
    """
    return row.relay_away or now - (row.created if row.reason else row.due) > WAITING


def _daemon(look: Look) -> list[str]:
    if not look.lives:
        return ["no daemon runs: supportbot run"]
    looked = look.state.look.at
    if looked and look.now - looked > WAITING:
        return [f"the daemon runs, but has not looked for faults since {look.at(looked)}: restart it, and see its log"]
    return []


def _mailboxes(look: Look) -> list[str]:
    known = {(box.name, box.folder): box for box in look.state.mailboxes}
    found = []
    for box in look.config.mailbox:
        seen = known.get((box.name, box.folders.inbox), mailboxes.unread(box.name, box.folders.inbox))
        if unwell := seen.unwell(timedelta(seconds=box.search_seconds), look.now):
            since = f" (since {look.at(unwell.since)})" if unwell.since else ""
            found.append(f"mailbox {box.name}: {unwell.because}{since}")
    return found


def _rules(look: Look) -> list[str]:
    reload = look.state.reload
    if reload is None:
        return []
    waiting = [f"config.toml: {key} was changed, and needs a restart" for key in reload.restart]
    if reload.failing_since is None:
        return waiting
    more = f" (and {len(reload.problems) - 1} more: supportbot check)" if len(reload.problems) > 1 else ""
    since, used = look.at(reload.failing_since), look.at(reload.at)
    broken = f"config, rules or registry cannot be read since {since}; those of {used} are used"
    return [f"{broken}: {reload.problems[0]}{more}", *waiting]


def _mails(look: Look) -> list[str]:
    state, found = look.state, []
    if state.oldest_waiting and look.now - state.oldest_waiting > STALE:
        found.append(f"a mail waits for triage since {look.at(state.oldest_waiting)}")
    away = [row for row in look.late if row.relay_away]
    others = [row for row in look.late if not row.relay_away]
    for what, rows in (("mails wait, as the relay cannot be used", away), ("mails wait", others)):
        if rows:
            reason, since = _most_common_reason(rows), look.at(min(row.created for row in rows))
            found.append(
                f"{what}: {reason} ({len(rows)}, the oldest since {since}): supportbot outbox list --state queued"
            )
    return found


def _alarms(look: Look) -> list[str]:
    """Those that were raised and not yet called off."""
    return [
        f"alarm {one.fault.key}: raised for a fault since {look.at(one.fault.since)}: {one.fault.because}"
        for one in look.state.look.noted
        if one.alarmed
    ]


def _most_common_reason(rows: list[OutboxRow]) -> str:
    ((reason, _),) = Counter(row.reason or "not tried yet" for row in rows).most_common(1)
    return reason


def _people(look: Look) -> list[str]:
    state, found = look.state, []
    if state.gave_up:
        found.append(f"{counted(state.gave_up, 'mail')} not delivered: supportbot outbox list --state undelivered")
    if state.to_ring:
        found.append(f"{counted(state.to_ring, 'urgent ticket')} not taken: supportbot tickets list --urgent")
    if state.quarantined:
        found.append(f"{counted(state.quarantined, 'mail')} set aside: supportbot quarantine list")
    return found


def _as_json(look: Look, troubles: list[str]) -> dict[str, Any]:
    state = look.state
    return {
        "well": not troubles,
        "daemon_lives": look.lives,
        "troubles": troubles,
        "open_tickets": state.open_tickets,
        "to_ring": state.to_ring,
        "waiting": state.waiting,
        "quarantined": state.quarantined,
        "outbox": state.outbox,
        "looked": state.look.at,
        "alarms": [
            {"fault": one.fault.key, "since": one.fault.since, "because": one.fault.because}
            for one in state.look.noted
            if one.alarmed
        ],
        "late": len(look.late),
        "late_because": _most_common_reason(look.late) if look.late else None,
        "undelivered": state.gave_up,
        "reload": {name: getattr(state.reload, name) for name in state.reload.__slots__} if state.reload else None,
        "retention": {"at": state.retention.at, "removed": state.retention.counts} if state.retention else None,
        "daemons": state.daemons,
        "mailboxes": [
            {
                "name": m.name,
                "folder": m.folder,
                "last_search": m.last_search,
                "failing_since": m.failing_since,
                "error": m.error if m.failing_since else None,
                "reader": state.readers.get(m.name),
            }
            for m in state.mailboxes
        ],
    }


def _tell(look: Look, troubles: list[str]) -> None:
    state = look.state
    say(f"open tickets:  {state.open_tickets} ({state.to_ring} to ring)")
    say(f"waiting mails: {state.waiting}")
    say(f"set aside:     {state.quarantined}")
    say("outbox:        " + (", ".join(f"{count} {name}" for name, count in sorted(state.outbox.items())) or "empty"))
    if state.daemons:
        say(f"daemons:       {', '.join(map(_host, state.daemons))}")
    for box in state.mailboxes:
        reader = f", by {_host(state.readers[box.name])}" if box.name in state.readers else ""
        say(f"mailbox {box.name}: last searched {look.at(box.last_search) if box.last_search else 'never'}{reader}")
    if state.reload:
        say(f"config, rules and registry of: {look.at(state.reload.at)}")
    if state.retention:
        removed = ", ".join(f"{count} {name}" for name, count in state.retention.counts.items()) or "nothing"
        say(f"removed by age: {removed} ({look.at(state.retention.at)})")
    for trouble in troubles:
        say(f"! {trouble}")
    if not troubles:
        say("All is well.")


def _host(holder: str) -> str:
    """A daemon's host and process, without what tells its lives apart."""
    return holder.rpartition(":")[0]
