"""What every command shares: its options, and printing for people or as JSON. It loads no database.

The trap: what mails say is printed on terminals, so every text goes through `say` or `say_table` (TH26).
"""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from getpass import getuser
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from typer.core import TyperGroup

from supportbot.errors import Invalid, Problem
from supportbot.mail.clean import visible

ConfigOption = Annotated[
    Path,
    typer.Option(
        "--config",
        "-c",
        help="The config file, or its folder.",
        metavar="FILE",
        envvar="SUPPORTBOT_CONFIG",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]
ByOption = Annotated[str, typer.Option("--by", help="Who does it, for the journal. Default: the name of your login.")]

DEFAULT_CONFIG = Path("config.toml")
LATELY = timedelta(days=180)
GAP = "  "
NARROWEST = 8
"""No column of a table is cut to less than this."""


def group(says: str, cls: type[TyperGroup] = TyperGroup) -> typer.Typer:
    """A group of commands below one word."""
    return typer.Typer(cls=cls, no_args_is_help=True, add_completion=False, rich_markup_mode=None, help=says)


def actor(by: str) -> str:
    """The name for the journal: what was given, else the login's name."""
    if by.strip():
        return by.strip()
    with suppress(KeyError, OSError):
        return getuser()
    raise Invalid([Problem("--by", "your login has no name.", "Give one: --by NAME")])


def say(text: str = "", end: str = "\n") -> None:
    """Print a text, with what came from mails made harmless for terminals (TH26)."""
    typer.echo("\n".join(visible(line) for line in text.split("\n")) + end, nl=False)


def warn(text: str) -> None:
    """Say what the reader should know beside the command's own answer, where it spoils neither a pipe nor JSON."""
    typer.echo(f"supportbot: {visible(text)}", err=True)


def say_json(value: Any) -> None:
    """One line of JSON. Moments as ISO 8601; signs that a terminal could obey as JSON's escapes."""
    typer.echo(escaped(json.dumps(value, ensure_ascii=False, default=_plain)))


def escaped(text: str) -> str:
    r"""JSON in which every control and invisible sign is written as \uXXXX, which means the same."""
    return visible(text, lambda sign: json.dumps(sign)[1:-1])


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def since_moment(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """`14d` (days back) or `2026-11-01` (from that day's beginning) as a moment. Raises Invalid."""
    if days := re.fullmatch(r"(\d{1,5})\s?d", text.strip()):
        return now - timedelta(days=int(days[1]))
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time(), zone)
    except ValueError:
        raise Invalid([Problem("--since", f'"{text}" is no day.', "Write 2026-11-01, or 14d.")]) from None


def counted(number: int, what: str) -> str:
    """ "1 mail", "2 mails"."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def moment(at: datetime | None) -> str:
    """For tables, as `ls` does it: the year only where it is not lately."""
    if at is None:
        return ""
    return at.strftime("%m-%d %H:%M" if abs(datetime.now(UTC) - at) < LATELY else "%Y-%m-%d")


def say_table(columns: Sequence[str], rows: Iterable[Sequence[str]], width: int | None = None) -> None:
    """A table for people, a row a line: cut to a terminal's width, and whole where something else reads it."""
    from rich.cells import cell_len, set_cell_size  # an emoji or a Chinese sign is two columns wide

    lines = [tuple(columns), *(tuple(visible(value) for value in row) for row in rows)]
    widths = [max(cell_len(line[place]) for line in lines) for place in range(len(columns))]
    room = (width or _room()) - len(GAP) * (len(columns) - 1)
    while sum(widths) > room and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
    for line in lines:
        cells = (
            value if cell_len(value) <= most else set_cell_size(value, most - 1) + "…"
            for value, most in zip(line, widths, strict=True)
        )
        typer.echo(GAP.join(set_cell_size(cell, most) for cell, most in zip(cells, widths, strict=True)).rstrip())


def _room() -> int:
    if sys.stdout.isatty() or os.environ.get("COLUMNS"):
        return shutil.get_terminal_size().columns
    return sys.maxsize


def either(as_json: bool, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], none: str) -> None:
    """Rows as JSON lines, or these columns of them as a table; `none` where there are no rows."""
    if as_json:
        for row in rows:
            say_json(row)
    elif rows:
        say_table(columns, [[_cell(row[name]) for name in columns] for row in rows])
    else:
        say(none)


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return moment(value)
    return "" if value is None else str(value)
