"""A mailbox of the config -> an open session on it, or the problems that a person must mend first.

The trap: a session is one connection. After Unreachable it is over; open a new one and search again from the start.
"""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from supportbot.channels.imap_connection import Answer, Connection, open_connection, with_password, with_token
from supportbot.channels.imap_session import Fetched, Listed, PutAway, Session
from supportbot.channels.imap_text import folder
from supportbot.channels.sign_in import Credential
from supportbot.config import MailboxSection
from supportbot.config_values import is_elsewhere
from supportbot.connecting import LOOK
from supportbot.errors import Denied, Problem, Unreachable

__all__ = ["Fetched", "Listed", "PutAway", "Session", "check", "open_session"]


@asynccontextmanager
async def open_session(settings: MailboxSection, credential: Credential) -> AsyncIterator[Session]:
    """Connect, sign in and select the inbox; let go of the connection at the end, whatever happened.

    Raises Unreachable (try again later) or Denied (credential, certificate, folder: a person must look).
    """
    if isinstance(credential, str):
        connection = await open_connection(settings, with_password(settings.user, credential))
    else:
        token = await credential.current()
        connection = await open_connection(settings, with_token(settings.user, credential, token))
    try:
        over = math.inf if isinstance(credential, str) else credential.due
        yield Session(connection, settings, await _selected(connection, settings.folders.inbox), over)
    finally:
        connection.close()


async def _selected(connection: Connection, inbox: str) -> Answer:
    answer = await connection.run("SELECT", folder(inbox))
    if answer.result == "NO" and "[UNAVAILABLE]" in answer.text.upper():
        what = f"{connection.where}: the folder {inbox!r} cannot be opened now: {answer.text}"
        raise Unreachable(what, "Try again later.")
    if not answer.ok:
        what = f"{connection.where}: the folder {inbox!r} cannot be opened: {answer.text}"
        raise Denied(what, "Check folders of the mailbox, and the user's rights.")
    connection.protocol.state = "SELECTED"
    return answer


async def check(settings: MailboxSection, credential: Credential) -> list[Problem]:
    """For `supportbot check`: everything that stands in the way of this mailbox, with its mend. Changes nothing."""
    where = f"mailbox {settings.name}"
    try:
        async with open_session(settings, credential) as session:
            problems = _shortcomings(where, session) + await _unusable(where, session, settings)
            return problems + _in_the_clear(where, settings, session.peer)
    except (Unreachable, Denied) as error:
        return [Problem(where, error.what, error.mend or LOOK)]


async def _unusable(where: str, session: Session, settings: MailboxSection) -> list[Problem]:
    """A folder that is not there is no problem: the daemon makes it with the first mail."""
    names = (settings.folders.done, settings.folders.aside)
    unusable = await session.unusable_folders(dict.fromkeys(names))
    mend = "Name another one in the mailbox's folders in config.toml."
    return [Problem(where, f"the folder {name!r} {why}.", mend) for name, why in unusable.items()]


def _shortcomings(where: str, session: Session) -> list[Problem]:
    if session.read_only:
        mend = "Give the user rights to move mails out of it."
        return [Problem(where, "the inbox is read-only: read mails will stay in it.", mend)]
    if not {"MOVE", "UIDPLUS"} & session.capabilities and not session.can_keyword:
        what = "the server offers neither MOVE nor UIDPLUS nor keywords: read mails will stay in the inbox."
        return [Problem(where, what, "Clear the inbox by hand now and then; no mail is read twice.")]
    return []


def _in_the_clear(where: str, settings: MailboxSection, peer: str) -> list[Problem]:
    if settings.tls == "tls" or not is_elsewhere(peer):
        return []
    return [Problem(where, "password and mails travel unencrypted to another machine.", 'Set tls = "tls".')]
