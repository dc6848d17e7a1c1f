"""A SQLite database in use -> a copy of one moment in a new folder, with the large contents beside it; and back.

SQLite copies within one read transaction, which holds up no writer. Contents never change, so they are hard-linked
where the disk allows it. The traps: the order (database first, then files) makes every file that the copy names exist;
and a database put where another one was must never meet that one's log (-wal), which SQLite would play into it.
"""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from supportbot.errors import Invalid, Problem, Unreachable
from supportbot.store import lock, schema
from supportbot.store.contents import hash_of
from supportbot.store.lock import Lock
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


def restore(copy: Path, file: Path, now: datetime, replace: bool = False) -> Path | None:
    """Put the copy in the folder `copy` in place as the database `file`, once it is proven to be whole.

    With `replace`, the database that is there is kept beside it, under a name with `now`, which is returned. It is
    in place from one moment to the next. Raises Invalid and changes nothing where the copy is damaged or a database
    is there; Occupied where a daemon has it. The schema stays that of the copy.
    """
    source = _database_in(copy)
    with as_errors():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = Lock.take(lock.file_of(file, "daemon"), str(file))
    try:
        if file.exists() and not replace:
            raise Invalid([Problem(str(file), "is already there.", "Keep it beside the copy with --replace.")])
        staged = file.with_name(f".{file.name}.restoring") / file.name
        with as_errors():
            shutil.rmtree(staged.parent, ignore_errors=True)
            try:
                _stage(source, staged)
                large = _proven(staged, copy)
                _pass_over(staged, file)
                return _put(staged, large, file, now)
            finally:
                shutil.rmtree(staged.parent, ignore_errors=True)
    finally:
        held.release()


def _database_in(copy: Path) -> Path:
    """The one database of a folder that `copy` made: the file with its contents beside it."""
    found = [file for file in sorted(copy.glob("*")) if file.is_file() and raw_folder(file).is_dir()]
    if len(found) != 1:
        raise Invalid([Problem(str(copy), "is no folder that supportbot db backup made.", "Name the backup's folder.")])
    return found[0]


def _stage(source: Path, staged: Path) -> None:
    """Copied, never linked: the files of a backup may be another user's."""
    raw_folder(staged).mkdir(mode=0o700, parents=True)
    for old, new in [
        (source, staged),
        *((large, raw_folder(staged) / large.name) for large in raw_folder(source).iterdir() if large.is_file()),
    ]:
        shutil.copyfile(old, new)
        new.chmod(0o600)
        _sync(new)
    _sync(raw_folder(staged))


def _proven(staged: Path, copy: Path) -> set[str]:
    """The names of the large contents, once every byte is what was stored. Raises Invalid with what is damaged."""
    try:
        with closing(sqlite3.connect(staged)) as conn:
            (state,) = conn.execute("PRAGMA quick_check").fetchone()
            if state != "ok":
                raise _damaged(copy, state)
            (version,) = conn.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
            if version > schema.HEAD:
                raise Invalid([Problem(str(copy), f"is of a newer supportbot (schema {version}).", "Install that.")])
            large, wrong = set(), []
            for name, content in conn.execute("SELECT sha256, content FROM contents"):
                if content is None:
                    large.add(name)
                if not _is_whole(name, content, raw_folder(staged)):
                    wrong.append(f"{'the file' if content is None else 'the mail'} {name} is gone or damaged")
    except sqlite3.DatabaseError as error:
        raise _damaged(copy, str(error)) from None
    if wrong:
        raise Invalid(_damaged(copy, what).problems[0] for what in wrong[:10])
    return large


UNSEEN = 1000
"""How many numbers are passed over where nobody can say how many were given out since the backup."""


def _pass_over(staged: Path, file: Path) -> None:
    """What was given out since the backup, and stands in mails that have left, is not given again.

    Ticket numbers, and the ids of rows in return addresses. The database that is there says how many; where it is gone
    or damaged, UNSEEN of each are passed over.
    """
    numbered = (("counters", "value"), ("sqlite_sequence", "seq"))
    with closing(sqlite3.connect(staged)) as conn:
        for table, last in numbered:
            given = _given(file, f"SELECT name, {last} FROM {table}")
            for name, number in conn.execute(f"SELECT name, {last} FROM {table}").fetchall():
                least = max(number, given.get(name, number) if given else number + UNSEEN)
                conn.execute(f"UPDATE {table} SET {last} = ? WHERE name = ?", (least, name))
        conn.commit()
    _sync(staged)


def _given(file: Path, query: str) -> dict[str, int]:
    """What the database that is there answers; nothing where it cannot."""
    if not file.exists():
        return {}
    try:
        with closing(sqlite3.connect(file)) as conn:
            return dict(conn.execute(query).fetchall())
    except sqlite3.DatabaseError:
        return {}


def _is_whole(name: str, content: bytes | None, folder: Path) -> bool:
    if content is not None:
        return hash_of(content) == name
    file = folder / name
    return file.exists() and hash_of(file.read_bytes()) == name


def _damaged(copy: Path, what: str) -> Invalid:
    return Invalid([Problem(str(copy), f"is damaged: {what}.", "Take another backup; nothing was changed.")])


def _put(staged: Path, large: set[str], file: Path, now: datetime) -> Path | None:
    """Contents first, as a database without them would be damaged; what only the old one names goes last."""
    kept = _keep(file, now)
    raw_folder(file).mkdir(mode=0o700, exist_ok=True)
    for name in large:
        (raw_folder(staged) / name).replace(raw_folder(file) / name)
    _sync(raw_folder(file))
    for log in _logs(file):
        log.unlink(missing_ok=True)
    staged.replace(file)
    _sync(file.parent)
    for old in raw_folder(file).iterdir():
        if old.name not in large:
            old.unlink()
    return kept


def _keep(file: Path, now: datetime) -> Path | None:
    """The database that is there, once more under a dated name, with its log and contents; None where there is none.

    Its log is first written into it, so that nothing is lost where this ends half-way. A damaged one keeps its log.
    """
    if not file.exists():
        return None
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(file)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    kept = file.with_name(f"{file.name}.{now:%Y-%m-%dT%H%M%S}")
    raw_folder(kept).mkdir(mode=0o700)
    if raw_folder(file).is_dir():
        for large in raw_folder(file).iterdir():
            _link(large, raw_folder(kept) / large.name)
    log, _ = _logs(file)
    if log.exists():
        _link(log, _logs(kept)[0])
    _link(file, kept)
    _sync(raw_folder(kept))
    _sync(kept.parent)
    return kept


def _logs(file: Path) -> tuple[Path, Path]:
    """What SQLite keeps beside a database: its log, and the index of that."""
    return file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")


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
