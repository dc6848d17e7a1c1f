"""One kind of fault after another, each in a world of its own -> what was done and found (`Found`)."""

import random
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from torture import mails, oracle
from torture.two import takeover
from torture.world import Servers, World, one_world

LATEST = {
    "ticket-stored": 6, "settled": 9, "ticket-committed": 9, "claimed": 6, "smtp-mail": 6, "smtp-rcpt": 6,
    "smtp-data": 6, "smtp-content": 6, "smtp-dot": 6, "accepted-ack": 4, "sql": 150, "commit": 8, "imap": 9, "smtp": 15,
}  # fmt: skip
"""At which pass a place is at most made to fail; where nothing is said, at the first."""
IN_A_BATCH = (
    "fetched", "raw-stored", "intake-committed", "parsed", "ticket-stored", "alert-stored", "settled",
    "ticket-committed", "move-sent", "moved", "aside-moved", "claimed", "smtp-mail", "smtp-rcpt", "smtp-data",
    "smtp-content", "smtp-dot", "accepted-ack", "accepted-forward", "accepted-alert", "sql", "commit", "imap", "smtp",
)  # fmt: skip
"""Places that a batch of mails passes by itself."""
WITH_A_TIMER = {
    "alert-repeated": "alert",
    "digest-built": "digest",
    "accepted-digest": "digest",
    "removing": "retention",
}
AT_START = ("recovering", "ending", "lease-taken")
ONLY_ON_POSTGRES = ("lease-taken",)
BY_STAFF = ("action-stored", "action-committed")


@dataclass(slots=True)
class Found:
    """What a unit did and found."""

    faults: int = 0
    missed: int = 0
    """Faults that were armed and did not come about."""
    mails: int = 0
    sent: int = 0
    copies: int = 0
    findings: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, report: oracle.Report, faults: int, missed: int = 0) -> "Found":
        self.faults += faults
        self.missed += missed
        self.mails += report.mails
        self.sent += report.sent
        self.copies += report.copies
        self.findings += report.findings
        return self


def judged(world: World) -> oracle.Report:
    """Whatever happened: started once more, at rest, stopped, judged."""
    if world.daemon is None or not world.daemon.is_alive():
        world.start()
    world.rest()
    world.stop()
    return oracle.judge(world)


def seeded(name: str) -> random.Random:
    return random.Random(name)


def kill_everywhere(places: Iterable[str], kind: str, servers: Servers, folder: Path) -> Found:
    """A daemon that dies at each of these places in turn, in one world."""
    dice, found = seeded(kind), Found()
    with one_world(servers, folder, kind) as world:
        warm_up(world)
        for place in places:
            found.faults += 1
            if not struck(world, place, dice):
                found.missed += 1
                found.findings.append(f"missed: nothing died at {place}")
        return found.add(judged(world), 0)


def kill_at(place: str, kind: str, times: int, servers: Servers, folder: Path) -> Found:
    """`times` daemons, each of which kills itself at this place."""
    dice, missed = seeded(f"{place}{kind}"), 0
    with one_world(servers, folder, kind) as world:
        if place in (*WITH_A_TIMER, *BY_STAFF):
            warm_up(world)
        for _ in range(times):
            missed += not struck(world, place, dice)
        return Found().add(judged(world), times, missed)


def struck(world: World, place: str, dice: random.Random) -> bool:
    """One daemon, or command, that dies at the place; False when it did not."""
    fault = f"{place}:{dice.randint(1, LATEST.get(place, 1))}:kill"
    if place in BY_STAFF:
        return command_killed(world, place, fault)
    world.deliver(*mails.one_of_each(), *world.replies(1))
    if place in WITH_A_TIMER:
        ring(world, place)
    world.start(fault)
    if place == "ending" and world.daemon is not None:
        world.daemon.terminate()
    if world.wait_for_death():
        return world.daemon is not None and world.daemon.exitcode == -9
    world.kill()
    return False


def warm_up(world: World) -> None:
    """Tickets, and the timers of a daemon that has run a while."""
    world.deliver(*mails.one_of_each())
    world.start()
    world.rest()
    world.until(lambda: oracle.due_at_the_desk(world), 10, "a digest's due time")
    world.stop()


def ring(world: World, place: str) -> None:
    """The timer of this place is due, and has something to do."""
    if place == "removing":
        world.age("inbox", "verdict = 'ignore' AND put_away IS NOT NULL")
    world.ring(WITH_A_TIMER[place])


def command_killed(world: World, place: str, fault: str) -> bool:
    """A note that is written in a ticket is there wholly or not at all, and the next one is taken."""
    number = world.database.rows("SELECT MAX(number) AS number FROM tickets")[0]["number"]
    text = mails.new_nonce()
    died = world.command("ticket", str(number), "note", text, fault=fault) == -9
    query = f"SELECT COUNT(*) AS many FROM journal WHERE text LIKE '%{text}%'"
    noted = world.database.rows(query)[0]["many"]
    if noted != (1 if place == "action-committed" else 0):
        world.note("late", f"a note stands {noted} times after a kill at {place}")
    return died


def raise_at(place: str, kind: str, times: int, servers: Servers, folder: Path) -> Found:
    """The world outside fails at this place: the daemon lives on and catches up by itself."""
    dice, missed = seeded(f"raise{place}{kind}"), 0
    with one_world(servers, folder, kind) as world:
        if place in WITH_A_TIMER:
            warm_up(world)
        for _ in range(times):
            world.deliver(*mails.one_of_each(), *world.replies(1))
            if place in WITH_A_TIMER:
                ring(world, place)
            world.start(f"{place}:{dice.randint(1, LATEST.get(place, 1))}:raise")
            if world.daemon is not None and world.daemon.is_alive():
                world.rest()
                missed += f"failpoint {place} raise" not in world.said_since_start()
                world.stop()
        return Found().add(judged(world), times, missed)


