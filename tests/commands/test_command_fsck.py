"""`fsck`: a whole desk has no findings, on both databases; each kind of damage is found, named and told how to mend."""

import asyncio
import os
import resource
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from daemon_desk import SQLITE
from sqlalchemy import update

from supportbot.commands.fsck import SHOWN
from supportbot.store import blanking, claims, contents, fsck, inbox, tables
from supportbot.store.database import Database
from supportbot.store.inbox import Kept

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
OLD = time.time() - 7200
LARGE = b"Subject: large\r\n\r\n" + b"x" * contents.LARGE


def test_a_whole_desk_has_no_findings(kept):
    answer = kept("fsck")
    assert (answer.code, answer.err) == (0, "")
    assert "All is whole" in answer.out
    assert kept("fsck", "--json").out == ""


TWICE = """INSERT INTO articles (ticket, at, author, kind, text, inbox_id, unverified)
    SELECT ticket, at, author, kind, text, 1, unverified FROM articles WHERE inbox_id = 1"""
BOTH = ["UPDATE inbox SET ticket = 10001 WHERE id = 2", "UPDATE articles SET ticket = 10001 WHERE inbox_id = 2"]
SAME_ID = "UPDATE outbox SET message_id = (SELECT o.message_id FROM outbox o WHERE o.id = 1) WHERE id = 2"
ON_POSTGRES = {
    "constraint": ["UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'journal_by_ticket'::regclass"],
    "counter": ["SELECT setval('ticket_number', 10002)"],
}
"""Where the same damage is done in another way."""
PAST = "lease_until = '2026-01-25 09:00:00+00:00'"
DAMAGE = [
    ("damaged", "mail 1 ", ["UPDATE inbox SET content_hash = 'x' WHERE id = 1"]),
    ("damaged", "mail 1 ", ["UPDATE inbox SET size = size + 1 WHERE id = 1"]),
    ("bytes_gone", "mail 2 ", ["UPDATE inbox SET sha256 = 'x' WHERE id = 2"]),
    ("bytes_gone", "letter 1 ", ["DELETE FROM contents WHERE sha256 = (SELECT sha256 FROM outbox WHERE id = 1)"]),
    ("unnamed", "contents ", ["INSERT INTO contents (sha256, size, content) VALUES ('aa', 0, '')"]),
    ("no_ticket", "mail 1 ", ["UPDATE inbox SET ticket = 99 WHERE id = 1"]),
    ("no_ticket", "mail 1 ", ["UPDATE inbox SET ticket = NULL WHERE id = 1"]),
    ("no_ticket", "letter 1 ", ["UPDATE outbox SET ticket = NULL WHERE id = 1"]),
    ("no_ticket", "letter 1 ", ["UPDATE outbox SET ticket = 99 WHERE id = 1"]),
    ("no_mail", "ticket 10001", ["UPDATE inbox SET verdict = 'ignore' WHERE id = 1"]),
    ("no_mail", "article 1 of", ["UPDATE articles SET inbox_id = 99 WHERE id = 1"]),
    ("no_article", "mail 1 ", ["DELETE FROM articles WHERE inbox_id = 1"]),
    ("doubled", "mail 1 ", [TWICE]),
    ("doubled", "ticket 10001", BOTH),
    ("doubled", "letter 2 ", [SAME_ID]),
    ("other_ticket", "article 1 of", ["UPDATE articles SET ticket = 10002 WHERE id = 1"]),
    ("half_done", "mail 1 ", ["UPDATE inbox SET finished = NULL WHERE id = 1"]),
    ("half_done", "letter 1 ", ["UPDATE outbox SET state = 'sent', attempt = 1 WHERE id = 1"]),
    ("unclaimed", "mail 6 ", [f"UPDATE inbox SET state = 'reading', {PAST} WHERE id = 6"]),
    ("unclaimed", "letter 1 ", [f"UPDATE outbox SET state = 'sending', {PAST} WHERE id = 1"]),
    ("unreadable", "ticket 10001", ["UPDATE tickets SET decision = '{' WHERE number = 10001"]),
    ("orphan", "journal ", ["DELETE FROM tickets WHERE number = 10001"]),
    ("constraint", "journal", ["DELETE FROM tickets WHERE number = 10001"]),
    ("counter", "", ["UPDATE counters SET value = 10002 WHERE name = 'ticket'"]),
    ("schema", "outbox", ["DROP INDEX outbox_by_message_id"]),
]


@pytest.mark.parametrize(("kind", "where", "statements"), DAMAGE)
def test_damage_is_found_and_named(kept, kind, where, statements):
    if kept.url != SQLITE:
        statements = ON_POSTGRES.get(kind, statements)
    kept.damage(*statements)
    answer = kept("fsck", "--json")
    assert answer.code == 1
    found = [row for row in answer.rows if row["kind"] == kind]
    assert any(row["where"].startswith(where) for row in found), answer.rows
    assert all(row["means"] and row["mend"] for row in answer.rows)


@pytest.mark.parametrize("table", ["inbox", "outbox"])
def test_a_flipped_bit_is_found(kept, table):
    which = f"sha256 = (SELECT sha256 FROM {table} WHERE id = 3)"
    if kept.url == SQLITE:
        with closing(sqlite3.connect(kept.folder / "supportbot.db")) as conn:
            (content,) = conn.execute(f"SELECT content FROM contents WHERE {which}").fetchone()
            flipped = content[:40] + bytes([content[40] ^ 1]) + content[41:]
            conn.execute(f"UPDATE contents SET content = ? WHERE {which}", [flipped])
            conn.commit()
    else:
        kept.damage(f"UPDATE contents SET content = set_bit(content, 321, 1 - get_bit(content, 321)) WHERE {which}")
    (finding,) = kept("fsck", "--json").rows
    assert finding["kind"] == "damaged"
    assert finding["where"].startswith("mail 3 (kundcenter, INBOX, UID 3" if table == "inbox" else "letter 3 (")


