"""Mails are read in processes that may die: the mail is poisoned, the batch goes on, nothing stays behind."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from supportbot.mail.message import Desk, ParsedMail
from supportbot.mail.parse import parse
from supportbot.workers.sandbox import Poisoned, Sandbox

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs the process list of Linux")

DESK = Desk(addresses=("kundcenter@icentrex.se",))


def mail(subject: str, body: str = "Vi kan inte ringa ut.") -> bytes:
    return f"From: Anna <anna@exempel.se>\r\nSubject: {subject}\r\n\r\n{body}\r\n".encode()


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    box = Sandbox(cpu_seconds=1, memory_mb=250)
    await box.start()
    yield box
    await box.stop()
    assert _children() == []


async def test_a_batch_is_read_as_in_this_process(sandbox: Sandbox) -> None:
    contents = [mail("Ett"), mail("Två åäö \U0001f600"), b"", bytes(range(256)), mail("Fem", "rad\r\n" * 50_000)]
    assert await sandbox.read(contents, DESK) == [parse(content, DESK) for content in contents]
    assert await sandbox.read([], DESK) == []


async def test_a_process_that_dies_costs_one_mail_and_is_replaced(sandbox: Sandbox) -> None:
    [before] = _children()
    os.kill(before, signal.SIGSTOP)
    reading = asyncio.create_task(sandbox.read([mail(str(number)) for number in range(5)], DESK))
    await asyncio.sleep(0.05)
    os.kill(before, signal.SIGKILL)
    results = await reading
    assert results[0] == Poisoned("died")
    assert [result.subject for result in results[1:] if isinstance(result, ParsedMail)] == ["1", "2", "3", "4"]
    assert _children() != [before]


async def test_a_process_that_stalls_is_given_up(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    [before] = _children()
    os.kill(before, signal.SIGSTOP)
    reader = await sandbox._free.get()
    assert reader is not None
    monkeypatch.setattr(reader, "_seconds", 0.1)
    sandbox._free.put_nowait(reader)
    first, second = await sandbox.read([mail("Ett"), mail("Två")], DESK)
    assert first == Poisoned("timed out")
    assert isinstance(second, ParsedMail) and second.subject == "Två"


async def test_a_mail_too_large_for_the_memory_is_poisoned(sandbox: Sandbox) -> None:
    first, second = await sandbox.read([bytes(260 * 1024 * 1024), mail("Två")], DESK)
    assert first == Poisoned("memory")
    assert isinstance(second, ParsedMail) and second.subject == "Två"


async def test_a_cancelled_call_leaves_no_answer_for_the_next(sandbox: Sandbox) -> None:
    reading = asyncio.create_task(sandbox.read([mail("Gammal")] * 500, DESK))
    await asyncio.sleep(0.05)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    [result] = await sandbox.read([mail("Ny")], DESK)
    assert isinstance(result, ParsedMail) and result.subject == "Ny"


async def test_calls_at_once_wait_for_a_free_process(sandbox: Sandbox) -> None:
    answers = await asyncio.gather(*(sandbox.read([mail(str(number))], DESK) for number in range(6)))
    assert [result.subject for [result] in answers if isinstance(result, ParsedMail)] == list("012345")


async def test_a_sandbox_that_is_not_started_says_so() -> None:
    with pytest.raises(RuntimeError, match="not started"):
        await Sandbox().read([mail("Ett")], DESK)


def _children() -> list[int]:
    me = os.getpid()
    return [int(pid) for task in Path(f"/proc/{me}/task").iterdir() for pid in (task / "children").read_text().split()]
