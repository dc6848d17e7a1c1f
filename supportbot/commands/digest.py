"""`digest`: all that waits for a person now -> the text that staff get, on the terminal."""

from pathlib import Path
from typing import Annotated

import typer

from supportbot.app import Desk
from supportbot.commands.common import DEFAULT_CONFIG, ConfigOption, say
from supportbot.commands.opening import with_desk
from supportbot.errors import Invalid, Problem
from supportbot.store import queue
from supportbot.tickets import digest as digests


def digest(
    print_it: Annotated[bool, typer.Option("--print", help="Print it here, as without this; nothing is sent.")] = True,
    html: Annotated[Path | None, typer.Option("--html", help="Also write it as HTML.", metavar="FILE")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show what to do first, as the digest says it.

    It is the digest as it would be sent now. Nothing is sent, and the next one comes at its time.

    Example: supportbot digest --print
    """

    async def work(desk: Desk) -> tuple[str, str]:
        now = desk.now()
        rows = await desk.database.read(lambda conn: queue.digest_input(conn, now))
        built = digests.build(rows, now, desk.known.registry)
        letter = digests.letter(built, desk.known.sender, desk.known.office, desk.known.templates)
        return letter.text, letter.html or ""

    text, page = with_desk(config, work)
    if html:
        try:
            html.write_text(page, encoding="utf-8")
        except OSError as error:
            mend = "Name a file that you may write."
            raise Invalid([Problem(str(html), f"cannot be written: {error.strerror}.", mend)]) from None
    if print_it:
        say(text.rstrip("\n"))
