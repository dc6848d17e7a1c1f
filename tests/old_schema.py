"""A database -> the schema of an earlier revision, empty."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from supportbot.store import schema, tables


def back_to(conn: Connection, revision: str) -> None:
    for table in reversed(tables.METADATA.sorted_tables):
        table.drop(conn)
    conn.execute(text("DELETE FROM alembic_version"))
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.attributes["connection"] = conn
    command.upgrade(config, revision)
