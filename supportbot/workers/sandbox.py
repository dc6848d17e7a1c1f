"""Received bytes -> ParsedMail, read in processes that can be killed.

A mail can make its reader die, stall or eat memory; then the process is lost and not the daemon, the mail gives
Poisoned, and the rest of its batch goes on in a new process. The trap: what comes back was made from hostile bytes, so
it is JSON that is validated against the value classes, never a pickle. Batches are written ahead, which keeps the way
there and back well under a millisecond a mail.
"""

import asyncio
import contextlib
import json
import resource
import signal
import struct
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from supportbot.mail.message import Desk, ParsedMail

Trouble = Literal["died", "timed out", "memory"]

_HEAD = struct.Struct(">cI")
"""Each frame: what it is, how long it is."""
_DESK, _CONTENT, _PARSED, _NO_MEMORY, _READY = b"D", b"C", b"P", b"M", b"R"
_AT_ONCE = 32 * 1024
"""Bytes that are written together: a call for each mail would cost more than the way there."""
_LARGEST_ANSWER = 64 * 1024 * 1024
_START = "import json,sys;sys.path[:]=json.loads(sys.argv[1]);from supportbot.workers import sandbox;sandbox.main()"
_START_SECONDS = 60.0
_MAILS = TypeAdapter(ParsedMail)
_DESKS = TypeAdapter(Desk)


@dataclass(frozen=True, slots=True)
class Poisoned:
    """A mail that could not be read without losing the process that read it."""

    reason: Trouble


class _Lost(Exception):
    """The process is of no further use."""

    def __init__(self, reason: Trouble) -> None:
        self.reason: Trouble = reason
        super().__init__(reason)


class Sandbox:
    """`size` processes; each mail may use `cpu_seconds` of processor time, each process `memory_mb` of memory."""

    def __init__(self, size: int = 1, cpu_seconds: int = 2, memory_mb: int = 500) -> None:
        self._size = size
        self._limits = (cpu_seconds, memory_mb)
        self._free: asyncio.Queue[_Reader | None] = asyncio.Queue()
        """A place for each process; None where one was lost and must be started again."""
        self._started = False

    async def start(self) -> None:
        """Starts the processes. Raises RuntimeError where they cannot read at all."""
        if self._started:
            return
        self._started = True
        for place in range(self._size):
            try:
                reader = await _Reader.start(*self._limits)
            except BaseException:
                for _ in range(self._size - place):
                    self._free.put_nowait(None)
                await self.stop()
                raise
            self._free.put_nowait(reader)

    async def read(self, contents: Sequence[bytes], desk: Desk) -> list[ParsedMail | Poisoned]:
        """One answer for each mail, in order. Waits for a free process; can be cancelled at any time."""
        if not self._started:
            raise RuntimeError("the sandbox is not started")
        results: list[ParsedMail | Poisoned] = []
        reader = await self._free.get()
        try:
            while len(results) < len(contents):
                reader = reader or await _Reader.start(*self._limits)
                try:
                    await reader.read(contents[len(results) :], desk, results)
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

    async def read(self, contents: Sequence[bytes], desk: Desk, results: list[ParsedMail | Poisoned]) -> None:
        """Appends to `results` as the answers come. Raises _Lost at the mail that ended the process."""
        writing = asyncio.create_task(self._write(contents, desk))
        try:
            for _ in contents:
                kind, answer = await self._answer(self._seconds)
                if kind != _PARSED:
                    raise _Lost("memory")
                try:
                    results.append(_MAILS.validate_json(answer))
                except ValidationError as error:
                    raise _Lost("died") from error
        finally:
            writing.cancel()
            await asyncio.wait([writing])

    async def _write(self, contents: Sequence[bytes], desk: Desk) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        with contextlib.suppress(OSError):  # a dead process is noticed by whoever reads its answers
            waiting = bytearray()
            for kind, content in [(_DESK, _DESKS.dump_json(desk)), *((_CONTENT, content) for content in contents)]:
                waiting += _HEAD.pack(kind, len(content))
                waiting += content
                if len(waiting) >= _AT_ONCE:
                    pipe.write(bytes(waiting))
                    waiting.clear()
                    await pipe.drain()
            pipe.write(bytes(waiting))
            await pipe.drain()

    async def _answer(self, seconds: float) -> tuple[bytes, bytes]:
        pipe = self._process.stdout
        assert pipe is not None
        try:
            async with asyncio.timeout(seconds):
                kind, length = _HEAD.unpack(await pipe.readexactly(_HEAD.size))
                if length > _LARGEST_ANSWER:
                    raise _Lost("died")
                return kind, await pipe.readexactly(length)
        except TimeoutError as error:
            raise _Lost("timed out") from error
        except (asyncio.IncompleteReadError, OSError) as error:
            status = await self._process.wait()
            raise _Lost("timed out" if status == -signal.SIGXCPU else "died") from error

    def kill_now(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def kill(self) -> None:
        """Returns when the process is gone."""
        self.kill_now()
        await self._process.wait()


def _absolute(entry: str) -> str:
    """The child starts in another folder, so that nothing there can be imported."""
    return str(Path(entry).absolute())


def main() -> None:
    """The other side: reads frames from standard input until it closes. Started by `_Reader.start` only."""
    cpu_seconds, memory_mb = int(sys.argv[2]), int(sys.argv[3])
    from supportbot.mail.parse import parse  # here: the parent needs none of it

    parse(b"From: a@example.org\n\nHej\n")  # what is loaded late is loaded now, before memory is limited
    _limit(memory_mb)
    _say(_READY, b"")
    try:
        _answer_all(parse, cpu_seconds)
    except MemoryError:
        _say(_NO_MEMORY, b"")


def _answer_all(parse: Callable[[bytes, Desk], ParsedMail], cpu_seconds: int) -> None:
    given, desk = sys.stdin.buffer, Desk()
    while len(head := given.read(_HEAD.size)) == _HEAD.size:
        kind, length = _HEAD.unpack(head)
        _renew_cpu(cpu_seconds)
        content = given.read(length)
        if kind == _DESK:
            desk = _DESKS.validate_json(content)
        else:
            _say(_PARSED, _MAILS.dump_json(parse(content, desk)))


def _say(kind: bytes, content: bytes) -> None:
    sys.stdout.buffer.write(_HEAD.pack(kind, len(content)) + content)
    sys.stdout.buffer.flush()


def _limit(memory_mb: int) -> None:
    """Memory; and no files written, no core dumped, hardly a file opened (reliability §5.5, TH17)."""
    memory = memory_mb * 1024 * 1024
    limits = ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0))
    for which, most in (*limits, (resource.RLIMIT_NOFILE, 16)):
        resource.setrlimit(which, (most, most))


def _renew_cpu(seconds: int) -> None:
    """The limit counts from the start of the process, so it is moved on before each mail; SIGXCPU ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
