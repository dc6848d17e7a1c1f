"""Which mails are looked at before others. Revision 0007.

Those that wait already stay in the order of their arrival.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("inbox", sa.Column("ahead", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_index("inbox_unread", table_name="inbox")
    where = sa.text("finished IS NULL")
    op.create_index(
        "inbox_unread", "inbox", ["state", "ahead", "id"], unique=False, sqlite_where=where, postgresql_where=where
    )
