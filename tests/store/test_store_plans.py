"""What the daemon asks all day is answered from an index, however much is stored."""

from datetime import timedelta

import pytest
from builders import NOW, a_ticket

from supportbot.store import inbox, mailboxes, outbox, tickets, timers
from supportbot.store.inbox import Kept
from supportbot.tickets.effects import Outgoing
from supportbot.tickets.lifecycle import Plan

MINUTE = timedelta(minutes=1)
TICKET = a_ticket()
MAIL = Kept("desk", "INBOX", 1, 1, b"mail", NOW)
LETTER = Outgoing("ack:1", "ack", TICKET.number, "anna@kund.example", "m@desk", b"letter")

ONLY_WHAT_WAITS = ("inbox_unread", "inbox_set_aside", "outbox_came_back", "CONSTANT ROW")
"""Partial indexes: to walk through the few rows of one is no walk through a table."""

ASKED = {
    "known": lambda conn: inbox.known(conn, "desk", "INBOX", 1, [1, 2]),
    "keep": lambda conn: inbox.keep(conn, MAIL, NOW),
    "claim mails": lambda conn: inbox.claim(conn, 10, NOW, MINUTE, 1000),
    "strike": lambda conn: inbox.strike(conn, 1, "why", NOW),
    "finish": lambda conn: inbox.finish(conn, 1, "ticket", "why", TICKET.number, NOW),
    "set aside": inbox.quarantined,
    "earlier copy": lambda conn: inbox.earlier_copy(conn, "hash", 2),
    "to put away": lambda conn: inbox.to_put_away(conn, "desk", "INBOX", 1, 100),
    "put away": lambda conn: inbox.put_away(conn, [1], "moved", NOW),
    "counts": lambda conn: inbox.counts(conn, NOW),
    "waiting": inbox.waiting,
    "number": tickets.reserve_number,
    "find": lambda conn: tickets.find(conn, TICKET.number, lock=True),
    "store": lambda conn: tickets.apply(conn, Plan(TICKET), True),
    "change": lambda conn: tickets.apply(conn, Plan(TICKET), False),
    "articles": lambda conn: tickets.articles_of(conn, TICKET.number),
    "journal": lambda conn: tickets.journal_of(conn, TICKET.number),
    "first text": lambda conn: tickets.first_text(conn, TICKET.number),
    "participant": lambda conn: tickets.numbers_by_participant(conn, "anna@kund.example"),
    "open": tickets.open_tickets,
    "urgent": tickets.open_urgent,
    "list open": lambda conn: tickets.listing(conn, status="open"),
    "list by customer": lambda conn: tickets.listing(conn, customer="C1"),
    "add": lambda conn: outbox.add(conn, LETTER, NOW),
    "claim letters": lambda conn: outbox.claim(conn, 10, NOW, MINUTE, 5),
    "retry": lambda conn: outbox.retry(conn, 1, NOW, "why", True),
    "sent": lambda conn: outbox.sent(conn, 1, "250", NOW),
    "bounced": lambda conn: outbox.bounced(conn, 1, True, "5.1.1", "", NOW),
    "by message id": lambda conn: outbox.by_message_ids(conn, ["m@desk", "n@desk"]),
    "of a ticket": lambda conn: outbox.for_ticket(conn, TICKET.number),
    "undelivered": lambda conn: outbox.undelivered(conn, NOW),
    "acks": lambda conn: outbox.acks_to_unproven(conn, NOW),
    "acks to": lambda conn: outbox.acks_to(conn, "anna@kund.example", NOW),
    "set timer": lambda conn: timers.set(conn, "key", NOW, "x"),
    "due": lambda conn: timers.due(conn, NOW, 10),
    "searched": lambda conn: mailboxes.searched(conn, "desk", "INBOX", 1, NOW),
}


@pytest.fixture
async def traced(sqlite_database):
    """Run all of ASKED once, in order; the plans of the statements by name."""

    def run(conn):
        driver = conn.connection.driver_connection
        plans = {}
        for name, ask in ASKED.items():
            statements = []
            driver.set_trace_callback(statements.append)
            ask(conn)
            driver.set_trace_callback(None)
            plans[name] = [
                (statement, row[3])
                for statement in statements
                if not statement.startswith("--")
                for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}")
            ]
        return plans

    return await sqlite_database.write(run)


async def test_no_question_of_the_daemon_walks_through_a_table(traced):
    walks = [
        (name, statement, step)
        for name, plan in traced.items()
        for statement, step in plan
        if step.startswith("SCAN ") and not step.endswith(ONLY_WHAT_WAITS)
    ]
    assert walks == []
    assert all(traced[name] for name in ASKED if name not in ("keep", "store", "add", "set timer", "searched"))
