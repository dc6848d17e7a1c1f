"""`outbox list|show|retry`: the mails that leave."""

from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Annotated, Any, Literal

import typer
from sqlalchemy import Connection

from supportbot.commands.common import DEFAULT_CONFIG, ConfigOption, JsonOption, either, group, say, say_json
from supportbot.commands.opening import Stored, with_database
from supportbot.errors import Invalid, Problem
from supportbot.store import outbox
from supportbot.store.outbox import OutboxRow

outbox_app = group("Mails that leave: list, show, try again.")

WEEK = timedelta(days=7)
COLUMNS = ("id", "kind", "ticket", "to", "state", "tries", "due", "reason")
StateChoice = Literal["queued", "sending", "sent", "gave_up", "undelivered", "all"]
IdArgument = Annotated[int, typer.Argument(help="The mail's id in `outbox list`.", metavar="ID")]


@outbox_app.command("list")
def list_outbox(
    state: Annotated[
        StateChoice, typer.Option("--state", help="undelivered: given up or come back, and still of concern.")
    ] = "all",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="So many at most.")] = 50,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List mails that leave, the newest first.

    Example: supportbot outbox list --state undelivered
    """

    async def work(stored: Stored) -> list[dict[str, Any]]:
        def find(conn: Connection) -> list[OutboxRow]:
            if state == "undelivered":
                return outbox.undelivered(conn, stored.now() - WEEK)[-limit:][::-1]
            return outbox.listing(conn, None if state == "all" else state, limit)

        return [_row(row, stored) for row in await stored.database.read(find)]

    either(as_json, with_database(config, work), COLUMNS, "No such mails.")


def _row(row: OutboxRow, stored: Stored) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "ticket": row.ticket,
        "to": row.recipient,
        "state": "came back" if row.bounce_permanent else row.state,
        "tries": row.attempt,
        "created": row.created.astimezone(stored.zone),
        "due": row.due.astimezone(stored.zone) if row.state == "queued" else None,
        "reason": row.bounce or row.reason,
    }


@outbox_app.command("show")
def show_outbox(
    row_id: IdArgument,
    raw: Annotated[bool, typer.Option("--raw", help="Every byte of it, as it was or will be sent.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show a mail that leaves: to whom, what it says, what is attached.

    Example: supportbot outbox show 12
    """

    async def work(stored: Stored) -> bytes:
        try:
            content = await stored.database.read(lambda conn: outbox.content(conn, row_id))
        except LookupError:
            mend = "Its row is in: supportbot outbox list"
            raise Invalid([Problem(f"outbox {row_id}", "has no text any more (docs/operating.md).", mend)]) from None
        if content is None:
            raise Invalid([Problem(f"outbox {row_id}", "is not there.", "See: supportbot outbox list")])
        return content

    content = with_database(config, work)
    if raw:
        say(content.decode("utf-8", "replace").replace("\r\n", "\n"))
    elif as_json:
        say_json(_readable(content))
    else:
        _tell(_readable(content))


def _readable(content: bytes) -> dict[str, Any]:
    """What a person reads of a mail of ours. What is attached to it came from outside, and is not looked into."""
    head, _, rest = content.partition(b"\r\n\r\n")
    attached = rest.find(b"\r\nContent-Type: message/rfc822")
    if attached >= 0:
        content = head + b"\r\n\r\n" + rest[:attached] + b"\r\n\r\n"
    mail = BytesParser(EmailMessage, policy=default).parsebytes(content)
    body = mail.get_body(("plain",))
    return {
        **{name.lower(): str(mail[name] or "") for name in ("From", "To", "Reply-To", "Date", "Subject")},
        "text": str(body.get_content()).replace("\r\n", "\n").rstrip() if body else "",
        "attached": "the customer's mail, unchanged" if attached >= 0 else _names(mail),
    }


def _names(mail: EmailMessage) -> str:
    return ", ".join(part.get_filename() or part.get_content_type() for part in mail.iter_attachments())


def _tell(shown: dict[str, Any]) -> None:
    for name in ("from", "to", "reply-to", "date", "subject", "attached"):
        if shown[name]:
            say(f"{name + ':':<10} {shown[name]}")
    say(f"\n{shown['text']}")


@outbox_app.command("retry")
def retry_outbox(row_id: IdArgument, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Try a mail again now that waits, was given up, or came back. The same bytes leave.

    Example: supportbot outbox retry 12
    """

    async def work(stored: Stored) -> bool:
        return await stored.database.write(lambda conn: outbox.requeue(conn, row_id, stored.now()))

    if not with_database(config, work):
        what = "is not there, is being sent, or was accepted."
        raise Invalid([Problem(f"outbox {row_id}", what, "See: supportbot outbox list")])
    say(f"outbox {row_id} will be tried again.")
