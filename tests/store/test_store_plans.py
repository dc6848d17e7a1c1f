"""What the daemon and its commands ask is answered from an index, on both databases, however much is stored.

The databases are filled as after some years (tools/large.py), so that PostgreSQL's planner chooses honestly; SQLite's
has no statistics, as nobody makes them in a desk's life. Every question of the store stands in one of three tables.
"""

import ast
import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import large
import pytest
from builders import NOW, a_ticket
from servers.postgres import make_database
from sqlalchemy import event

import supportbot.store
from supportbot.config import SQLITE as PREFIX
from supportbot.config import RetentionSection
from supportbot.store import (
    acks,
    alerts,
    blanking,
    claims,
    clock,
    contents,
    corrections,
    figures,
    inbox,
    mailboxes,
    outbox,
    queue,
    retention,
    tickets,
    timers,
)
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.tickets.corrections import Correction
from supportbot.tickets.effects import Outgoing
from supportbot.tickets.lifecycle import Plan

SQLITE = f"{PREFIX}supportbot.db"
TICKETS = 20_000
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TODAY = datetime.now(UTC)
TICKET = a_ticket()
NEW = replace(TICKET, number=9)
OLD = 10_000 + TICKETS // 2
MAIL = Kept("desk", "INBOX", 1, 1, b"mail", NOW)
LETTER = Outgoing("ack:9:1", "ack", OLD, "anna@kund.example", "m@desk", b"letter")
AGES = RetentionSection()

WORK = 40
"""Thousands of steps of SQLite's machine: to walk through 20,000 rows takes a hundred and more."""
SOON = 1000.0
"""In the planner's own unit (a page read in order is 1): what a limited walk may cost, a few milliseconds."""
SMALL = ("timers", "leases", "counters", "meta", "mailboxes", "corrections", "erasures")
"""Tables that hold a few rows in all their life, or one in a hundred tickets, or one a night."""
FEW = ("inbox_unread", "inbox_set_aside", "outbox_came_back", "tickets_with_charge")
"""Partial indexes of few rows: to walk through one is no walk through a table."""


def holder(conn):
    """This daemon, where there may be several."""
    return "this daemon" if conn.dialect.name == "postgresql" else None


