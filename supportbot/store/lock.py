"""A lock file -> the exclusive right of one process. The kernel gives it back when the process dies, however it dies.

The trap: a record lock (fcntl) belongs to the process, so that forked readers of mails do not inherit it; but the same
process gets it twice, and closing any descriptor of the file loses it. Hence the set of what this process holds.
"""

import fcntl
import os
import struct
from dataclasses import dataclass
from pathlib import Path

from supportbot.errors import Occupied
from supportbot.store.trouble import as_errors

_held: set[Path] = set()
_FLOCK = struct.Struct("hhqqi")
"""Linux's struct flock on 64 bits: type, whence, start, length, process."""


@dataclass(slots=True)
class Lock:
    path: Path
    descriptor: int

    @classmethod
    def take(cls, path: Path, what: str) -> "Lock":
        """The lock, or Occupied that names the process which has it. The file stays: only the lock in it counts."""
        path = path.resolve()
        if path in _held:
            raise _occupied(what, str(os.getpid()))
        with as_errors():
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.read(descriptor, 20).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise _occupied(what, owner or "unknown") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        _held.add(path)
        return cls(path, descriptor)

    def release(self) -> None:
        _held.discard(self.path)
        os.close(self.descriptor)


def file_of(database: Path, name: str) -> Path:
    """The lock file of a database file; "daemon": of whoever works with it."""
    return database.with_name(f"{database.name}.{name}.lock")


def is_held(path: Path) -> bool:
    """Whether another process has the lock. It is asked without taking it: a daemon that starts now is not refused."""
    path = path.resolve()
    if path in _held or not path.exists():
        return False
    with as_errors():
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        asked = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        kind, *_ = _FLOCK.unpack(fcntl.fcntl(descriptor, fcntl.F_GETLK, asked))
    finally:
        os.close(descriptor)
    return bool(kind != fcntl.F_UNLCK)


def _occupied(what: str, owner: str) -> Occupied:
    return Occupied(f"{what} is in use by another daemon (process {owner}): stop that one first")
