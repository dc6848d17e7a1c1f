"""The running daemon takes up edited rules and a new registry, and keeps the old ones while the new ones are broken."""

import asyncio
import os
import shutil
import signal
from contextlib import asynccontextmanager

import pytest
from daemon_desk import FILES, Clock, Daemon, mail, make_desk
from desk_text import CUSTOMERS
from structlog.testing import capture_logs

from supportbot import app, folders
from supportbot.config_file import load
from supportbot.store import queue, reloads, timers
from supportbot.store import registry as stored_registry
from supportbot.store.database import Database
from supportbot.triage import registry

pytestmark = pytest.mark.slow

RULE = """
[[kind]]
name    = "zebra-fault"
answer  = "fault"
because = "The zebra does not work."
when.text.mentions_any = ["zebraflamman"]
matches     = ["Zebraflamman fungerar inte, den är trasig."]
near_misses = ["Telefonen är trasig."]
"""


@asynccontextmanager
async def reloading(folder, server, relay, user):
    """The daemon with rules of its own, and SIGHUP as `supportbot run` has it."""
    await make_desk(folder, server, relay, user)
    config = folder / "config.toml"
    shutil.copytree(folders.shipped("rules"), folder / "rules", ignore=shutil.ignore_patterns("cases"))
    config.write_text(config.read_text().replace(str(folders.shipped("rules")), "rules"))
    clock, wished = Clock(), asyncio.Event()
    async with app.open_desk(load(config), clock, test_rules=True, source=lambda: load(config)) as desk:
        daemon = Daemon(desk, server, relay, user, clock)
        app.reload_on_hangup(wished)
        task = asyncio.create_task(app.run(desk, daemon.stop, tick_seconds=0.1, wished=wished))
        try:
            yield daemon
        finally:
            asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
            daemon.stop.set()
            async with asyncio.timeout(15):
                await task


@pytest.fixture
async def daemon(tmp_path, server, relay, user):
    relay.received.clear()
    relay.heal()
    async with reloading(tmp_path, server, relay, user) as started:
        await until(started, lambda told: told is not None)
        yield started


async def until(daemon, holds):
    for _ in range(1200):
        told = await daemon.desk.database.read(reloads.last)
        if holds(told):
            return told
        await asyncio.sleep(0.05)
    raise AssertionError(told)


async def rules_of(daemon) -> list[str]:
    """The rule that said what kind of mail it is, ticket by ticket."""
    return [ticket.decision.reasons["kind"][0].rule for ticket in await daemon.tickets()]


async def test_edited_rules_are_taken_up_and_broken_ones_are_not(daemon, tmp_path):
    kind = tmp_path / "rules" / "kind.toml"
    shipped = kind.read_text()
    text = "Zebraflamman fungerar inte, den är trasig."
    daemon.deliver(mail(text, subject="Första"))
    await daemon.settled(1)

    first = await daemon.desk.database.read(reloads.last)
    kind.write_text(shipped.replace("[[kind]]", RULE.strip() + "\n\n[[kind]]", 1))
    os.kill(os.getpid(), signal.SIGHUP)
    edited = await until(daemon, lambda told: told.at > first.at)
    daemon.deliver(mail(text, subject="Andra"))
    await daemon.settled(2)
    before, after = await rules_of(daemon)
    assert (before != after, after) == (True, "zebra-fault")

    known = daemon.desk.known
    kind.write_text("[[kind]]\nnam = 1\n\n[[knd]]\n")
    os.kill(os.getpid(), signal.SIGHUP)
    broken = await until(daemon, lambda told: told.failing_since)
    assert (broken.at, len(broken.problems) > 1) == (edited.at, True)
    assert daemon.desk.known is known
    daemon.deliver(mail(text, subject="Tredje"))
    await daemon.settled(3)
    assert (await rules_of(daemon))[-1] == "zebra-fault"
    told = await daemon.desk.database.read(lambda conn: queue.digest_input(conn, daemon.clock()))
    assert (told.troubles[0].kind, told.troubles[0].since) == ("rules", broken.failing_since)

    kind.write_text(shipped)
    os.kill(os.getpid(), signal.SIGHUP)
    well = await until(daemon, lambda told: not told.failing_since)
    assert (well.at > edited.at, well.problems) == (True, ())
    daemon.deliver(mail(text, subject="Fjärde"))
    await daemon.settled(4)
    assert (await rules_of(daemon))[-1] != "zebra-fault"


