"""Builds everything from the config and runs the workers; the only such place.

`Knowledge` is built from rules folder and stored registry; a `Desk` has the database and what is known; `run` is the
daemon: one intake a mailbox, triage, delivery, timer, reload, each supervised.
"""

import asyncio
import os
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy import Connection

from supportbot import rules_folder
from supportbot.calendar import Calendar
from supportbot.channels.sign_in import Credentials
from supportbot.channels.smtp import Relay
from supportbot.config import Config, DeskSection, MailboxSection
from supportbot.config_values import to_make
from supportbot.errors import Invalid, Problem, collected
from supportbot.failpoints import hit
from supportbot.logs import start_logs
from supportbot.mail.message import Address
from supportbot.mail.message import Desk as DeskAddresses
from supportbot.store import claims, leases, outbox, registry, reloads
from supportbot.store.database import Database
from supportbot.store.opening import open_configured
from supportbot.store.outbox import Claimed
from supportbot.tickets.letters import Office
from supportbot.tickets.retry import Outcome
from supportbot.triage.registry import Registry
from supportbot.workers.delivery import DeliveryWorker
from supportbot.workers.intake import IntakeWorker, noting_failure
from supportbot.workers.knowledge import Knowledge, Limits
from supportbot.workers.lease import Lease
from supportbot.workers.notify import Notify
from supportbot.workers.reload import ReloadWorker, set_clocks, taken_up
from supportbot.workers.sandbox import Judging, Sandbox
from supportbot.workers.settle import Settled
from supportbot.workers.supervise import end, supervise
from supportbot.workers.timer import TimerWorker
from supportbot.workers.triage import TriageWorker
from supportbot.workers.watch import Roster, Watch

log = structlog.get_logger("app")

END_SECONDS = 9
"""The daemon ends within 10 seconds of SIGTERM."""
FORGOTTEN_DAYS = 7
TRIAGES = 2
"""Loops of the triage worker: while one stores its batch, the process that reads has the other's."""


def clock() -> datetime:
    return datetime.now(UTC)


def build_knowledge(config: Config, stored: Registry, test: bool = True, rules: bool = True) -> Knowledge:
    """Rules, texts and the desk from the config, with the registry. Raises Invalid with all problems at once.

    `test`: also run the examples of the rules, as the daemon does before it trusts them. `rules` False: do without
    them, so that broken ones do not keep staff from acting on tickets that are there.
    """
    problems: list[Problem] = []
    judgement: rules_folder.Judgement | None = None
    keys: tuple[bytes, ...] | None = None
    with collected(problems):
        judgement = rules_folder.read(config.rules.folder, test, rules)
    with collected(problems):
        keys = keys_of(config.desk)
    if judgement is None or keys is None:
        raise Invalid(problems)
    desk = config.desk
    return Knowledge(
        registry=stored,
        judging=Judging(stored, judgement.book) if judgement.book else None,
        templates=judgement.templates,
        questions=judgement.questions,
        office=Office(desk.name, desk.address, desk.phone, tuple(desk.languages)),
        desk=DeskAddresses((desk.address, *desk.also), desk.authserv_id),
        sender=Address(desk.name, desk.address),
        keys=keys,
        calendar=_calendar(config),
        alert_to=_people(config, config.alert.to or [member.address for member in config.staff]),
        alert_repeat=timedelta(minutes=config.alert.repeat_minutes),
        digest_to=_people(config, config.digest.to),
        staff=frozenset(member.address for member in config.staff),
        limits=Limits(*config.limits.of_what_leaves),
    )


def keys_of(desk: DeskSection) -> tuple[bytes, ...]:
    """What signs the tokens of tickets, and what did so before. Raises Invalid with all problems."""
    problems: list[Problem] = []
    keys: list[bytes] = []
    for where, secret in (("desk.secret", desk.secret), ("desk.previous_secret", desk.previous_secret)):
        if secret is None:
            continue
        with collected(problems):
            text = secret.read(where)
            keys.append(text.encode())
            if len(text) < 32:
                mend = f"Make a longer one: {to_make(secret.file or Path('secret.key'))}"
                raise Invalid([Problem(where, "is shorter than 32 characters.", mend)])
    if problems:
        raise Invalid(problems)
    return tuple(keys)


