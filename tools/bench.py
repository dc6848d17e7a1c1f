"""`make bench`: the main job's speed, on a real Dovecot and a real SMTP server, as ratios within one run.

    python tools/bench.py [--mails 1000,10000] [--seconds 30]

For each count: a bare batch fetch with imaplib, mbsync with fsync, then the daemon from its start until every mail has
its ticket and outbox rows committed, and until all acknowledgements are accepted. Then one mail a second with
IDLE, from its delivery to the accepted acknowledgement. The daemon and mbsync are processes of their own; CPU and peak
memory are read from /proc.
"""

import argparse
import asyncio
import imaplib
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "tests")]

import bench_mails
from daemon_desk import PASSWORD, make_desk
from servers.dovecot import Dovecot
from servers.smtp_sink import SmtpSink

from supportbot import app
from supportbot.config_file import load
from supportbot.store import registry as stored_registry
from supportbot.triage import registry

TICK = os.sysconf("SC_CLK_TCK")
LONGEST = 900.0


@dataclass(slots=True)
class Run:
    """One measurement: seconds, CPU seconds, peak memory of each process in MB."""

    name: str
    mails: int
    seconds: float
    cpu: float
    memory: dict[str, float]

    def line(self, others: "list[Run]") -> str:
        rate = self.mails / self.seconds
        ratios = "".join(f"  {rate * o.seconds / o.mails:6.2f} x {o.name}" for o in others)
        memory = " + ".join(f"{mb:.0f} MB {name}" for name, mb in self.memory.items())
        cpu = f"{1000 * self.cpu / self.mails:6.2f} ms CPU a mail"
        return f"  {self.name:<34} {rate:8.0f} mails/s  {cpu}  peak {memory}{ratios}"


