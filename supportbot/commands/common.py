"""What every command shares: the config option, opening the desk, printing for people or as JSON."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from getpass import getuser
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from supportbot.app import Desk, open_desk
from supportbot.config import Config
from supportbot.config_file import load
from supportbot.errors import Invalid, Problem
from supportbot.mail.clean import visible

T = TypeVar("T")

ConfigOption = Annotated[Path, typer.Option("--config", "-c", help="The config file.", metavar="FILE")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]
ByOption = Annotated[str, typer.Option("--by", help="Who does it, for the journal. Default: the name of your login.")]

DEFAULT_CONFIG = Path("config.toml")


def with_desk(config_file: Path, work: Callable[[Desk], Awaitable[T]]) -> T:
    """Open the desk of a config, do the work, close it."""

    async def run() -> T:
        async with open_desk(load(config_file)) as desk:
            return await work(desk)

    return asyncio.run(run())


def load_config(config_file: Path) -> Config:
    return load(config_file)


def actor(by: str) -> str:
    """The name for the journal: what was given, else the login's name."""
    if by.strip():
        return by.strip()
    with suppress(KeyError, OSError):
        return getuser()
    raise Invalid([Problem("--by", "your login has no name.", "Give one: --by NAME")])


def say(text: str = "") -> None:
    """Print a line, with what came from mails made harmless for terminals (TH26)."""
    typer.echo("\n".join(visible(line) for line in text.split("\n")))


def say_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def say_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table for people; no markup is read out of the values."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(value)) for value in row))
    Console().print(table)


def local(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else ""


def either(as_json: bool, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """Rows as JSON lines, or as a table with these columns (heading by key)."""
    if as_json:
        for row in rows:
            say_json(row)
        return
    say_table(list(columns.values()), [["" if row[key] is None else str(row[key]) for key in columns] for row in rows])