def _people(config: Config, addresses: list[str]) -> tuple[Address, ...]:
    names = {member.address: member.name for member in config.staff}
    return tuple(Address(names.get(address, ""), address) for address in addresses)


def _calendar(config: Config) -> Calendar:
    hours = config.desk.hours
    return Calendar(config.desk.zone, hours.weekdays, hours.opens, hours.closes, hours.holidays == "SE", hours.eves)


@dataclass(slots=True, repr=False)
class Desk:
    """An open database with what is known: what every command and the daemon work with."""

    config: Config
    database: Database
    known: Knowledge
    now: Callable[[], datetime] = clock
    fingerprint: str = ""
    """Of the stored registry that was last read, well or not."""
    source: Callable[[], Config] | None = None
    """Reads the config again; None: it stays."""

    async def reload(self) -> tuple[str, ...]:
        """Config, rules and registry anew; all stays as it was when one of them is broken (Invalid).

        Returns the keys of the config that need a restart.
        """
        stored, self.fingerprint = await self.database.read(_stored_registry)
        wanted = await asyncio.to_thread(self.source) if self.source else self.config
        config, restart = taken_up(self.config, wanted)
        self.known = await asyncio.to_thread(build_knowledge, config, stored)
        self.config = config
        return restart


def _stored_registry(conn: Connection) -> tuple[Registry, str]:
    return registry.load(conn), registry.fingerprint(conn)


@asynccontextmanager
async def open_desk(
    config: Config,
    now: Callable[[], datetime] = clock,
    test_rules: bool = False,
    rules: bool = True,
    source: Callable[[], Config] | None = None,
) -> AsyncIterator[Desk]:
    """The desk of a config, which `source` reads again. Raises Invalid, Occupied (a newer schema) and Unreachable."""
    database = await open_configured(config)
    try:
        stored, fingerprint = await database.read(_stored_registry)
        known = await asyncio.to_thread(build_knowledge, config, stored, test_rules, rules)
        yield Desk(config, database, known, now, fingerprint, source)
    finally:
        await database.close()


@dataclass(slots=True)
class Watchers:
    """Who is told of what the workers did (the demo's live table)."""

    settled: list[Callable[[Settled], None]] = field(default_factory=list)
    delivered: list[Callable[[Claimed, Outcome], None]] = field(default_factory=list)


async def run(
    desk: Desk,
    stop: asyncio.Event,
    watchers: Watchers | None = None,
    tick_seconds: float = 1.0,
    wished: asyncio.Event | None = None,
) -> None:
    """The daemon, until `stop` is set. Raises Occupied when another daemon owns the database.

    `wished`: set when config, rules and registry are to be read again.
    """
    config, database = desk.config, desk.database
    watchers = watchers or Watchers()
    database.occupy("daemon")
    await _recover(database, desk.now())
    arrived, queued, credentials = asyncio.Event(), asyncio.Event(), Credentials()
    presence = await _appear(database) if database.shared else None
    holder = presence.holder if presence else None
    intakes = [_intake(desk, mailbox, credentials, arrived, holder) for mailbox in config.mailbox]
    sandbox, notify = Sandbox(size=1), Notify.taken_from(os.environ)
    credential = credentials.of(config.smtp.auth, "smtp.auth") if config.smtp.auth else None
    relay = Relay(config.smtp, credential, socket.getfqdn())

    def known() -> Knowledge:
        return desk.known

    def wake(settled: Settled) -> None:
        queued.set()
        for intake in intakes:
            intake.settled.set()

    watch = Watch(config, database, relay, known, desk.now, queued)
    settled, delivered = [wake, *watch.settled, *watchers.settled], [*watch.delivered, *watchers.delivered]
    triage = TriageWorker(database, sandbox, known, desk.now, arrived, settled, holder=holder)
    delivery = DeliveryWorker(database, relay, known, desk.now, queued, delivered, presence=presence)
    timer = TimerWorker(database, known, desk.now, queued, tick_seconds=tick_seconds)
    anew = partial(_reload, desk, timer, intakes)
    reload = ReloadWorker(database, anew, desk.now, wished or asyncio.Event(), notify)
    _take_up(config, timer, intakes)
    timer.reload = reload.wished
    timer.is_known = lambda fingerprint: desk.fingerprint == fingerprint
    await sandbox.start(desk.known.judging)
    log.info("started", database=config.database.url.partition("://")[0], mailboxes=len(intakes))
    try:
        roster: Roster = [
            *((f"intake {intake.settings.name}", _noted(intake)) for intake in intakes),
            *((f"triage {number}", triage.run) for number in range(TRIAGES)),
            *(("delivery", delivery.run), ("timer", timer.run), ("reload", reload.run)),
            *([("presence", partial(_live, presence))] if presence else []),
            *watch.roster(),
            *([("watchdog", partial(notify.beat, watch.alive))] if notify.watchdog_seconds else []),
        ]
        await _work(roster, watch, stop, notify)
    finally:
        ending = [sandbox.stop(), relay.close(), *([presence.give_back()] if presence else [])]
        await asyncio.gather(*ending, return_exceptions=True)
        log.info("stopped")


