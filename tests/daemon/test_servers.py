"""Servers as they are: without MOVE, without UIDPLUS, killed, frozen, with ten thousand mails; and the daemon's end."""

import asyncio
import resource
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from daemon_desk import PASSWORD, mail, make_desk, running
from servers.dovecot import FULL, Dovecot
from servers.smtp_sink import SmtpSink

from supportbot.channels import imap
from supportbot.config_file import load
from supportbot.store import inbox, mailboxes
from supportbot.store.database import Database
from supportbot.workers.intake import IntakeWorker

pytestmark = pytest.mark.slow

WITHOUT_MOVE = FULL.replace(" MOVE", "")
WITHOUT_BOTH = WITHOUT_MOVE.replace(" UIDPLUS", "")
MANY = 10_000
MORNING = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture
def own_server(server):
    """A Dovecot that a test may kill, or that can less than others."""

    def start(capability: str = "") -> Dovecot:
        return open_servers.enter_context(Dovecot({"desk": PASSWORD}, capability, certificate=server.certificate))

    with ExitStack() as open_servers:
        yield start


SECOND = """
[[mailbox]]
name = "stockholm"
host = "127.0.0.1"
port = {port}
ca_file = "{ca}"
user = "{user}"
auth = {{ password = {{ file = "{password}.txt" }} }}
timeout_seconds = 5
folders = {{ done = "Klart" }}
"""


async def test_two_mailboxes_are_watched_and_one_that_fails_holds_up_no_other(tmp_path, server, relay, own_server):
    relay.received.clear()
    other = own_server()
    more = SECOND.format(port=other.tls_port, ca=server.certificate.ca_file, user="desk", password="imap")
    async with running(tmp_path, server, relay, "desk58", more=more) as daemon:
        other.deliver("desk", [mail("Hej! Telefonen i köket är svart.", message_id="<two.1@kund.example>")])
        daemon.deliver(
            mail("Hej! Headsetet knastrar.", "Bo <bo@bagarstugan.example>", message_id="<two.2@kund.example>")
        )
        await daemon.settled(2)
        rows = [await daemon.desk.database.read(lambda conn, n=n: inbox.get(conn, n)) for n in (1, 2)]
        assert {row.account for row in rows} == {"kundcenter", "stockholm"}
        assert all(len(daemon.sent_to(f"{name}@bagarstugan.example")) == 1 for name in ("eva", "bo"))
        await daemon.put_away("Handled", 1)
        await daemon.until(lambda: other.folders("desk").get("Klart") == 1)
        other.end()
        daemon.deliver(
            mail("Hej! Nu knastrar det igen.", "Bo <bo@bagarstugan.example>", message_id="<two.3@kund.example>")
        )
        await daemon.settled(3)
        for _ in range(200):
            states = {state.name: state for state in await daemon.desk.database.read(mailboxes.everyone)}
            if states["stockholm"].failing_since:
                break
            await asyncio.sleep(0.05)
        assert states["stockholm"].failing_since and states["kundcenter"].failing_since is None


@pytest.mark.parametrize(
    ("capability", "in_inbox", "in_done"),
    [(WITHOUT_MOVE, 0, 1), (WITHOUT_BOTH, 1, 0)],
    ids=["COPY and UID EXPUNGE", "a keyword"],
)
async def test_putting_away_without_move(tmp_path, own_server, relay, capability, in_inbox, in_done):
    dovecot = own_server(capability)
    async with running(tmp_path, dovecot, relay, "desk") as daemon:
        daemon.deliver(mail("Hej! Telefonen i köket är svart.", message_id="<put@kund.example>"))
        await daemon.settled(1)
        for _ in range(200):
            row = await daemon.desk.database.read(lambda conn: inbox.get(conn, 1))
            if row.on_server not in ("waiting", "settled"):
                break
            await asyncio.sleep(0.05)
        folders = dovecot.folders("desk")
        assert (folders["INBOX"], folders.get("Handled", 0)) == (in_inbox, in_done)
    async with running(tmp_path, dovecot, relay, "desk") as daemon:
        daemon.deliver(mail("Hej! En annan telefon är svart.", message_id="<put2@kund.example>"))
        assert await daemon.settled(2) == {"ticket": 2}


@pytest.mark.parametrize("fault", ["killed", "frozen"])
async def test_a_server_that_goes_away_comes_back(tmp_path, own_server, relay, fault):
    relay.received.clear()
    dovecot = own_server()
    more = "idle_seconds = 2\ntimeout_seconds = 2"
    async with running(tmp_path, dovecot, relay, "desk", mailbox=more) as daemon:
        daemon.deliver(mail("Hej! Telefonen i köket är svart."))
        await daemon.settled(1)
        if fault == "killed":
            dovecot.kill()
            daemon.deliver(mail("Hej! Och en till är svart."))
            await asyncio.sleep(0.5)
            dovecot.start()
        else:
            dovecot.freeze()
            daemon.deliver(mail("Hej! Och en till är svart."))
            await asyncio.sleep(5)
            dovecot.thaw()
        assert await daemon.settled(2, seconds=60) == {"ticket": 2}


async def test_a_mailbox_of_ten_thousand_mails_is_kept_whole_in_bounded_memory(tmp_path, own_server, relay):
    dovecot = own_server()
    template = mail("Hej! Telefon nummer NNNNN är svart.", message_id="<NNNNN@kund.example>")
    dovecot.deliver("desk", (template.replace(b"NNNNN", b"%05d" % number) for number in range(MANY)))
    await make_desk(tmp_path, dovecot, relay, "desk")
    config = load(tmp_path / "config.toml")
    database = await Database.open(config.database.url, tmp_path)
    (settings,) = config.mailbox
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        worker = IntakeWorker(
            settings, lambda: PASSWORD, config.limits, database, lambda: MORNING, asyncio.Event(), asyncio.Event()
        )
        async with imap.open_session(settings, PASSWORD) as session:
            await worker._recall(session)
            assert await worker.step(session) == MANY
            assert await worker.step(session) == 0
        waiting, _ = await database.read(inbox.waiting)
        assert waiting == MANY
    finally:
        await database.close()
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 200


def start_process(folder, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "supportbot", *words, "--config", str(folder / "config.toml")]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


async def test_the_process_ends_cleanly_refuses_a_second_one_and_tells_no_secret(tmp_path, server, user):
    with SmtpSink(users={"desk": "geheim"}, tls="starttls", certificate=server.certificate) as sink:
        await make_desk(tmp_path, server, sink, user, more='[log]\nlevel = "debug"')
        first = start_process(tmp_path, "run")
        try:
            server.deliver(user, [mail("Hej! Telefonen\x1b[31m är svart.", subject="Svart ‮telefon")])
            for _ in range(600):
                if sink.accepted:
                    break
                await asyncio.sleep(0.05)
            assert sink.accepted
            second = start_process(tmp_path, "run")
            out, err = second.communicate(timeout=30)
            assert second.returncode == 1
            assert str(first.pid) in err
            assert "Traceback" not in err
        finally:
            started = time.monotonic()
            first.send_signal(signal.SIGTERM)
            out, err = first.communicate(timeout=20)
        assert time.monotonic() - started < 10
        assert first.returncode == 0, err[-2000:]
        for secret in (PASSWORD, "geheim", "0123456789abcdef"):
            assert secret not in out + err
        assert not {"\x1b", "‮"} & set(err.replace("\x1b[", ""))
        status = start_process(tmp_path, "status")
        text, _ = status.communicate(timeout=30)
        assert "open tickets:  1" in text
