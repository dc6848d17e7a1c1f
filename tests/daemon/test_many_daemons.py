"""Several daemons on one PostgreSQL: one reads the mailbox, another takes over, nothing is lost or doubled."""

import asyncio
import signal
import subprocess
import sys
import time

import pytest
from daemon_desk import mail, make_desk
from servers.postgres import make_database
from servers.smtp_sink import SmtpSink

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres-daemon")]


def start(folder) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "supportbot", "run", "--config", str(folder / "config.toml")]
    with (folder / f"log-{time.monotonic_ns()}").open("w") as log:
        return subprocess.Popen(command, stderr=log, stdout=log, text=True)


async def until(folder, holds, seconds=60):
    for _ in range(seconds * 10):
        if holds():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("\n".join(log.read_text()[-3000:] for log in sorted(folder.glob("log-*"))))


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
async def test_another_takes_over_from_one_that_dies_or_is_stopped(tmp_path, server, user, postgres_server, fault):
    url = await make_database(postgres_server)
    with SmtpSink(users={"desk": "geheim"}, tls="starttls", certificate=server.certificate) as sink:
        await make_desk(tmp_path, server, sink, user, url=url)
        first = start(tmp_path)
        daemons = [first]
        try:
            server.deliver(user, [mail("Hej! Telefonen är svart.", subject="Svart telefon")])
            await until(tmp_path, lambda: len(sink.accepted) == 1)
            daemons.append(start(tmp_path))
            await asyncio.sleep(2)
            first.send_signal(fault)
            fallen = time.monotonic()
            server.deliver(user, [mail("Hej! Nu är skärmen svart på den andra också.", subject="Ännu en")])
            await until(tmp_path, lambda: len(sink.accepted) == 2)
            took = time.monotonic() - fallen
            if fault == signal.SIGSTOP:
                first.send_signal(signal.SIGCONT)
            server.deliver(user, [mail("Hej! Den tredje är död den med.", subject="En tredje")])
            await until(tmp_path, lambda: len(sink.accepted) == 3)
            await until(tmp_path, lambda: server.folders(user).get("Handled", 0) == 3)
            await asyncio.sleep(1)
        finally:
            for daemon in daemons:
                daemon.send_signal(signal.SIGCONT)
                daemon.terminate()
                try:
                    daemon.wait(timeout=15)
                except subprocess.TimeoutExpired:
                    daemon.kill()
                    daemon.wait()
        assert took < 40, "a lease of 20 s, a try every 5 s, and the way of the mail"
        assert len(sink.accepted) == 3, "one acknowledgement each"
        assert len({received.content.split(b"Message-ID:")[1].split()[0] for received in sink.accepted}) == 3
