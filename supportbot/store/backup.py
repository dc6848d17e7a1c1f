"""A SQLite database in use -> a copy of one moment in a new folder, with the large contents beside it.

SQLite copies within one read transaction, which holds up no writer. Contents never change, so they are hard-linked
where the disk allows it. The trap: the order (database first, then files) makes every file that the copy names exist.
"""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from supportbot.errors import Invalid, Problem, Unreachable
from supportbot.store.sqlite import raw_folder
from supportbot.store.trouble import as_errors


def copy(file: Path, target: Path) -> None:
    """Make the folder `target` with the copy. It appears whole or not at all. Raises Invalid where it exists."""
    if target.exists():
        raise Invalid([Problem(str(target), "is already there.", "Name a new folder.")])
    unfinished = target.with_name(f".{target.name}.unfinished")
    with as_errors():
        shutil.rmtree(unfinished, ignore_errors=True)
        raw_folder(unfinished / file.name).mkdir(mode=0o700, parents=True)
        copied = unfinished / file.name
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copied)) as into:
            source.backup(into)
            (state,) = into.execute("PRAGMA quick_check").fetchone()
            if state != "ok":
                raise Unreachable(f"the copy of {file} is damaged: {state}")
            large = [name for (name,) in into.execute("SELECT sha256 FROM contents WHERE content IS NULL")]
            into.execute("PRAGMA journal_mode = DELETE")
        copied.chmod(0o600)
        _sync(copied)
        for name in large:
            _link(raw_folder(file) / name, raw_folder(copied) / name)
        _sync(raw_folder(copied))
        unfinished.rename(target)
        _sync(target.parent)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without links
        shutil.copyfile(source, target)
        _sync(target)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
