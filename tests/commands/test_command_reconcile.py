"""`reconcile` of what is stored, on both databases: it adds up, and says which mails keep it from that.

Held against a real server: tests/daemon/test_reconcile.py.
"""

import resource
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from supportbot.store import blanking, tables

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


def of(desk, *words):
    answer = desk("reconcile", "--offline", *words)
    assert answer.err == ""
    return answer


def test_every_mail_has_become_something(kept):
    answer = of(kept, "--json")
    assert answer.code == 0
    (box,) = answer.rows
    assert (box["mailbox"], box["adds_up"], box["seen"], box["tickets"]) == ("kundcenter", True, 6, 4)
    assert (box["follow_ups"], box["none"], box["set_aside"], box["waiting"], box["missing"]) == (0, {}, 1, 1, 0)
    assert [(one["id"], one["uid"], one["why"]) for one in box["waiting_mails"]] == [(6, 6, "new")]
    assert kept("quarantine", "drop", kept.ASIDE).code == 0
    text = of(kept).out
    assert "6 mails seen = 4 tickets + 0 follow-ups + 1 without a ticket + 0 set aside + 1 waiting\n" in text
    assert "without a ticket: 1 looked at by" in text
    assert "waiting: mail 6 (UID 6), received 2026-11-25 09:00 UTC: new" in text
    assert "It adds up." in text


TWICE = """INSERT INTO articles (ticket, at, author, kind, text, inbox_id, unverified)
    SELECT ticket, at, author, kind, text, 1, unverified FROM articles WHERE inbox_id = 1"""
MISSING = [
    ([1], ["DELETE FROM articles WHERE inbox_id = 1"]),
    ([1], ["UPDATE inbox SET ticket = 99 WHERE id = 1"]),
    ([1], ["UPDATE inbox SET ticket = NULL WHERE id = 1"]),
    ([1], ["DELETE FROM tickets WHERE number = 10001"]),
    ([1], [TWICE]),
    ([1, 2], ["UPDATE inbox SET ticket = 10001 WHERE id = 2", "UPDATE articles SET ticket = 10001 WHERE inbox_id = 2"]),
    ([3], ["UPDATE inbox SET verdict = 'follow-up', ticket = 10001 WHERE id = 3"]),
]


@pytest.mark.parametrize(("mails", "statements"), MISSING)
def test_a_verdict_that_is_not_so_is_named(kept, mails, statements):
    kept.damage(*statements)
    answer = of(kept, "--json")
    assert answer.code == 1
    (box,) = answer.rows
    assert box["missing"] == len(mails)
    assert [one["where"] for one in box["differences"]] == [f"mail {mail} (UID {mail})" for mail in mails]
    parts = (box["tickets"], box["follow_ups"], sum(box["none"].values()), box["set_aside"], box["waiting"])
    assert sum(parts) + box["missing"] == box["seen"] == 6
    text = of(kept).out
    assert f"+ {len(mails)} missing in their ticket" in text
    assert "supportbot fsck" in text
    assert "It does not add up" in text


def test_what_retention_blanked_counts_by_its_verdict(kept):
    def blank(conn):
        conn.execute(update(tables.tickets).values(is_open=False, status="resolved"))
        blanking.mails(conn, [1, 2], NOW)
        blanking.ticket_texts(conn, [10001, 10003], "supportbot", "too old", NOW)

    kept.change(blank)
    answer = of(kept, "--json")
    assert answer.code == 0
    assert answer.rows[0]["tickets"] == 4


def test_the_digest_says_so(desk):
    assert "Avstämt: inget saknas." in " ".join(desk("digest").out.split())
    desk.damage("DELETE FROM articles WHERE inbox_id = 1")
    text = " ".join(desk("digest").out.split())
    assert "5 mejl = 3 nya ärenden" in text
    assert "+ 1 som saknas i sitt ärende. Det går inte jämnt ut." in text
    assert "Ta reda på vilka mejl det gäller: supportbot reconcile" in text


def test_a_mailbox_that_left_the_config_is_counted_too(desk):
    desk.damage("UPDATE inbox SET account = 'old' WHERE id IN (1, 2)")
    boxes = {box["mailbox"]: box["seen"] for box in of(desk, "--json").rows}
    assert boxes == {"kundcenter": 3, "old": 2}
    text = " ".join(desk("digest").out.split())
    assert "- kundcenter: 3 mejl = 2 nya ärenden" in text
    assert "- old: 2 mejl = 2 nya ärenden" in text


def test_a_server_that_is_not_there_is_said_and_is_no_proof(desk):
    answer = desk("reconcile")
    assert answer.code == 1
    assert "! mailbox kundcenter: " in answer.out
    assert "supportbot reconcile --offline" in answer.out


def test_forty_thousand_mails_in_bounded_memory(desk):
    with closing(sqlite3.connect(desk.folder / "supportbot.db")) as conn:
        names = [row[1] for row in conn.execute("PRAGMA table_info(inbox)")]
        row = dict(zip(names, conn.execute("SELECT * FROM inbox WHERE id = 5").fetchone(), strict=True))
        rows = (
            tuple((row | {"id": n, "uid": n, "verdict": "ignore", "reason": f"a report (number {n})"}).values())
            for n in range(100, 40_100)
        )
        conn.executemany(f"INSERT INTO inbox VALUES ({', '.join('?' * len(names))})", rows)
        conn.commit()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (box,) = of(desk, "--json").rows
    assert (box["seen"], box["none"]) == (40_005, {"a report": 40_000})
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 20
