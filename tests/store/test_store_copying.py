"""Everything of a SQLite database goes to PostgreSQL, and what is not the same is told."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from daemon_desk import FILES
from sqlalchemy import func, select, update

from supportbot.errors import Invalid
from supportbot.store import contents, copying, inbox, outbox, registry, tables, tickets, timers
from supportbot.store.inbox import Kept
from supportbot.tickets.effects import Outgoing
from supportbot.triage import registry as registries

NOW = datetime(2026, 11, 25, 9, 14, 0, 123456, UTC)


def fill(conn):
    for number in range(1, 1203):
        inbox.keep(conn, Kept("desk", "INBOX", 7, number, b"mail %d \xe5 \xf0\x9f\x98\x80" % number, NOW), NOW)
    inbox.keep(conn, Kept("desk", "INBOX", 7, 5000, b"large " * 100_000, NOW), NOW)
    inbox.set_aside(conn, 3, "våldsamt trasigt", NOW)
    letter = Outgoing("ack:1", "ack", None, "eva@akesglass.example", "<1@x.example>", b"Hej!", None)
    outbox.add(conn, letter, NOW, proven=True)
    timers.set(conn, "digest", NOW, "digest")
    tickets.reserve_number(conn)
    registry.replace(conn, registries.read(FILES))


def counts(conn):
    return {table.name: conn.scalar(select(func.count()).select_from(table)) for table in tables.METADATA.sorted_tables}


async def test_every_row_and_content_is_the_same_afterwards(sqlite_database, postgres_database):
    await sqlite_database.write(fill)
    told = {}
    sums = await copying.copy(sqlite_database, postgres_database, told.__setitem__)
    assert told == {name: total.rows for name, total in sums.items()} == await sqlite_database.read(counts)
    assert await postgres_database.read(counts) == told
    assert told["inbox"] == 1203 and told["contents"] == 1204 and told["customers"] == 2
    large = await postgres_database.read(lambda conn: inbox.raw(conn, 1203))
    assert large == b"large " * 100_000 and len(large) > contents.LARGE


async def test_the_next_rows_get_new_numbers(sqlite_database, postgres_database):
    await sqlite_database.write(fill)
    before = await sqlite_database.read(lambda conn: conn.scalar(select(func.max(tables.inbox.c.id))))
    ticket = await sqlite_database.write(tickets.reserve_number)
    await copying.copy(sqlite_database, postgres_database, lambda table, rows: None)
    new = await postgres_database.write(lambda conn: inbox.keep(conn, Kept("desk", "INBOX", 7, 6000, b"x", NOW), NOW))
    assert new == before + 1
    assert await postgres_database.write(tickets.reserve_number) == ticket + 1


async def test_a_target_with_rows_is_refused(sqlite_database, postgres_database):
    await postgres_database.write(lambda conn: timers.set(conn, "digest", NOW, "digest"))
    with pytest.raises(Invalid, match="is not empty: timers"):
        await copying.copy(sqlite_database, postgres_database, lambda table, rows: None)


@pytest.mark.parametrize("changed", ["row", "added"])
async def test_a_change_meanwhile_is_told(sqlite_database, postgres_database, changed):
    await sqlite_database.write(fill)
    late = []

    def tell(table, rows):
        late.append(table)

    async def change(conn_run):
        await sqlite_database.write(conn_run)

    class Slow:
        """The target; before its rows are summed, somebody works in the source."""

        async def write(self, run):
            return await postgres_database.write(run)

        async def read(self, run):
            if late:
                if changed == "row":
                    await change(lambda conn: conn.execute(update(tables.inbox).values(reason="x")))
                else:
                    await change(lambda conn: timers.set(conn, "later", NOW, "alert"))
            return await postgres_database.read(run)

    with pytest.raises(Invalid, match=f"{'inbox' if changed == 'row' else 'timers'}: is not the same"):
        await copying.copy(sqlite_database, Slow(), tell)


async def test_sums_tell_rows_apart_but_not_their_order(database):
    mail = Kept("desk", "INBOX", 7, 1, b"one", NOW)
    await database.write(lambda conn: inbox.keep(conn, mail, NOW))
    first = await database.read(copying.sums)
    await database.write(lambda conn: inbox.keep(conn, replace(mail, uid=2, content=b"two"), NOW))
    second = await database.read(copying.sums)
    assert second["inbox"].rows == 2 and second["inbox"] != first["inbox"]
    assert second["tickets"] == first["tickets"] == copying.Sum(0, "0" * 64)
