"""Each older schema with rows in it -> this program's, on both databases: nothing is lost, new columns are right.

What a daemon of each schema may have stored stands in old_rows/NNNN.sql, each file in the words of its own schema.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from old_schema import back_to
from sqlalchemy import MetaData, Table, inspect, select, text

from supportbot.errors import Occupied
from supportbot.store import corrections, inbox, leases, outbox, registry, schema, tables, tickets, timers
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.tickets.ticket import BillingState, Status

ROWS = Path(__file__).parent / "old_rows"
REVISIONS = sorted(step.revision for step in ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions())
NOTHING_TO_STORE = ("0006", "0008", "0011")
"""Revisions that add indexes or a sequence only."""
ADDED = {
    ("inbox", "holder"): None,
    ("inbox", "sender"): "",
    ("inbox", "subject"): "",
    ("inbox", "erased"): None,
    ("inbox", "ahead"): False,
    ("inbox", "points_at"): None,
    ("outbox", "holder"): None,
    ("outbox", "erased"): None,
    ("outbox", "relay_away"): False,
    ("tickets", "erased"): None,
}
"""Columns that came later, and what rows from before hold in them."""


def fill(conn, revision):
    for file in sorted(ROWS.glob("*.sql")):
        if file.stem > revision:
            continue
        for statement in re.split(r";\n", re.sub(r"(?m)^--.*\n", "", file.read_text())):
            if conn.dialect.name == "postgresql":
                statement = re.sub(r"\bX'([0-9A-F]+)'", r"'\\x\1'::bytea", statement)
            if statement.strip():
                conn.exec_driver_sql(statement)
    if conn.dialect.name == "postgresql":  # as if the program had given these ids itself
        for table in ("inbox", "articles", "journal", "outbox"):
            conn.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"))
    if conn.dialect.name == "postgresql" and revision >= "0008":
        conn.execute(text("SELECT setval('ticket_number', 10002)"))


def stored(conn):
    """(table, column) -> its values in order, as the database itself says them, whatever the program's tables are."""
    found = {}
    for name in inspect(conn).get_table_names():
        if name == "alembic_version":
            continue
        table = Table(name, MetaData(), autoload_with=conn)
        rows = conn.execute(select(table).order_by(*table.primary_key)).all()
        assert rows or name in ("corrections", "leases", "erasures"), f"no row in {name} proves nothing"
        for place, column in enumerate(table.columns):
            found[name, column.name] = [row[place] for row in rows]
    return found


@pytest.fixture(params=REVISIONS)
async def upgraded(request, migrated_url, tmp_path):
    """(the revision, what was stored before, the database brought forward)"""
    database = await Database.open(migrated_url, tmp_path)
    await database.write(lambda conn: (back_to(conn, request.param), fill(conn, request.param)))
    before = await database.read(stored)
    await database.close()
    if request.param != schema.HEAD:
        with pytest.raises(Occupied, match=f"has schema {request.param}, not {schema.HEAD}: run supportbot db upgrade"):
            await Database.open(migrated_url, tmp_path, migrate=False)
    database = await Database.open(migrated_url, tmp_path)
    yield request.param, before, database
    await database.close()


async def test_nothing_is_lost_and_new_columns_hold_what_they_must(upgraded):
    revision, before, database = upgraded
    after = await database.read(stored)
    assert {place: after[place] for place in before} == before
    new = {place: values for place, values in after.items() if place not in before}
    assert all(value == ADDED[place] for place, values in new.items() for value in values)
    full = {place for place, values in before.items() if any(value not in (None, "") for value in values)}
    assert before.keys() == full, f"these columns were empty at {revision}: {before.keys() - full}"

    def differences(conn):
        return compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), tables.METADATA)

    assert await database.read(differences) == []


async def test_the_program_reads_what_was_stored_and_goes_on(upgraded):
    revision, _, database = upgraded

    def look(conn):
        ticket, mails = tickets.find(conn, 10001), {row.id: row for row in (inbox.get(conn, n) for n in (7, 8, 9))}
        assert (ticket.status, ticket.decision.urgent, ticket.references) == (Status.TAKEN, True, ("b@x", "a@x"))
        assert ticket.billing.state is BillingState.CONFIRMED
        assert ticket.phone_escalation.since == datetime(2026, 3, 1, 8, 0, 2, 500000, UTC)
        assert tickets.articles_of(conn, 10001)[0].text == "Rad ett\n\tRad två åäö 😀"
        assert tickets.journal_of(conn, 10001)[0].data == {"inbox_id": 7}
        assert inbox.raw(conn, 7) == b"Subject: he\xc3\xa4\r\n\r\n\x00\xffHej!"
        assert (mails[7].uid, mails[8].size, mails[9].state) == (4294967294, 5_000_000_000, "reading")
        assert [row.id for row in outbox.undelivered(conn, datetime(2026, 1, 1, tzinfo=UTC))] == [11]
        assert timers.get(conn, "alert:10001").data == {"step": 2}
        customer = registry.load(conn).customers["C1"]
        assert (customer.included_hours, str(customer.phone_numbers[0])) == (
            Decimal("3.25"), "+46846500420-+46846500423",
        )  # fmt: skip
        assert len(corrections.of_ticket(conn, 10001)) == (revision >= "0002")
        assert len(leases.everyone(conn)) == (revision >= "0003")

    await database.read(look)
    now = datetime(2026, 11, 25, tzinfo=UTC)
    assert await database.write(tickets.reserve_number) == 10003
    new = await database.write(lambda conn: inbox.keep(conn, Kept("second", "INBOX", 1, 1, b"x", now), now))
    assert new == 10


def test_every_revision_has_its_rows():
    wanted = [revision for revision in REVISIONS if revision not in NOTHING_TO_STORE]
    assert [file.stem for file in sorted(ROWS.glob("*.sql"))] == wanted
