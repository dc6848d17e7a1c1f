"""Received bytes -> ParsedMail, and on to its Decision, in processes that can be killed.

A mail can make its reader die, stall or eat memory; then the process is lost and not the daemon, the mail gives
Poisoned, and the rest of its batch goes on in a new process. The trap: what comes back was made from hostile bytes, so
it is JSON that is validated against the value classes, never a pickle (registry and rules go there as one: they are
our own). Batches are written ahead, which keeps the way there and back well under a millisecond a mail.
"""

import asyncio
import contextlib
import json
import pickle
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from supportbot.mail.message import Desk
from supportbot.workers.sandboxed import (
    CONTENT,
    DESK,
    DESKS,
    FAILED,
    HEAD,
    JUDGING,
    LEARN_SECONDS,
    NO_DAY,
    NO_MEMORY,
    READS,
    Read,
)

if TYPE_CHECKING:  # whoever only reads mails does without registry and rules
    from supportbot.triage.registry import Registry
    from supportbot.triage.rulebook import RuleBook

_AT_ONCE = 32 * 1024
"""Bytes that are written together: a call for each mail would cost more than the way there."""
_LARGEST_ANSWER = 64 * 1024 * 1024
_START = "import json,sys;sys.path[:]=json.loads(sys.argv[1]);from supportbot.workers import sandboxed;sandboxed.main()"
_START_SECONDS = 60.0
_SECOND_LOOK_SECONDS = 1.0
"""Where this loop was held up itself, the answer may lie in the pipe when the time is over."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A mail's bytes, with the day (of the desk) to decide it by; without one it is only read."""

    content: bytes
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Poisoned:
    """A mail that could not be read without losing the process that read it, or that could not be decided."""

    reason: str
    """What became of the process (died, timed out, memory), or the defect of ours that the mail met."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Judging:
    """What mails are judged by. A process keeps it until it is given another one: another object, not another value."""

    registry: "Registry"
    book: "RuleBook"


class _Lost(Exception):
    """The process is of no further use."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Sandbox:
    """`size` processes; each mail may use `cpu_seconds` of processor time, each process `memory_mb` of memory."""

    def __init__(self, size: int = 1, cpu_seconds: int = 2, memory_mb: int = 500) -> None:
        self._size = size
        self._limits = (cpu_seconds, memory_mb)
        self._free: asyncio.Queue[_Reader | None] = asyncio.Queue()
        """A place for each process; None where one was lost and must be started again."""
        self._started = False

    async def start(self, judging: Judging | None = None) -> None:
        """Starts the processes, and tells them what to judge by. Raises RuntimeError where they cannot read at all."""
        if self._started:
            return
        self._started = True
        try:
            for _ in range(self._size):
                reader = await _Reader.start(*self._limits)
                self._free.put_nowait(reader)
                await reader.learn(judging)
        except BaseException:
            for _ in range(self._size - self._free.qsize()):
                self._free.put_nowait(None)
            await self.stop()
            raise

    async def read(self, mails: Sequence[Unread], desk: Desk, judging: Judging | None = None) -> list[Read | Poisoned]:
        """One answer for each mail, in order. Waits for a free process; can be cancelled at any time."""
        if not self._started:
            raise RuntimeError("the sandbox is not started")
        results: list[Read | Poisoned] = []
        reader = await self._free.get()
        try:
            while len(results) < len(mails):
                reader = reader or await _Reader.start(*self._limits)
                try:
                    await reader.read(mails[len(results) :], desk, judging, results)
                except _Lost as lost:
                    results.append(Poisoned(lost.reason))
                    await reader.kill()
                    reader = None
        except BaseException:  # cancelled: what the process still says belongs to nobody
            if reader is not None:
                reader.kill_now()
                reader = None
            raise
        finally:
            self._free.put_nowait(reader)
        return results

    async def stop(self) -> None:
        """Waits for calls that still run, and ends every process."""
        if not self._started:
            return
        self._started = False
        for _ in range(self._size):
            reader = await self._free.get()
            if reader is not None:
                await reader.kill()