ASKED = {
    "inbox.known": lambda conn: inbox.known(conn, "kundcenter", "INBOX", 7, [1, 2]),
    "inbox.keep": lambda conn: inbox.keep(conn, MAIL, NOW),
    "claims.claim": lambda conn: claims.claim(conn, 10, NOW, MINUTE, 1000, holder(conn)),
    "claims.release": lambda conn: claims.release(conn, NOW),
    "claims.strike": lambda conn: claims.strike(conn, 15, "why", NOW),
    "inbox.set_aside": lambda conn: inbox.set_aside(conn, inbox.keep(conn, MAIL, NOW), "why", NOW),
    "inbox.finish": lambda conn: inbox.finish(conn, inbox.quarantined(conn)[0].id, "ignore", "why", None, NOW),
    "inbox.quarantined": inbox.quarantined,
    "inbox.leave_alone": lambda conn: inbox.leave_alone(
        conn, inbox.quarantined(conn)[0].id, "bulk (by its content)", NOW, "a@b.example", "hej"
    ),
    "inbox.look_again": lambda conn: inbox.look_again(conn, 15),
    "inbox.left_alone": lambda conn: inbox.left_alone(conn, TODAY - DAY),
    "inbox.earlier_copy": lambda conn: inbox.earlier_copy(conn, "hash", 2),
    "inbox.to_put_away": lambda conn: inbox.to_put_away(conn, "kundcenter", "INBOX", 7, 100),
    "inbox.highest": lambda conn: inbox.highest(conn, "kundcenter", "INBOX", 7),
    "inbox.let_go": lambda conn: inbox.let_go(conn, "kundcenter", "INBOX", 8),
    "mailboxes.meant": lambda conn: mailboxes.meant(conn, "kundcenter", "INBOX", 7, 9),
    "inbox.put_away": lambda conn: inbox.put_away(conn, [15], "moved", NOW),
    "inbox.raw": lambda conn: inbox.raw(conn, 15),
    "inbox.get": lambda conn: inbox.get(conn, 15),
    "inbox.counts": lambda conn: inbox.counts(conn, TODAY - DAY),
    "inbox.waiting": inbox.waiting,
    "tickets.reserve_number": tickets.reserve_number,
    "tickets.find": lambda conn: tickets.find(conn, OLD, lock=True),
    "tickets.apply": lambda conn: (tickets.apply(conn, Plan(NEW), True), tickets.apply(conn, Plan(NEW), False)),
    "tickets.add_journal": lambda conn: tickets.add_journal(conn, OLD, tickets.journal_of(conn, OLD)),
    "tickets.articles_of": lambda conn: tickets.articles_of(conn, OLD),
    "tickets.journal_of": lambda conn: tickets.journal_of(conn, OLD),
    "tickets.first_text": lambda conn: tickets.first_text(conn, OLD),
    "tickets.unread_words": lambda conn: tickets.unread_words(conn, [replace(NEW, number=OLD, unread=True)]),
    "tickets.first_mail": lambda conn: tickets.first_mail(conn, OLD),
    "tickets.numbers_by_participant": lambda conn: tickets.numbers_by_participant(conn, "user1@kund7.example"),
    "tickets.texts_from": lambda conn: tickets.texts_from(conn, "user1@kund7.example", TODAY - 7 * DAY, 5),
    "tickets.open_tickets": tickets.open_tickets,
    "tickets.open_urgent": tickets.open_urgent,
    "tickets.count_open": tickets.count_open,
    "tickets.listing": lambda conn: tickets.listing(conn, status="open"),
    "tickets.listing all": lambda conn: tickets.listing(conn, status="all"),
    "tickets.listing urgent": lambda conn: tickets.listing(conn, status="open", urgent=True),
    "tickets.listing all urgent": lambda conn: tickets.listing(conn, urgent=True),
    "tickets.listing resolved urgent": lambda conn: tickets.listing(conn, status="resolved", urgent=True),
    "tickets.listing route": lambda conn: tickets.listing(conn, status="open", route="review"),
    "tickets.listing status": lambda conn: tickets.listing(conn, status="with_partner"),
    "tickets.listing customer": lambda conn: tickets.listing(conn, customer="C1"),
    "tickets.listing open customer": lambda conn: tickets.listing(conn, status="open", customer="C1"),
    "outbox.add": lambda conn: outbox.add(conn, LETTER, NOW),
    "outbox.claim": lambda conn: outbox.claim(conn, 10, TODAY, MINUTE, 5, holder(conn)),
    "outbox.is_claimed_by": lambda conn: outbox.is_claimed_by(conn, 5, "this daemon"),
    "outbox.release": lambda conn: outbox.release(conn, NOW),
    "outbox.retry": lambda conn: outbox.retry(conn, 1, NOW, "why", True),
    "outbox.relay_is_back": lambda conn: outbox.relay_is_back(conn, 10, NOW),
    "outbox.sent": lambda conn: outbox.sent(conn, 1, "250", NOW),
    "outbox.gave_up": lambda conn: outbox.gave_up(conn, 1, "550", NOW),
    "outbox.bounced": lambda conn: outbox.bounced(conn, 1, True, "5.1.1", "", NOW),
    "outbox.requeue": lambda conn: outbox.requeue(conn, 1, NOW),
    "outbox.by_message_ids": lambda conn: outbox.by_message_ids(conn, ["ack-5@icentrex.example", "n@desk"]),
    "outbox.by_message_ids many": lambda conn: outbox.by_message_ids(conn, [f"{n}@desk" for n in range(20)]),
    "outbox.by_ids": lambda conn: outbox.by_ids(conn, [4, 5]),
    "outbox.for_ticket": lambda conn: outbox.for_ticket(conn, OLD),
    "outbox.listing": lambda conn: outbox.listing(conn, "queued", 1000),
    "outbox.listing all": lambda conn: outbox.listing(conn, None, 50),
    "outbox.listing sent": lambda conn: outbox.listing(conn, "sent", 50),
    "outbox.content": lambda conn: outbox.content(conn, 5),
    "outbox.undelivered": lambda conn: outbox.undelivered(conn, TODAY - 7 * DAY),
    "outbox.next_due": outbox.next_due,
    "acks.take_turns_for": lambda conn: acks.take_turns_for(conn, "user1@kund7.example", True),
    "alerts.take_turns_for": alerts.take_turns_for,
    "acks.to_unproven": lambda conn: acks.to_unproven(conn, TODAY - DAY / 24),
    "acks.to_domain": lambda conn: acks.to_domain(conn, "user1@kund7.example", TODAY - DAY),
    "acks.to": lambda conn: acks.to(conn, "user1@kund7.example", TODAY - DAY),
    "alerts.since": lambda conn: alerts.since(conn, TODAY - DAY / 24),
    "alerts.of_customer": lambda conn: alerts.of_customer(conn, "C1", TODAY - DAY / 24),
    "alerts.is_queued": lambda conn: alerts.is_queued(conn, "alert:1:urgent:step-0:a@b.example"),
    "alerts.repeated": alerts.repeated,
    "clock.draw_in_letters": lambda conn: clock.draw_in_letters(conn, TODAY, {"ack": DAY, "alert": DAY}),
    "contents.put": lambda conn: contents.put(conn, b"x", "0"),
    "contents.get": lambda conn: contents.get(conn, contents.hash_of(b"mail15")),
    "corrections.put": lambda conn: corrections.put(conn, (Correction(OLD, "urgent", "no", "yes", "Eva", NOW, "why"),)),
    "corrections.of_ticket": lambda conn: corrections.of_ticket(conn, OLD),
    "corrections.tickets_since": lambda conn: corrections.tickets_since(conn, TODAY - DAY),
    "timers.set": lambda conn: timers.set(conn, "key", NOW, "x"),
    "timers.due": lambda conn: timers.due(conn, NOW, 10),
    "figures.read": lambda conn: figures.read(conn, TODAY),
    "figures.waiting": lambda conn: figures.waiting(conn, TODAY, 5 * MINUTE),
    "queue.digest_input": lambda conn: queue.digest_input(conn, TODAY),
    "retention.step": lambda conn: retention.step(conn, AGES, TODAY),
    "retention.step at the end": lambda conn: retention.step(conn, AGES, TODAY - 30 * 365 * DAY),
    "blanking.mails": lambda conn: blanking.mails(conn, [15], NOW),
    "blanking.letters": lambda conn: blanking.letters(conn, [3], NOW),
    "blanking.ticket_texts": lambda conn: blanking.ticket_texts(conn, [OLD], "Eva", "why", NOW),
    "blanking.charges": lambda conn: blanking.charges(conn, [OLD], "Eva", NOW),
    "blanking.journals": lambda conn: blanking.journals(conn, [OLD]),
    "retention.removed": lambda conn: retention.removed(conn, TODAY - DAY),
    "retention.last": retention.last,
}
ASKS_NOTHING = ("tickets.add_journal", "acks.take_turns_for", "alerts.take_turns_for")
"""Of SQLite: an empty journal, and turns that its one writer takes anyway."""
OF_FEW_ROWS = {
    "timers": ("get", "move", "drop"),
    "clock": ("draw_in_timers",),
    "leases": ("holders", "take", "renew", "demand", "give_back", "forget", "everyone"),
    "mailboxes": ("opened", "searched", "failed", "find", "everyone"),
    "alarms": ("last", "turn", "put"),
    "reloads": ("well", "failed", "last"),
    "registry": ("fingerprint",),
    "retention": ("note",),
}
"""Their tables are SMALL."""
ALL_IS_READ = {
    "registry": ("replace", "load"),
    "inbox": ("settled", "not_settled"),
    "outbox": ("counts",),
    "status": ("state",),
    "about": ("look_through", "find"),
    "privacy": ("plan", "erase"),
    "retention": ("due",),
    "blanking": ("sweep",),
    "copying": ("sums",),
    "contents": ("read_file", "file_head"),
}
"""By a person's command or at a start, page by page where it is much; outside any transaction that writes."""
NOT_ASKED = ("schema", "sql", "reconcile", "fsck", "fsck_contents", "fsck_links", "fsck_schema", "fsck_values")
"""Modules that ask of the schema, or prove by reading everything."""


