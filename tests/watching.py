"""This process -> what it costs, what it logs and what it connects to, for tests of the whole daemon."""

import contextlib
import io
import os
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import structlog

from supportbot.logs import start_logs


def cpu_of(call: Callable[[], object]) -> float:
    """Seconds of processor time of a call: the least of three, as others and the collector of garbage add to it."""

    def once() -> float:
        begun = time.process_time()
        call()
        return time.process_time() - begun

    return min(once() for _ in range(3))


def used() -> tuple[float, float]:
    """(seconds of processor time, MB) of this process and those that read mail for it."""
    seconds = time.process_time()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for child in Path("/proc/self/task").glob("*/children"):
        for pid in child.read_text().split():
            with contextlib.suppress(OSError, AttributeError):
                fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
                status = Path(f"/proc/{pid}/status").read_text()
                seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
                memory += int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]
    return seconds, memory


@contextlib.contextmanager
def logged(log: io.TextIOBase) -> Iterator[None]:
    """The daemon's real log, most talkative, into `log`."""
    with contextlib.redirect_stderr(log):
        start_logs("text", "debug")
        try:
            yield
        finally:
            structlog.reset_defaults()


_watched: list[set[int]] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watched and event == "socket.connect" and isinstance(arguments[1], tuple):
        _watched[-1].add(arguments[1][1])


sys.addaudithook(_audit)


@contextlib.contextmanager
def connections(ports: set[int]) -> Iterator[None]:
    """Note every port that this process connects to."""
    _watched.append(ports)
    try:
        yield
    finally:
        _watched.pop()
