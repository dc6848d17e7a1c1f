"""A wish to read rules and registry again -> new knowledge, or the old one and a note of why.

Wished for by SIGHUP, and by the timer when another process has imported a registry. The trap: what is broken must
never replace what works; so the old knowledge stays until the new one has passed its examples, and `status` says since
when that fails.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from supportbot.errors import Denied, Invalid, Unreachable
from supportbot.store import reloads
from supportbot.store.database import Database

log = structlog.get_logger("reload")


@dataclass(slots=True)
class ReloadWorker:
    database: Database
    reload: Callable[[], Awaitable[None]]
    """Reads all anew. Raises Invalid, and changes nothing then."""
    now: Callable[[], datetime]
    wished: asyncio.Event

    async def run(self) -> None:
        while True:
            await self.wished.wait()
            self.wished.clear()
            await self.step()

    async def step(self) -> bool:
        """Read anew; False where the old knowledge stays."""
        now = self.now()
        try:
            await self.reload()
            await self.database.write(lambda conn: reloads.well(conn, now))
        except Invalid as error:
            problems = [str(problem) for problem in error.problems]
            for problem in problems:
                log.error("rules or registry are broken", problem=problem)
            log.error("the old rules and registry stay in use", problems=len(problems))
            await self.database.write(lambda conn: reloads.failed(conn, problems, now))
            return False
        except (Unreachable, Denied):
            self.wished.set()  # supervise tries again
            raise
        log.info("rules and registry were read again")
        return True
