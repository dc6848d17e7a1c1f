"""Stored mails -> what rules say of them now, by the production evaluator.

The same reading processes as the daemon's, one for each set of rules: a process that were told other rules for each
batch would spend its time on learning them. Nothing is changed.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from supportbot.app import Desk
from supportbot.mail.message import ParsedMail
from supportbot.store import inbox
from supportbot.store.inbox import InboxRow
from supportbot.triage.decision import Decision
from supportbot.workers.sandbox import Judging, Poisoned, Sandbox, Unread
from supportbot.workers.sandboxed import Read


@dataclass(frozen=True, slots=True)
class Rejudged:
    """One stored mail, with a decision for each set of rules."""

    row: InboxRow
    mail: ParsedMail | None = None
    decisions: tuple[Decision, ...] = ()
    problem: str = ""
    """Why there is no decision."""


class Judges:
    """Reading processes that know their rules."""

    def __init__(self, desk: Desk, judging: Sequence[Judging], sandboxes: Sequence[Sandbox]) -> None:
        self._desk, self._judging, self._sandboxes = desk, judging, sandboxes

    async def judge(self, rows: Sequence[InboxRow]) -> list[Rejudged]:
        """An answer for each row, in order."""
        contents = [await self._content(row) for row in rows]
        day = self._desk.known.calendar.day
        unread = [
            Unread(content, day(row.received))
            for row, content in zip(rows, contents, strict=True)
            if isinstance(content, bytes)
        ]
        answers = await asyncio.gather(
            *(
                sandbox.read(unread, self._desk.known.desk, judging)
                for sandbox, judging in zip(self._sandboxes, self._judging, strict=True)
            )
        )
        each = iter(zip(*answers, strict=True))
        return [
            Rejudged(row, problem=content) if isinstance(content, str) else _rejudged(row, next(each))
            for row, content in zip(rows, contents, strict=True)
        ]

    async def _content(self, row: InboxRow) -> bytes | str:
        try:
            return await self._desk.database.read(lambda conn: inbox.raw(conn, row.id))
        except LookupError as error:
            return str(error)


def _rejudged(row: InboxRow, answers: Sequence[Read | Poisoned]) -> Rejudged:
    mail: ParsedMail | None = None
    decisions: list[Decision] = []
    for answer in answers:
        if isinstance(answer, Poisoned):
            return Rejudged(row, problem=f"cannot be read ({answer.reason})")
        assert answer.decision is not None, "its day was given"
        mail = answer.mail
        decisions.append(answer.decision)
    return Rejudged(row, mail, tuple(decisions))


@asynccontextmanager
async def judges(desk: Desk, *judging: Judging) -> AsyncIterator[Judges]:
    """A process for each set of rules, until the end of the context."""
    async with AsyncExitStack() as stack:
        sandboxes = [Sandbox(size=1) for _ in judging]
        for sandbox in sandboxes:
            await sandbox.start()
            stack.push_async_callback(sandbox.stop)
        yield Judges(desk, judging, sandboxes)
