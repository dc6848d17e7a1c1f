"""On both databases: a migration killed half-way is finished by the next start; a newer schema is refused."""

import os
import signal
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from old_schema import back_to
from sqlalchemy import inspect, text

from supportbot import failpoints
from supportbot.store import schema, tables

pytestmark = pytest.mark.slow

INSTANTS = ("migrating:1", "sql:30", "migrating:5", "commit:2")
"""A step done, in the middle of one, a later step done, all done; nothing of it committed."""


def back_to_the_first(conn):
    """A database as the first release left it, with something in it."""
    back_to(conn, "0001")
    conn.execute(text("INSERT INTO meta (name, value) VALUES ('kept', 'over all kills')"))


def differences(conn):
    return compare_metadata(MigrationContext.configure(conn), tables.METADATA)


def upgrade(kept, **fault):
    line = [sys.executable, "-m", "supportbot", "db", "upgrade", "--config", kept.config]
    return subprocess.run(line, capture_output=True, text=True, timeout=60, env=os.environ | fault)


def test_a_migration_killed_half_way_is_finished_by_the_next_start(kept):
    kept.change(back_to_the_first)
    for instant in INSTANTS:
        ran = upgrade(kept, **{failpoints.VARIABLE: f"{instant}:kill"})
        assert ran.returncode == -signal.SIGKILL, f"{instant}: {ran.stderr}"
        assert kept("tickets", "list").code == 1, "a command does not work on an old schema"
    ran = upgrade(kept)
    assert ran.returncode == 0, ran.stderr
    assert kept.change(differences) == []
    assert kept.change(schema.is_current)
    assert kept.change(lambda conn: conn.scalar(text("SELECT value FROM meta WHERE name = 'kept'"))) == "over all kills"
    left = [
        name for name in kept.change(lambda conn: inspect(conn).get_table_names()) if name.startswith("_alembic_tmp")
    ]
    assert not left


@pytest.mark.parametrize("words", [("run",), ("status",), ("db", "upgrade"), ("fsck",)], ids=" ".join)
def test_an_older_program_refuses_a_newer_schema_and_changes_nothing(kept, words):
    kept.damage("UPDATE alembic_version SET version_num = '9999'")
    before = kept.folder / "supportbot.db"
    stamp = before.stat().st_mtime_ns
    answer = kept(*words)
    assert answer.code == 1
    assert "9999" in answer.err
    assert before.stat().st_mtime_ns == stamp