async def _recover(database: Database, now: datetime) -> None:
    """What the daemon before was at when it ended waits again."""
    await database.write(lambda conn: (claims.release(conn, now), outbox.release(conn, now), reloads.well(conn, now)))
    hit("recovering")


async def _work(roster: Roster, watch: Watch, stop: asyncio.Event, notify: Notify) -> None:
    """Run all workers, each supervised, until `stop` is set."""
    async with asyncio.TaskGroup() as group:
        watch.workers = {name: group.create_task(supervise(name, work), name=name) for name, work in roster}
        notify.ready()
        await stop.wait()
        log.info("stopping")
        hit("ending")
        notify.stopping()
        await end(list(watch.workers.values()), END_SECONDS)


async def _reload(desk: Desk, timer: TimerWorker, intakes: list[IntakeWorker]) -> tuple[str, ...]:
    """The desk anew, and with it what the workers have of the config. Returns what needs a restart."""
    before = desk.config.log
    restart = await desk.reload()
    config, calendar, now = desk.config, desk.known.calendar, desk.now()
    _take_up(config, timer, intakes)
    await desk.database.write(lambda conn: set_clocks(conn, config, calendar, now))
    if config.log != before:
        start_logs(config.log.format, config.log.level)
    return restart


def _take_up(config: Config, timer: TimerWorker, intakes: list[IntakeWorker]) -> None:
    timer.digest_at, timer.ages = tuple(config.digest.at), config.retention
    for intake in intakes:
        intake.limits = config.limits
    if not config.alert.to and not config.staff:
        log.warning("nobody gets alerts", mend="name a person in [alert] to or in [[staff]]")


async def _appear(database: Database) -> Lease:
    """That this daemon lives, for the others on its database."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    presence = Lease(database, f"{leases.DAEMON}{holder}", holder)
    await presence.take()
    await database.write(lambda conn: leases.forget(conn, leases.DAEMON, FORGOTTEN_DAYS))
    return presence


async def _live(presence: Lease) -> None:
    """Taken anew after the database was away: what others took over meanwhile is theirs."""
    if not presence.sure():
        await presence.take()
    await presence.keep()


def _intake(
    desk: Desk, mailbox: MailboxSection, credentials: Credentials, arrived: asyncio.Event, holder: str | None
) -> IntakeWorker:
    where = f"mailbox {mailbox.name}: auth"
    return IntakeWorker(
        settings=mailbox,
        credential=lambda: credentials.of(mailbox.auth, where),
        limits=desk.config.limits,
        database=desk.database,
        now=desk.now,
        arrived=arrived,
        settled=asyncio.Event(),
        knowledge=lambda: desk.known,
        lease=Lease(desk.database, f"{leases.MAILBOX}{mailbox.name}", holder) if holder else None,
    )


def _noted(intake: IntakeWorker) -> Callable[[], Awaitable[None]]:
    async def watch() -> None:
        async with noting_failure(intake):
            if intake.lease:
                await intake.lease.while_held(intake.run)
            else:
                await intake.run()

    return watch


def reload_on_hangup(wished: asyncio.Event) -> None:
    """SIGHUP has config, rules and registry read again."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, wished.set)


def stop_on_signals(stop: asyncio.Event) -> None:
    """SIGTERM and SIGINT end the daemon cleanly."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