async def test_a_registry_that_another_process_imports_is_noticed(daemon, tmp_path):
    first = await daemon.desk.database.read(reloads.last)
    other = await Database.open(daemon.desk.config.database.url, tmp_path)
    row = "K3,Nya Kunden AB,,nykund.example,,,direct,,Uppstart Plus,,,3.0,sv\n"
    files = FILES | {"customers.csv": CUSTOMERS + row}
    await other.write(lambda conn: stored_registry.replace(conn, registry.read(files)))
    await other.close()
    await until(daemon, lambda told: told.at > first.at)
    daemon.deliver(mail("Telefonen startar inte.", sender="Bo <bo@nykund.example>"))
    await daemon.settled(1)
    (ticket,) = await daemon.tickets()
    assert ticket.decision.customer == "K3"


async def test_a_registry_that_comes_with_broken_rules_is_tried_once_and_again_when_told(daemon, tmp_path):
    kind = tmp_path / "rules" / "kind.toml"
    shipped = kind.read_text()
    kind.write_text("[[kind]]\nnam = 1\n")
    fewer = FILES | {"customers.csv": CUSTOMERS.rpartition("K2")[0]}
    devices = registry.read(fewer)
    await daemon.desk.database.write(lambda conn: stored_registry.replace(conn, devices))
    await until(daemon, lambda told: told.failing_since)
    assert set(daemon.desk.known.registry.customers) == {"K1", "K2"}
    kind.write_text(shipped)
    os.kill(os.getpid(), signal.SIGHUP)
    await until(daemon, lambda told: not told.failing_since)
    assert set(daemon.desk.known.registry.customers) == {"K1"}


async def test_an_edited_config_is_taken_up_and_what_needs_a_restart_is_named(daemon, tmp_path):
    config, desk = tmp_path / "config.toml", daemon.desk
    shipped, first = config.read_text(), await desk.database.read(reloads.last)

    def edited(*changes):
        text = shipped
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        config.write_text(text)
        os.kill(os.getpid(), signal.SIGHUP)

    edited(
        ("lisa@icentrex.se", "sven@icentrex.se"),
        ("repeat_minutes = 10", "repeat_minutes = 3"),
        ('at = ["07:45"]', 'at = ["06:10"]'),
        ("[[staff]]", "[limits]\nbatch_mails = 7\nacks_proven_per_day = 2\n[[staff]]"),
        ('user = "desk"', 'user = "other"'),
        ('address = "kundcenter@', 'address = "annat@'),
    )
    told = await until(daemon, lambda told: told.at > first.at)
    assert told.restart == ("desk.address", "smtp.user")
    known = desk.known
    assert known.staff == {"sven@icentrex.se"}
    assert (known.alert_repeat.seconds, known.limits.proven_per_day) == (180, 2)
    assert (known.sender.address, desk.config.smtp.user) == ("kundcenter@icentrex.se", "desk")
    assert (await due(daemon)).strftime("%H:%M") == "06:10"

    edited(('name = "Lisa"', "nam = 1"), ('at = ["07:45"]', 'at = ["05:00"]'))
    broken = await until(daemon, lambda told: told.failing_since)
    assert (desk.known, broken.restart) == (known, told.restart)
    assert "staff" in broken.problems[0]
    assert (await due(daemon)).strftime("%H:%M") == "06:10"

    edited()
    well = await until(daemon, lambda told: not told.failing_since)
    assert (well.restart, desk.known.staff) == ((), {"lisa@icentrex.se"})
    daemon.deliver(mail("Telefonen startar inte."))
    await daemon.settled(1)


async def due(daemon):
    for _ in range(600):  # the timer stores it with its first tick
        if stored := await daemon.desk.database.read(lambda conn: timers.get(conn, "digest")):
            break
        await asyncio.sleep(0.05)
    return stored.due.astimezone(daemon.desk.config.desk.zone)


async def test_a_desk_that_can_alert_nobody_says_so(daemon, tmp_path):
    first, config = await daemon.desk.database.read(reloads.last), tmp_path / "config.toml"
    without = config.read_text().replace('to = ["jour@icentrex.se"]', "to = []")
    config.write_text(without.replace('[[staff]]\naddress = "lisa@icentrex.se"\nname = "Lisa"\n', ""))
    with capture_logs() as logs:
        os.kill(os.getpid(), signal.SIGHUP)
        await until(daemon, lambda told: told.at > first.at)
    assert "nobody gets alerts" in [line["event"] for line in logs]
