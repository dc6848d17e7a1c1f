"""Faults of mailbox, relay, rules, triage and database over a real SQLite file and a real relay: what is told, and how
often, by a clock that is put forward by hand; and that a restart changes none of it."""

import asyncio
from datetime import timedelta

import aiohttp.web
import pytest
from builders import NOW
from daemon_desk import mail
from servers.settings import mailbox, relay_section
from servers.smtp_sink import SmtpSink

from supportbot.channels.smtp import Relay
from supportbot.errors import Unreachable
from supportbot.mail.message import Address
from supportbot.store import alarms, inbox, mailboxes, outbox, reloads
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.tickets.effects import Outgoing
from supportbot.workers.alarms import AlarmWorker
from supportbot.workers.heartbeat import HeartbeatWorker
from supportbot.workers.knowledge import Knowledge

BOX = ("desk", "INBOX")


class Away:
    """A database that can be out of reach: every transaction then fails as the real one's would."""

    def __init__(self, real: Database) -> None:
        self.real, self.away = real, False

    async def write(self, run):
        if self.away:
            raise Unreachable("the database: disk I/O error")
        return await self.real.write(run)

    async def read(self, run):
        if self.away:
            raise Unreachable("the database: disk I/O error")
        return await self.real.read(run)


class Scene:
    """A daemon's alarms, looking once a minute."""

    def __init__(self, database: Database, known: Knowledge, sink: SmtpSink) -> None:
        self.database, self.known, self.sink, self.now = Away(database), known, sink, NOW
        self.relay = Relay(relay_section(sink), None, "desk.example")
        self.letters_leave = True
        self.restart()

    def restart(self) -> None:
        box = mailbox(self.sink, name=BOX[0], tls="none", port=1)
        self.worker = AlarmWorker(
            database=self.database,
            relay=self.relay,
            knowledge=lambda: self.known,
            now=lambda: self.now,
            queued=asyncio.Event(),
            mailboxes=(box,),
            to=(),
            patience=timedelta(minutes=5),
            started=self.now,
        )

    async def searched(self) -> None:
        await self.database.real.write(lambda conn: mailboxes.searched(conn, *BOX, 1, self.now))

    async def pass_minutes(self, minutes: int, well: bool = True) -> None:
        for _ in range(minutes):
            self.now += timedelta(minutes=1)
            if well:
                await self.searched()
            if self.letters_leave:
                await self.database.real.write(self._deliver)
            await self.worker.step()

    def _deliver(self, conn) -> None:
        for row in outbox.listing(conn, "queued", 10):
            outbox.sent(conn, row.id, "250", self.now)

    async def told(self) -> list[str]:
        """Alarms and all-clears in the outbox, in order."""
        rows = await self.database.real.read(lambda conn: outbox.listing(conn, None, 100))
        parts = [row.key.removeprefix("alert:").split(":") for row in reversed(rows) if row.kind == "alert"]
        return [f"{found[0]} {found[-2]}" for found in parts]


@pytest.fixture
async def scene(tmp_path, known):
    database = await Database.open(f"sqlite:///{tmp_path / 'x.db'}", tmp_path)
    with SmtpSink() as sink:
        made = Scene(database, known, sink)
        await made.searched()
        yield made
        await made.relay.close()
    await database.close()


async def fail_mailbox(scene):
    await scene.database.write(lambda conn: mailboxes.failed(conn, *BOX, "connection refused", scene.now))


async def mend_mailbox(scene):
    await scene.searched()


async def break_rules(scene):
    await scene.database.write(lambda conn: reloads.failed(conn, ["kind.toml: broken"], scene.now))


async def mend_rules(scene):
    await scene.database.write(lambda conn: reloads.well(conn, scene.now))


async def leave_unread(scene):
    kept = Kept(*BOX, 1, 7, mail("Hej"), scene.now)
    await scene.database.write(lambda conn: inbox.keep(conn, kept, scene.now))


async def read_it(scene):
    await scene.database.write(lambda conn: inbox.finish(conn, 1, "ignore", "", None, scene.now))


