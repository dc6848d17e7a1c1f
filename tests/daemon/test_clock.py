"""The whole daemon at the edges of time: a clock that was never set, and years after 2038 (reliability.md §4.6)."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from daemon_desk import mail, make_desk, parsed, running

URGENT = "Hej! Sedan i morse kan ingen ringa oss, huvudnumret är helt dött. Mvh Eva"

pytestmark = pytest.mark.slow

AT_1970 = """
import sys
from datetime import UTC, datetime
from supportbot import app, cli

app.clock = lambda: datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
cli.main()
"""


async def test_a_daemon_whose_clock_was_never_set_does_not_start_and_says_why(tmp_path, server, relay, user):
    await make_desk(tmp_path, server, relay, user)
    before = relay.connections
    command = [sys.executable, "-c", AT_1970, "run", "--config", str(tmp_path / "config.toml")]
    ended = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 1
    assert "the clock of this machine says 1970-01-01, so nothing is sent. Set it" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert relay.connections == before


async def test_nothing_leaves_while_the_clock_says_1970_and_all_does_afterwards(tmp_path, server, relay, user, capfd):
    relay.received.clear()
    async with running(tmp_path, server, relay, user) as daemon:
        await asyncio.sleep(0.3)
        daemon.clock.ahead = datetime(1970, 1, 1, tzinfo=UTC) - datetime.now(UTC)
        daemon.deliver(mail(URGENT))
        while not await daemon.tickets():
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)
        assert not relay.received
    async with running(tmp_path, server, relay, user) as daemon:
        await daemon.until(lambda: daemon.sent_to("eva@bagarstugan.example"))
        await daemon.until(lambda: daemon.sent_to("jour@icentrex.se"))
        assert len(daemon.sent_to("eva@bagarstugan.example")) == 1
    assert "the clock of this machine says 1970-01-01" in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "then", [datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC), datetime(2099, 6, 1, tzinfo=UTC)], ids=str
)
async def test_after_2038_all_works(tmp_path, server, relay, user, then):
    relay.received.clear()
    async with running(tmp_path, server, relay, user) as daemon:
        daemon.clock.ahead = then - datetime.now(UTC)
        daemon.deliver(mail(URGENT))
        await daemon.settled(1)
        (ack,) = daemon.sent_to("eva@bagarstugan.example")
        (alert,) = daemon.sent_to("jour@icentrex.se")
        for sent in (ack, alert):
            late = parsedate_to_datetime(parsed(sent)["Date"]) - then
            assert timedelta() <= late < timedelta(minutes=1)
        daemon.clock.ahead += timedelta(minutes=10, seconds=1)
        await daemon.until(lambda: len(daemon.sent_to("jour@icentrex.se")) == 2)
