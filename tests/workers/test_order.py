"""Mails of one ticket are settled in the order in which they came, also when the reader of one of them dies (O0)."""

import asyncio

import pytest
from builders import NOW, a_decision, a_mail

from supportbot.store import inbox
from supportbot.store.inbox import Kept
from supportbot.workers.sandbox import Poisoned, Sandbox
from supportbot.workers.sandboxed import Read
from supportbot.workers.triage import TriageWorker


class DiesWith(Sandbox):
    """A sandbox whose process dies with these mails, each as often as it is named."""

    def __init__(self, *deadly: bytes) -> None:
        self.deadly = list(deadly)

    async def read(self, mails, *_):
        return [self._answer(mail.content) for mail in mails]

    def _answer(self, content):
        if content in self.deadly:
            self.deadly.remove(content)
            return Poisoned("died")
        return Read(a_mail(message_id=None), a_decision())


async def settled(database, known, deadly, points_at):
    """What each step of the worker settles, by UID; a mail that was set aside is negative."""
    mails = [
        Kept("a", "INBOX", 1, uid, b"%d" % uid, NOW, ahead=True, points_at=ticket)
        for uid, ticket in enumerate(points_at, start=1)
    ]
    ids = await database.write(lambda conn: {inbox.keep(conn, mail, NOW): mail.uid for mail in mails})
    steps = []
    worker = TriageWorker(database, DiesWith(*deadly), lambda: known, lambda: NOW, asyncio.Event())
    worker.settled.append(lambda one: steps[-1].append(ids[one.inbox_id] * (-1 if one.verdict == "quarantine" else 1)))
    for _ in range(5):
        steps.append([])
        await worker.step()
    return [step for step in steps if step]


@pytest.mark.parametrize(
    ("deadly", "points_at", "steps"),
    [
        ([], [7, 7, 7], [[1, 2, 3]]),
        ([b"1"], [7, 7, 7], [[1, 2, 3]]),
        ([b"2"], [7, 7, 7], [[1], [2, 3]]),
        ([b"1"], [7, 8, None, 7], [[2, 3], [1, 4]]),
        ([b"1"], [None, None], [[2], [1]]),
        ([b"1"] * 3, [7, 7], [[-1, 2]]),
    ],
)
async def test_what_points_at_one_ticket_stays_in_order(database, known, deadly, points_at, steps):
    assert await settled(database, known, deadly, points_at) == steps
