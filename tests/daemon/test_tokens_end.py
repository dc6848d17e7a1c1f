"""The daemon signs in with tokens, at real servers: one that ends in mid-IDLE, and one withdrawn."""

import asyncio

import pytest
from daemon_desk import PASSWORD, Clock, mail, make_desk, running
from servers.dovecot import Dovecot, available
from servers.identity import SECRET, Identity, dovecot_settings
from servers.scripted import CLOSE, HANG, Scripted
from servers.settings import mailbox
from servers.smtp_sink import SmtpSink
from structlog.testing import capture_logs

from supportbot.channels import tokens as tokens_module
from supportbot.channels.tokens import Tokens
from supportbot.commands.check import _check
from supportbot.config import LimitsSection
from supportbot.config_file import load
from supportbot.errors import Unreachable
from supportbot.store import status as stored_status
from supportbot.store.database import Database
from supportbot.workers.intake import IntakeWorker

pytestmark = pytest.mark.slow

OAUTH2 = (
    'auth = {{ oauth2 = {{ token_url = "http://127.0.0.1:{port}/token", client_id = "desk", scope = "mail", '
    'grant = "client_credentials", client_secret = {{ file = "client.txt" }} }} }}'
)


@pytest.fixture
async def identity():
    async with Identity("desk0") as started:
        yield started


@pytest.fixture
def dovecot(identity):
    if not available():
        pytest.skip("Dovecot is not installed: run tools/servers")
    with Dovecot({"desk0": PASSWORD}, **dovecot_settings(identity)) as started:
        yield started


@pytest.fixture
def sink(identity, dovecot):
    with SmtpSink(knows=identity.known, tls="starttls", certificate=dovecot.certificate) as started:
        yield started


@pytest.fixture
async def folder(tmp_path, identity, dovecot, sink):
    """A desk whose two servers take tokens only."""
    await make_desk(tmp_path, dovecot, sink, "desk0")
    text = (tmp_path / "config.toml").read_text()
    for name in ("imap.txt", "smtp.txt"):
        text = text.replace(f'auth = {{ password = {{ file = "{name}" }} }}', OAUTH2.format(port=identity.port))
    (tmp_path / "config.toml").write_text(text.replace('user = "desk"', 'user = "desk0"'))
    (tmp_path / "client.txt").write_text(SECRET)
    return tmp_path


async def test_a_token_that_ends_in_mid_idle_is_renewed_without_alarm(folder, identity, dovecot, sink, monkeypatch):
    monkeypatch.setattr(tokens_module, "SHORTEST_LIFE", 1.0)
    identity.life = 1
    with capture_logs() as logs:
        async with running(folder, dovecot, sink, "desk0") as daemon:
            daemon.deliver(mail("Telefonen i receptionen ringer inte."))
            await daemon.settled(1)
            asked = len(identity.asked)
            await daemon.until(lambda: len(identity.asked) >= asked + 2, what="two tokens while it idles")
            daemon.deliver(mail("Ingen kan ringa oss på huvudnumret."))
            assert await daemon.settled(2) == {"ticket": 2}
            await daemon.put_away("Handled", 2)
            assert len(daemon.sent_to("eva@bagarstugan.example")) == 2
    assert [line for line in logs if line["log_level"] in ("warning", "error")] == []
    assert SECRET not in str(logs)


async def test_a_server_that_cuts_and_takes_the_old_token_no_more(folder, identity, dovecot, sink):
    with capture_logs() as logs:
        async with running(folder, dovecot, sink, "desk0") as daemon:
            daemon.deliver(mail("Telefonen i receptionen ringer inte."))
            await daemon.settled(1)
            dovecot.kill()
            identity.withdraw()
            await asyncio.to_thread(dovecot.start)
            daemon.deliver(mail("Ingen kan ringa oss på huvudnumret."))
            assert await daemon.settled(2) == {"ticket": 2}
    assert len(identity.asked) == 2
    assert "refused" not in [line["event"] for line in logs]


async def told(config):
    """What `check` says of a config, each problem once."""
    return list(dict.fromkeys(await _check(dict(config))))


async def test_check_tells_trouble_of_the_endpoint_from_trouble_of_the_servers(folder, identity, dovecot, sink):
    config = load(folder / "config.toml")
    assert await told(config) == []
    identity.answers = [(401, '{"error": "invalid_client"}')]  # asked once: the two share their tokens
    (problem,) = await told(config)
    assert problem.where.endswith("auth.oauth2")
    assert "the token endpoint 127.0.0.1 refuses us (401, invalid_client)" in problem.what
    assert "client_secret" in problem.mend
    dovecot.kill()
    (problem,) = await told(config)
    assert problem.where == "mailbox kundcenter"
    assert "token" not in problem.what
    (folder / "client.txt").unlink()
    problems = await told(config)
    assert {problem.where for problem in problems} == {
        "mailbox kundcenter: auth.oauth2.client_secret",
        "smtp.auth.oauth2.client_secret",
    }


async def test_status_shows_what_the_endpoint_said(folder, identity, dovecot, sink):
    identity.answers = [(401, '{"error": "invalid_client"}')]
    async with running(folder, dovecot, sink, "desk0") as daemon:
        for _ in range(200):
            state = await daemon.desk.database.read(lambda conn: stored_status.state(conn, daemon.clock()))
            if state.mailboxes:
                break
            await asyncio.sleep(0.02)
        assert state.mailboxes[0].failing_since
        assert "the token endpoint 127.0.0.1 refuses us (401, invalid_client)" in state.mailboxes[0].error


@pytest.mark.parametrize(("life", "connections"), [(0.3, 2), (3600, 1)], ids=["its token has ended", "no reason"])
async def test_a_cut_is_quiet_only_where_the_token_has_ended(tmp_path, identity, monkeypatch, life, connections):
    """The server says goodbye in the midst of a search; the second time there is no server any more."""
    monkeypatch.setattr(tokens_module, "SHORTEST_LIFE", 0.3)
    identity.life = life
    capable = ("CAPABILITY", b"* CAPABILITY IMAP4rev1 IDLE SASL-IR AUTH=XOAUTH2\r\n%T OK done\r\n")
    signed_in = (b"* OK ready\r\n", *capable, "AUTHENTICATE XOAUTH2", b"%T OK in\r\n", *capable)
    selected = ("SELECT", b"* OK [UIDVALIDITY 7] x\r\n%T OK [READ-WRITE] done\r\n", "SEARCH")
    database = await Database.open(f"sqlite:///{tmp_path}/x.db", tmp_path)
    tokens = Tokens(identity.section(tmp_path), "auth.oauth2")

    async def goodbye(server: Scripted) -> None:
        while not any("SEARCH" in line for line in server.lines):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        for task in server._open:
            task.cancel()

    async with Scripted(scripts=[(*signed_in, *selected, HANG), (CLOSE,)]) as server:
        worker = IntakeWorker(
            mailbox(server), lambda: tokens, LimitsSection(), database, Clock(), asyncio.Event(), asyncio.Event()
        )
        cut = asyncio.create_task(goodbye(server))
        with pytest.raises(Unreachable, match="connection was lost"):
            await worker.run()
        await cut
    await database.close()
    assert server.mistakes == []
    assert server.connections == connections
