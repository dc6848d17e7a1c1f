"""What people corrected is kept: the newest answer, what was wrong first; and older databases get the table."""

from datetime import timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from builders import NOW, a_decision, a_ticket
from sqlalchemy import text

from supportbot.errors import Occupied
from supportbot.store import corrections, schema, tables, tickets
from supportbot.store.database import Database
from supportbot.tickets.corrections import Correction
from supportbot.tickets.lifecycle import Plan
from supportbot.triage.decision import Reason

WHY = Reason("nobody-reaches", "Nobody reaches them.", "T4", "ingen når", 3, 12)
HOUR = timedelta(hours=1)


def correction(answer: str, at=NOW, was: str = "yes", misled=(WHY,), actor: str = "Lisa") -> Correction:
    return Correction(10042, "urgent", answer, was, actor, at, f"because {answer}", misled)


async def test_the_newest_answer_stands_and_what_was_wrong_first_stays(write):
    await write(tickets.apply, Plan(a_ticket(a_decision())), True)
    await write(corrections.put, (correction("no"),))
    assert await write(corrections.of_ticket, 10042) == (correction("no"),)
    again = Correction(10042, "urgent", "yes", "no", "Kim", NOW + HOUR, "after all")
    await write(corrections.put, (again,))
    (kept,) = await write(corrections.of_ticket, 10042)
    assert (kept.answer, kept.was, kept.actor, kept.misled) == ("yes", "yes", "Kim", (WHY,))
    assert await write(corrections.tickets_since) == [10042]
    assert await write(corrections.tickets_since, NOW + HOUR) == [10042]
    assert await write(corrections.tickets_since, NOW + 2 * HOUR) == []
    await write(corrections.put, ())


async def test_what_misled_is_noted_when_an_answer_that_was_called_right_proves_wrong(write):
    await write(tickets.apply, Plan(a_ticket(a_decision())), True)
    await write(corrections.put, (correction("yes", misled=()),))
    await write(corrections.put, (correction("no"),))
    (kept,) = await write(corrections.of_ticket, 10042)
    assert (kept.answer, kept.misled) == ("no", (WHY,))


async def test_a_database_of_the_first_schema_is_brought_forward_with_what_it_holds(url, tmp_path):
    database = await Database.open(url, tmp_path)

    def back_to_the_first(conn):
        for table in reversed(tables.METADATA.sorted_tables):
            table.drop(conn)
        conn.execute(text("DELETE FROM alembic_version"))
        config = Config()
        config.set_main_option("script_location", str(schema.MIGRATIONS))
        config.attributes["connection"] = conn
        command.upgrade(config, "0001")
        tickets.apply(conn, Plan(a_ticket(a_decision())), True)

    await database.write(back_to_the_first)
    await database.close()
    with pytest.raises(Occupied, match=f"has schema 0001, not {schema.HEAD}: run supportbot db upgrade"):
        await Database.open(url, tmp_path, migrate=False)
    database = await Database.open(url, tmp_path)
    assert (await database.read(lambda conn: tickets.find(conn, 10042))) == a_ticket(a_decision())
    await database.write(lambda conn: corrections.put(conn, (correction("no"),)))

    def differences(conn):
        return compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), tables.METADATA)

    assert await database.read(differences) == []
    await database.close()
