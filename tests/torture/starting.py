"""A command line of supportbot -> a process that runs it, started in a tenth of the time that Python needs for it.

A server process (multiprocessing's forkserver) has loaded supportbot and the shipped rules once; each daemon is a fork
of it. It is a process like any other, with a pid of its own, that dies by SIGKILL.
"""

import multiprocessing
import multiprocessing.forkserver
import multiprocessing.resource_tracker
import os
import sys
import time
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["torture.preloaded"])


def start(words: list[str], environment: Mapping[str, str], log: Path, bug: str = "") -> BaseProcess:
    """`supportbot` with these words; its output is added to `log`. `bug`: a defect of bugs.py to start with."""
    _run_server()
    process = _context.Process(target=_run, args=(words, dict(environment), str(log), bug), daemon=False)
    process.start()
    return process


def _run_server() -> None:
    """The server process must find this package; what it cannot import it leaves out without a word."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[1]), *([before] if before else [])])
    try:
        multiprocessing.forkserver.ensure_running()
    finally:
        del os.environ["PYTHONPATH"]
        if before is not None:
            os.environ["PYTHONPATH"] = before


def end() -> None:
    """The server process is gone, and with it the one that multiprocessing keeps beside it."""
    multiprocessing.forkserver._forkserver._stop()
    multiprocessing.resource_tracker._resource_tracker._stop()


def _run(words: list[str], environment: dict[str, str], log: str, bug: str) -> None:
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    if bug:
        from torture import bugs

        bugs.put_in(bug)
    from supportbot import cli

    sys.argv = ["supportbot", *words]
    cli.main()