async def refuse_letters(scene):
    letter = Outgoing("ack:1:1", "ack", 1, "eva@kund.example", "a@b", b"x")

    def work(conn):
        outbox.add(conn, letter, scene.now)
        (row,) = outbox.claim(conn, 1, scene.now, timedelta(minutes=20), 5)
        outbox.retry(conn, row.id, scene.now + timedelta(hours=1), "connection refused", False)

    await scene.database.write(work)
    scene.letters_leave = False


async def take_letters(scene):
    """The relay works again, and takes the letter that waited and the alarm about it."""
    scene.letters_leave = True


FAULTS = {
    "mailbox(desk)": (fail_mailbox, mend_mailbox),
    "rules": (break_rules, mend_rules),
    "triage": (leave_unread, read_it),
    "mail_out": (refuse_letters, take_letters),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("restarted", [False, True], ids=["", "restarted"])
async def test_a_lasting_fault_raises_one_alarm_and_one_all_clear(scene, name, restarted):
    begin, mend = FAULTS[name]
    await begin(scene)
    well = begin is not fail_mailbox
    await scene.pass_minutes(4, well)
    assert await scene.told() == []
    if restarted:
        scene.restart()
    await scene.pass_minutes(6 if restarted else 2, well)
    assert await scene.told() == [f"{name} begun"]
    if restarted:
        scene.restart()
    await scene.pass_minutes(30, well)
    assert await scene.told() == [f"{name} begun"]
    await mend(scene)
    await scene.pass_minutes(10)
    assert await scene.told() == [f"{name} begun", f"{name} over"]


@pytest.mark.parametrize("name", FAULTS)
async def test_a_short_fault_is_not_told(scene, name):
    begin, mend = FAULTS[name]
    await begin(scene)
    await scene.pass_minutes(3, begin is not fail_mailbox)
    await mend(scene)
    await scene.pass_minutes(10)
    assert await scene.told() == []
    assert (await scene.database.read(alarms.last)).noted == ()


async def test_a_mailbox_that_is_searched_no_more_is_a_fault(scene):
    await scene.pass_minutes(9, well=False)
    assert await scene.told() == []
    await scene.pass_minutes(2, well=False)
    assert await scene.told() == ["mailbox(desk) begun"]


async def test_a_night_without_the_daemon_is_no_fault_of_its_mailboxes(scene):
    scene.now += timedelta(hours=9)
    scene.restart()
    await scene.worker.step()
    await scene.pass_minutes(10)
    assert await scene.told() == []


async def test_without_the_database_the_alarm_goes_straight_to_the_relay_once(scene):
    scene.database.away = True
    await scene.pass_minutes(4)
    assert scene.sink.accepted == []
    await scene.pass_minutes(20)
    (sent,) = scene.sink.accepted
    assert sent.recipients == ["jour@icentrex.se"]
    assert sent.return_path == ""
    assert "disk I/O error" in scene.worker.trouble()
    scene.database.away = False
    await scene.pass_minutes(3)
    assert await scene.told() == ["database over"]
    assert scene.worker.trouble() == ""


async def test_an_alarm_that_the_relay_does_not_take_at_once_is_sent_again_as_the_same_mail(scene):
    scene.database.away = True
    scene.sink.fail("content", "451 4.3.0 later", 2)
    await scene.pass_minutes(12)
    assert len(scene.sink.accepted) == 1
    assert len({received.content for received in scene.sink.received}) == 1


async def test_a_short_absence_of_the_database_is_not_told(scene):
    scene.database.away = True
    await scene.pass_minutes(3)
    scene.database.away = False
    await scene.pass_minutes(10)
    assert scene.sink.accepted == []
    assert await scene.told() == []


@pytest.fixture
async def switch():
    """A dead-man switch outside: what was called on it."""
    calls: list[str] = []

    async def ping(request):
        calls.append(request.path_qs)
        return aiohttp.web.Response(status=200 if request.path == "/ping" else 500)

    site = aiohttp.web.Application()
    site.router.add_get("/{any}", ping)
    runner = aiohttp.web.AppRunner(site)
    await runner.setup()
    tcp = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
    await tcp.start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}", calls
    await runner.cleanup()


def heart(scene, url, to=()):
    return HeartbeatWorker(url, to, 300, scene.worker.trouble, scene.relay, lambda: scene.known, lambda: scene.now)


