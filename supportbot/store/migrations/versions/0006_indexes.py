"""Indexes for what a large database is asked: what is too old, a route, what is urgent. Revision 0006."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

PARTIAL = (
    ("inbox_to_remove", "inbox", ["verdict", "finished"], "erased IS NULL"),
    ("outbox_to_remove", "outbox", ["state", "created"], "erased IS NULL"),
    ("tickets_to_remove", "tickets", ["is_open", "updated"], "erased IS NULL OR erased < updated"),
    ("tickets_with_charge", "tickets", ["opened"], "billing_state = 'confirmed' AND erased IS NOT NULL"),
    ("journal_to_remove", "journal", ["at"], "what != 'erased'"),
)


def upgrade() -> None:
    op.create_index("tickets_by_urgency", "tickets", ["urgent", "number"])
    op.create_index("tickets_by_route", "tickets", ["route", "number"])
    for name, table, columns, where in PARTIAL:
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
