"""Ticket numbers without waiting for each other, on PostgreSQL. Revision 0008.

A counter's row is locked until the transaction that took the number ends, so all daemons settled one mail at a time.
A sequence leaves a gap where a transaction is undone; on SQLite, with its one writer, the counter stays.
"""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE ticket_number OWNED BY tickets.number")
        op.execute("SELECT setval('ticket_number', (SELECT value FROM counters WHERE name = 'ticket'))")