def family(pid: int) -> list[int]:
    """A process and all its descendants that still run."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError, ValueError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        current = waiting.pop()
        found.append(current)
        waiting += children.get(current, [])
    return found


class Watch:
    """CPU seconds and peak memory of a process and its descendants, by reading /proc now and then."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.cpu: dict[int, float] = {}
        self.memory: dict[int, float] = {}

    def look(self) -> None:
        for pid in family(self.pid):
            with suppress(OSError, IndexError, ValueError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                self.cpu[pid] = (int(fields[11]) + int(fields[12])) / TICK
                status = Path(f"/proc/{pid}/status").read_text()
                self.memory[pid] = int(status.split("VmHWM:")[1].split()[0]) / 1024

    def by_name(self) -> dict[str, float]:
        others = sorted((mb for pid, mb in self.memory.items() if pid != self.pid), reverse=True)
        names = {"main": self.memory.get(self.pid, 0.0)}
        return names | {f"child {number}": mb for number, mb in enumerate(others, 1)}


def measured(name: str, mails: int, command: list[str]) -> Run:
    """A command that ends by itself."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    watch = Watch(process.pid)
    while process.poll() is None:
        watch.look()
        time.sleep(0.01)
    seconds = time.monotonic() - started
    if process.returncode:
        raise SystemExit(f"{name} failed: {process.stderr.read().decode() if process.stderr else ''}")
    return Run(name, mails, seconds, sum(watch.cpu.values()), watch.by_name())


def fetch_bare(port: int, user: str, mails: int) -> Run:
    """imaplib, batches of 50, bodies thrown away: the lower bound of any fetching. In this process."""
    before, started = time.process_time(), time.monotonic()
    with imaplib.IMAP4("127.0.0.1", port) as client:
        client.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
        client.select("INBOX", readonly=True)
        uids = client.uid("SEARCH", "ALL")[1][0].decode().split()
        assert len(uids) == mails
        for start in range(0, len(uids), 50):
            client.uid("FETCH", ",".join(uids[start : start + 50]), "(UID INTERNALDATE BODY.PEEK[])")
    return Run("imaplib", mails, time.monotonic() - started, time.process_time() - before, {})


def fetch_mbsync(port: int, user: str, mails: int, folder: Path) -> Run:
    target = folder / "copy"
    target.mkdir()
    rc = folder / "mbsyncrc"
    rc.write_text(
        f"FSync yes\n\nIMAPAccount a\nHost 127.0.0.1\nPort {port}\nUser {user}\n"
        f'Pass "{PASSWORD}"\nSSLType None\nAuthMechs PLAIN\n\n'
        f"IMAPStore far\nAccount a\n\nMaildirStore near\nPath {target}/\nInbox {target}/INBOX\n\n"
        "Channel c\nFar :far:\nNear :near:\nPatterns INBOX\nCreate Near\nSync Pull New\nSyncState *\n"
    )
    run = measured("mbsync", mails, ["mbsync", "-c", str(rc), "c"])
    assert sum(1 for path in (target / "INBOX").rglob("*") if path.parent.name in ("new", "cur")) == mails
    return run


@contextmanager
def daemon(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "daemon.log").open("wb") as log:
        command = [sys.executable, "-m", "supportbot", "run", "--config", str(folder / "config.toml")]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def count(folder: Path, query: str) -> int:
    with sqlite3.connect(f"file:{folder / 'supportbot.db'}?mode=ro", uri=True, timeout=30) as connection:
        return int(connection.execute(query).fetchone()[0])


def until(holds: Callable[[], bool], watch: Watch) -> float:
    started = time.monotonic()
    while not holds():
        if time.monotonic() - started > LONGEST:
            raise SystemExit("the daemon did not finish in time: see daemon.log")
        watch.look()
        time.sleep(0.05)
    return time.monotonic()


def run_daemon(folder: Path, sink: SmtpSink, mails: int) -> tuple[Run, Run]:
    """From the daemon's start: until tickets and outbox are committed, and until all acknowledgements are accepted."""
    started = time.monotonic()
    with daemon(folder) as process:
        watch = Watch(process.pid)
        committed = until(lambda: count(folder, "select count(*) from inbox where verdict is not null") >= mails, watch)
        watch.look()
        tickets = Run("tickets committed", mails, committed - started, sum(watch.cpu.values()), watch.by_name())
        waiting = "select count(*) from outbox where state in ('queued', 'sending')"
        accepted = until(lambda: count(folder, waiting) == 0, watch)
        watch.look()
        acks = Run("and acknowledgements accepted", mails, accepted - started, sum(watch.cpu.values()), watch.by_name())
    assert count(folder, "select count(*) from tickets") == mails
    assert sum(b"auto-replied" in mail.content for mail in sink.accepted) == mails
    return tickets, acks


async def prepare(folder: Path, dovecot: Dovecot, sink: SmtpSink, user: str, bench: bench_mails.Bench) -> None:
    await make_desk(folder, dovecot, sink, user)
    async with app.open_desk(load(folder / "config.toml")) as desk:
        await desk.database.write(lambda conn: stored_registry.replace(conn, registry.read(bench.registry)))


def backlog(folder: Path, dovecot: Dovecot, mails: int, number: int) -> None:
    user, bench = f"bench{number}", bench_mails.make(mails, seed=number)
    megabytes = sum(map(len, bench.mails)) / 1e6
    median = statistics.median(map(len, bench.mails)) / 1e3
    print(f"\n{mails} mails waiting ({megabytes:.0f} MB, median {median:.1f} kB); known senders, one mail each")
    dovecot.deliver(user, bench.mails)
    bare = fetch_bare(dovecot.port, user, mails)
    (place := folder / f"mbsync{number}").mkdir()
    mbsync = fetch_mbsync(dovecot.port, user, mails, place)
    (desk := folder / f"desk{number}").mkdir()
    with SmtpSink(users={"desk": "geheim"}, tls="starttls", certificate=dovecot.certificate) as sink:
        asyncio.run(prepare(desk, dovecot, sink, user, bench))
        tickets, acks = run_daemon(desk, sink, mails)
    for run in (bare, mbsync, tickets, acks):
        print(run.line([other for other in (bare, mbsync) if other is not run]))


def trickle(folder: Path, dovecot: Dovecot, seconds: int) -> None:
    """One mail a second: from delivery into the Maildir to the accepted acknowledgement."""
    bench = bench_mails.make(seconds + 1, seed=99)
    (desk := folder / "trickle").mkdir()
    with SmtpSink(users={"desk": "geheim"}, tls="starttls", certificate=dovecot.certificate) as sink:
        asyncio.run(prepare(desk, dovecot, sink, "trickle", bench))
        delays: list[float] = []
        with daemon(desk) as process:
            watch = Watch(process.pid)
            for number, mail in enumerate(bench.mails):
                dovecot.deliver("trickle", [mail])
                delivered = time.monotonic()
                wanted = f"bench.{number}@".encode()
                while not any(wanted in received.content for received in sink.accepted):
                    if time.monotonic() - delivered > 60:
                        raise SystemExit("no acknowledgement within 60 s")
                    time.sleep(0.005)
                delays.append(time.monotonic() - delivered)
                watch.look()
                time.sleep(max(0.0, 1.0 - delays[-1]))
    delays = sorted(delays[1:])  # the first one waits for the daemon's start
    p50, p99 = statistics.median(delays), delays[min(len(delays) - 1, int(len(delays) * 0.99))]
    print(f"\n1 mail/s with IDLE, {len(delays)} mails: delivery to acknowledgement p50 {p50:.2f} s, p99 {p99:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed of the main job, as ratios within one run.")
    parser.add_argument("--mails", default="1000,10000", help="backlogs, with commas")
    parser.add_argument("--seconds", type=int, default=60, help="how long to send one mail a second")
    chosen = parser.parse_args()
    counts = [int(number) for number in chosen.mails.split(",") if number]
    users = {f"bench{number}": PASSWORD for number in range(len(counts))} | {"trickle": PASSWORD}
    with tempfile.TemporaryDirectory(prefix="supportbot-bench-") as name:
        folder = Path(name)
        with Dovecot(users) as dovecot:
            for number, mails in enumerate(counts):
                backlog(folder, dovecot, mails, number)
            if chosen.seconds:
                trickle(folder, dovecot, chosen.seconds)


if __name__ == "__main__":
    main()
