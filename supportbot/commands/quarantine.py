"""`quarantine list|show|drop|release`: mails that were set aside for a person."""

from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from supportbot.commands.common import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    JsonOption,
    actor,
    either,
    group,
    say,
    say_json,
)
from supportbot.commands.opening import Stored, with_database, with_desk
from supportbot.errors import Invalid, Problem
from supportbot.store import inbox
from supportbot.store.inbox import InboxRow
from supportbot.tickets.digest_values import LOOKED_AT
from supportbot.tickets.privacy import mask_personal_numbers

quarantine_app = group("Mails that were set aside for a person.")

COLUMNS = ("id", "received", "sender", "subject", "reason")
MailArgument = Annotated[int, typer.Argument(help="The mail's id in `quarantine list`.", metavar="ID")]


@quarantine_app.command("list")
def list_quarantine(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List the mails that were set aside, with the reason.

    Example: supportbot quarantine list
    """

    async def work(stored: Stored) -> list[dict[str, Any]]:
        rows = await stored.database.read(inbox.quarantined)
        return [_shown(row, stored) for row in rows]

    either(as_json, with_database(config, work), COLUMNS, "Nothing is set aside.")


def _shown(row: InboxRow, stored: Stored) -> dict[str, Any]:
    return {
        "id": row.id,
        "received": row.received.astimezone(stored.zone),
        "account": row.account,
        "size": row.size,
        "sender": mask_personal_numbers(row.sender),
        "subject": mask_personal_numbers(row.subject),
        "reason": row.reason,
    }


@quarantine_app.command("show")
def show_quarantine(mail: MailArgument, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Show the raw mail, with control characters made harmless.

    Example: supportbot quarantine show 31
    """

    async def work(stored: Stored) -> dict[str, Any]:
        row, content = await stored.database.read(lambda conn: (_set_aside_row(conn, mail), set_aside_mail(conn, mail)))
        return _shown(row, stored) | {"raw": content.decode("utf-8", "replace").replace("\r\n", "\n")}

    shown = with_database(config, work)
    if as_json:
        say_json(shown)
    else:
        say(shown["raw"])


def _set_aside_row(conn: Connection, mail: int) -> InboxRow:
    row = inbox.get(conn, mail)
    if row is None or row.verdict != "quarantine":
        raise Invalid([Problem(f"mail {mail}", "is not set aside.", "See: supportbot quarantine list")])
    return row


def set_aside_mail(conn: Connection, mail: int) -> bytes:
    """Its bytes. Raises Invalid where it is not set aside, or they are gone."""
    _set_aside_row(conn, mail)
    try:
        return inbox.raw(conn, mail)
    except LookupError as error:
        raise Invalid([Problem(f"mail {mail}", f"{error}.", "Look into the mailbox itself.")]) from error


@quarantine_app.command("drop")
def drop_quarantine(mail: MailArgument, by: ByOption = "", config: ConfigOption = DEFAULT_CONFIG) -> None:
    """A person has looked and nothing is to follow. The mail is kept, and leaves the list.

    Example: supportbot quarantine drop 31
    """
    who = actor(by)

    async def work(stored: Stored) -> None:
        def change(conn: Connection) -> None:
            _set_aside_row(conn, mail)
            inbox.finish(conn, mail, "ignore", f"{LOOKED_AT}{who}", None, stored.now())

        await stored.database.write(change)

    with_database(config, work)
    say(f"mail {mail} is off the list.")


@quarantine_app.command("release")
def release_quarantine(mail: MailArgument, by: ByOption = "", config: ConfigOption = DEFAULT_CONFIG) -> None:
    """A person has looked and it is a matter for us: make a ticket of it, for review. Nothing is sent.

    Example: supportbot quarantine release 31
    """
    from supportbot.commands.release import release  # it reads and decides, which is much to load

    who = actor(by)
    number = with_desk(config, lambda desk: release(desk, mail, who), rules=True)
    say(f"mail {mail} is ticket {number} now, for review: supportbot tickets show {number}")
