"""Alembic's entry: runs the steps on the connection that schema.py has opened, in its transaction."""

from alembic import context

from supportbot.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
