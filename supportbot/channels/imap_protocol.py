"""Bytes from an IMAP server -> replies of the one command under way. aioimaplib's protocol without its defects.

Its own parser calls itself once a line (RecursionError, and then silence for ever), writes every byte to a debug log
that nobody reads, removes "* " inside quoted text, and leaves commands waiting when the connection is lost.
The trap: this touches private members of aioimaplib, which is therefore pinned to 2.0.3. One command at a time.
"""

import asyncio
import re
from collections import deque

from aioimaplib import aioimaplib  # type: ignore[import-untyped]

from supportbot.channels.imap_text import Reply
from supportbot.failpoints import hit

LINE_MAX = 16 << 20
"""Bytes of one line: a SEARCH of two million UIDs."""
LITERAL_MAX = 256 << 20
"""Bytes of one literal: above every limit that the config allows."""

_LITERAL = re.compile(rb"\{(\d+)\}$")
_STATUS = re.compile(rb"\* (OK|NO|BAD|BYE|PREAUTH)\b", re.I)
_NEWS = re.compile(rb"\d+ (EXISTS|RECENT)\b", re.I)


class Protocol(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]
    """One connection. `failure` says in words why it ended; every waiting command then fails at once."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.pending_sync_command: aioimaplib.Command | None = None
        self.greeting: asyncio.Future[bytes] = loop.create_future()
        self.answers: deque[bytes] = deque()
        """What to send at the server's next "+", in turn: the rest of a literal, a SASL response."""
        self.news = asyncio.Event()
        """Set when the server has told of mail (EXISTS); the reader of the mailbox clears it."""
        self.failure = ""
        self._rest = b""
        self._parts: list[bytes | bytearray] = []
        self._missing = 0

    @property
    def idling(self) -> asyncio.Event:
        """Set while the server has answered IDLE with "+"."""
        event: asyncio.Event = self._idle_event
        return event

    @property
    def pending(self) -> aioimaplib.Command | None:
        return self.pending_sync_command or next(iter(self.pending_async_commands.values()), None)

    def send(self, line: str, scrub: str | None = None) -> None:
        """Overridden: never logs what is sent, as it may be a password."""
        self.transport.write(line.encode() + b"\r\n")
        if self.pending is not None and self.pending.name in ("MOVE", "COPY"):
            hit("move-sent")

    def data_received(self, d: bytes) -> None:
        if self.pending is not None:
            self.pending._reset_timer()
        buffer = self._rest + d if self._rest else d
        position = 0
        while position < len(buffer) and not self.failure:
            if self._missing:
                piece = buffer[position : position + self._missing]
                self._parts[-1] += piece
                self._missing -= len(piece)
                position += len(piece)
                continue
            end = buffer.find(b"\r\n", position)
            if end < 0:
                break
            self._take_line(buffer[position:end])
            position = end + 2
        self._rest = buffer[position:]
        if len(self._rest) > LINE_MAX:
            self.fail("the server sends a line without end")

    def connection_lost(self, exc: Exception | None) -> None:
        self.failure = self.failure or f"the connection was lost ({exc or 'closed by the server'})"
        self.state = aioimaplib.LOGOUT
        if not self.greeting.done():
            self.greeting.set_exception(ConnectionError(self.failure))
            self.greeting.exception()  # marked as seen: the one who waits may be gone
        commands: list[aioimaplib.Command | None] = [self.pending_sync_command, *self.pending_async_commands.values()]
        self.pending_sync_command = None
        self.pending_async_commands.clear()
        for command in filter(None, commands):
            command._exception = aioimaplib.Abort(self.failure)
            command.close(b"", "KO")

    def fail(self, reason: str) -> None:
        """End the connection now; the first reason stands."""
        self.failure = self.failure or reason
        if self.transport is not None:
            self.transport.abort()

    def _take_line(self, line: bytes) -> None:
        self._parts.append(line)
        announced = _LITERAL.search(line)
        if announced and self._parts[0].startswith(b"* ") and not _STATUS.match(self._parts[0]):
            self._missing = int(announced[1])
            self._parts.append(bytearray())
            if self._missing > LITERAL_MAX:
                self.fail(f"the server announces a literal of {self._missing} bytes")
            return
        reply, self._parts = tuple(self._parts), []
        self._take_reply(reply)

    def _take_reply(self, reply: Reply) -> None:
        head = bytes(reply[0])
        command = self.pending
        if not head:
            return
        if not self.greeting.done():
            self._greet(head)
        elif head.startswith(b"* "):
            self._untagged((head[2:], *reply[1:]))
        elif head.startswith(b"+"):
            self._continue()
        elif command is not None and head.startswith(command.tag.encode() + b" "):
            self._response_done(head)
        else:
            self.fail("the server sends what is not IMAP")

    def _greet(self, line: bytes) -> None:
        status = _STATUS.match(line)
        if status and status[1].upper() in (b"OK", b"PREAUTH"):
            self.state = aioimaplib.AUTH if status[1].upper() == b"PREAUTH" else aioimaplib.NONAUTH
            self.greeting.set_result(line)
        else:
            self.fail(f"the server greets with {line[:200].decode('utf-8', 'replace')!r}")

    def _untagged(self, reply: Reply) -> None:
        if _NEWS.match(reply[0]):
            self.news.set()
        elif reply[0][:3].upper() == b"BYE":
            self.fail(f"the server says {reply[0][:200].decode('utf-8', 'replace')!r}")
        if self.pending is not None:
            self.pending.response.lines.append(reply)

    def _continue(self) -> None:
        if self.answers:
            self.transport.write(self.answers.popleft())
        elif self.pending is not None and self.pending.name == "IDLE":
            self.idling.set()
        else:
            self.fail("the server asks for more than there is")
