"""A lease of the store, kept up while its daemon lives: of a mailbox (one reads, others stand by), or of being alive.

The trap: this process may be stopped and wake long after its lease has gone. So `sure` goes by the monotonic clock,
counted from before the last renewal was asked for, and `fence` is called within the transaction that relies on it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Connection

from supportbot.errors import Unreachable
from supportbot.failpoints import hit
from supportbot.store import leases
from supportbot.store.database import Database

log = structlog.get_logger("lease")

SECONDS = 20.0
"""How long a lease holds without renewal."""
EVERY = 5.0
"""Seconds between renewals, and between tries to take it: another daemon takes over within 25 seconds."""
MARGIN = 2.0
"""Seconds before its end from which its holder does not rely on it any more."""


@dataclass(slots=True, repr=False)
class Lease:
    database: Database
    name: str
    holder: str
    seconds: float = SECONDS
    every: float = EVERY
    margin: float = MARGIN
    _token: int = 0
    _sure_until: float = field(default=float("-inf"))

    def sure(self) -> bool:
        """Whether nobody else can have it yet."""
        return time.monotonic() < self._sure_until

    def fence(self, conn: Connection) -> None:
        """Raises Unreachable where another daemon has taken it."""
        leases.demand(conn, self.name, self._token)

    async def take(self) -> bool:
        """Try to get it."""
        asked = time.monotonic()
        token = await self.database.write(lambda conn: leases.take(conn, self.name, self.holder, self.seconds))
        if token is None:
            return False
        self._token, self._sure_until = token, asked + self.seconds - self.margin
        return True

    async def keep(self) -> None:
        """Renew it for ever. Raises Unreachable once it is lost, or cannot be relied upon any more."""
        while True:
            await asyncio.sleep(self.every)
            asked = time.monotonic()
            try:
                ours = await self.database.write(lambda conn: leases.renew(conn, self.name, self._token, self.seconds))
            except Unreachable:
                if self.sure():
                    continue
                raise
            if not ours:
                self._sure_until = float("-inf")
                raise Unreachable(f"another daemon has taken over: {self.name}")
            self._sure_until = asked + self.seconds - self.margin

    async def give_back(self) -> None:
        """Let another one have it at once."""
        self._sure_until = float("-inf")
        await self.database.write(lambda conn: leases.give_back(conn, self.name, self._token))

    async def while_held(self, run: Callable[[], Awaitable[None]]) -> None:
        """Stand by until it is ours, then run. Raises what `run` raises, and Unreachable when it is lost."""
        standing_by = False
        while not await self.take():
            if not standing_by:
                log.info("standing by", lease=self.name)
                standing_by = True
            await asyncio.sleep(self.every)
        hit("lease-taken")
        log.info("taken", lease=self.name, token=self._token)
        tasks = [asyncio.ensure_future(run()), asyncio.ensure_future(self.keep())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.give_back()
        for task in tasks:
            if not task.cancelled():
                await task