class Undone(Exception):
    """What a question wrote is undone, so that the next one finds all as it was."""


@pytest.fixture(scope="module")
def full_file(migrated_file, tmp_path_factory):
    file = tmp_path_factory.mktemp("full") / "supportbot.db"
    shutil.copyfile(migrated_file, file)
    large.fill_sqlite(file, TICKETS, TICKETS // 10)
    return file


@pytest.fixture(scope="module")
def full_template(postgres_server, migrated_template):
    url = asyncio.run(make_database(postgres_server, migrated_template))
    asyncio.run(large.fill_postgres(url, TICKETS, TICKETS // 10))
    return url.rpartition("/")[2]


async def test_sqlite_walks_through_no_table(full_file, tmp_path):
    shutil.copyfile(full_file, tmp_path / "supportbot.db")
    database = await Database.open(SQLITE, tmp_path)
    walks = []
    for name, ask in ASKED.items():
        statements, ticks = [], []

        def run(conn, ask=ask, statements=statements, ticks=ticks):
            driver = conn.connection.driver_connection
            driver.set_trace_callback(statements.append)
            driver.set_progress_handler(lambda: ticks.append(1) and None, 1000)
            try:
                ask(conn)
            finally:
                driver.set_trace_callback(None)
                driver.set_progress_handler(None, 0)
            raise Undone

        with pytest.raises(Undone):
            await database.write(run)
        assert len(ticks) <= WORK, f"{name} takes {len(ticks)} thousand steps"
        with closing(sqlite3.connect(tmp_path / "supportbot.db")) as connection:
            assert statements or name in ASKS_NOTHING, name
            for statement in statements:
                if statement.startswith(("--", "SAVEPOINT", "ROLLBACK", "RELEASE")):
                    continue
                plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
                walks += [(name, statement, step) for step in plan if _sqlite_walks(step, statement)]
    await database.close()
    assert not walks, "\n".join(map(str, walks))


def _sqlite_walks(step: str, statement: str) -> bool:
    """Whether a step goes through a whole table or index; in the order that is asked for, a LIMIT ends it (WORK)."""
    if not step.startswith("SCAN ") or step.endswith((*FEW, "CONSTANT ROW")):
        return False
    ends = "ORDER BY" in statement and "LIMIT" in statement
    return step.split()[1] not in SMALL and not step.startswith("SCAN (") and not ends


async def test_postgresql_walks_through_no_table(postgres_server, full_template, tmp_path):
    database = await Database.open(await make_database(postgres_server, full_template), tmp_path)
    walks = []
    for name, ask in ASKED.items():

        def run(conn, ask=ask, name=name):
            asked = []

            def note(conn, cursor, statement, parameters, context, executemany):
                asked.append((statement, parameters[0] if executemany else parameters))

            event.listen(conn, "before_cursor_execute", note)
            ask(conn)
            event.remove(conn, "before_cursor_execute", note)
            assert asked, name
            for statement, parameters in asked:
                plan = conn.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", tuple(parameters)).scalar()
                plan = json.loads(plan) if isinstance(plan, str) else plan
                walks.extend((name, statement, walk) for walk in _postgres_walks(plan[0]["Plan"]))
            raise Undone

        with pytest.raises(Undone):
            await database.write(run)
    await database.close()
    assert not walks, "\n".join(map(str, walks))


def _postgres_walks(node: dict, limit: dict | None = None) -> list[str]:
    """Scans of a whole table, or of a whole index that is not of few rows, unless a LIMIT ends them soon."""
    limit = node if node["Node Type"] == "Limit" else None if node["Node Type"] == "Sort" else limit
    found = [walk for below in node.get("Plans", ()) for walk in _postgres_walks(below, limit)]
    table, index = node.get("Relation Name"), node.get("Index Name")
    whole = node["Node Type"] == "Seq Scan" or (index and "Index Cond" not in node and index not in FEW)
    if whole and table and table not in SMALL and not (limit and limit["Total Cost"] < SOON):
        found.append(f"{node['Node Type']} {table} {index or ''} {node.get('Filter', '')}")
    return found


def test_every_question_of_the_store_is_in_a_table():
    folder = Path(supportbot.store.__file__).parent
    known = {name.split(" ")[0] for name in ASKED}
    known |= {
        f"{module}.{name}" for some in (OF_FEW_ROWS, ALL_IS_READ) for module, names in some.items() for name in names
    }
    questions = {
        f"{file.stem}.{node.name}"
        for file in folder.glob("*.py")
        if file.stem not in NOT_ASKED
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.args.args[:1]
        if node.args.args[0].arg == "conn"
    }
    assert questions == known
