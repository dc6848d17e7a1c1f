"""`make bench-large`: the desk on a database as full as after eight years, against an empty one, within one run.

    python tools/bench_large.py [--tickets 1000000] [--customers 100000] [--postgres] [--folder DIR]

The daemon's own parts at work: mails that wait are triaged by the real worker with its reading process, in turn on the
full and on the empty desk; digest, lists and status are what the commands ask. `--folder` keeps the full desk for the
next run. The disk must have 11 GB for a million tickets.
"""

import argparse
import asyncio
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "tests")]

import bench_mails
import large
import structlog
from desk_text import CLOSED
from servers import postgres
from sqlalchemy import Connection

from supportbot import app, folders
from supportbot.app import Desk
from supportbot.config_file import load
from supportbot.store import figures, inbox, queue, retention, tickets
from supportbot.store import registry as stored_registry
from supportbot.store import status as stored_status
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.tickets import digest
from supportbot.triage import registry
from supportbot.workers.sandbox import Sandbox
from supportbot.workers.triage import TriageWorker

ROUNDS, MAILS, EMPTY_CUSTOMERS = 31, 100, 200
AIM_MAIL, AIM_DIGEST, AIM_LIST = 1.3, 2.0, 0.5


@dataclass
class Side:
    """A desk with its reading process, and what its rounds took: seconds a mail."""

    desk: Desk
    worker: TriageWorker
    uid: int = field(default_factory=lambda: time.time_ns() // 10**8)  # a kept desk has those of earlier runs
    wall: list[float] = field(default_factory=list)

    async def round(self, mails: list[bytes]) -> None:
        now = datetime.now(UTC)

        def keep(conn: Connection) -> None:
            for content in mails:
                self.uid += 1
                inbox.keep(conn, Kept("kundcenter", "INBOX", 7, self.uid, content, now), now)

        await self.desk.database.write(keep)
        begun = time.perf_counter()
        while await self.worker.step():
            pass
        self.wall.append((time.perf_counter() - begun) / len(mails))
        aside = [row for row in await self.desk.database.read(inbox.quarantined) if row.received >= now]
        if aside:
            sys.exit(f"{len(aside)} mails were set aside, as: {aside[0].reason}")


def prepare(folder: Path, url: str, customers: int) -> None:
    """The desk's folder, its schema, its registry."""
    folder.mkdir(exist_ok=True)
    (folder / "secret.key").write_text("0123456789abcdef" * 4)
    text = CLOSED.format(url=url, rules=folders.shipped("rules"), smtp_port=1, more="")
    (folder / "config.toml").write_text(text)
    asyncio.run(_store_registry(folder, url, bench_mails.make(0, customers=customers).registry))


async def _store_registry(folder: Path, url: str, files: dict[str, str]) -> None:
    database = await Database.open(url, folder)
    await database.write(lambda conn: stored_registry.replace(conn, registry.read(files)))
    await database.close()


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Side]:
    sandbox = Sandbox(size=1)
    async with app.open_desk(load(folder / "config.toml")) as desk:
        await sandbox.start(desk.known.judging)
        try:
            yield Side(desk, TriageWorker(desk.database, sandbox, lambda: desk.known, desk.now, asyncio.Event()))
        finally:
            await sandbox.stop()


async def measured(name: str, sides: list[Side], ask: Callable[[Side], Awaitable[object]], aim: float | None) -> None:
    """The first time, and the median of those after it, on each side."""
    found = []
    for side in sides:
        times = []
        for _ in range(6):
            begun = time.perf_counter()
            await ask(side)
            times.append(time.perf_counter() - begun)
        found.append((times[0], statistics.median(times[1:])))
    (first, full), (_, empty) = found
    told = f"  aim < {aim:g} s: {'met' if first < aim else 'NOT MET'}" if aim else ""
    print(
        f"  {name:<47} full {1000 * full:8.1f} ms (first {1000 * first:8.1f})  empty {1000 * empty:6.1f} ms{told}",
        flush=True,
    )


async def _digest(side: Side) -> int:
    now, known = side.desk.now(), side.desk.known
    rows = await side.desk.database.read(lambda conn: queue.digest_input(conn, now))
    letter = digest.letter(digest.build(rows, now), known.sender, known.office, known.templates)
    return len(letter.text)


def _listing(**wanted: object) -> Callable[[Side], Awaitable[object]]:
    return lambda side: side.desk.database.read(lambda conn: tickets.listing(conn, **wanted))  # type: ignore[arg-type]


async def _status(side: Side) -> object:
    now = side.desk.now()
    return await side.desk.database.read(lambda conn: stored_status.state(conn, now))


