"""All that is stored -> what is not as it was stored, or does not fit together: findings, one after another.

Each table is read page by page in the order of its key, each page in one moment's state: memory stays bounded, and a
daemon at work is not held up. What retention or an erasure blanked is no finding. The trap: between two pages the
daemon may be at work; so a page with findings is read again, and only what is there both times is told.
"""

from collections.abc import AsyncIterator
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from supportbot.errors import Unreachable
from supportbot.store import fsck_contents, fsck_links, fsck_schema
from supportbot.store.database import Database
from supportbot.store.fsck_values import Check, Finding, Page
from supportbot.store.trouble import sqlstate

__all__ = ["Finding", "check"]

_BROKEN = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR")
"""What SQLite says of a file that is damaged: another check may still be able to read on."""
_BROKEN_POSTGRES = ("XX", "22021", "58030")
"""SQLSTATEs of the same: damaged data, a text that is none, a disk that does not give what it was given."""


async def check(database: Database, now: datetime) -> AsyncIterator[Finding]:
    """Everything that is found, in the order of the checks. Raises Unreachable where the database goes away."""
    checks = (*fsck_schema.checks(), *fsck_contents.checks(now), *fsck_links.checks())
    for one in checks:
        async for finding in _run(database, one):
            yield finding


async def _run(database: Database, one: Check) -> AsyncIterator[Finding]:
    after = one.first
    while after is not None:
        try:
            page = await _twice(database, one, after)
        except (Unreachable, DBAPIError, ValueError) as error:
            if not _is_damage(error):
                raise
            start = f" after {after}" if after != one.first else ""
            yield Finding("unreadable", f"{one.name}{start}", f"{error}"[:300])
            return
        for finding in page.findings:
            yield finding
        after = page.after


async def _twice(database: Database, one: Check, after: object) -> Page:
    page = await database.read(lambda conn: one.page(conn, after))
    if not page.findings:
        return page
    again = await database.read(lambda conn: one.page(conn, after))
    still = set(again.findings)
    return Page(tuple(finding for finding in page.findings if finding in still), page.after)


def _is_damage(error: BaseException | None) -> bool:
    if isinstance(error, ValueError):  # a time or a text that its type cannot read
        return True
    if sqlstate(error).startswith(_BROKEN_POSTGRES):
        return True
    while error is not None:
        driver = getattr(error, "orig", None) or error
        if getattr(driver, "sqlite_errorname", "").startswith(_BROKEN):
            return True
        error = error.__cause__
    return False
