"""`privacy retention|export|erase`: personal data -> what is too old, all that is about an address, its removal.

The trap: nobody may learn from the desk's own books who asked to be forgotten, so of the address only a hash is noted
that is keyed with the desk's secret.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Annotated, TypeVar

import typer
from sqlalchemy import Connection

from supportbot.commands.common import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    JsonOption,
    actor,
    counted,
    group,
    say,
    say_json,
)
from supportbot.commands.opening import Stored, with_database
from supportbot.commands.privacy_export import write_export
from supportbot.errors import Invalid, Occupied, Problem
from supportbot.store import about, blanking, leases, privacy, retention
from supportbot.store.about import Found, Hits
from supportbot.store.database import Database
from supportbot.store.privacy import Plan
from supportbot.tickets import same_address
from supportbot.tickets.same_address import Wanted

T = TypeVar("T")

privacy_app = group("Personal data: what is too old, what is about an address.")

AddressOption = Annotated[str, typer.Option("--address", "-a", help="The mail address.", metavar="ADDRESS")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")]
ALWAYS_STAYS = (
    "identity of mails and letters (folder, UID, hash, Message-ID), without content: so that none is fetched twice",
    "copies on the mail server, in the folders that mails were moved to: delete them there",
    "backups made before: they are to be left to their own end",
)
ONE = {"tickets": "ticket", "mails": "mail", "letters": "letter", "registry": "registry row", "texts": "other text"}
"""What an export and an erasure count, each as one of it is called."""
ROUNDS = 3
"""New mails may come while it is erased."""
AT_ONCE = 50_000_000
"""Bytes of a database that are written anew beside a daemon, which waits meanwhile: a second or two."""
BREATH = 0.02
"""Seconds between two steps, at least; else as long as a step took, so that a daemon has its turn."""


@privacy_app.command("retention")
def privacy_retention(
    dry_run: DryRunOption = False, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """Remove what is too old by [retention], as the daemon does every night.

    Example: supportbot privacy retention --dry-run
    """

    async def work(stored: Stored) -> dict[str, int]:
        ages, now = stored.config.retention, stored.now()
        if dry_run:
            return await stored.database.read(lambda conn: retention.due(conn, ages, now))
        removed: Counter[str] = Counter()
        while some := await _in_turn(stored.database, lambda conn: retention.step(conn, ages, now)):
            removed.update(some)
        await stored.database.write(blanking.sweep)
        await stored.database.scrub(whole=False)
        await stored.database.write(lambda conn: retention.note(conn, now, actor(""), "retention", removed))
        return dict(removed)

    counts = with_database(config, work, strict=True)  # by ages that somebody chose
    if as_json:
        say_json(counts)
        return
    for name, count in counts.items():
        say(f"{count:6} {name}")
    say(("Would be removed." if dry_run else "Removed.") if counts else "Nothing is too old.")


@privacy_app.command("export")
def privacy_export(
    address: AddressOption,
    to: Annotated[Path | None, typer.Option("--to", help="A new folder for it.", metavar="FOLDER")] = None,
    by: ByOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Write everything about an address into a new folder (GDPR article 15).

    Look through it before it is handed out: what others wrote in the same tickets is in it.

    Example: supportbot privacy export --address anna@kund.example --to export-anna
    """
    asked, who = _wanted(address), actor(by)

    async def work(stored: Stored) -> tuple[Path, dict[str, int]]:
        folder = to or Path(f"privacy-export-{stored.now().astimezone(stored.zone):%Y-%m-%d-%H%M%S}")
        if folder.exists():
            raise Invalid([Problem(str(folder), "is already there.", "Name a new folder: --to FOLDER")])
        found = await _look(stored, asked)
        if found == Found():
            raise Invalid([Problem(asked.address, "is nowhere in what is stored: there is nothing to export.")])
        counts = await stored.database.read(
            lambda conn: write_export(conn, found, asked, folder, stored.now(), stored.zone)
        )
        hashed = same_address.address_hash(asked.address, _key(stored))
        await stored.database.write(
            lambda conn: retention.note(conn, stored.now(), who, "exported", counts, hashed),
        )
        return folder, counts

    folder, counts = with_database(config, work)
    say(f"{folder}: {_counted(counts)}. Begin with index.txt.")


