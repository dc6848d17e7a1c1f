"""A real IMAP server behind a line that breaks when it is told to: at a command, before, within or after its answer.

    with ImapProxy(dovecot) as proxy:
        proxy.arm("MOVE", "lost after")     # once, at the next MOVE
        ... a client of 127.0.0.1, proxy.port (TLS, Dovecot's certificate) ...
        assert proxy.broken == ["MOVE lost after"]

Faults: "lost before" (the server never sees the command), "lost after" (the server does it, the client hears nothing),
"half" (the answer breaks off), "no", "bad", "bye", "silence" (neither sees the other any more).
"""

import asyncio
import ssl
import threading
from contextlib import suppress

from servers.dovecot import Dovecot

FAULTS = ("lost before", "lost after", "half", "no", "bad", "bye", "silence")
HALF = 20
"""Bytes of an answer that still come through."""


class ImapProxy:
    def __init__(self, dovecot: Dovecot) -> None:
        self._dovecot = dovecot
        self.port = 0
        self.broken: list[str] = []
        self._armed: tuple[str, str] | None = None
        self._lines: set[_Line] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._started = threading.Event()

    def __enter__(self) -> "ImapProxy":
        self._thread.start()
        assert self._started.wait(10), "the proxy does not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def arm(self, command: str, fault: str) -> None:
        self._armed = (command, fault)

    def cut(self) -> None:
        """Every connection breaks now."""
        self._loop.call_soon_threadsafe(lambda: [line.lose() for line in list(self._lines)])

    def fault_at(self, command: str) -> str | None:
        if self._armed is None or self._armed[0] != command:
            return None
        fault, self._armed = self._armed[1], None
        self.broken.append(f"{command} {fault}")
        return fault

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._dovecot.certificate.cert_file, self._dovecot.certificate.key_file)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context, limit=1 << 26)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection(self._dovecot.host, self._dovecot.port)
        except OSError:
            writer.transport.abort()
            return
        line = _Line(self, reader, writer, *there)
        self._lines.add(line)
        try:
            await line.carry()
        finally:
            self._lines.discard(line)
            line.lose()


class _Line:
    """One connection of a client, and the one behind it."""

    def __init__(
        self,
        proxy: ImapProxy,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there: asyncio.StreamReader,
        to_there: asyncio.StreamWriter,
    ) -> None:
        self._proxy, self._reader, self._writer, self._there, self._to_there = proxy, reader, writer, there, to_there
        self._left: int | None = None
        """Bytes of answers that still come through; None: all."""

    def lose(self) -> None:
        self._writer.transport.abort()
        self._to_there.transport.abort()

    async def carry(self) -> None:
        back = asyncio.create_task(self._carry_back())
        with suppress(OSError, asyncio.IncompleteReadError):
            while line := await self._reader.readline():
                words = line.split()
                name = words[2 if len(words) > 2 and words[1].upper() == b"UID" else 1] if len(words) > 1 else b""
                fault = self._proxy.fault_at(name.decode("ascii", "replace").upper())
                if fault and await self._break(fault, words[0], line):
                    break
                if not fault:
                    self._to_there.write(line)
        back.cancel()

    async def _break(self, fault: str, tag: bytes, line: bytes) -> bool:
        """Commit the fault; whether the connection is at its end."""
        if fault in ("no", "bad"):
            self._writer.write(tag + b" " + fault.upper().encode() + b" not now\r\n")
            return False
        if fault == "bye":
            self._writer.write(b"* BYE going down\r\n")
            await self._writer.drain()
        if fault == "silence":
            self._left = 0
            await self._reader.read()
        if fault in ("lost after", "half"):
            self._left = HALF if fault == "half" else 0
            self._to_there.write(line)
            await asyncio.sleep(0.3)
        return True

    async def _carry_back(self) -> None:
        with suppress(OSError):
            while said := await self._there.read(1 << 16):
                if self._left is not None:
                    said, self._left = said[: self._left], max(0, self._left - len(said))
                if said:
                    self._writer.write(said)
                    await self._writer.drain()
        if self._left is None:
            self._writer.close()
