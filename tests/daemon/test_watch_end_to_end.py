"""The relay goes away under a running daemon: one alarm, no heartbeat meanwhile, one all-clear; over real servers."""

import asyncio
from datetime import timedelta

import aiohttp.web
import pytest
from daemon_desk import mail, parsed, running

from supportbot.workers import alarms, heartbeat

pytestmark = pytest.mark.slow


async def test_the_relay_goes_away_and_comes_back(tmp_path, server, relay, user, monkeypatch):
    monkeypatch.setattr(alarms, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(heartbeat, "AGAIN_SECONDS", 0.3)
    relay.received.clear()
    relay.heal()
    calls: list[str] = []

    async def ping(request: aiohttp.web.Request) -> aiohttp.web.Response:
        calls.append(request.path)
        return aiohttp.web.Response()

    site = aiohttp.web.Application()
    site.router.add_get("/ping", ping)
    runner = aiohttp.web.AppRunner(site)
    await runner.setup()
    await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/ping"
    more = f'[watch]\nalarm_to = ["drift@icentrex.se"]\nheartbeat_url = "{url}"\nheartbeat_minutes = 1'
    often = "timeout_seconds = 5\nsearch_seconds = 1"
    async with running(tmp_path, server, relay, user, mailbox=often, more=more) as daemon:
        await daemon.until(lambda: calls, what="a heartbeat")
        relay.end()
        try:
            daemon.deliver(mail("Hej! Röstmeddelanden kommer inte längre till min mejl, sedan i måndags."))
            noted = []
            async with asyncio.timeout(60):
                while not any(one.fault.kind == "mail_out" for one in noted):
                    noted = (await daemon.desk.database.read(lambda conn: alarms.alarms.last(conn))).noted
                    await asyncio.sleep(0.1)
            for minutes in (4, 8):
                daemon.clock.ahead = timedelta(minutes=minutes)
                await asyncio.sleep(2)  # the mailbox is searched by the new clock
        finally:
            relay.start()
        daemon.clock.ahead = timedelta(minutes=60)  # when the acknowledgement is tried again
        await daemon.until(lambda: len(daemon.sent_to("drift@icentrex.se")) == 2, what="alarm and all-clear")
        await asyncio.sleep(0.5)
        subjects = [parsed(letter)["Subject"] for letter in daemon.sent_to("drift@icentrex.se")]
        assert subjects == ["Larm: mejl går inte ut", "Över: mejl går inte ut"]
        assert len(daemon.sent_to("eva@bagarstugan.example")) == 1
    await runner.cleanup()