def random_kills(kind: str, times: int, name: str, servers: Servers, folder: Path) -> Found:
    """Killed up to half a second after it was ready, 5 mails a second, one in ten dialogues with the relay spoiled."""
    dice = seeded(f"random{kind}{name}")
    with one_world(servers, folder, kind) as world, writing(world, dice), spoiling(servers, dice):
        for _ in range(times):
            world.start()
            time.sleep(dice.uniform(0, 0.5))
            world.kill()
        world.quiet.set()
        servers.sink.heal()
        return Found().add(judged(world), times)


class writing:  # noqa: N801
    """People write five mails a second, of every kind."""

    def __init__(self, world: World, dice: random.Random) -> None:
        self._world, self._dice = world, dice
        self._thread = threading.Thread(target=self._write, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._world.quiet.set()
        self._thread.join()

    def _write(self) -> None:
        kinds = (
            mails.fault, mails.fault, mails.fault, mails.urgent, mails.through_partner, mails.out_of_office,
            mails.newsletter, mails.pretender, mails.broken, mails.without_sender, mails.read_by_staff,
        )  # fmt: skip
        while not self._world.quiet.wait(0.2):
            self._world.deliver(self._dice.choice(kinds)())


class spoiling:  # noqa: N801
    """One in ten mails meets with a fault of the relay."""

    FAULTS = (
        ("MAIL", "451 4.3.0 later"), ("RCPT", "450 4.2.1 later"), ("RCPT", "drop"), ("DATA", "421 4.3.2 going down"),
        ("content", "451 4.3.0 later"), ("content", "drop"), ("content", "garbage"), ("CONNECT", "drop"),
    )  # fmt: skip

    def __init__(self, servers: Servers, dice: random.Random) -> None:
        self._sink, self._dice = servers.sink, dice

    def __enter__(self) -> None:
        self._sink.spoil = self._fault

    def _fault(self, step: str) -> str | None:
        here = [fault for where, fault in self.FAULTS if where == step]
        return self._dice.choice(here) if here and self._dice.random() < 0.025 else None

    def __exit__(self, *_: object) -> None:
        self._sink.spoil = None


def kills_while_recovering(kind: str, times: int, name: str, servers: Servers, folder: Path) -> Found:
    """Killed at work, then again within 200 ms of the next start."""
    dice = seeded(f"recovering{kind}{name}")
    with one_world(servers, folder, kind) as world:
        for _ in range(times):
            world.deliver(*mails.one_of_each(), *world.replies(1))
            place = dice.choice(IN_A_BATCH)
            struck(world, place, dice)
            world.start("recovering:1:kill" if dice.random() < 0.5 else "")
            if world.daemon is not None and world.daemon.is_alive():
                time.sleep(dice.uniform(0, 0.2))
                world.kill()
        return Found().add(judged(world), 2 * times)


def each_call_fails(call: str, kind: str, first: int, most: int, servers: Servers, folder: Path) -> Found:
    """The n-th call fails, for n = first, first + 1, …, until a run is too short to have one (SQLite's method)."""
    found = Found()
    with one_world(servers, folder, kind) as world:
        for nth in range(first, first + most):
            world.deliver(*mails.one_of_each(), *world.replies(1))
            world.start(f"{call}:{nth}:raise")
            if world.daemon is None or not world.daemon.is_alive():
                found.faults += 1  # it did not start, said why, and is started again
                continue
            world.rest()
            hit = f"failpoint {call} raise" in world.said_since_start()
            world.stop()
            if not hit:
                break
            found.faults += 1
        return found.add(judged(world), 0)


def schema_killed(kind: str, times: int, servers: Servers, folder: Path) -> Found:
    """The schema's upgrade dies at each of its steps; the next one ends it."""
    found = Found()
    with one_world(servers, folder, kind, prepared=False) as world:
        for nth in range(1, times + 1):
            died = world.command("db", "upgrade", fault=f"migrating:{nth}:kill") == -9
            found.faults += 1
            found.missed += not died
        world.prepare()
        world.deliver(*mails.one_of_each())
        return found.add(judged(world), 0)


def starts_at_once(many: int, servers: Servers, folder: Path) -> Found:
    """Of so many daemons on one SQLite file one works, and the others end with a clear text."""
    with one_world(servers, folder, "sqlite") as world:
        world.deliver(*mails.one_of_each())
        world.start()
        others = [world.spawn("run") for _ in range(many - 1)]
        for other in others:
            other.join(120)
        well = [other for other in others if other.exitcode == 1]
        found = Found().add(judged(world), many)
        if len(well) != many - 1:
            found.findings.append(f"lost: {many - 1 - len(well)} daemons did not end with an error")
        if (said := world.said().count("in use by another daemon")) < many - 1:
            found.findings.append(f"late: {said} of {many - 1} said why")
        return found


def takeovers(times: int, servers: Servers, folder: Path) -> Found:
    """The daemon that reads is stopped (SIGSTOP), another takes over, the first one wakes (PostgreSQL)."""
    with one_world(servers, folder, "postgres", bug="brief-leases") as world:
        for _ in range(times):
            takeover(world)
        return Found().add(judged(world), times)
