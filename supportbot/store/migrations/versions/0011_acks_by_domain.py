"""The index by which acknowledgements to a domain are counted. Revision 0011.

However many went to others meanwhile: they had all been walked through, for each mail.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    where = sa.text("kind = 'ack'")
    op.create_index(
        "outbox_acks_by_domain",
        "outbox",
        ["domain", "created"],
        unique=False,
        sqlite_where=where,
        postgresql_where=where,
    )
