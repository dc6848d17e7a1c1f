"""`make bench-daemons`: how fast 1, 2 and 3 daemons on one PostgreSQL give the mails of a full inbox their verdict.

    python tools/bench_daemons.py [--mails 3000] [--daemons 1,2,3] [--rounds 3] [--core-each]

Real processes, each with its own reading process; PostgreSQL (with fsync) and an SMTP server stand on the same machine.
No IMAP server is there: the mails wait in the table already. The clock runs from when all daemons have claimed some
(starting one takes seconds, once) to the last verdict; letters leave meanwhile. The load before each run is shown, as
only a quiet machine tells anything.

One daemon keeps more than one core busy. With --core-each every daemon has one core, its reading process included, and
PostgreSQL those of the daemons: what a second machine would bring.
"""

import argparse
import asyncio
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "tests")]

import asyncpg
import bench_mails
from bench import TICK, Watch, family
from desk_text import CLOSED
from servers import postgres
from servers.smtp_sink import SmtpSink

from supportbot import folders
from supportbot.store import inbox
from supportbot.store import registry as stored_registry
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.triage import registry

LONGEST = 600.0
CORES = sorted(os.sched_getaffinity(0))
STATE = """SELECT count(*) FILTER (WHERE verdict IS NOT NULL) AS done, count(DISTINCT holder) AS holders,
    (SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()) AS held
    FROM inbox"""


def prepare(folder: Path, url: str, port: int, mails: int) -> None:
    """A desk's folder, and its database with registry and mails that wait."""
    folder.mkdir()
    (folder / "secret.key").write_text("0123456789abcdef" * 4)
    config = CLOSED.format(url=url, rules=folders.shipped("rules"), smtp_port=port, more='[log]\nlevel = "warning"')
    (folder / "config.toml").write_text(config)
    asyncio.run(_fill(folder, url, bench_mails.make(mails)))


async def _fill(folder: Path, url: str, bench: bench_mails.Bench) -> None:
    database, now = await Database.open(url, folder), datetime.now(UTC)
    await database.write(lambda conn: stored_registry.replace(conn, registry.read(bench.registry)))
    for start in range(0, len(bench.mails), 200):
        page = [
            Kept("kundcenter", "INBOX", 1, uid, content, now)
            for uid, content in enumerate(bench.mails[start : start + 200], start + 1)
        ]
        await database.write(lambda conn, page=page: [inbox.keep(conn, kept, now) for kept in page])
    await database.close()


@contextmanager
def daemons(folder: Path, many: int, core_each: bool) -> Iterator[list[subprocess.Popen[bytes]]]:
    command = [sys.executable, "-m", "supportbot", "run", "--config", str(folder / "config.toml")]
    with (folder / "daemons.log").open("ab") as log:
        started = []
        for number in range(many):
            placed = ["taskset", "--cpu-list", str(CORES[number])] if core_each else []
            started.append(subprocess.Popen([*placed, *command], stdout=log, stderr=log))
        try:
            yield started
        finally:
            for process in started:
                process.send_signal(signal.SIGTERM)
            for process in started:
                process.wait(30)


@dataclass(frozen=True, slots=True)
class Run:
    """Mails a second from when all daemons were at work to the last verdict; processor seconds a second meanwhile."""

    rate: float
    daemons: float
    server: float
    all: float
    """Of the whole machine, this tool and everybody else included."""
    held: float
    """Transactions that waited for another's lock, on average."""
    load: float
    """Processes that wanted a core, in the minute before."""


def busy() -> float:
    """Processor seconds of the whole machine since it was started."""
    fields = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICK


async def drained(url: str, mails: int, processes: list[subprocess.Popen[bytes]], server: int, load: float) -> Run:
    watches, servers = [Watch(process.pid) for process in processes], Watch(server)
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))

    held: list[int] = []

    async def look() -> tuple[int, int]:
        row = await connection.fetchrow(STATE)
        held.append(row["held"])
        for watch in (*watches, servers):
            watch.look()
        return row["done"], row["holders"]

    def used() -> tuple[float, float, float]:
        return sum(sum(watch.cpu.values()) for watch in watches), sum(servers.cpu.values()), busy()

    try:
        begun, before, at_begin = 0.0, 0, (0.0, 0.0, 0.0)
        limit = time.monotonic() + LONGEST
        while time.monotonic() < limit:
            if any(process.poll() is not None for process in processes):
                raise SystemExit("a daemon has ended: see daemons.log")
            done, holders = await look()
            if not begun and holders == len(processes):
                begun, before, at_begin = time.monotonic(), done, used()
            if done >= mails:
                seconds = time.monotonic() - begun
                shares = [(end - start) / seconds for end, start in zip(used(), at_begin, strict=True)]
                return Run((mails - before) / seconds, *shares, statistics.mean(held), load)
            await asyncio.sleep(0.1)
        raise SystemExit("the daemons did not finish in time: see daemons.log")
    finally:
        await connection.close()


def run(folder: Path, server_url: str, server: int, many: int, mails: int, core_each: bool) -> Run:
    url, load = asyncio.run(postgres.make_database(server_url)), os.getloadavg()[0]
    with SmtpSink() as sink:
        prepare(folder, url, sink.port, mails)
        if core_each:
            for process in family(server):
                os.sched_setaffinity(process, CORES[:many])
        with daemons(folder, many, core_each) as processes:
            found = asyncio.run(drained(url, mails, processes, server, load))
    print(
        f"  daemons: {many}  {found.rate:6.1f} mails/s   cores busy: by daemons {found.daemons:.2f}, "
        f"PostgreSQL {found.server:.2f}, machine {found.all:.2f} of {os.cpu_count()}   "
        f"transactions held up by locks {found.held:.1f}   load before {found.load:.1f}",
        flush=True,
    )
    return found


def server_of(url: str) -> int:
    """The process of the server: the one that listens there."""
    port = url.rpartition(":")[2]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if words[0].endswith(b"postgres") and port.encode() in words:
                    return int(entry.name)
    raise SystemExit("the server's process is not found")


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast several daemons drain a full inbox table.")
    parser.add_argument("--mails", type=int, default=3000)
    parser.add_argument("--daemons", default="1,2,3", help="how many, with commas")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--core-each", action="store_true", help="each daemon on a core of its own")
    chosen = parser.parse_args()
    counts = [int(number) for number in chosen.daemons.split(",")]
    if chosen.core_each and max(counts) > len(CORES):
        parser.error(f"--core-each: {max(counts)} daemons on {len(CORES)} cores")
    found: dict[int, list[float]] = {many: [] for many in counts}
    with tempfile.TemporaryDirectory(prefix="supportbot-daemons-") as name, postgres.started(fsync=True) as url:
        for number in range(chosen.rounds):
            for many in counts:
                found[many].append(
                    run(Path(name) / f"{number}-{many}", url, server_of(url), many, chosen.mails, chosen.core_each).rate
                )
    first = statistics.median(found[counts[0]])
    for many, rates in found.items():
        middle = statistics.median(rates)
        print(f"{many}: {middle:.1f} mails/s, {middle / first:.2f} x {counts[0]}", flush=True)


if __name__ == "__main__":
    main()
