"""The ticking itself: what becomes of a tick that is under way when the daemon ends."""

import asyncio
import threading

import pytest
from builders import NOW

from supportbot.workers.timer import TimerWorker


async def test_a_tick_under_way_at_the_end_is_no_error(database, known, caplog):
    busy, begun = threading.Event(), asyncio.Event()

    def now():
        begun.set()
        return NOW

    held = asyncio.create_task(database.write(lambda conn: busy.wait(20)))
    timer = TimerWorker(database, lambda: known, now, asyncio.Event(), tick_seconds=0.01)
    running = asyncio.create_task(timer.run())
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await asyncio.sleep(0.05)
    busy.set()
    await held
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
