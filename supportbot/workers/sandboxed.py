"""The process that reads and judges mails: frames on standard input -> frames on standard output, until it closes.

Started by workers/sandbox.py only. The trap: the mails are hostile, so the limits are set before the first of them, and
moved on for each (CPU counts from the start of the process).
"""

import gc
import pickle
import resource
import struct
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from pydantic import TypeAdapter

from supportbot.mail.message import Desk, ParsedMail
from supportbot.mail.parse import parse
from supportbot.triage.decision import Decision

HEAD = struct.Struct(">cI")
"""Each frame: what it is, how long it is."""
DESK, JUDGING, CONTENT = b"D", b"J", b"C"
"""To here: the desk as JSON; a pickle of registry and rules; a mail behind the day to decide it by."""
READY, READ, FAILED, NO_MEMORY = b"R", b"A", b"F", b"M"
"""From here: JSON of a Read; the name of a defect of ours; the memory was not enough."""
DAY_SIZE = len("2026-01-31")
NO_DAY = b" " * DAY_SIZE
"""The mail is read only."""
LEARN_SECONDS = 300
"""For registry and rules: a million customers are not read in a moment."""


@dataclass(frozen=True, slots=True)
class Read:
    """A mail that has been read and, if that was asked, decided."""

    mail: ParsedMail
    decision: Decision | None = None


DESKS, READS = TypeAdapter(Desk), TypeAdapter(Read)


def main() -> None:
    cpu_seconds, memory_mb = int(sys.argv[2]), int(sys.argv[3])
    parse(b"From: a@example.org\n\nHej\n")  # what is loaded late is loaded now, before memory is limited
    _limit(memory_mb)
    _say(READY, b"")
    try:
        _answer_all(sys.stdin.buffer, cpu_seconds, memory_mb)
    except MemoryError:
        _say(NO_MEMORY, b"")


def _answer_all(given: BinaryIO, cpu_seconds: int, memory_mb: int) -> None:
    reading = _Reading()
    while len(head := given.read(HEAD.size)) == HEAD.size:
        kind, length = HEAD.unpack(head)
        if kind == JUDGING:
            _limit(None)
            _renew_cpu(LEARN_SECONDS)
            reading.learn(given.read(length))
            _limit(memory_mb)
            _say(READY, b"")
            continue
        _renew_cpu(cpu_seconds)
        if kind == DESK:
            reading.desk = DESKS.validate_json(given.read(length))
        else:
            day = given.read(DAY_SIZE)
            _say(*reading.answer(day, given.read(length - DAY_SIZE)))


class _Reading:
    """What mails are read and decided by."""

    def __init__(self) -> None:
        self.desk = Desk()

    def learn(self, judging: bytes) -> None:
        from supportbot.triage.decide import decide  # whoever only reads mails does without triage

        self._decide = decide
        gc.unfreeze()  # what was learned before may go
        gc.disable()  # a hundred thousand rows are no garbage, and would be searched for some again and again
        self._registry, self._book = pickle.loads(judging)
        gc.enable()
        self._decide(parse(b"Subject: Hej\n\nHej\n"), self._registry, self._book, date(2026, 1, 1))
        gc.collect()
        gc.freeze()  # else some mail would pay for a walk through the whole registry

    def answer(self, day: bytes, content: bytes) -> tuple[bytes, bytes]:
        mail = parse(content, self.desk)
        if day == NO_DAY:
            return READ, READS.dump_json(Read(mail))
        try:
            decision = self._decide(mail, self._registry, self._book, date.fromisoformat(day.decode()))
        except MemoryError:
            raise
        except Exception as error:  # a defect of ours must cost this mail alone
            return FAILED, type(error).__name__.encode()
        return READ, READS.dump_json(Read(mail, decision))


def _say(kind: bytes, content: bytes) -> None:
    sys.stdout.buffer.write(HEAD.pack(kind, len(content)) + content)
    sys.stdout.buffer.flush()


def _limit(memory_mb: int | None) -> None:
    """Memory beyond what is used now; no file written, no core dumped, few files opened (reliability §5.5, TH17)."""
    memory = resource.RLIM_INFINITY if memory_mb is None else _used_bytes() + memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, resource.RLIM_INFINITY))
    for which, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NOFILE, 16)):
        resource.setrlimit(which, (most, most))


def _used_bytes() -> int:
    """The address space that is taken now."""
    return int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()


def _renew_cpu(seconds: int) -> None:
    """The limit counts from the start of the process, so it is moved on before each mail; SIGXCPU ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
