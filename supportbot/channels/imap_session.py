"""One opened mailbox -> its UIDs, sizes, mails; and mails put away. Only UIDs, only BODY.PEEK[], never EXPUNGE alone.

What the server pushes is a hint, a search by UID is the truth; `\\Seen` decides nothing and is never set (RFC 9051
§2.3.1, §6.4.9). The trap: a fetch that does not yield a UID says that the mail is gone, unless `refused` names it: the
server would not give it although it is there. It is not lost: each full search finds it again.
"""

import asyncio
import math
import re
import time
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import structlog

from supportbot.channels import imap_text
from supportbot.channels.imap_connection import Answer, Connection
from supportbot.channels.imap_text import Item, folder, uid_set
from supportbot.config import MailboxSection
from supportbot.errors import Denied, Unreachable

log = structlog.get_logger("imap")

CHUNK = 300
"""UIDs of one command: the line stays below the 8192 octets that servers must take (RFC 2683 §3.2.1.5)."""
AWAY_CHUNK = 100
"""UIDs of one MOVE or COPY, which a slow server works at in silence."""
DONE_KEYWORD = "$Supportbot-done"
PARTIAL_BYTES = 50 << 20

PutAway = Literal["moved", "copied", "keyword", "left", "gone"]
_OWN_PREFIX = re.compile(rb'\(\("([^"\\]*)"')
"""The first of one's own namespaces in a NAMESPACE response."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail in the mailbox, not yet fetched. `size` in bytes, as the server says; `received` is INTERNALDATE."""

    uid: int
    size: int
    received: datetime | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail as the server gave it. `partial`: only the beginning, as it is larger than asked for; `size` is all."""

    uid: int
    content: bytes
    received: datetime | None
    size: int
    partial: bool = False


class Session:
    """A mailbox that is selected. One task uses it. Every method raises Unreachable, and then the session is over."""

    def __init__(
        self, connection: Connection, settings: MailboxSection, selected: Answer, over: float = math.inf
    ) -> None:
        codes = selected.codes
        validity = re.search(rb"\[UIDVALIDITY (\d+)\]", codes, re.I)
        if validity is None:
            raise Denied(f"{connection.where}: the server gives {settings.folders.inbox!r} no UIDVALIDITY.")
        self.uidvalidity = int(validity[1])
        following = re.search(rb"\[UIDNEXT (\d+)\]", codes, re.I)
        self.uidnext = int(following[1]) if following else None
        """No mail of the mailbox has this UID or a higher one, at the moment of opening; None: not said."""
        self.capabilities = connection.capabilities
        self.read_only = b"[READ-ONLY]" in codes.upper()
        flags = re.search(rb"\[PERMANENTFLAGS \(([^)]*)\)\]", codes, re.I)
        keywords = flags[1].split() if flags else []
        self.can_keyword = not self.read_only and (rb"\*" in keywords or DONE_KEYWORD.encode() in keywords)
        """Whether a mail can be marked with the keyword (PERMANENTFLAGS, RFC 3501 §7.1)."""
        self.refused: dict[int, str] = {}
        """Mails that are there but that the server did not give when asked for, with its words."""
        self._connection = connection
        self._over = over
        """When to open another one, in seconds of time.monotonic: the token that opened this one nears its end."""
        self._settings = settings
        self._can_idle = "IDLE" in self.capabilities

    @property
    def over(self) -> bool:
        """Whether to open another session: servers cut those whose token has ended."""
        return time.monotonic() >= self._over

    @property
    def peer(self) -> str:
        """The IP address of the server."""
        return str(self._connection.protocol.transport.get_extra_info("peername")[0])

    async def search(self, since_uid: int = 1) -> list[int]:
        """All UIDs from `since_uid` on (inclusive), ascending; 1: the whole mailbox."""
        self._connection.protocol.news.clear()
        # `n:*` always names the last mail too, even when its UID is lower (RFC 3501 §6.4.8).
        return [uid for uid in await self._search(f"UID {since_uid}:*") if uid >= since_uid]

    async def _search(self, criterion: str) -> list[int]:
        answer = self._accepted("SEARCH", await self._connection.run("SEARCH", criterion, uid=True))
        return sorted({int(word) for line in answer.data(b"SEARCH") for word in line.split() if word.isdigit()})

    async def sizes(self, uids: Iterable[int]) -> dict[int, Listed]:
        """Size and date of each of these mails that is still there; size 0 where the server would not tell."""
        listed: dict[int, Listed] = {}
        for chunk in _chunks(uids):
            answer = await self._fetch(chunk, "(UID RFC822.SIZE INTERNALDATE)")
            found = {item.uid: Listed(item.uid, item.size or 0, item.received) for item in self._items(answer)}
            if not answer.ok:
                found = {uid: Listed(uid, 0, None) for uid in chunk} | found
            listed |= {uid: found[uid] for uid in chunk if uid in found}
        return listed

    async def fetch(
        self,
        uids: Iterable[int],
        max_mails: int = 100,
        max_bytes: int = 8 << 20,
        partial_bytes: int = PARTIAL_BYTES,
    ) -> AsyncIterator[Fetched]:
        """The mails, ascending, fetched in batches of at most `max_mails` and `max_bytes` (one larger mail: alone).

        Of a mail larger than `partial_bytes` only so much. A mail that has vanished is not yielded; nor is one that
        the server does not give although it is there: that one is logged, and stands in `refused`.
        """
        for chunk in _chunks(uids):
            listed = await self.sizes(chunk)
            for batch in _batches(listed, max_mails, max_bytes, partial_bytes):
                async for mail in self._fetch_batch(batch, partial_bytes):
                    yield mail

    async def _fetch_batch(self, batch: list[Listed], partial_bytes: int) -> AsyncIterator[Fetched]:
        partial = batch[0].size > partial_bytes
        what = f"BODY.PEEK[]<0.{partial_bytes}>" if partial else "BODY.PEEK[]"
        missing = {mail.uid: mail for mail in batch}
        answer = await self._fetch(missing, f"(UID {what})", sum(min(mail.size, partial_bytes) for mail in batch))
        for item in self._items(answer):
            if item.content is not None and (mail := missing.pop(item.uid, None)):
                cut = partial and len(item.content) >= partial_bytes
                yield Fetched(mail.uid, item.content, mail.received, max(mail.size, len(item.content)), cut)
        if answer.ok or not missing:
            return
        if len(batch) > 1:
            for mail in missing.values():
                async for single in self._fetch_batch([mail], partial_bytes):
                    yield single
        elif await self._search(f"UID {batch[0].uid}"):
            self.refused[batch[0].uid] = answer.words
            log.warning("the server does not give a mail", uid=batch[0].uid, because=answer.words)

    async def _fetch(self, uids: Iterable[int], what: str, volume: int = 0) -> Answer:
        return await self._connection.run("FETCH", uid_set(uids), what, uid=True, volume=volume)

    def _items(self, answer: Answer) -> Iterator[Item]:
        for reply in answer.replies:
            try:
                item = imap_text.fetched(reply)
            except ValueError as error:
                self._connection.protocol.fail(str(error))
                raise self._connection.lost() from None
            if item is not None:
                yield item

    async def put_away(self, uids: Iterable[int], name: str) -> dict[int, PutAway]:
        """Take the mails out of the mailbox into the folder `name`, as far as the server can (R24).

        moved: by MOVE; copied: a copy is in the folder and the original expunged by UID, where the server let us;
        keyword: left where it is, marked; left: nothing could be done; gone: it was no longer there.
        """
        done: dict[int, PutAway] = {}
        for chunk in _chunks(uids, AWAY_CHUNK):
            there = await self._search(f"UID {uid_set(chunk)}")
            done.update(dict.fromkeys(chunk, "gone"))
            done.update(dict.fromkeys(there, "left"))
            if there and not self.read_only:
                done.update(await self._put_away(there, name))
        return done

    async def _put_away(self, uids: list[int], name: str) -> dict[int, PutAway]:
        if "MOVE" in self.capabilities:
            moved = await self._into_folder("MOVE", uids, name)
            if moved is not None:
                return {uid: "moved" if uid in moved else "gone" for uid in uids}
            # A refused MOVE may have moved some of them (RFC 6851 §3.3): those are no longer here.
            left = await self._search(f"UID {uid_set(uids)}")
            moved_so_far: dict[int, PutAway] = {uid: "moved" for uid in uids if uid not in left}
            return moved_so_far | await self._mark(left)
        if "UIDPLUS" in self.capabilities:
            copied = await self._into_folder("COPY", uids, name)
            if copied is not None:
                await self._expunge(copied)
                return {uid: "copied" if uid in copied else "gone" for uid in uids}
        return await self._mark(uids)

    async def _mark(self, uids: list[int]) -> dict[int, PutAway]:
        if uids and self.can_keyword and (await self._store(uids, DONE_KEYWORD)).ok:
            return dict.fromkeys(uids, "keyword")
        return {}

    async def _into_folder(self, command: Literal["MOVE", "COPY"], uids: list[int], name: str) -> set[int] | None:
        """MOVE or COPY, making the folder when it is missing. Returns the UIDs done, or None when refused."""
        answer = await self._connection.run(command, uid_set(uids), folder(name), uid=True)
        if not answer.ok and "[TRYCREATE]" in answer.text.upper():
            await self._connection.run("CREATE", folder(name))
            answer = await self._connection.run(command, uid_set(uids), folder(name), uid=True)
        if not answer.ok:
            return None
        copied = imap_text.copied_uids(answer.codes)
        return set(uids) if copied is None else copied & set(uids)

    async def _expunge(self, uids: set[int]) -> None:
        if uids and (await self._store(uids, r"\Deleted")).ok:
            await self._connection.run("EXPUNGE", uid_set(uids), uid=True)

    async def _store(self, uids: Iterable[int], flag: str) -> Answer:
        return await self._connection.run("STORE", uid_set(uids), "+FLAGS.SILENT", f"({flag})", uid=True)

    async def wait(self, seconds: float, interrupt: asyncio.Event | None = None) -> bool:
        """Wait until the server tells of mail, at most `seconds`; True when it did. IDLE (RFC 2177), else NOOP.

        `interrupt` ends the waiting when it is set. At its end, and after `idle_seconds`, the server must still answer.
        """
        interrupt = interrupt or asyncio.Event()
        news, loop = self._connection.protocol.news, asyncio.get_running_loop()
        until = loop.time() + min(seconds, self._over - time.monotonic())
        while not news.is_set() and not interrupt.is_set() and (left := until - loop.time()) > 0:
            if self._can_idle:
                self._can_idle = await self._idle(min(left, self._settings.idle_seconds), interrupt)
            else:
                await _first_of(min(left, self._settings.poll_seconds), interrupt.wait())
                await self._connection.run("NOOP")
        return news.is_set()

    async def _idle(self, seconds: float, interrupt: asyncio.Event) -> bool:
        """One IDLE, ended by news or time. False when the server refuses it or ends it: then it is not to be used."""
        protocol, limit = self._connection.protocol, self._connection.seconds
        idle = asyncio.create_task(self._connection.run("IDLE", endless=True))
        ended_by_us = False
        try:
            await _first_of(limit, asyncio.shield(idle), protocol.idling.wait())
            if protocol.idling.is_set():
                await _first_of(seconds, asyncio.shield(idle), protocol.news.wait(), interrupt.wait())
                ended_by_us = protocol.pending is not None
            if ended_by_us:
                protocol.send("DONE")  # its answer shows that the server is still alive
                await asyncio.wait({idle}, timeout=limit)
            if protocol.pending is not None:
                protocol.fail("no answer to IDLE in time")
            return (await idle).ok and ended_by_us
        finally:
            idle.cancel()

    async def unusable_folders(self, names: Iterable[str]) -> dict[str, str]:
        """Folders that mails cannot be moved to, with the reason. One that can be made when needed is no trouble."""
        unusable = {}
        prefix = await self._prefix()
        for name in names:
            answer = self._accepted("LIST", await self._connection.run("LIST", '""', folder(name)))
            found = [line.upper() for line in answer.data(b"LIST")]
            if any(b"\\NOSELECT" in line for line in found):
                unusable[name] = "holds folders only, no mails"
            elif not any(b"\\NONEXISTENT" not in line for line in found) and not name.startswith(prefix):
                unusable[name] = f"cannot be made here: this server wants a name such as {prefix}{name}"
        return unusable

    async def _prefix(self) -> str:
        """What the names of one's own folders begin with (RFC 2342); "" where the server does not say."""
        if "NAMESPACE" not in self.capabilities:
            return ""
        answer = await self._connection.run("NAMESPACE")
        told = _OWN_PREFIX.match(b" ".join(answer.data(b"NAMESPACE")))
        return told[1].decode("ascii", "replace") if told else ""

    def _accepted(self, name: str, answer: Answer) -> Answer:
        if not answer.ok:
            raise Unreachable(f"{self._connection.where}: {name} was answered {answer.words!r}.")
        return answer


async def _first_of(seconds: float, *awaited: Awaitable[Any]) -> None:
    """Until one of them is done, or the time is up; the others are cancelled."""
    tasks = [asyncio.ensure_future(each) for each in awaited]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def _chunks(uids: Iterable[int], length: int = CHUNK) -> Iterator[list[int]]:
    ordered = sorted(set(uids))
    for start in range(0, len(ordered), length):
        yield ordered[start : start + length]


def _batches(listed: dict[int, Listed], max_mails: int, max_bytes: int, partial_bytes: int) -> Iterator[list[Listed]]:
    """Mails ascending, cut where a batch would grow too long or too large; one above `partial_bytes` stands alone."""
    batch: list[Listed] = []
    for mail in sorted(listed.values(), key=lambda mail: mail.uid):
        large = mail.size > partial_bytes
        if batch and (large or len(batch) >= max_mails or sum(m.size for m in batch) + mail.size > max_bytes):
            yield batch
            batch = []
        batch.append(mail)
        if large:
            yield batch
            batch = []
    if batch:
        yield batch
