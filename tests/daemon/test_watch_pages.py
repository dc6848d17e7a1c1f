"""The daemon's pages over real servers: what they say of a mail that went through, and when the mailbox is gone."""

import asyncio
import json
import socket

import aiohttp
import pytest
from daemon_desk import mail, running
from servers.ports import free_port

from supportbot.store import mailboxes

pytestmark = pytest.mark.slow


@pytest.fixture
async def watched(tmp_path, server, relay, user):
    relay.received.clear()
    relay.heal()
    port = free_port()
    more = f'[watch]\nlisten = "127.0.0.1:{port}"\nalarm_to = ["drift@icentrex.se"]'
    async with running(tmp_path, server, relay, user, more=more) as daemon:
        yield daemon, f"http://127.0.0.1:{port}"


async def asked(url: str, wanted: int, seconds: float = 20) -> str:
    """The page, once it is answered with this status."""
    seen = None
    async with aiohttp.ClientSession() as session:
        for _ in range(int(seconds / 0.2)):
            try:
                async with session.get(url) as answer:
                    seen = answer.status, await answer.text()
                    if answer.status == wanted:
                        return seen[1]
            except aiohttp.ClientError as error:
                seen = error
            await asyncio.sleep(0.2)
    raise AssertionError(f"{url}: {seen}")


async def test_the_pages_tell_of_a_mail_that_went_through(watched):
    daemon, url = watched
    assert json.loads(await asked(f"{url}/readyz", 200)) == {"ready": True, "because": []}
    daemon.deliver(mail("Hej! Röstmeddelanden kommer inte längre till min mejl, sedan i måndags."))
    await daemon.settled(1)
    said = await asked(f"{url}/healthz", 200)
    assert said.endswith("\n")
    health = json.loads(said)
    assert health["alive"]
    assert {"intake kundcenter", "delivery", "alarms", "pages"} <= set(health["workers"])
    page = await asked(f"{url}/metrics", 200)
    assert 'supportbot_mails_total{verdict="ticket"} 1.0' in page
    assert 'supportbot_letters_total{kind="ack",outcome="sent"} 1.0' in page
    assert "supportbot_arrival_to_acknowledgement_seconds_count 1.0" in page
    assert "supportbot_database_up 1.0" in page
    assert "process_resident_memory_bytes" in page
    assert "bagarstugan" not in page
    assert await asked(f"{url}/other", 404)


async def test_a_mailbox_that_fails_makes_the_desk_unready_with_the_reason(watched):
    daemon, url = watched
    await asked(f"{url}/readyz", 200)
    now = daemon.clock()
    await daemon.desk.database.write(lambda conn: mailboxes.failed(conn, "kundcenter", "INBOX", "NO denied", now))
    assert json.loads(await asked(f"{url}/readyz", 503)) == {
        "ready": False,
        "because": [f"mailbox kundcenter: NO denied (since {now:%Y-%m-%d %H:%M} UTC)"],
    }


async def test_a_port_that_is_taken_stops_nothing_else(tmp_path, server, relay, user):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        more = f'[watch]\nlisten = "127.0.0.1:{taken.getsockname()[1]}"'
        async with running(tmp_path, server, relay, user, more=more) as daemon:
            daemon.deliver(mail("Hej! Röstmeddelanden kommer inte längre till min mejl, sedan i måndags."))
            assert await daemon.settled(1) == {"ticket": 1}
