"""`quarantine list|show|drop|release`: mails that were set aside for a person."""

from dataclasses import replace
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
from supportbot.mail.message import ParsedMail
from supportbot.store import inbox
from supportbot.store.inbox import InboxRow
from supportbot.tickets.digest_values import LOOKED_AT
from supportbot.tickets.privacy import mask_personal_numbers
from supportbot.tickets.verdict import BY_CONTENT

quarantine_app = group("Mails that were set aside for a person.")

NEXT = """\
Next: supportbot quarantine release {mail}   a matter for us: a ticket for review; nothing is sent
      supportbot quarantine drop {mail}      nothing is to follow
Every byte of it: supportbot quarantine show {mail} --raw"""
COLUMNS = ("id", "received", "sender", "subject", "reason")
MailArgument = Annotated[
    int, typer.Argument(help="The mail's id in `quarantine list`, or in the digest.", metavar="ID")
]


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
def show_quarantine(
    mail: MailArgument,
    raw: Annotated[bool, typer.Option("--raw", help="Every byte of it, as it came.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show the mail as the mail reader sees it, why it was set aside, and what to do next.

    Example: supportbot quarantine show 31
    """

    from supportbot.commands.inspect import tell  # the mail reader is much to load
    from supportbot.commands.reading import desk_in, read_one

    async def work(stored: Stored) -> None:
        row, content = await stored.database.read(lambda conn: (_set_aside_row(conn, mail), set_aside_mail(conn, mail)))
        text = content.decode("utf-8", "replace").replace("\r\n", "\n")
        if as_json:
            say_json(_shown(row, stored) | {"raw": text})
            return
        read = None if raw else await read_one(content, desk_in(stored.config))
        if isinstance(read, ParsedMail):
            came = f"{row.received.astimezone(stored.zone):%Y-%m-%d %H:%M}"
            known = {
                "mail": str(row.id),
                "received": came,
                ("set aside" if row.verdict == "quarantine" else "left alone"): row.reason,
            }
            tell(known, _masked(read), without="may answer")  # whatever the mail says, nobody answers it
            say(NEXT.format(mail=mail))
            return
        if read:
            say(f"It cannot be read ({read.reason}), so this is every byte of it.\n")
        say(text)

    with_database(config, work)


def _masked(mail: ParsedMail) -> ParsedMail:
    texts = {
        name: mask_personal_numbers(getattr(mail, name)) for name in ("subject", "new_text", "signature", "quoted")
    }
    return replace(mail, **texts)


def _set_aside_row(conn: Connection, mail: int) -> InboxRow:
    row = inbox.get(conn, mail)
    if row is None or not (row.verdict == "quarantine" or row.reason in BY_CONTENT):
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
            inbox.look_again(conn, mail)
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
