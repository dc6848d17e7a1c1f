"""The relay goes away under a running daemon: one alarm, no heartbeat meanwhile, one all-clear; over real servers."""

import asyncio
from datetime import timedelta

import aiohttp.web
import pytest
from daemon_desk import mail, parsed, running

from supportbot.store import outbox
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
        daemon.deliver(mail("Hej! Headsetet knastrar.", "Bo <bo@bagarstugan.example>"))  # the next that the relay takes
        await daemon.until(lambda: len(daemon.sent_to("drift@icentrex.se")) == 2, what="alarm and all-clear")
        await asyncio.sleep(0.5)
        subjects = [parsed(letter)["Subject"] for letter in daemon.sent_to("drift@icentrex.se")]
        assert subjects == ["Larm: mejl går inte ut", "Över: mejl går inte ut"]
        assert len(daemon.sent_to("eva@bagarstugan.example")) == 1
    await runner.cleanup()


async def test_once_the_relay_takes_a_mail_again_what_it_held_up_follows_at_once(daemon):
    relay = daemon.sink
    relay.end()
    try:
        daemon.deliver(
            mail("Hej! Röstmeddelanden kommer inte längre till min mejl, sedan i måndags."),
            mail(
                "Hej! Min telefon är svart sedan i morse, mitt nummer är 08-465 004 24.",
                "Siv <siv@havetsforlag.example>",
            ),
            mail("AKUT! Vår växel är helt nere, ingen kan ringa in eller ut.", "Bo <bo@bagarstugan.example>"),
        )
        async with asyncio.timeout(60):
            waiting = []
            while len(waiting) < 5 or not all(row.attempt >= 3 or row.kind != "alert" for row in waiting):
                daemon.clock.ahead = (daemon.clock.ahead or timedelta()) + timedelta(seconds=5)
                await asyncio.sleep(0.2)
                waiting = await daemon.desk.database.read(lambda conn: outbox.listing(conn, "queued", 100))
    finally:
        relay.start()
    assert min(row.due for row in waiting if row.kind == "ack") > daemon.clock() + timedelta(seconds=20)
    daemon.deliver(mail("Hej! Headsetet knastrar.", "Eva <ulf@bagarstugan.example>"))
    await daemon.settled(4, seconds=15)
    first, *others = [letter.recipients[0] for letter in relay.accepted]
    assert first == "ulf@bagarstugan.example"
    assert sorted(others) == sorted(row.recipient for row in waiting)
