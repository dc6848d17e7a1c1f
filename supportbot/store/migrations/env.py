"""Alembic's entry: runs the steps on the connection that schema.py has opened, in its transaction."""

from alembic import context

from supportbot.failpoints import hit
from supportbot.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
    on_version_apply=lambda **_: hit("migrating"),
)
context.run_migrations()