class _Reader:
    """One process, and the talk with it."""

    def __init__(self, process: asyncio.subprocess.Process, seconds: float) -> None:
        self._process = process
        self._seconds = seconds
        self._judging: Judging | None = None
        """What the process has been told."""

    @classmethod
    async def start(cls, cpu_seconds: int, memory_mb: int) -> "_Reader":
        path = json.dumps([_absolute(entry) for entry in sys.path])
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-c", _START, path, str(cpu_seconds), str(memory_mb),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8"}, cwd="/", start_new_session=True,
        )  # fmt: skip
        reader = cls(process, 5.0 * cpu_seconds + 5.0)  # by the clock: a busy machine is no poison
        try:
            await reader._answer(_START_SECONDS)
        except _Lost as lost:
            await reader.kill()
            raise RuntimeError(f"the process that reads mail did not start ({lost.reason})") from lost
        except BaseException:
            reader.kill_now()
            raise
        return reader

    async def read(
        self, mails: Sequence[Unread], desk: Desk, judging: Judging | None, results: list[Read | Poisoned]
    ) -> None:
        """Appends to `results` as the answers come. Raises _Lost at the mail that ended the process."""
        await self.learn(judging)
        writing = asyncio.create_task(self._write(self._frames(mails, desk)))
        try:
            for _ in mails:
                await self._take(results)
        finally:
            writing.cancel()
            await asyncio.wait([writing])

    async def learn(self, judging: Judging | None) -> None:
        """Tell it what to judge by, unless it knows. Raises RuntimeError where it cannot take that."""
        if judging is None or judging is self._judging:
            return
        told = await asyncio.to_thread(pickle.dumps, (judging.registry, judging.book), pickle.HIGHEST_PROTOCOL)
        await self._write(iter([(JUDGING, told)]))
        try:
            await self._answer(LEARN_SECONDS)
        except _Lost as lost:  # no mail is to blame
            raise RuntimeError(f"the process that reads mail cannot take registry and rules ({lost.reason})") from lost
        self._judging = judging

    async def _take(self, results: list[Read | Poisoned]) -> None:
        kind, answer = await self._answer(self._seconds)
        if kind == NO_MEMORY:
            raise _Lost("memory")
        try:
            failed = kind == FAILED
            results.append(Poisoned(f"{answer.decode()} while deciding") if failed else READS.validate_json(answer))
        except ValueError as error:  # pydantic's ValidationError is one
            raise _Lost("died") from error

    def _frames(self, mails: Sequence[Unread], desk: Desk) -> Iterator[tuple[bytes, bytes]]:
        yield DESK, DESKS.dump_json(desk)
        for mail in mails:
            yield CONTENT, (mail.day.isoformat().encode() if mail.day else NO_DAY) + mail.content

    async def _write(self, frames: Iterator[tuple[bytes, bytes]]) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        with contextlib.suppress(OSError):  # a dead process is noticed by whoever reads its answers
            waiting = bytearray()
            for kind, content in frames:
                waiting += HEAD.pack(kind, len(content))
                waiting += content
                if len(waiting) >= _AT_ONCE:
                    pipe.write(bytes(waiting))
                    waiting.clear()
                    await pipe.drain()
            pipe.write(bytes(waiting))
            await pipe.drain()

    async def _answer(self, seconds: float) -> tuple[bytes, bytes]:
        reading = asyncio.create_task(self._frame())
        try:
            for patience in (seconds, _SECOND_LOOK_SECONDS):
                done, _ = await asyncio.wait([reading], timeout=patience)
                if done:
                    return reading.result()
            raise _Lost("timed out")
        except (asyncio.IncompleteReadError, OSError) as error:
            status = await self._process.wait()
            raise _Lost("timed out" if status == -signal.SIGXCPU else "died") from error
        finally:
            reading.cancel()

    async def _frame(self) -> tuple[bytes, bytes]:
        pipe = self._process.stdout
        assert pipe is not None
        kind, length = HEAD.unpack(await pipe.readexactly(HEAD.size))
        if length > _LARGEST_ANSWER:
            raise _Lost("died")
        return kind, await pipe.readexactly(length)

    def kill_now(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def kill(self) -> None:
        """Returns when the process is gone. What it still said is read out: with a full pipe asyncio waits for ever."""
        self.kill_now()
        assert self._process.stdout is not None
        await self._process.stdout.read()
        await self._process.wait()


def _absolute(entry: str) -> str:
    """The child starts in another folder, so that nothing there can be imported."""
    return str(Path(entry).absolute())
