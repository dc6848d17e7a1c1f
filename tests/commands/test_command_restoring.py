"""`db restore`: a backup made under load comes back whole; what is damaged, or in the way of another, is refused."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from desk_text import SQLITE

from supportbot.store import contents, inbox, tickets
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.store.lock import Lock

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
LARGE = b"Subject: large\r\n\r\n" + b"x" * contents.LARGE


def keep(conn, number, content):
    inbox.keep(conn, Kept("kundcenter", "INBOX", 2, number, content, NOW), NOW)


@pytest.fixture
def backup(desk, tmp_path):
    """The desk's backup, with a mail that lies in a file; the desk has gone on since."""
    desk.change(lambda conn: keep(conn, 1, LARGE))
    assert desk("db", "backup", tmp_path / "backup").code == 0
    assert desk("ticket", desk.URGENT, "take").code == 0
    desk.change(lambda conn: keep(conn, 2, LARGE + b"later"))
    return tmp_path / "backup"


def large_files(desk):
    return {file.name for file in (desk.folder / "supportbot.db.raw").iterdir()}


def test_a_backup_under_load_comes_back_through_the_command(desk, tmp_path):
    async def load_and_back_up():
        database = await Database.open("sqlite:///supportbot.db", desk.folder)
        number, stop = 0, False

        async def load():
            nonlocal number
            while not stop:
                number += 1
                content = b"%d" % number + (LARGE if number % 5 == 0 else b"")
                await database.write(partial(keep, number=number, content=content))

        loading = asyncio.ensure_future(load())
        while number < 10:
            await asyncio.sleep(0.01)
        await database.backup(tmp_path / "backup")
        stop = True
        await loading
        await database.close()

    asyncio.run(load_and_back_up())
    before = desk("tickets", "list", "--json")
    for file in desk.folder.glob("supportbot.db*"):
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    assert desk("tickets", "list").code == 1
    assert desk("db", "restore", tmp_path / "backup").code == 0
    after = desk("tickets", "list", "--json")
    assert (after.code, after.rows, len(after.rows) >= 4) == (0, before.rows, True)
    kept = desk.change(lambda conn: {row[0] for row in conn.exec_driver_sql("SELECT sha256 FROM contents")})
    assert len(kept) >= 10
    assert large_files(desk) <= kept
    desk.change(lambda conn: [contents.get(conn, name) for name in kept])


def test_the_database_that_is_there_is_kept_or_the_copy_refused(desk, backup):
    said = desk("db", "restore", backup)
    assert (said.code, "is already there. Keep it beside the copy with --replace." in said.err) == (1, True)
    now = desk("tickets", "show", desk.URGENT).out
    assert len(large_files(desk)) == 2
    assert desk("db", "restore", backup, "--replace").code == 0
    assert desk("tickets", "show", desk.URGENT).out != now
    assert large_files(desk) == {contents.hash_of(LARGE)}
    (old,) = (file for file in desk.folder.glob("supportbot.db.20*") if file.is_file())
    desk.edit(SQLITE, f"sqlite:///{old.name}")
    assert desk("tickets", "show", desk.URGENT).out == now
    assert not list(desk.folder.glob(".supportbot*"))


def numbers(desk):
    """The next ticket's number, and the id of the next mail."""

    def look(conn):
        (given,) = conn.exec_driver_sql("SELECT value FROM counters WHERE name = 'ticket'").one()
        (mail,) = conn.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'inbox'").one()
        return given + 1, mail + 1

    return desk.change(look)


def test_numbers_that_were_given_since_the_backup_are_not_given_again(desk, backup):
    for _ in range(3):
        desk.change(tickets.reserve_number)
    before = numbers(desk)
    assert desk("db", "restore", backup, "--replace").code == 0
    assert numbers(desk) == before


@pytest.mark.parametrize("damage", [Path.unlink, lambda file: file.write_bytes(b"no database at all" * 100)])
def test_where_nobody_knows_many_numbers_are_passed_over(desk, backup, damage):
    ticket, mail = numbers(desk)
    damage(desk.folder / "supportbot.db")
    for log in desk.folder.glob("supportbot.db-*"):
        log.unlink()
    assert desk("db", "restore", backup, "--replace").code == 0
    assert numbers(desk) == (ticket + 1000, mail - 1 + 1000)


def test_a_daemon_that_holds_it_is_named(desk, backup):
    lock = Lock.take(desk.folder / "supportbot.db.daemon.lock", "the database")
    try:
        said = desk("db", "restore", backup, "--replace")
    finally:
        lock.release()
    assert (said.code, "is in use by another daemon" in said.err) == (1, True)


def cut(file):
    file.write_bytes(file.read_bytes()[: 3 * 4096])


def no_database(file):
    file.write_bytes(b"This is no database at all. " * 999)


def other_bytes(file):
    with closing(sqlite3.connect(file)) as conn, conn:
        conn.execute("UPDATE contents SET content = x'00' WHERE rowid = 1 AND content IS NOT NULL")


def newer(file):
    with closing(sqlite3.connect(file)) as conn, conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")


def large_gone(file):
    file.with_name(f"{file.name}.raw").joinpath(contents.hash_of(LARGE)).unlink()


def large_changed(file):
    large = file.with_name(f"{file.name}.raw") / contents.hash_of(LARGE)
    large.unlink()  # it is linked to the desk's own
    large.write_bytes(LARGE[:-1] + b"y")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (cut, "is damaged: "),
        (no_database, "is damaged: file is not a database"),
        (other_bytes, "is gone or damaged"),
        (large_gone, "is damaged: the file "),
        (large_changed, "is damaged: the file "),
        (newer, "is of a newer supportbot (schema 9999). Install that."),
        (lambda file: file.unlink(), "is no folder that supportbot db backup made. Name the backup's folder."),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_damaged_backup_is_refused_and_nothing_changed(desk, backup, damage, says):
    before = desk("tickets", "show", desk.URGENT).out
    damage(backup / "supportbot.db")
    said = desk("db", "restore", backup, "--replace")
    assert (said.code, says in said.err.replace("\n", " ")) == (1, True), said.err
    assert desk("tickets", "show", desk.URGENT).out == before
    assert len(large_files(desk)) == 2
    assert not list(desk.folder.glob("supportbot.db.20*"))
