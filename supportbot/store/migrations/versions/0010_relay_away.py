"""Which mails wait only because the relay could not be used, to be due once it takes one again. Revision 0010.

Of those that wait already it is not known: each goes when it is due, as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("relay_away", sa.Boolean(), nullable=False, server_default=sa.false()))
    where = sa.text("state = 'queued' AND relay_away IS TRUE")
    op.create_index(
        "outbox_held_up", "outbox", ["kind", "due"], unique=False, sqlite_where=where, postgresql_where=where
    )
