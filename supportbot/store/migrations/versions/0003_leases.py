"""Several daemons on one PostgreSQL: who reads which mailbox, who has claimed a row. Revision 0003."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.add_column("inbox", sa.Column("holder", sa.String(), nullable=True))
    op.add_column("outbox", sa.Column("holder", sa.String(), nullable=True))
