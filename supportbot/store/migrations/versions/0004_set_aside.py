"""Who wrote a mail that was set aside, and its subject. Revision 0004.

Mails that are set aside already have neither: their bytes would have to be read here, outside the sandbox.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("inbox", sa.Column("sender", sa.String(), nullable=False, server_default=""))
    op.add_column("inbox", sa.Column("subject", sa.String(), nullable=False, server_default=""))
