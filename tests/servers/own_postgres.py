"""A PostgreSQL server that a test may stop, start and crash: the same binaries as postgres.py, with its handle."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from servers import postgres


class OwnPostgres:
    """`url` names an empty database of it."""

    def __init__(self) -> None:
        binaries = postgres._binaries()
        if binaries is None:
            if os.environ.get("SUPPORTBOT_REQUIRE_POSTGRES") == "1":
                pytest.fail("PostgreSQL's initdb is not there: apt-get install postgresql")
            pytest.skip("PostgreSQL is not installed")
        self._binaries, self._user = binaries, postgres._as_other_user()
        self._folder = Path(tempfile.mkdtemp(prefix="supportbot-pg-"))
        if self._user:
            os.chown(self._folder, postgres._NOBODY, postgres._NOBODY)
        self.port = postgres._free_port()
        self.url = f"postgresql+asyncpg://desk@127.0.0.1:{self.port}/postgres"
        self._run("initdb", "-U", "desk", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    def __enter__(self) -> "OwnPostgres":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=30"
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

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
