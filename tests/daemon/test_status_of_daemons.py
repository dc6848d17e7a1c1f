"""`status` and its health check beside daemons that live: who reads what, and whether this host's daemon is alive."""

import asyncio
import json
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from daemon_desk import SQLITE, make_desk
from servers.postgres import make_database

from supportbot.config_file import load
from supportbot.store import alarms
from supportbot.store.database import Database

pytestmark = pytest.mark.slow

AS_IT_IS = "from supportbot import cli; cli.main()"
IMPATIENT = f"from supportbot.workers import alarms; alarms.LOOK_SECONDS = 0.3; {AS_IT_IS}"
"""The daemon, which looks for faults sooner than every 15 seconds."""


@contextmanager
def living(folder, program=IMPATIENT):
    command = [sys.executable, "-c", program, "run", "--config", str(folder / "config.toml")]
    with (folder / "daemon.log").open("a") as log:
        daemon = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield daemon
        finally:
            daemon.terminate()
            daemon.wait(20)


async def status(folder, *words):
    command = [sys.executable, "-m", "supportbot", "status", *words, "--config", str(folder / "config.toml")]
    ran = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
    assert not ran.stderr
    return ran.returncode, ran.stdout


async def until(folder, holds, *words):
    for _ in range(200):
        code, said = await status(folder, *words)
        if holds(code, said):
            return said
        await asyncio.sleep(0.2)
    raise AssertionError(f"{said}\n{(folder / 'daemon.log').read_text()[-3000:]}")


async def test_a_daemon_on_sqlite_is_alive(tmp_path, server, relay, user):
    await make_desk(tmp_path, server, relay, user, url=SQLITE)
    assert await status(tmp_path, "--alive") == (1, "The daemon gives no sign of life: supportbot run\n")
    with living(tmp_path):
        said = await until(tmp_path, lambda code, _: code == 0, "--alive")
        assert said == "The daemon lives.\n"
        said = await until(tmp_path, lambda code, _: code == 0)
        assert said.endswith("All is well.\n")
        assert "daemons:" not in said
    assert (await status(tmp_path, "--alive"))[0] == 1, "it has ended, though it looked around a moment ago"
    assert (await status(tmp_path))[1].endswith("! no daemon runs: supportbot run\n")


@pytest.mark.xdist_group("postgres-daemon")
async def test_who_reads_the_mailbox_and_which_daemons_live(
    tmp_path, server, relay, user, postgres_server, monkeypatch
):
    await make_desk(tmp_path, server, relay, user, url=await make_database(postgres_server))
    assert (await status(tmp_path, "--alive"))[0] == 1
    with living(tmp_path) as first:
        said = await until(tmp_path, lambda code, said: code == 0 and ", by " in said)
        assert f":{first.pid}\n" in said.split("mailbox kundcenter: last searched ")[1]
        with living(tmp_path) as second:
            said = await until(tmp_path, lambda _, said: f":{second.pid}" in said)
            (line,) = [line for line in said.splitlines() if line.startswith("daemons:")]
            assert f":{first.pid}" in line
            state = json.loads((await status(tmp_path, "--json"))[1])
            assert len(state["daemons"]) == 2
            assert f":{first.pid}:" in state["mailboxes"][0]["reader"]
        assert (await status(tmp_path, "--alive"))[0] == 0
    assert (await status(tmp_path, "--alive"))[0] == 1, "given back at the end"
    code, said = await status(tmp_path)
    assert code == 1 and ", by " not in said and said.endswith("! no daemon runs: supportbot run\n")
    database = await Database.open(load(tmp_path / "config.toml").database.url, tmp_path)
    await database.write(lambda conn: alarms.put(conn, (), datetime.now(UTC) - timedelta(hours=1)))
    await database.close()
    with living(tmp_path, AS_IT_IS):  # it looks at once when it starts
        await until(tmp_path, lambda _, said: "daemons:" in said and "not looked for faults" not in said)
