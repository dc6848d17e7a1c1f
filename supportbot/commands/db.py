"""`db upgrade|backup`: the schema, and a copy that is consistent while the daemon runs."""

from pathlib import Path
from typing import Annotated

import typer

from supportbot.commands.common import DEFAULT_CONFIG, ConfigOption, group, say
from supportbot.commands.opening import Stored, with_database

db_app = group("The database: schema and backup.")


@db_app.command("upgrade")
def db_upgrade(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Bring the database's schema up to this program's; `run` does so by itself.

    Example: supportbot db upgrade --config /etc/supportbot/config.toml
    """

    async def work(stored: Stored) -> None:
        say("The database has this program's schema.")

    with_database(config, work, make=True)


@db_app.command("backup")
def db_backup(
    target: Annotated[Path, typer.Argument(help="The new folder for the copy.", metavar="DIR")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Copy the database and its raw mails, consistent while the daemon runs (SQLite).

    Example: supportbot db backup /var/backups/supportbot/2026-11-25
    """

    async def work(stored: Stored) -> None:
        await stored.database.backup(target)
        say(f"{target} holds the copy.")

    with_database(config, work)