@privacy_app.command("erase")
def privacy_erase(
    address: AddressOption,
    dry_run: DryRunOption = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    by: ByOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Remove what is about an address, and say what stays and why (GDPR article 17). It cannot be undone.

    The database is written anew afterwards, and others wait meanwhile: a large one only while no daemon runs.

    Example: supportbot privacy erase --address anna@kund.example --dry-run
    """
    asked, who = _wanted(address), actor(by)
    planned = with_database(config, lambda stored: _planned(stored, asked))
    told = _told(planned)
    say(f"{'Would be removed' if dry_run else 'To be removed'}: {told}." if told else "There is nothing to remove.")
    if dry_run:
        _say_stays(planned.stays)
        return
    if told and not yes:
        typer.confirm("Remove it? It cannot be undone.", abort=True)
    left = with_database(config, lambda stored: _erase(stored, asked, who), strict=True)
    if told:
        say("Removed.")
    _say_stays(left.stays)


def _wanted(address: str) -> Wanted:
    try:
        return same_address.wanted(address)
    except ValueError as error:
        raise Invalid([Problem("--address", f"{error}.", "Write: --address anna@kund.example")]) from None


def _key(stored: Stored) -> bytes:
    return stored.config.desk.secret.read("desk.secret").encode()


async def _look(stored: Stored, asked: Wanted) -> Found:
    """Page by page: the log of a database that is read for minutes at a stretch grows meanwhile."""
    hits, after = Hits(), ""
    while True:
        following = await stored.database.read(partial(about.look_through, wanted=asked, after=after, hits=hits))
        if following is None:
            return await stored.database.read(lambda conn: about.find(conn, asked, hits))
        after = following


async def _planned(stored: Stored, asked: Wanted) -> Plan:
    desk = stored.config.desk
    ours = (desk.address, *desk.also, *(member.address for member in stored.config.staff))
    if any(asked.is_in(one) for one in ours):
        mend = "Take it out of config.toml first."
        raise Invalid([Problem("--address", "is the desk's own or a staff member's.", mend)])
    found = await _look(stored, asked)
    return await stored.database.read(lambda conn: privacy.plan(conn, found, asked))


async def _erase(stored: Stored, asked: Wanted, who: str) -> Plan:
    """What is left to remove afterwards (nothing), with what stays."""
    key, database = _key(stored), stored.database
    counts: Counter[str] = Counter()
    stays: dict[str, None] = {}
    for _ in range(ROUNDS):
        planned = await _planned(stored, asked)
        stays |= dict.fromkeys(planned.stays)
        if not any(planned.counts.values()):
            break
        counts.update(planned.counts)
        for part in privacy.steps(planned):
            erase = partial(privacy.erase, part=part, wanted=asked, key=key, actor=who, now=stored.now())
            await _in_turn(database, erase)
    hashed = same_address.address_hash(asked.address, key)
    await database.write(blanking.sweep)
    await database.write(lambda conn: retention.note(conn, stored.now(), who, "erased", counts, hashed))
    if held := await _scrub(database):
        stays[held] = None
    return Plan((), (), (), (), tuple(stays))


async def _in_turn(database: Database, run: Callable[[Connection], T]) -> T:
    """One step of much work. SQLite's lock is no queue: without a pause afterwards, a daemon might not get it."""
    begun = monotonic()
    result = await database.write(run)
    await asyncio.sleep(max(BREATH, monotonic() - begun))
    return result


async def _scrub(database: Database) -> str:
    """What removed rows may still be read from afterwards, and the mend; "": nothing."""
    size = await database.size()
    whole = size <= AT_ONCE or await _is_alone(database)
    done = await database.scrub(whole)
    if not whole:
        gaps = f"what lies between the rows of the database ({size // 1_000_000} MB) until it is written anew"
        return f"{gaps}, which would hold up the daemon: stop it, and erase again"
    return "" if done else "what the database's file or log still holds, as others are using it: erase again"


async def _is_alone(database: Database) -> bool:
    """Whether no daemon works with the database; on SQLite, none can start until this command has ended."""
    if database.shared:
        return not await database.read(lambda conn: leases.holders(conn, leases.DAEMON))
    try:
        database.occupy("daemon")
    except Occupied:
        return False
    return True


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(counted(count, ONE[name]) for name, count in counts.items())


def _told(planned: Plan) -> str:
    """What goes, in words; "": nothing."""
    told = _counted({name: count for name, count in planned.counts.items() if count})
    texts = len(planned.texts)
    return f"{told} that name{'s' if texts == 1 else ''} it" if texts else told


def _say_stays(stays: tuple[str, ...]) -> None:
    say("What stays, and why:")
    for one in (*stays, *ALWAYS_STAYS):
        say(f"- {one}")
