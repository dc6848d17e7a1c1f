"""The config option -> the open database, or the whole desk, for as long as a command works with it.

What only looks opens the stored things alone: broken rules must not keep staff from seeing their tickets, nor a
mistyped key of what only the daemon needs, and a mistyped path must not make a new database.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from supportbot.commands.common import warn
from supportbot.config import Config, sqlite_file
from supportbot.config_file import load, readable
from supportbot.errors import Invalid, Problem, Unreachable
from supportbot.store.database import Database
from supportbot.store.opening import open_configured

if TYPE_CHECKING:
    from supportbot.app import Desk

T = TypeVar("T")


def load_config(place: Path) -> Config:
    """The config in a file, or in the file config.toml of a folder. Raises Invalid."""
    return load(place_of_config(place))


SPARED = frozenset({"digest", "alert", "limits", "retention", "watch", "log"})
"""Sections that only the daemon needs: a mistake in one must not keep staff from an urgent ticket."""


def usable_config(place: Path) -> Config:
    """The config, also with mistakes in what only the daemon needs: then they are told, and its defaults stand there.

    The daemon that runs keeps the config that it has read; whoever acts on a ticket meanwhile has it in hand.
    """
    try:
        return load_config(place)
    except Invalid as error:
        sections = readable(place_of_config(place))
        broken = [name for name in Config.model_fields if name not in sections]
        if not SPARED.issuperset(broken):
            raise
        without = f"without {' and '.join(f'[{name}]' for name in broken)}" if broken else "all the same"
        for problem in error.problems:
            warn(str(problem))
        warn(f"This command goes on {without}; a daemon that runs keeps the config that it has read.")
        defaults = {name: Config.model_fields[name].get_default() for name in broken}
        return Config.model_construct(**sections | defaults)


def place_of_config(place: Path) -> Path:
    """The config's file, which may be named by its folder. Raises Invalid where there is none."""
    file = place / "config.toml" if place.is_dir() else place
    if not file.exists():
        mend = "Name yours with --config FILE or SUPPORTBOT_CONFIG=FILE; a new one is made by: supportbot init DIR"
        raise Invalid([Problem(str(file), "is not there.", mend)])
    return file


@dataclass(frozen=True, slots=True)
class Stored:
    """A config and its open database."""

    config: Config
    database: Database

    @property
    def zone(self) -> ZoneInfo:
        return self.config.desk.zone

    def now(self) -> datetime:
        return datetime.now(UTC)


async def open_database(config: Config, make: bool) -> Database:
    """The database; with `make`, a new one where there is none. Raises Unreachable that names its file."""
    try:
        return await open_configured(config, migrate=make)
    except Unreachable as error:
        file = sqlite_file(config.database.url, config.folder)
        if file is None:  # the text of another one's URL may hold a password
            raise
        mend = error.mend or "Look at database.url, and at whose the file is."
        raise Unreachable(f"{file}: {error.what.rstrip('.')}.", mend) from error


def is_there(config: Config) -> bool:
    """Whether there is a database to open, as far as its file tells; a server's is."""
    file = sqlite_file(config.database.url, config.folder)
    return file is None or file.exists()


def with_database(
    config_file: Path, work: Callable[[Stored], Awaitable[T]], make: bool = False, strict: bool = False
) -> T:
    """Open the database of a config, do the work, close it. `strict`: not with a config that has any mistake."""

    async def run() -> T:
        config = load_config(config_file) if strict else usable_config(config_file)
        database = await open_database(config, make)
        try:
            return await work(Stored(config, database))
        finally:
            await database.close()

    return asyncio.run(run())


def with_desk(config_file: Path, work: "Callable[[Desk], Awaitable[T]]", rules: bool = False) -> T:
    """Open the desk of a config, with its texts (and `rules`, where mails are to be decided), do the work, close it."""
    from supportbot.app import open_desk  # much to load, and most commands need none of it

    async def run() -> T:
        config = usable_config(config_file)
        await (await open_database(config, make=False)).close()
        async with open_desk(config, rules=rules) as desk:
            return await work(desk)

    return asyncio.run(run())
