"""Mails are read in processes that may die: the mail is poisoned, the batch goes on, nothing stays behind."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from shipped_rules import book_with_reader

from supportbot.mail.message import Desk
from supportbot.mail.parse import parse
from supportbot.triage.decide import decide
from supportbot.triage.registry import Customer, Registry
from supportbot.triage.rulebook import RuleBook
from supportbot.workers.sandbox import Judging, Poisoned, Read, Sandbox, Unread

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs the process list of Linux")

DESK = Desk(addresses=("kundcenter@icentrex.se",))
DAY = date(2026, 11, 25)
ANNAS = Customer("K1", "Exempel AB", "556677-8899", emails=("anna@exempel.se",))


def mail(subject: str, body: str = "Vi kan inte ringa ut.") -> Unread:
    return Unread(f"From: Anna <anna@exempel.se>\r\nSubject: {subject}\r\n\r\n{body}\r\n".encode())


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return book_with_reader()


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    box = Sandbox(cpu_seconds=1, memory_mb=250)
    await box.start()
    yield box
    await box.stop()
    assert _children() == []


async def test_a_batch_is_read_as_in_this_process(sandbox: Sandbox) -> None:
    odd = [Unread(b""), Unread(bytes(range(256)))]
    mails = [mail("Ett"), mail("Två åäö \U0001f600"), *odd, mail("Fem", "rad\r\n" * 50_000)]
    assert await sandbox.read(mails, DESK) == [Read(parse(one.content, DESK)) for one in mails]
    assert await sandbox.read([], DESK) == []


async def test_a_mail_with_a_day_is_decided_as_in_this_process(sandbox: Sandbox, book: RuleBook) -> None:
    judging = Judging(Registry([ANNAS]), book)
    told = mail("Växeln svarar inte", "Ingen kan ringa oss.").content
    parsed = parse(told, DESK)
    decision = decide(parsed, judging.registry, book, DAY)
    assert decision.urgent and decision.customer == "K1"
    assert await sandbox.read([Unread(told), Unread(told, DAY)], DESK, judging) == [
        Read(parsed),
        Read(parsed, decision),
    ]
    assert await _customer(sandbox, Judging(Registry(), book)) is None
    assert await _customer(sandbox, judging) == "K1"


async def test_a_defect_in_deciding_costs_one_mail_and_no_process(sandbox: Sandbox, book: RuleBook) -> None:
    before = _children()
    broken = Judging(Registry([replace(ANNAS, contract_end="gone")]), book)  # type: ignore[arg-type]
    stranger = b"From: nobody@exempel.test\r\n\r\nHej"
    answers = await sandbox.read([Unread(mail("Ett").content, DAY), Unread(stranger, DAY)], DESK, broken)
    assert answers[0] == Poisoned("TypeError while deciding")
    assert isinstance(answers[1], Read)
    assert _children() == before


async def test_a_process_that_dies_costs_one_mail_and_is_replaced(sandbox: Sandbox) -> None:
    [before] = _children()
    os.kill(before, signal.SIGSTOP)
    reading = asyncio.create_task(sandbox.read([mail(str(number)) for number in range(5)], DESK))
    await asyncio.sleep(0.05)
    os.kill(before, signal.SIGKILL)
    results = await reading
    assert results[0] == Poisoned("died")
    assert [result.mail.subject for result in results[1:] if isinstance(result, Read)] == ["1", "2", "3", "4"]
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
    assert isinstance(second, Read) and second.mail.subject == "Två"


async def test_a_loop_that_was_held_up_still_finds_the_answer(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = await sandbox._free.get()
    assert reader is not None
    monkeypatch.setattr(reader, "_seconds", 0.05)
    sandbox._free.put_nowait(reader)
    reading = asyncio.create_task(sandbox.read([mail("Ett")], DESK))
    while not reading.done():
        await asyncio.sleep(0)
        time.sleep(0.02)  # the process has answered long before this loop looks
    [result] = await reading
    assert isinstance(result, Read) and result.mail.subject == "Ett"


async def test_a_mail_too_large_for_the_memory_is_poisoned(sandbox: Sandbox) -> None:
    first, second = await sandbox.read([Unread(bytes(260 * 1024 * 1024)), mail("Två")], DESK)
    assert first == Poisoned("memory")
    assert isinstance(second, Read) and second.mail.subject == "Två"


async def test_a_process_whose_answer_nobody_took_is_gone_when_it_is_killed(sandbox: Sandbox) -> None:
    [before] = _children()
    reader = await sandbox._free.get()
    assert reader is not None
    await reader._write(reader._frames([mail("Ett", "rad med ord\r\n" * 80_000)], DESK))
    while b"State:\tS" not in Path(f"/proc/{before}/status").read_bytes():  # it waits for its pipe to be emptied
        await asyncio.sleep(0.05)
    async with asyncio.timeout(30):
        await reader.kill()
    sandbox._free.put_nowait(None)
    assert _children() == []


async def test_a_process_that_cannot_learn_is_ended(book: RuleBook) -> None:
    box = Sandbox()
    with pytest.raises(RuntimeError, match="cannot take registry and rules"):
        await box.start(Judging(None, book))  # type: ignore[arg-type]
    assert _children() == []


async def test_a_cancelled_call_leaves_no_answer_for_the_next(sandbox: Sandbox) -> None:
    reading = asyncio.create_task(sandbox.read([mail("Gammal")] * 500, DESK))
    await asyncio.sleep(0.05)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    [result] = await sandbox.read([mail("Ny")], DESK)
    assert isinstance(result, Read) and result.mail.subject == "Ny"


async def test_calls_at_once_wait_for_a_free_process(sandbox: Sandbox) -> None:
    answers = await asyncio.gather(*(sandbox.read([mail(str(number))], DESK) for number in range(6)))
    assert [result.mail.subject for [result] in answers if isinstance(result, Read)] == list("012345")


async def test_a_sandbox_that_is_not_started_says_so() -> None:
    with pytest.raises(RuntimeError, match="not started"):
        await Sandbox().read([mail("Ett")], DESK)


async def _customer(sandbox: Sandbox, judging: Judging) -> str | None:
    [read] = await sandbox.read([Unread(mail("Ett").content, DAY)], DESK, judging)
    assert isinstance(read, Read) and read.decision
    return read.decision.customer


def _children() -> list[int]:
    me = os.getpid()
    return [int(pid) for task in Path(f"/proc/{me}/task").iterdir() for pid in (task / "children").read_text().split()]
