"""A database of any age -> the schema of this program (Alembic, shipped inside the package).

The trap: two programs may start at once, and one may be killed half-way. So all steps run in one transaction, under the
database's own lock; the second finds the work done.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from supportbot.errors import Occupied
from supportbot.store.sql import take_turns

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0011"
"""The newest step in migrations/versions; a test holds it. Known here so that a start need not load Alembic."""
_LOCK = 0x1C3_0001
"""PostgreSQL's advisory lock for upgrades: any number that only we use."""


def revision(conn: Connection) -> str | None:
    """The database's schema, or None for an empty one."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    found: str | None = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def is_current(conn: Connection) -> bool:
    return revision(conn) == HEAD


def upgrade(conn: Connection) -> None:
    """Bring the schema to HEAD within the open write transaction. Raises Occupied for a newer program's database."""
    take_turns(conn, _LOCK)
    if revision(conn) == HEAD:
        return
    from alembic import command  # a quarter of a second, needed once in a schema's life
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = conn
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    found = revision(conn)
    if found is not None and found not in known:
        raise _newer(found)
    command.upgrade(config, "head")


def demand(conn: Connection) -> None:
    """Raise Occupied unless the schema is this program's."""
    found = revision(conn)
    if found != HEAD:
        raise Occupied(f"the database has schema {found or 'none'}, not {HEAD}: run supportbot db upgrade")


def _newer(found: str) -> Occupied:
    return Occupied(f"the database was made by a newer supportbot (schema {found}): install that version again")
