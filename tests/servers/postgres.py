"""A PostgreSQL server of our own on a free port, from the binaries of Debian's `postgresql`; run as nobody when root.

SUPPORTBOT_REQUIRE_POSTGRES=1 makes their absence a failure.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import asyncpg
import pytest

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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(fsync: bool = False) -> Iterator[str]:
    """The URL of a running server without its database's name. Skips where there are no binaries.

    `fsync`: whether it is to survive a power cut, as no test asks, but who measures does.
    """
    binaries = _binaries()
    if binaries is None:
        if os.environ.get("SUPPORTBOT_REQUIRE_POSTGRES") == "1":
            pytest.fail("PostgreSQL's initdb is not there: apt-get install postgresql")
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="supportbot-pg-"))
    user = _as_other_user()
    if user:
        os.chown(folder, _NOBODY, _NOBODY)
    port, data = _free_port(), folder / "data"
    options = (
        f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync={'on' if fsync else 'off'} -c max_connections=60"
    )
    log = folder / "log"
    run = {"check": True, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    subprocess.run(
        [*user, binaries / "initdb", "-D", data, "-U", "desk", "-A", "trust", "-E", "UTF8", "--locale=C"], **run
    )
    subprocess.run([*user, binaries / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start"], **run)
    try:
        yield f"postgresql+asyncpg://desk@127.0.0.1:{port}"
    finally:
        subprocess.run([*user, binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **run)
        shutil.rmtree(folder, ignore_errors=True)


async def make_database(server: str, template: str = "template1") -> str:
    """A new PostgreSQL database; its URL."""
    name = f"t{os.getpid()}_{next(_names)}"
    admin = await asyncpg.connect(server.replace("+asyncpg", "") + "/postgres")
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    finally:
        await admin.close()
    return f"{server}/{name}"
