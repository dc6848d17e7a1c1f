"""`run`, `demo`, `status`: the daemon, a daemon to look at, and how it is doing."""

import asyncio
import sys
from datetime import timedelta
from typing import Annotated, Any

import typer

from supportbot import app
from supportbot.app import Desk
from supportbot.commands.common import DEFAULT_CONFIG, ConfigOption, JsonOption, local, say, say_json, with_desk
from supportbot.config_file import load
from supportbot.logs import start_logs
from supportbot.store import status as stored_status
from supportbot.store.status import State

STALE = timedelta(minutes=15)


def run(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Run the daemon until it is told to end (SIGTERM, Ctrl-C).

    Example: supportbot run --config /etc/supportbot/config.toml
    """
    settings = load(config)
    start_logs(settings.log.format, settings.log.level)

    async def work() -> None:
        stop = asyncio.Event()
        app.stop_on_signals(stop)
        async with app.open_desk(settings, test_rules=True) as desk:
            await app.run(desk, stop)

    asyncio.run(work())


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave it running, to be played with.")] = False,
) -> None:
    """Show the main job on embedded mail servers: a dozen mails come in, and you see what becomes of them."""
    from supportbot.demo.show import show  # the servers are needed here only

    sys.exit(asyncio.run(show(keep=keep)))


def status(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Say how the desk is doing. Exit code 0: well; 1: something needs a person (for monitoring)."""

    async def work(desk: Desk) -> tuple[State, list[str]]:
        state = await desk.database.read(stored_status.state)
        return state, _troubles(desk, state)

    state, troubles = with_desk(config, work)
    if as_json:
        say_json(_as_json(state, troubles))
    else:
        _tell(state, troubles, load(config).desk.zone)
    raise typer.Exit(1 if troubles else 0)


def _troubles(desk: Desk, state: State) -> list[str]:
    now = desk.now()
    names = {mailbox.name for mailbox in state.mailboxes}
    found = [
        f"mailbox {mailbox.name}: has never been read; is the daemon running?"
        for mailbox in desk.config.mailbox
        if mailbox.name not in names
    ]
    for mailbox in state.mailboxes:
        if mailbox.failing_since:
            found.append(
                f"mailbox {mailbox.name}: fails since {mailbox.failing_since:%Y-%m-%d %H:%M}Z: {mailbox.error}"
            )
        elif mailbox.last_search and now - mailbox.last_search > STALE:
            found.append(f"mailbox {mailbox.name}: not read since {mailbox.last_search:%Y-%m-%d %H:%M}Z")
    if state.oldest_waiting and now - state.oldest_waiting > STALE:
        found.append(f"a mail waits for triage since {state.oldest_waiting:%Y-%m-%d %H:%M}Z")
    if state.gave_up:
        found.append(f"{state.gave_up} mails could not be delivered: supportbot outbox list --state gave_up")
    if state.overdue and now - state.overdue > STALE:
        found.append(f"a mail waits to be sent since {state.overdue:%Y-%m-%d %H:%M}Z: supportbot outbox list")
    if state.to_ring:
        found.append(f"{state.to_ring} urgent tickets that nobody has taken: supportbot tickets list --urgent")
    if state.quarantined:
        found.append(f"{state.quarantined} mails set aside: supportbot quarantine list")
    return found


def _as_json(state: State, troubles: list[str]) -> dict[str, Any]:
    return {
        "well": not troubles,
        "troubles": troubles,
        "open_tickets": state.open_tickets,
        "to_ring": state.to_ring,
        "waiting": state.waiting,
        "quarantined": state.quarantined,
        "outbox": state.outbox,
        "mailboxes": [
            {"name": m.name, "folder": m.folder, "last_search": m.last_search, "failing_since": m.failing_since}
            for m in state.mailboxes
        ],
    }


def _tell(state: State, troubles: list[str], zone: Any) -> None:
    say(f"open tickets:  {state.open_tickets} ({state.to_ring} to ring)")
    say(f"waiting mails: {state.waiting}")
    say(f"set aside:     {state.quarantined}")
    say("outbox:        " + (", ".join(f"{count} {name}" for name, count in sorted(state.outbox.items())) or "empty"))
    for mailbox in state.mailboxes:
        say(f"mailbox {mailbox.name}: last read {local(mailbox.last_search, zone)}")
    for trouble in troubles:
        say(f"! {trouble}")
    if not troubles:
        say("All is well.")
