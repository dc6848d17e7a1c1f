"""Keeps a worker running: what ends with an error is started again, after a wait that grows and is never the same.

The trap: only trouble outside (Unreachable, Denied) and defects are met here; Occupied means that somebody else owns
the data, and ends the program.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog

from supportbot.errors import Away, Denied, Invalid, Occupied, Unreachable

log = structlog.get_logger("supervise")

FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
DENIED_WAIT = 60.0
"""Seconds after a refused sign-in at first: hammering locks accounts out."""
LONGEST_DENIED_WAIT = 300.0
LONGEST_AWAY_WAIT = 5.0
"""Seconds while our own database is away: whoever waits longer is late when it is back."""
STEADY = 60.0
"""A worker that ran this long before it failed starts again with the first wait."""


async def wait_at_most(seconds: float, event: asyncio.Event) -> None:
    """Until the event is set or the time is up. Not `wait_for`: in Python 3.11 it may swallow a cancellation."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass


async def end(tasks: list["asyncio.Task[None]"], seconds: float) -> None:
    """Cancel tasks and wait for them; again each second, as a library may have swallowed the first time."""
    for _ in range(int(seconds)):
        for task in tasks:
            task.cancel()
        _, pending = await asyncio.wait(tasks, timeout=1.0)
        if not pending:
            return
    log.error("workers did not end", workers=[task.get_name() for task in tasks if not task.done()])


def wait_after(failures: int, error: BaseException | None) -> float:
    """Seconds to wait after the n-th failure in a row (1, 2, …), without jitter."""
    match error:
        case Denied() | Invalid():
            first, longest = DENIED_WAIT, LONGEST_DENIED_WAIT
        case Away():
            first, longest = FIRST_WAIT, LONGEST_AWAY_WAIT
        case _:
            first, longest = FIRST_WAIT, LONGEST_WAIT
    return min(longest, first * 2.0 ** min(failures - 1, 10))


async def supervise(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run a worker for ever. Raises only Occupied and cancellation."""
    failures = 0
    loop = asyncio.get_running_loop()
    while True:
        started = loop.time()
        failed: Exception | None = None
        try:
            await run()
            log.warning("ended by itself", worker=name)
        except Occupied:
            raise
        except (Denied, Invalid) as error:
            failed = error
            log.error("refused", worker=name, because=str(error))
        except Unreachable as error:
            failed = error
            log.warning("unreachable", worker=name, because=str(error))
        except Exception as error:  # a defect in one worker must not stop the others
            log.error("failed", worker=name, exc_info=error)
        failures = 1 if loop.time() - started > STEADY else failures + 1
        await asyncio.sleep(wait_after(failures, failed) * random.uniform(0.5, 1.0))