def test_what_retention_and_erasure_blanked_is_no_finding(kept):
    def blank(conn):
        conn.execute(update(tables.tickets).values(is_open=False, status="resolved"))
        conn.execute(update(tables.outbox).values(state="sent", finished=NOW, attempt=1))
        blanking.mails(conn, [1, 2, 5], NOW, "looked at by nobody")
        blanking.letters(conn, [1, 2], NOW)
        blanking.ticket_texts(conn, [10001, 10002], "supportbot", "too old", NOW)
        blanking.journals(conn, [10001])

    kept.change(blank)
    answer = kept("fsck")
    assert answer.code == 0, answer.out


def test_files_of_large_mails(desk):
    desk.change(lambda conn: inbox.keep(conn, Kept("kundcenter", "INBOX", 1, 6, LARGE, NOW), NOW))
    folder = desk.folder / "supportbot.db.raw"
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b"y")
    assert [row["kind"] for row in desk("fsck", "--json").rows] == ["damaged"]
    file.unlink()
    assert [row["kind"] for row in desk("fsck", "--json").rows] == ["bytes_gone"]
    file.write_bytes(whole)
    for name in ("ab" * 32, "cd" * 32 + ".77.tmp"):
        (folder / name).write_bytes(b"left")
    assert desk("fsck").code == 0, "a file that is fresh may be of a transaction under way"
    for name in ("ab" * 32, "cd" * 32 + ".77.tmp"):
        os.utime(folder / name, (OLD, OLD))
    assert [row["kind"] for row in desk("fsck", "--json").rows] == ["stray_file"] * 2
    assert desk("privacy", "retention").code == 0, "which is the mend that is told"
    assert desk("fsck").code == 0


def test_a_damaged_database_file_is_told_without_a_traceback(desk):
    file = desk.folder / "supportbot.db"
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = 'articles'").fetchone()
        (size,) = conn.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as raw:
        raw.seek((root - 1) * size)
        raw.write(b"\xff" * 200)
    answer = desk("fsck", "--json")
    assert answer.code == 1
    assert any(row["kind"] == "unreadable" and row["where"] == "database file" for row in answer.rows)
    assert any(row["kind"] == "unreadable" and row["where"].startswith("articles") for row in answer.rows)


def test_many_findings_are_counted_for_people_and_given_whole_as_json(desk):
    many = SHOWN + 5
    with closing(sqlite3.connect(desk.folder / "supportbot.db")) as conn:
        conn.executemany("INSERT INTO contents VALUES (?, 0, x'')", [(f"{number:064x}",) for number in range(many)])
        conn.commit()
    answer = desk("fsck")
    assert answer.code == 1
    assert f"{many} bytes that nobody names" in answer.out
    assert f"{many} findings." in answer.out
    assert answer.out.count("  - contents ") == SHOWN
    assert len(desk("fsck", "--json").rows) == many


def test_forty_thousand_mails_in_bounded_memory(desk):
    """A million are the same pages, more of them."""
    rows = 40_000
    with closing(sqlite3.connect(desk.folder / "supportbot.db")) as conn:
        names = [row[1] for row in conn.execute("PRAGMA table_info(inbox)")]
        (model,) = conn.execute("SELECT * FROM inbox WHERE id = 5").fetchall()
        at = {name: place for place, name in enumerate(names)}

        def mails():
            for number in range(100, 100 + rows):
                content = b"Subject: %d\r\n\r\nHej" % number
                row = list(model)
                row[at["id"]], row[at["uid"]], row[at["size"]] = number, number, len(content)
                row[at["sha256"]], row[at["content_hash"]] = contents.hash_of(content), contents.content_hash(content)
                row[at["verdict"]] = "ignore"
                yield content, row

        conn.execute("PRAGMA journal_mode = OFF")
        for content, row in mails():
            conn.execute(f"INSERT INTO inbox VALUES ({', '.join('?' * len(row))})", row)
            conn.execute("INSERT INTO contents VALUES (?, ?, ?)", (row[at["sha256"]], len(content), content))
        conn.execute("UPDATE contents SET content = x'00' WHERE sha256 = (SELECT sha256 FROM inbox WHERE id = 30000)")
        conn.commit()
        conn.execute("PRAGMA journal_mode = WAL")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (finding,) = desk("fsck", "--json").rows
    assert finding["where"].startswith("mail 30000 ")
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 40


async def test_beside_a_daemon_at_work_nothing_is_found(desk):
    database = await Database.open(SQLITE, desk.folder)
    stop = asyncio.Event()

    async def work():
        number = 100
        while not stop.is_set():
            number += 1
            content = b"Subject: %d\r\n\r\n" % number + (LARGE if number % 9 == 0 else b"")
            kept = Kept("kundcenter", "INBOX", 1, number, content, NOW)
            row = await database.write(lambda conn, kept=kept: inbox.keep(conn, kept, NOW))
            await database.write(
                lambda conn, row=row: claims.claim(conn, 1, datetime.now(UTC), timedelta(minutes=2), 10)
            )
            await database.write(lambda conn, row=row: inbox.finish(conn, row, "ignore", "", None, NOW))
            await database.write(lambda conn, row=row: blanking.mails(conn, [row], NOW) if row % 2 else 0)
            await database.write(blanking.sweep)

    working = asyncio.create_task(work())
    found = [finding for _ in range(10) async for finding in fsck.check(database, datetime.now(UTC))]
    stop.set()
    await working
    await database.close()
    assert found == []
