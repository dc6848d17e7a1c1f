"""A PostgreSQL server of our own on a free port, from the binaries of Debian's `postgresql`; run as nobody when root.

SUPPORTBOT_REQUIRE_POSTGRES=1 makes their absence a failure.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from servers.ports import free_port

_NOBODY = 65534
_names = count(1)


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else (Path(on_path).parent if on_path else None)


def _as_other_user() -> list[str]:
    """initdb refuses to run as root: who runs it then."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]


class Postgres:
    """A server that may be stopped, started and crashed; `url` is without a database's name.

    `fsync`: whether it is to survive a power cut, as no test asks, but who measures does. Skips the test where there
    are no binaries.
    """

    def __init__(self, fsync: bool = False) -> None:
        binaries = _binaries()
        if binaries is None:
            if os.environ.get("SUPPORTBOT_REQUIRE_POSTGRES") == "1":
                pytest.fail("PostgreSQL's initdb is not there: apt-get install postgresql")
            pytest.skip("PostgreSQL is not installed")
        self._binaries, self._user = binaries, _as_other_user()
        self._folder = Path(tempfile.mkdtemp(prefix="supportbot-pg-"))
        if self._user:
            os.chown(self._folder, _NOBODY, _NOBODY)
        port = free_port()
        self.url = f"postgresql+asyncpg://desk@127.0.0.1:{port}"
        self._options = (
            f"-p {port} -k {self._folder} -c listen_addresses=127.0.0.1"
            f" -c fsync={'on' if fsync else 'off'} -c max_connections=60"
        )
        self._run("initdb", "-U", "desk", "-A", "trust", "-E", "UTF8", "--locale=C", *([] if fsync else ["--no-sync"]))

    def __enter__(self) -> "Postgres":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", self._options, "start")

    def stop(self) -> None:
        """As a crash does: no goodbye, no checkpoint."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def restart(self) -> None:
        self.stop()
        self.start()

    def _run(self, program: str, *words: str) -> None:
        command = [*self._user, self._binaries / program, "-D", self._folder / "data", *words]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
        subprocess.run(command, check=True, cwd=self._folder, **quiet)


@contextmanager
def started(fsync: bool = False) -> Iterator[str]:
    """The URL of a running server without its database's name."""
    with Postgres(fsync) as server:
        yield server.url


async def make_database(server: str, template: str = "template1") -> str:
    """A new PostgreSQL database; its URL."""
    name = f"t{os.getpid()}_{next(_names)}"
    admin = await asyncpg.connect(server.replace("+asyncpg", "") + "/postgres")
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    finally:
        await admin.close()
    return f"{server}/{name}"
