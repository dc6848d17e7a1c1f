"""`registry import`: the four files of a folder -> the stored registry, and what that changed."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from supportbot import folders
from supportbot.commands.common import DEFAULT_CONFIG, ConfigOption, counted, group, say, say_json
from supportbot.commands.opening import Stored, with_database
from supportbot.store import registry as stored_registry
from supportbot.triage import registry
from supportbot.triage.registry import Difference

registry_app = group("Customers, devices, partners and hardware: import them.")

SHOWN = 20
"""So many new rows of a file are named; a first import has thousands, and their number says enough."""


@registry_app.callback()
def registry_commands() -> None:
    """Customers, devices, partners and hardware: import them."""


@registry_app.command("import")
def registry_import(
    folder: Annotated[Path, typer.Argument(help="The folder with the four files.", metavar="DIR")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference, change nothing.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="The difference as JSON lines.")] = False,
) -> None:
    """Import the registry: all rows or none. Shows what is new, changed and gone.

    Example: supportbot registry import registry --dry-run
    """
    wanted = registry.read(folders.read_registry(folder))

    async def work(stored: Stored) -> None:
        before = await stored.database.read(stored_registry.load)
        differences = registry.differences(before, wanted)
        if not dry_run:
            await stored.database.write(lambda conn: stored_registry.replace(conn, wanted))
        if as_json:
            for difference in differences:
                say_json({"file": difference.file, "id": difference.id, "what": difference.what})
            return
        _tell(differences)
        made = counted(len(differences), "change")
        say(f"{made} {'would be made' if dry_run else 'made'}; {counted(len(wanted.customers), 'customer')} in all.")
        if differences and not dry_run:
            say("A daemon that runs takes it up by itself (supportbot status says when).")

    with_database(config, work, make=True)


def _tell(differences: Iterable[Difference]) -> None:
    new = Counter(difference.file for difference in differences if difference.what == "new")
    for difference in differences:
        if difference.what != "new" or new[difference.file] <= SHOWN:
            say(f"{difference.file} {difference.id}: {difference.what}")
    for file, number in new.items():
        if number > SHOWN:
            say(f"{file}: {number} new rows (--json names them)")
