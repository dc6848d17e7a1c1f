"""Bytes <-> rows by their hash. Above 256 KB, on SQLite, they stand in a file beside the database instead.

The file is written, synced and renamed before the row's commit, so a committed row always has its file; a file
without a row is harmless. The trap: `Return-Path` and the like differ between two deliveries of one mail, so "the same
mail" is asked of the bytes without the trace headers that stand above it.
"""

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, bindparam, select

from supportbot.store import tables
from supportbot.store.sql import insert_once

LARGE = 256 * 1024
"""Bytes up to which they stand in the row."""

_TRACE = re.compile(
    rb"(?:received|return-path|delivered-to|envelope-to|x-original-to|authentication-results|received-spf"
    rb"|arc-[a-z-]{1,40}|x-spam[a-z-]{0,40}|x-virus[a-z-]{0,40})[ \t]*:",
    re.IGNORECASE,
)
"""Fields that servers on the way put on top (RFC 5321 §4.4, RFC 8601 §5, RFC 8617). DKIM-Signature is the sender's."""

_HOLD = (
    select(tables.contents.c.size)
    .where(tables.contents.c.sha256 == bindparam("sha256"))
    .with_for_update(read=True, key_share=True)
)
_FIND = select(tables.contents.c.content).where(tables.contents.c.sha256 == bindparam("sha256"))


def put(conn: Connection, content: bytes, sha256: str) -> None:
    """Store the bytes; no-op where they are stored. Raises OSError when the disk is full.

    What is stored already is held until the transaction ends, so that no other one removes it meanwhile (PostgreSQL).
    """
    folder: Path | None = conn.get_execution_options().get("raw_folder")
    in_file = folder is not None and len(content) > LARGE
    if in_file:
        assert folder is not None
        _write(folder, sha256, content)
    row = {"sha256": sha256, "size": len(content), "content": None if in_file else content}
    while not insert_once(conn, tables.contents, row):
        if conn.dialect.name == "sqlite" or conn.execute(_HOLD, {"sha256": sha256}).first():
            break  # else it has just been removed


def get(conn: Connection, sha256: str) -> bytes:
    """The bytes. Raises LookupError where they are gone or damaged."""
    row = conn.execute(_FIND, {"sha256": sha256}).one_or_none()
    if row is None:
        raise LookupError(f"the contents {sha256} are gone from the database")
    if row.content is not None:
        return bytes(row.content)
    return read_file(conn, sha256)


def read_file(conn: Connection, sha256: str) -> bytes:
    """The bytes of a large content. Raises LookupError where the file is gone or its bytes are not those."""
    path: Path = conn.get_execution_options()["raw_folder"] / sha256
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise LookupError(f"the file {path} is gone") from None
    if hash_of(content) != sha256:
        raise LookupError(f"the file {path} is damaged: its bytes are not those that were stored")
    return content


def file_head(conn: Connection, sha256: str, many: int) -> bytes:
    """The first bytes of a large content; b"" where its file is gone."""
    try:
        with (conn.get_execution_options()["raw_folder"] / sha256).open("rb") as file:
            head: bytes = file.read(many)
    except FileNotFoundError:
        return b""
    return head


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def content_hash(content: bytes) -> str:
    """The hash of a mail without the trace headers above it: equal for two deliveries of the same mail. Linear."""
    at = 0
    while True:
        end = content.find(b"\n", at) + 1
        if not end or not (_TRACE.match(content, at) or (at and content[at : at + 1] in (b" ", b"\t"))):
            break
        at = end
    return hashlib.sha256(memoryview(content)[at:]).hexdigest()


def _write(folder: Path, name: str, content: bytes) -> None:
    path, unfinished = folder / name, folder / f"{name}.{os.getpid()}.tmp"
    if not path.exists() or path.stat().st_size != len(content):
        try:
            with unfinished.open("wb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(path)
        except OSError:
            with suppress(OSError):
                unfinished.unlink()
            raise
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
