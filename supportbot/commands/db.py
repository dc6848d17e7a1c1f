"""`db upgrade|backup|restore|copy`: the schema, a copy made while the daemon runs, and back; PostgreSQL."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from supportbot.commands.common import DEFAULT_CONFIG, ConfigOption, counted, group, say
from supportbot.commands.opening import Stored, load_config, open_database, with_database
from supportbot.config import SQLITE, DatabaseSection, sqlite_file
from supportbot.config_values import Secret
from supportbot.config_words import told
from supportbot.errors import Invalid, Problem

db_app = group("The database: schema, backup and restore, copy to PostgreSQL.")


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


@db_app.command("restore")
def db_restore(
    backup: Annotated[Path, typer.Argument(help="The folder that db backup made.", metavar="DIR")],
    replace: Annotated[bool, typer.Option("--replace", help="Keep the database that is there beside it.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Put a backup in place, after every byte of it was proven (SQLite). Stop the daemon first.

    What happened after the backup is forgotten: look at `outbox list --state queued` before you start the daemon.

    Example: supportbot db restore /var/backups/supportbot/2026-11-25 --replace
    """
    from supportbot.store import backup as backups

    settings = load_config(config)
    file = sqlite_file(settings.database.url, settings.folder)
    if file is None:
        raise Invalid([Problem("database.url", "is no SQLite database: only these are restored.", "Use pg_restore.")])
    kept = backups.restore(backup, file, datetime.now(UTC), replace)

    async def upgrade() -> None:
        await (await open_database(settings, make=True)).close()

    asyncio.run(upgrade())
    if kept:
        say(f"{kept} is the database that was there.")
    say(f"{file} is the backup's. Before the daemon starts: supportbot outbox list --state queued")


@db_app.command("copy")
def db_copy(
    target: Annotated[str, typer.Argument(help="postgresql+asyncpg://USER@HOST/DATABASE", metavar="URL")],
    password_env: Annotated[str, typer.Option(help="The environment variable with its password.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Copy everything from SQLite into an empty PostgreSQL database, and prove it by counts and hashes.

    Stop the daemon first. Afterwards write what it says into the config, and start it again.

    Example: supportbot db copy postgresql+asyncpg://supportbot@db.icentrex.se/supportbot
    """
    from supportbot.store import copying
    from supportbot.store.database import Database

    _look_at(target)
    password = Secret(env=password_env).read("--password-env") if password_env else None

    async def work(stored: Stored) -> None:
        if stored.database.shared:
            raise Invalid([Problem("database.url", "is no SQLite database: only these are copied.", "Use pg_dump.")])
        stored.database.occupy("daemon")
        into = await Database.open(target, stored.config.folder, password=password)
        try:
            sums = await copying.copy(
                stored.database, into, lambda table, rows: say(f"{table}: {counted(rows, 'row')}")
            )
        finally:
            await into.close()
        say(f"Both are the same: {counted(sum(one.rows for one in sums.values()), 'row')}, by their hashes.")
        say("Now write into config.toml:")
        say(f'[database]\nurl = "{target}"')
        if password_env:
            say(f'password = {{ env = "{password_env}" }}')

    with_database(config, work)


def _look_at(target: str) -> None:
    """Raises Invalid, in the config's words, where it takes no such URL; which is not shown: it may hold a password."""
    try:
        DatabaseSection(url=target)
    except ValidationError as error:
        what, mend = told(["database", "url"], error.errors()[0])
        mend = "Give it by --password-env NAME." if "password" in what else mend
        raise Invalid([Problem("URL", what, mend)]) from None
    if target.startswith(SQLITE):
        raise Invalid([Problem("URL", "is SQLite again.", "Write postgresql+asyncpg://user@host/database.")])
