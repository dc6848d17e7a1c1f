"""A script -> a server that follows it: for faults that no real server commits on demand.

    async with Scripted(b"* OK hello\\r\\n", "CAPABILITY", b"* CAPABILITY IMAP4rev1\\r\\n%T OK\\r\\n", HANG) as server:
        ... connect to 127.0.0.1, server.port

Steps: bytes are sent (`%T` is the last IMAP tag that was read); a str is a regular expression that the next line must
hold; CLOSE, RESET and HANG end the connection, or leave it silent. After the last step: HANG. Each
connection follows the script anew, or, given `scripts`, the next of them (the last one repeats).
"""

import asyncio
import re
import ssl
from collections.abc import Sequence
from enum import Enum


class End(Enum):
    CLOSE = "close"
    """FIN, after everything has been sent."""
    RESET = "reset"
    """RST, at once."""
    HANG = "hang"
    """Nothing more, with the connection open."""


CLOSE, RESET, HANG = End.CLOSE, End.RESET, End.HANG
Step = bytes | str | End


class Scripted:
    def __init__(self, *steps: Step, scripts: Sequence[Sequence[Step]] = (), tls: ssl.SSLContext | None = None) -> None:
        self._scripts = list(scripts) or [steps]
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.host = "127.0.0.1"
        self.port = 0
        self.connections = 0
        self.lines: list[str] = []
        """Every line that clients have sent."""
        self.mistakes: list[str] = []
        """Lines that were not what the script expected: a test ends by asserting that there are none."""

    async def __aenter__(self) -> "Scripted":
        self._server = await asyncio.start_server(self._follow, self.host, 0, ssl=self._tls, limit=1 << 26)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _follow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        script = self._scripts[min(self.connections, len(self._scripts) - 1)]
        self.connections += 1
        try:
            await self._steps(script, reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._open.discard(task)

    async def _steps(self, script: Sequence[Step], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tag = b""
        for step in (*script, HANG):
            if isinstance(step, bytes):
                writer.write(step.replace(b"%T", tag))
                await writer.drain()
            elif isinstance(step, str):
                line = await reader.readline()
                if not line:
                    return
                tagged = re.match(rb"([A-Z]+\d+) ", line)
                tag = tagged[1] if tagged else tag
                self.lines.append(line.decode("utf-8", "replace").rstrip("\r\n"))
                if not re.search(step, self.lines[-1]):
                    self.mistakes.append(f"expected {step!r}, got {self.lines[-1]!r}")
            elif step is HANG:
                while await reader.read(1 << 16):
                    pass
            elif step is CLOSE:
                writer.close()
                return
            else:
                return