async def _metrics(side: Side) -> object:
    now = side.desk.now()
    return await side.desk.database.read(lambda conn: figures.read(conn, now))


async def compare(full_folder: Path, empty_folder: Path) -> None:
    async with AsyncExitStack() as stack:
        full, empty = [await stack.enter_async_context(opened(place)) for place in (full_folder, empty_folder)]
        mails = bench_mails.make(ROUNDS * MAILS, seed=time.time_ns(), customers=EMPTY_CUSTOMERS).mails
        for number in range(ROUNDS):
            few = mails[number * MAILS : (number + 1) * MAILS]
            for side in (full, empty) if number % 2 else (empty, full):
                await side.round(few)
        ratios = [one / other for one, other in zip(full.wall[1:], empty.wall[1:], strict=True)]
        ratio, spread = statistics.median(ratios), f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(
            f"  {'time a mail, triage settled':<47} full {1000 * statistics.median(full.wall[1:]):8.1f} ms  "
            f"empty {1000 * statistics.median(empty.wall[1:]):6.1f} ms  ratio {ratio:.2f} ({spread})"
            f"  aim <= {AIM_MAIL}: {'met' if ratio <= AIM_MAIL else 'NOT MET'}",
            flush=True,
        )
        sides = [full, empty]
        await measured("digest", sides, _digest, AIM_DIGEST)
        for name, wanted in LISTS.items():
            await measured(f"tickets list {name}", sides, _listing(**wanted), AIM_LIST)
        await measured("status", sides, _status, None)
        await measured("/metrics and /readyz", sides, _metrics, None)
        await measured("a step of the nightly removal", sides, _removal(timedelta()), None)
        await measured("its last step, which finds nothing", sides, _removal(timedelta(days=30 * 365)), None)


class Undone(Exception):
    """What was removed is there again."""


def _removal(ago: timedelta) -> Callable[[Side], Awaitable[object]]:
    """One transaction of the night, which mails that come in wait for; undone."""

    async def ask(side: Side) -> None:
        def work(conn: Connection) -> None:
            retention.step(conn, side.desk.config.retention, side.desk.now() - ago)
            raise Undone

        with suppress(Undone):
            await side.desk.database.write(work)

    return ask


LISTS: dict[str, dict[str, object]] = {
    "": {"status": "open"},
    "--urgent": {"status": "open", "urgent": True},
    "--route review": {"status": "open", "route": "review"},
    "--customer C77": {"status": "open", "customer": "C77"},
    "--state all": {"status": "all"},
    "--state all --urgent": {"status": "all", "urgent": True},
    "--state all --route partner": {"status": "all", "route": "partner"},
    "--state all --customer C77": {"status": "all", "customer": "C77"},
    "--state resolved --urgent --limit 1000": {"status": "resolved", "urgent": True, "limit": 1000},
    "--state resolved --route review": {"status": "resolved", "route": "review"},
    "--state with_partner --customer C77": {"status": "with_partner", "customer": "C77"},
}


@contextmanager
def server(wanted: bool) -> Iterator[str | None]:
    with postgres.started() if wanted else nullcontext(None) as url:
        yield url


def new_url(server_url: str | None) -> str:
    return asyncio.run(postgres.make_database(server_url)) if server_url else large.SQLITE


def make_full(folder: Path, server_url: str | None, count: int, customers: int) -> None:
    begun, url = time.monotonic(), new_url(server_url)
    prepare(folder, url, customers)
    if server_url:
        asyncio.run(large.fill_postgres(url, count, customers))
    else:
        large.fill_sqlite(folder / "supportbot.db", count, customers)
    print(f"  filled in {time.monotonic() - begun:.0f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="The desk on a full database against an empty one.")
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own, instead of SQLite")
    parser.add_argument("--folder", type=Path, help="where the full SQLite desk is, or is kept for the next run")
    chosen = parser.parse_args()
    kind = "PostgreSQL" if chosen.postgres else "SQLite"
    print(
        f"{kind}: {chosen.tickets} tickets, {chosen.customers} customers; empty: none, {EMPTY_CUSTOMERS} customers",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="supportbot-large-") as name, server(chosen.postgres) as server_url:
        full = chosen.folder or Path(name) / "full"
        if not (full / "config.toml").exists():
            make_full(full, server_url, chosen.tickets, chosen.customers)
        prepare(Path(name) / "empty", new_url(server_url), EMPTY_CUSTOMERS)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        asyncio.run(compare(full, Path(name) / "empty"))


if __name__ == "__main__":
    main()
