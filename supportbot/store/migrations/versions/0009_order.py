"""Which ticket a waiting mail points at, so that mails of one ticket stay in order. Revision 0009.

Of those that wait already it is not known: they may be settled in any order, as they were before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("inbox", sa.Column("points_at", sa.Integer(), nullable=True))
    where = sa.text("finished IS NULL AND points_at IS NOT NULL")
    op.create_index(
        "inbox_of_ticket",
        "inbox",
        ["points_at", "state", "id"],
        unique=False,
        sqlite_where=where,
        postgresql_where=where,
    )
