"""`status` says in words which alarms were raised, and that nobody looks any more."""

from datetime import UTC, datetime, timedelta

from supportbot.store import alarms
from supportbot.tickets.faults import Fault, Noted


def test_status_tells_of_alarms_and_of_a_daemon_that_looks_no_more(desk):
    now = datetime.now(UTC)
    lasting = Noted(Fault("mail_out", now, "2 wait: connection refused"), alarmed=True)
    short = Noted(Fault("rules", now, "kind.toml is broken"))
    desk.change(lambda conn: alarms.put(conn, (lasting, short), now))
    said = desk("status")
    assert said.code == 1
    assert "! alarm mail_out: raised for a fault since" in said.out
    assert "2 wait: connection refused" in said.out
    assert "kind.toml is broken" not in said.out
    assert "last looked for faults" not in said.out
    (state,) = desk("status", "--json").rows
    assert [one["fault"] for one in state["alarms"]] == ["mail_out"]
    desk.change(lambda conn: alarms.put(conn, (), now - timedelta(minutes=6)))
    assert "! the daemon last looked for faults" in desk("status").out
