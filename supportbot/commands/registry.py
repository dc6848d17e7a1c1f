"""`registry import`: the four files of a folder -> the stored registry, and what that changed.

The trap: a list that was cut short, or the sample, reads well, and would make strangers of all customers it lacks. So
an import that takes away much must be asked for in so many words.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from supportbot import folders
from supportbot.commands.common import DEFAULT_CONFIG, ConfigOption, counted, group, say, say_json
from supportbot.commands.opening import Stored, is_there, load_config, with_database
from supportbot.errors import Invalid, Problem
from supportbot.store import registry as stored_registry
from supportbot.triage import registry
from supportbot.triage.registry import Difference, Registry

registry_app = group("Customers, devices, partners and hardware: import them.")

SHOWN = 20
"""So many rows of a file that are new, or gone, are named; of thousands their number says enough."""
SHARE = 1 / 3
"""Of a file's rows: more than that are not taken away unasked."""


@registry_app.callback()
def registry_commands() -> None:
    """Customers, devices, partners and hardware: import them."""


@registry_app.command("import")
def registry_import(
    folder: Annotated[Path, typer.Argument(help="The folder with the four files.", metavar="DIR")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference, change nothing.")] = False,
    allow_removal: Annotated[
        bool, typer.Option("--allow-removal", help="Also when more than a third of a file's rows would be gone.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="The difference as JSON lines.")] = False,
) -> None:
    """Import the registry: all rows or none. Shows what is new, changed and gone.

    What the files lack is gone. Where that is more than a third of the rows of a file, nothing is imported unless
    --allow-removal says so.

    Example: supportbot registry import registry --dry-run
    """
    wanted = registry.read(folders.read_registry(folder))

    async def work(stored: Stored | None) -> None:
        before = await stored.database.read(stored_registry.load) if stored else Registry()
        differences = registry.differences(before, wanted)
        removals = [] if allow_removal else list(_large_removals(before, differences))
        if stored and not dry_run and not removals:
            await stored.database.write(lambda conn: stored_registry.replace(conn, wanted))
        _tell(differences, as_json)
        if removals:
            raise Invalid(removals)
        if as_json:
            return
        made = counted(len(differences), "change")
        say(f"{made} {'would be made' if dry_run else 'made'}; {counted(len(wanted.customers), 'customer')} in all.")
        if differences and not dry_run:
            say("A daemon that runs takes it up by itself (supportbot status says when).")

    if dry_run and not is_there(load_config(config)):
        asyncio.run(work(None))
    else:
        with_database(config, work, make=not dry_run)


def _large_removals(before: Registry, differences: Iterable[Difference]) -> Iterator[Problem]:
    gone = Counter(difference.file for difference in differences if difference.what == "gone")
    rows = (before.customers, before.devices, before.partners, before.models)
    for file, many in zip(registry.FILES, map(len, rows), strict=True):
        if gone[file] > many * SHARE:
            what = f"{gone[file]} of {counted(many, 'row')} would be gone; nothing was imported."
            yield Problem(file, what, "Is it the right folder, and whole? If so: --allow-removal.")


def _tell(differences: Sequence[Difference], as_json: bool) -> None:
    if as_json:
        for difference in differences:
            say_json({"file": difference.file, "id": difference.id, "what": difference.what})
        return
    many = Counter((difference.file, difference.what) for difference in differences)
    for difference in differences:
        if difference.what not in ("new", "gone") or many[difference.file, difference.what] <= SHOWN:
            say(f"{difference.file} {difference.id}: {difference.what}")
    for (file, what), number in many.items():
        if what in ("new", "gone") and number > SHOWN:
            say(f"{file}: {number} {what} rows (--json names them)")