async def test_the_switch_is_called_while_mail_can_tell_of_faults_and_not_when_it_cannot(scene, switch):
    address, calls = switch
    beats = heart(scene, f"{address}/ping?key=s")
    await scene.pass_minutes(1)
    assert await beats.step()
    await break_rules(scene)
    await scene.pass_minutes(10)
    assert await beats.step()
    assert calls == ["/ping?key=s"] * 2
    scene.now += timedelta(minutes=1)
    await refuse_letters(scene)
    await scene.pass_minutes(3)
    assert await beats.step()
    await scene.pass_minutes(4)
    assert not await beats.step()
    assert "connection refused" in scene.worker.trouble()
    await take_letters(scene)
    await scene.pass_minutes(1)
    assert await beats.step()
    assert len(calls) == 4


async def test_one_letter_that_waits_alone_stops_no_heartbeat(scene):
    await refuse_letters(scene)
    scene.now += timedelta(minutes=1)

    def another_leaves(conn):
        outbox.add(conn, Outgoing("ack:2:2", "ack", 2, "bo@kund.example", "c@d", b"y"), scene.now)
        (row,) = outbox.claim(conn, 1, scene.now, timedelta(minutes=20), 5)
        outbox.sent(conn, row.id, "250", scene.now)

    await scene.database.write(another_leaves)
    await scene.pass_minutes(10)
    assert scene.worker.trouble() == ""
    assert await scene.told() == ["mail_out begun"]


async def test_a_switch_that_fails_or_is_not_there_is_called_again(scene, switch):
    await scene.pass_minutes(1)
    assert not await heart(scene, f"{switch[0]}/broken").step()
    assert not await heart(scene, "http://127.0.0.1:1/ping").step()


async def test_a_heartbeat_can_be_a_mail(scene):
    await scene.pass_minutes(1)
    assert await heart(scene, None, (Address("", "switch@example.se"),)).step()
    (sent,) = scene.sink.accepted
    assert sent.recipients == ["switch@example.se"]
    assert b"Auto-Submitted: auto-generated" in sent.content
    scene.database.away = True
    await scene.pass_minutes(1)
    assert not await heart(scene, None, (Address("", "switch@example.se"),)).step()
    assert len(scene.sink.accepted) == 1


async def test_a_restart_gives_no_heartbeat_before_its_first_look_nor_while_no_letter_leaves(scene, switch):
    await refuse_letters(scene)
    await scene.pass_minutes(10)
    scene.restart()
    beats = heart(scene, f"{switch[0]}/ping")
    assert not await beats.step()
    await scene.pass_minutes(1)
    assert not await beats.step()
    assert switch[1] == []


async def test_a_machine_that_slept_has_no_faults_of_the_time_meanwhile(scene):
    await leave_unread(scene)
    await scene.pass_minutes(1)
    scene.now += timedelta(hours=9)
    await scene.worker.step()
    await read_it(scene)
    await scene.pass_minutes(10)
    assert await scene.told() == []


async def fill_the_disk(scene):
    """SQLite then says what it says of a disk: no page can be added, and those that there are hold no letter more."""
    await scene.database.write(lambda conn: conn.exec_driver_sql("PRAGMA max_page_count = 1"))
    with pytest.raises(Unreachable, match="full"):
        for number in range(10_000):
            key, content, later = f"ack:{number}:{number}", b"%d" % number * 99, NOW + timedelta(days=1)
            letter = Outgoing(key, "ack", number, "a@b.example", f"{number}@x", content, later)
            await scene.database.write(lambda conn, letter=letter: outbox.add(conn, letter, scene.now))


async def test_a_full_disk_is_told_although_the_alarm_itself_cannot_be_stored(scene):
    await fail_mailbox(scene)
    await scene.pass_minutes(1, well=False)
    await fill_the_disk(scene)
    scene.letters_leave = False
    await scene.pass_minutes(12, well=False)
    (sent,) = scene.sink.accepted
    assert b"database or disk is full" in sent.content
    await scene.database.write(lambda conn: conn.exec_driver_sql("PRAGMA max_page_count = 100000"))
    await scene.pass_minutes(2, well=False)
    assert sorted(await scene.told()) == ["database over", "mailbox(desk) begun"]
