"""A wish to read config, rules and registry again -> new knowledge, or the old one and a note of why.

Wished for by SIGHUP, and by the timer when another process has imported a registry. The trap: what is broken must
never replace what works; so all that was known stays until all that is new has passed, and `status` says since when
that fails. What workers hold on to from their start (servers, the database) is not exchanged under them: it is named.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from supportbot.calendar import Calendar
from supportbot.config import Config
from supportbot.errors import Denied, Invalid, Unreachable
from supportbot.store import reloads, timers
from supportbot.store.database import Database
from supportbot.workers.notify import Notify
from supportbot.workers.timer import next_dues

log = structlog.get_logger("reload")

AT_START = ("database", "mailbox", "smtp", "watch")
"""Sections that are used when the daemon starts; of `desk` its address, which tokens and Message-IDs are made of."""


def taken_up(used: Config, wanted: Config) -> tuple[Config, tuple[str, ...]]:
    """`wanted` without what needs a restart, which stays as `used`; and the names of those keys. Pure."""
    kept: dict[str, object] = {name: getattr(used, name) for name in AT_START}
    kept["desk"] = wanted.desk.model_copy(update={"address": used.desk.address})
    return wanted.model_copy(update=kept), tuple(_needing_a_restart(used, wanted))


def _needing_a_restart(used: Config, wanted: Config) -> Iterator[str]:
    if used.desk.address != wanted.desk.address:
        yield "desk.address"
    for section in ("database", "smtp", "watch"):
        old, new = getattr(used, section), getattr(wanted, section)
        fields = type(old).model_fields
        yield from (f"{section}.{name}" for name in fields if getattr(old, name) != getattr(new, name))
    before, after = ({box.name: box for box in config.mailbox} for config in (used, wanted))
    yield from (f"mailbox {name}" for name in sorted({*before, *after}) if before.get(name) != after.get(name))


def set_clocks(conn: Connection, config: Config, calendar: Calendar, now: datetime) -> None:
    """Digest and nightly removal come at the config's times from now on. What is due already is left to the timer."""
    for name, due in next_dues(calendar, tuple(config.digest.at), config.retention, now).items():
        stored = timers.get(conn, name)
        if stored and stored.due > now:
            timers.set(conn, name, due, name, overwrite=True)


@dataclass(slots=True)
class ReloadWorker:
    database: Database
    reload: Callable[[], Awaitable[tuple[str, ...]]]
    """Reads all anew, and returns what needs a restart. Raises Invalid, and changes nothing then."""
    now: Callable[[], datetime]
    wished: asyncio.Event
    notify: Notify

    async def run(self) -> None:
        while True:
            await self.wished.wait()
            self.wished.clear()
            self.notify.reloading()
            try:
                await self.step()
            finally:
                self.notify.ready()

    async def step(self) -> bool:
        """Read anew; False where the old knowledge stays."""
        now = self.now()
        try:
            restart = await self.reload()
            await self.database.write(lambda conn: reloads.well(conn, now, restart))
        except Invalid as error:
            problems = [str(problem) for problem in error.problems]
            for problem in problems:
                log.error("config, rules or registry are broken", problem=problem)
            log.error("the old config, rules and registry stay in use", problems=len(problems))
            await self.database.write(lambda conn: reloads.failed(conn, problems, now))
            return False
        except (Unreachable, Denied):
            self.wished.set()  # supervise tries again
            raise
        log.info("config, rules and registry were read again")
        for key in restart:
            log.warning("needs a restart", key=key)
        return True
