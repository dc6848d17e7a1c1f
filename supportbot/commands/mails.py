"""`outbox`, `digest`, `quarantine`: what leaves, what staff are told, what was set aside."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from sqlalchemy import Connection

from supportbot.app import Desk
from supportbot.commands.common import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    JsonOption,
    actor,
    either,
    local,
    say,
    with_desk,
)
from supportbot.errors import Invalid, Problem
from supportbot.store import inbox, outbox, queue
from supportbot.tickets import digest

outbox_app = typer.Typer(no_args_is_help=True, help="Mails that leave.")
quarantine_app = typer.Typer(no_args_is_help=True, help="Mails that were set aside for a person.")


@outbox_app.command("list")
def list_outbox(
    state: Annotated[Literal["queued", "sending", "sent", "gave_up", "all"], typer.Option("--state")] = "all",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 50,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List mails that leave, the newest first.

    Example: supportbot outbox list --state gave_up
    """

    async def work(desk: Desk) -> list[dict[str, Any]]:
        wanted = None if state == "all" else state
        rows = await desk.database.read(lambda conn: outbox.listing(conn, wanted, limit))
        zone = desk.config.desk.zone
        return [
            {
                "id": row.id,
                "kind": row.kind,
                "ticket": row.ticket,
                "to": row.recipient,
                "state": row.state,
                "attempts": row.attempt,
                "due": local(row.due, zone),
                "reason": row.reason,
            }
            for row in rows
        ]

    names = ("id", "kind", "ticket", "to", "state", "attempts", "due", "reason")
    either(as_json, with_desk(config, work), {name: name for name in names})


@outbox_app.command("show")
def show_outbox(
    row_id: Annotated[int, typer.Argument(help="The mail's id in `outbox list`.", metavar="ID")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show a mail that leaves exactly as it was or will be sent."""

    async def work(desk: Desk) -> bytes:
        content = await desk.database.read(lambda conn: outbox.content(conn, row_id))
        if content is None:
            raise Invalid([Problem(f"outbox {row_id}", "is not there.", "See: supportbot outbox list")])
        return content

    say(with_desk(config, work).decode("utf-8", "replace").replace("\r\n", "\n"))


@outbox_app.command("retry")
def retry_outbox(
    row_id: Annotated[int, typer.Argument(help="The mail's id in `outbox list`.", metavar="ID")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Try a mail again now that was given up or waits. The same bytes leave."""

    async def work(desk: Desk) -> bool:
        return await desk.database.write(lambda conn: outbox.requeue(conn, row_id, desk.now()))

    if not with_desk(config, work):
        raise Invalid([Problem(f"outbox {row_id}", "is not there, or was sent.", "See: supportbot outbox list")])
    say(f"outbox {row_id} will be tried again.")


def print_digest(
    print_it: Annotated[bool, typer.Option("--print", help="Print it here; nothing is sent.")] = True,
    html: Annotated[Path | None, typer.Option("--html", help="Also write it as HTML to this file.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show the digest as it would be sent now: what to do first.

    Example: supportbot digest --print
    """

    async def work(desk: Desk) -> tuple[str, str]:
        now = desk.now()
        rows = await desk.database.read(lambda conn: queue.digest_input(conn, now))
        built = digest.build(rows, now)
        letter = digest.letter(built, desk.known.sender, desk.known.office, desk.known.templates)
        return letter.text, letter.html or ""

    text, page = with_desk(config, work)
    if html:
        html.write_text(page, encoding="utf-8")
    if print_it:
        say(text)


@quarantine_app.command("list")
def list_quarantine(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List the mails that were set aside, with the reason."""

    async def work(desk: Desk) -> list[dict[str, Any]]:
        rows = await desk.database.read(inbox.quarantined)
        zone = desk.config.desk.zone
        return [
            {
                "id": row.id,
                "received": local(row.received, zone),
                "account": row.account,
                "size": row.size,
                "reason": row.reason,
            }
            for row in rows
        ]

    names = ("id", "received", "account", "size", "reason")
    either(as_json, with_desk(config, work), {name: name for name in names})


@quarantine_app.command("show")
def show_quarantine(
    mail: Annotated[int, typer.Argument(help="The mail's id in `quarantine list`.", metavar="ID")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show the raw mail, with control characters made harmless."""

    async def work(desk: Desk) -> bytes:
        return await desk.database.read(lambda conn: _raw(conn, mail))

    say(with_desk(config, work).decode("utf-8", "replace").replace("\r\n", "\n"))


def _raw(conn: Connection, mail: int) -> bytes:
    if all(row.id != mail for row in inbox.quarantined(conn)):
        raise Invalid([Problem(f"mail {mail}", "is not set aside.", "See: supportbot quarantine list")])
    return inbox.raw(conn, mail)


@quarantine_app.command("drop")
def drop_quarantine(
    mail: Annotated[int, typer.Argument(help="The mail's id in `quarantine list`.", metavar="ID")],
    by: ByOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """A person has looked and nothing is to follow. The mail is kept, and leaves the list."""
    who = actor(by)

    async def work(desk: Desk) -> None:
        def change(conn: Connection) -> None:
            _raw(conn, mail)
            inbox.finish(conn, mail, "ignore", f"looked at by {who}", None, desk.now())

        await desk.database.write(change)

    with_desk(config, work)
    say(f"mail {mail} is off the list.")
