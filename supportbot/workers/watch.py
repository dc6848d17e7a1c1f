"""The daemon as others see it: pages for monitoring, alarms for people, a heartbeat for a switch outside.

`/healthz` says whether the loop turns and its workers live, `/readyz` whether the desk can do its work (503 with the
reasons otherwise), `/metrics` how much of what. The trap: pages are asked for by machines that never tire, so each
reading of the database is bounded in time, and what it gave is kept for a few seconds.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from supportbot.channels.smtp import Relay
from supportbot.config import Config
from supportbot.errors import Away, Denied, Unreachable
from supportbot.mail.message import Address
from supportbot.store import figures, mailboxes
from supportbot.store.database import Database
from supportbot.store.figures import Figures
from supportbot.store.outbox import Claimed
from supportbot.tickets.retry import Outcome
from supportbot.workers.alarms import AlarmWorker
from supportbot.workers.heartbeat import HeartbeatWorker
from supportbot.workers.knowledge import Knowledge
from supportbot.workers.settle import Settled

if TYPE_CHECKING:
    from aiohttp import web

    from supportbot.workers.metrics import Metrics

log = structlog.get_logger("watch")

READ_SECONDS = 5.0
KEPT_SECONDS = 5.0
"""How long one reading of the figures serves all who ask."""
Roster = list[tuple[str, Callable[[], Awaitable[None]]]]
"""Workers by name."""
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(slots=True)
class Watch:
    config: Config
    database: Database
    relay: Relay
    knowledge: Callable[[], Knowledge]
    now: Callable[[], datetime]
    queued: asyncio.Event
    alarms: AlarmWorker = field(init=False)
    metrics: "Metrics | None" = field(init=False, default=None)
    workers: "dict[str, asyncio.Task[None]]" = field(default_factory=dict)
    """By name, once they run."""
    _figures: Figures | None = None
    _read_at: float = float("-inf")
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        watch = self.config.watch
        if watch.at:
            from supportbot.workers.metrics import Metrics  # loads prometheus_client, for those who use it

            self.metrics = Metrics(self.now)
        self.alarms = AlarmWorker(
            self.database,
            self.relay,
            self.knowledge,
            self.now,
            self.queued,
            tuple(self.config.mailbox),
            _addresses(watch.alarm_to),
            timedelta(minutes=watch.alarm_minutes),
            started=self.now(),
        )
        if self.metrics:
            self.alarms.wrote = self.metrics.wrote.observe

    @property
    def settled(self) -> list[Callable[[Settled], None]]:
        """Who wants to be told of verdicts."""
        return [self.metrics.settled] if self.metrics else []

    @property
    def delivered(self) -> list[Callable[[Claimed, Outcome], None]]:
        """Who wants to be told of attempts to send."""
        return [self.metrics.delivered] if self.metrics else []

    def roster(self) -> Roster:
        """What is to run, by name."""
        watch = self.config.watch
        found: Roster = [("alarms", self.alarms.run)]
        if watch.heartbeat_url or watch.heartbeat_to:
            to, seconds = _addresses(watch.heartbeat_to), watch.heartbeat_minutes * 60
            beats = HeartbeatWorker(
                watch.heartbeat_url, to, seconds, self.trouble, self.relay, self.knowledge, self.now
            )
            found.append(("heartbeat", beats.run))
        if watch.at:
            found.append(("pages", self.serve))
        return found

    def trouble(self) -> str:
        """Why no heartbeat may be given, or ""."""
        dead = [name for name, alive in self.alive().items() if not alive]
        return f"has ended: {', '.join(dead)}" if dead else self.alarms.trouble()

    def alive(self) -> dict[str, bool]:
        return {name: not task.done() for name, task in self.workers.items()}

    async def unready(self) -> list[str]:
        """Why the desk cannot do its work now; empty: it can."""
        found = [] if self.knowledge().judging else ["the rules are not loaded"]
        state = await self.figures()
        if state is None:
            return [*found, "the database does not answer"]
        if self.database.trouble:
            found.append(f"nothing can be stored: {self.database.trouble}")
        known = {(box.name, box.folder): box for box in state.mailboxes}
        for box in self.config.mailbox:
            seen = known.get((box.name, box.folders.inbox), mailboxes.unread(box.name, box.folders.inbox))
            if unwell := seen.unwell(timedelta(seconds=box.search_seconds), self.now()):
                since = f" (since {unwell.since:%Y-%m-%d %H:%M} UTC)" if unwell.since else ""
                found.append(f"mailbox {box.name}: {unwell.because}{since}")
        return found

    async def figures(self) -> Figures | None:
        """Of the last few seconds; None where the database does not answer in time."""
        async with self._reading:
            if time.monotonic() - self._read_at > KEPT_SECONDS:
                now, begun = self.now(), time.perf_counter()
                try:
                    async with asyncio.timeout(READ_SECONDS):
                        self._figures = await self.database.read(lambda conn: figures.read(conn, now))
                except (Away, Denied, TimeoutError) as error:
                    log.warning("the database cannot be read", because=str(error) or "no answer in time")
                    self._figures = None
                if self._figures and self.metrics:
                    self.metrics.have_read.observe(time.perf_counter() - begun)
                self._read_at = time.monotonic()
            return self._figures

    async def serve(self) -> None:
        """Serve the pages until cancelled. Raises Unreachable where the port is taken."""
        from aiohttp import web

        assert self.config.watch.at
        host, port = self.config.watch.at
        site = web.Application(client_max_size=1024)
        site.add_routes(
            [
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._metrics),
            ]
        )
        runner = web.AppRunner(site, access_log=None, keepalive_timeout=15.0, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            log.info("pages", host=host, port=port)
            await asyncio.Event().wait()
        except OSError as error:
            raise Unreachable(f"watch.listen {host}:{port}: {error.strerror or error}") from None
        finally:
            await runner.cleanup()

    async def _healthz(self, request: "web.Request") -> "web.Response":
        """The loop turns, or there would be no answer."""
        workers = self.alive()
        return _answer(all(workers.values()), {"alive": all(workers.values()), "workers": workers})

    async def _readyz(self, request: "web.Request") -> "web.Response":
        because = await self.unready()
        return _answer(not because, {"ready": not because, "because": because})

    async def _metrics(self, request: "web.Request") -> "web.Response":
        from aiohttp import web

        assert self.metrics
        page = self.metrics.page(await self.figures(), self.alive())
        return web.Response(body=page, headers={"Content-Type": METRICS_TYPE})


def _answer(well: bool, said: dict[str, object]) -> "web.Response":
    from aiohttp import web

    text = json.dumps(said, ensure_ascii=False) + "\n"
    return web.Response(text=text, status=200 if well else 503, content_type="application/json")


def _addresses(texts: list[str]) -> tuple[Address, ...]:
    return tuple(Address("", text) for text in texts)
