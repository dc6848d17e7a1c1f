"""A desk with real servers, whose daemon is a process that may be killed at any moment; and the history of all that.

    with Servers() as servers:
        world = World(servers, folder, "sqlite")
        world.deliver(*mails.one_of_each())
        world.start("ticket-committed:1:kill")
        world.wait_for_death()
        world.start()
        world.rest()
        world.stop()
        report = oracle.judge(world)

Time is not waited for but passed: `pass_time` makes due what would be due later, and ends the leases of the dead.
"""

import asyncio
import os
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from desk_text import ADDRESS, FILES, PASSWORD, SERVED
from servers import postgres
from servers.dovecot import Dovecot
from servers.smtp_sink import SmtpSink

from torture.database import Database, PostgresDatabase, SqliteFile
from torture.mails import Mail, reply_to
from torture.starting import end, start

SHIPPED_RULES = Path(__file__).parents[2] / "rules"
READY_SECONDS = 40.0
REST_SECONDS = 60.0
"""All must be at rest this long after the faults have healed (T0)."""

MORE = "[limits]\nacks_unproven_per_hour = 100000\nalerts_per_hour = 100000"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history, which is only ever added to."""

    at: float
    """time.monotonic()"""
    what: str
    about: str = ""


class Servers:
    """A Dovecot, a relay and, once one is asked for, a PostgreSQL: shared by worlds that follow one another."""

    def __init__(self, users: int = 400) -> None:
        self._users = {f"desk{number}": PASSWORD for number in range(users)}
        self._free = iter(self._users)
        self._open = ExitStack()
        self._postgres: str | None = None

    def __enter__(self) -> "Servers":
        self.dovecot = self._open.enter_context(Dovecot(self._users))
        sink = SmtpSink(users={"desk": "geheim"}, tls="starttls", certificate=self.dovecot.certificate)
        self.sink = self._open.enter_context(sink)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        end()

    def user(self) -> str:
        return next(self._free)

    def postgres_database(self) -> str:
        if self._postgres is None:
            self._postgres = self._open.enter_context(postgres.started())
        return asyncio.run(postgres.make_database(self._postgres))


@dataclass(repr=False)
class World:
    servers: Servers
    folder: Path
    kind: str
    """sqlite or postgres"""
    bug: str = ""
    """The defect that the daemon is started with (bugs.py)."""
    imap_port: int = 0
    """Where the daemon reads its mails; 0: at the Dovecot itself."""
    prepared: bool = True
    """Schema and registry are there before the daemon's first start."""
    history: list[Event] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    shown: set[tuple[str, Any]] = field(default_factory=set)
    """What a look at the database has shown at some moment (M0)."""
    daemon: BaseProcess | None = None
    quiet: threading.Event = field(default_factory=threading.Event)
    """Nobody writes any more."""

    def __post_init__(self) -> None:
        self.user, self._numbers, self._began = self.servers.user(), count(1), 0
        self.database: Database = (
            SqliteFile(self.folder / "supportbot.db")
            if self.kind == "sqlite"
            else PostgresDatabase(self.servers.postgres_database())
        )
        self._first = len(self.servers.sink.received)
        self._write()
        if self.prepared:
            self.prepare()

    def _write(self) -> None:
        dovecot, sink, registry = self.servers.dovecot, self.servers.sink, self.folder / "registry"
        registry.mkdir(parents=True)
        for name, text in FILES.items():
            (registry / name).write_text(text, encoding="utf-8")
        (self.folder / "secret.key").write_text("0123456789abcdef" * 4)
        (self.folder / "imap.txt").write_text(PASSWORD, encoding="utf-8")
        (self.folder / "smtp.txt").write_text("geheim")
        text = SERVED.format(
            address=ADDRESS,
            url=self.database.url,
            rules=SHIPPED_RULES,
            imap_port=self.imap_port or dovecot.tls_port,
            smtp_port=sink.port,
            ca=dovecot.certificate.ca_file,
            user=self.user,
            mailbox="timeout_seconds = 5",
            final_reply=10,
            more=MORE,
        )
        (self.folder / "config.toml").write_text(text, encoding="utf-8")

    def prepare(self) -> None:
        assert self.command("registry", "import", str(self.folder / "registry")) == 0, self.log()

    def note(self, what: str, about: str = "") -> None:
        self.history.append(Event(time.monotonic(), what, about))

    def command(self, *words: str, fault: str = "") -> int:
        """A command of supportbot's command line in this desk's folder: its exit code, below 0 when it was killed."""
        process = self.spawn(*words, fault=fault)
        process.join(60)
        assert process.exitcode is not None, f"{words} does not end"
        self.note("command", f"{words}: {process.exitcode}")
        return process.exitcode

    def _environment(self, fault: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SUPPORTBOT_", "PYTEST_"))}
        return kept | ({"SUPPORTBOT_FP": fault} if fault else {})

    def deliver(self, *delivered: Mail) -> None:
        for mail in delivered:
            self.mails.append(mail)
            self.servers.dovecot.deliver(self.user, [mail.raw], seen=mail.seen)
            self.note("delivered", mail.nonce)

    @property
    def received(self) -> list[Any]:
        """All that the relay was given by this world's daemons."""
        return self.servers.sink.received[self._first :]

    def spawn(self, *words: str, fault: str = "", **more: str) -> BaseProcess:
        """Start a command, or another daemon, and return at once."""
        environment = self._environment(fault) | more
        return start([*words, "--config", str(self.folder / "config.toml")], environment, self.folder / "log", self.bug)

    def start(self, fault: str = "", zone: str = "Europe/Stockholm") -> None:
        """Start the daemon, with a fault armed, and wait until it is ready, or dead. `zone`: the machine's."""
        self.bury()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            name = f"supportbot-test-{os.getpid()}-{id(self)}-{next(self._numbers)}"
            told.bind(f"\0{name}")
            told.settimeout(0.05)
            self.note("start", fault)
            self._began = len(self.said())
            self.daemon = self.spawn("run", fault=fault, NOTIFY_SOCKET=f"@{name}", TZ=zone)
            until = time.monotonic() + READY_SECONDS
            while self.daemon.is_alive():
                try:
                    if b"READY=1" in told.recv(4096):
                        break
                except TimeoutError:
                    if time.monotonic() > until:
                        raise AssertionError(f"not ready: {self.log()}") from None
        if self.daemon.is_alive():
            self.note("ready")
        else:
            self.note("died", str(self.daemon.exitcode))

    def said(self) -> str:
        """All that daemons and commands have written."""
        log = self.folder / "log"
        return log.read_text("utf-8", "replace") if log.exists() else ""

    def said_since_start(self) -> str:
        return self.said()[self._began :]

    def log(self) -> str:
        """The end of it: for messages of failed tests."""
        return self.said()[-5000:]

    def wait_for_death(self, seconds: float = 20.0) -> bool:
        """Until the daemon has ended; False when it has not, within the time."""
        assert self.daemon is not None
        self.daemon.join(seconds)
        if self.daemon.exitcode is None:
            return False
        self.note("died", str(self.daemon.exitcode))
        self.look()
        return True

    def broken(self) -> list[float]:
        """When faults were raised, by time.monotonic(), as the daemons have said."""
        offset = time.time() - time.monotonic()
        lines = re.findall(r"^failpoint \S+ raise ([\d.]+)$", self.said(), re.M)
        return [float(at) - offset for at in lines]

    def kill(self) -> None:
        assert self.daemon is not None
        self.note("killed")
        self.daemon.kill()
        self.daemon.join()
        self.note("died", "-9")
        self.look()

    def stop(self) -> float:
        """SIGTERM; how many seconds it took to end. It must be well."""
        assert self.daemon is not None
        began = time.monotonic()
        self.daemon.terminate()
        self.daemon.join(15)
        assert self.daemon.exitcode == 0, self.log()
        self.note("stopped")
        return time.monotonic() - began

    def bury(self) -> None:
        """What a dead daemon held is free, as it would be when its leases have run out."""
        assert self.daemon is None or not self.daemon.is_alive(), "one daemon at a time"
        if self.kind == "postgres":
            self.database.change(f"UPDATE leases SET until = {self.database.past}")

    def pass_time(self) -> None:
        """What waits for its next try, or for a lease that nobody holds, is due now."""
        past = self.database.past
        self.database.change(f"UPDATE outbox SET due = {past} WHERE state = 'queued' AND due > {past}")

    def ring(self, kind: str) -> None:
        """The timers of this kind are due."""
        self.database.change(f"UPDATE timers SET due = {self.database.past} WHERE kind = '{kind}'")

    def age(self, table: str, where: str) -> None:
        """These rows are a year old."""
        self.database.change(f"UPDATE {table} SET received = '2025-01-01', finished = '2025-01-01' WHERE {where}")

    def at_rest(self) -> str:
        """ "" when every mail has its verdict and is put away, and nothing waits to be sent; else what is missing."""
        verdicts = Counter(str(row["verdict"]) for row in self.database.rows("SELECT verdict FROM inbox"))
        waiting = self.database.rows("SELECT key, state FROM outbox WHERE state IN ('queued', 'sending')")
        inbox = self.servers.dovecot.folders(self.user)["INBOX"] if self.mails else 0
        due = self.database.rows(f"SELECT key FROM timers WHERE due < {self.database.past}")
        if verdicts.total() >= len(self.mails) and "None" not in verdicts and not waiting and not inbox and not due:
            return ""
        states = Counter(row["state"] for row in waiting)
        missing = f"{len(self.mails)} mails; verdicts {dict(verdicts)}; outbox {dict(states)}; {inbox} in the inbox"
        return f"{missing}; {len(due)} timers due"

    def rest(self, seconds: float = REST_SECONDS) -> None:
        """Until all is at rest; what takes longer is noted, and late."""
        until, missing = time.monotonic() + seconds, "?"
        for turn in count():
            if not (missing := self.at_rest()):
                self.note("rest")
                return
            if time.monotonic() > until:
                break
            if turn % 5 == 0:
                self.pass_time()
                self.look()
            time.sleep(0.1)
        self.note("late", missing)

    def look(self) -> None:
        """What anybody could have seen now must stay true."""
        self.shown |= {("ticket", row["number"]) for row in self.database.rows("SELECT number FROM tickets")}
        sent = self.database.rows("SELECT key FROM outbox WHERE state = 'sent'")
        self.shown |= {("sent", row["key"]) for row in sent}

    def replies(self, most: int) -> list[Mail]:
        """Answers of customers to acknowledgements that have arrived."""
        by_address = {f"{mail.nonce}@": mail for mail in self.mails if mail.sends == {"ack"}}
        found = []
        for received in reversed(self.received):
            mail = by_address.pop(received.recipients[0].partition("@")[0] + "@", None)
            if mail and received.answer == "accepted" and len(found) < most:
                found.append(reply_to(received.content, mail))
        return found

    def until(self, holds: Callable[[], Any], seconds: float, what: str) -> None:
        until = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < until, f"not within {seconds} s: {what}; {self.log()}"
            time.sleep(0.05)


@contextmanager
def one_world(servers: Servers, folder: Path, kind: str, **settings: Any) -> Iterator[World]:
    """A world whose daemon is dead when it ends, however it ends."""
    world = World(servers, folder, kind, **settings)
    try:
        yield world
    finally:
        servers.sink.heal()
        if world.daemon is not None and world.daemon.is_alive():
            world.daemon.kill()
            world.daemon.join()
