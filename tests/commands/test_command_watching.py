"""`status` says in words which alarms were raised, and that a daemon which runs looks no more."""

import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from supportbot.store import alarms, lock
from supportbot.tickets.faults import Fault, Noted


def test_status_tells_of_alarms(desk):
    now = datetime.now(UTC)
    lasting = Noted(Fault("mail_out", now, "2 wait: connection refused"), alarmed=True)
    short = Noted(Fault("rules", now, "kind.toml is broken"))
    desk.change(lambda conn: alarms.put(conn, (lasting, short), now))
    said = desk("status")
    assert said.code == 1
    assert "! alarm mail_out: raised for a fault since" in said.out
    assert "2 wait: connection refused" in said.out
    assert "kind.toml is broken" not in said.out
    (state,) = desk("status", "--json").rows
    assert [one["fault"] for one in state["alarms"]] == ["mail_out"]


TAKE = """
import sys
from pathlib import Path
from supportbot.store.lock import Lock
held = Lock.take(Path(sys.argv[1]), "x")
print("taken", flush=True)
sys.stdin.read()
"""


@contextmanager
def somebody_works_with(database):
    """Another process that has the database as a daemon has it."""
    command = [sys.executable, "-c", TAKE, str(lock.file_of(database, "daemon"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "taken\n"
        yield
        holder.stdin.close()


def test_status_tells_of_a_daemon_that_looks_no_more(desk):
    desk.change(lambda conn: alarms.put(conn, (), datetime.now(UTC) - timedelta(minutes=6)))
    with somebody_works_with(desk.folder / "supportbot.db"):
        said = desk("status")
        assert "! the daemon runs, but has not looked for faults since" in said.out
        assert "no daemon runs" not in said.out
        assert desk("status", "--alive").code == 1
        desk.change(lambda conn: alarms.put(conn, (), datetime.now(UTC)))
        assert "looked for faults" not in desk("status").out
        assert desk("status", "--alive").code == 0
    assert "! no daemon runs: supportbot run" in desk("status").out
