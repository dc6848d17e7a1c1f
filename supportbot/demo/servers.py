"""An IMAP server (pymap) and an SMTP server (aiosmtpd) in this process, on free loopback ports.

The trap: pymap's own service class drops its reference to a connection's task; the connection is served here instead.
"""

import asyncio
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage

USER, PASSWORD = "kundcenter", "demo"
LOOPBACK = "127.0.0.1"
LARGEST = 60_000_000


@dataclass(slots=True)
class Mailbox:
    """The embedded IMAP server."""

    port: int
    _backend: Any

    async def deliver(self, content: bytes) -> None:
        """Put a mail into INBOX as a mail server would."""
        async with self._backend.login.demo_user_identity.new_session() as session:
            inbox = await session.mailbox_set.get_mailbox("INBOX")
            await inbox.append(AppendMessage(content, datetime.now(UTC), frozenset()), recent=True)


@dataclass(slots=True)
class Accepted:
    """A mail as the SMTP server accepted it."""

    return_path: str
    recipient: str
    content: bytes


@dataclass(slots=True)
class Sink:
    """The embedded SMTP server: accepts everything for everybody and keeps it."""

    port: int = 0
    mails: list[Accepted] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        self.mails += [Accepted(envelope.mail_from or "", recipient, content) for recipient in envelope.rcpt_tos]
        return "250 OK"


@asynccontextmanager
async def embedded_mailbox() -> AsyncIterator[Mailbox]:
    """An IMAP server with one empty mailbox, for the time of the context."""
    settings = Namespace(
        demo_data=False,
        demo_user=USER,
        demo_password=PASSWORD,
        tls=False,
        cert=None,
        key=None,
        host=LOOPBACK,
        port=0,
        proxy_protocol=None,
        inherited_sockets=None,
        debug=False,
        passlib_cfg=None,
    )
    backend, config = await DictBackend.init(settings)
    config.apply_context()
    imap = IMAPServer(backend.login, config)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await imap(reader, writer, SocketInfo.get(writer, None, unique_id=b"supportbot"))

    server = await asyncio.start_server(serve, LOOPBACK, 0)
    try:
        yield Mailbox(server.sockets[0].getsockname()[1], backend)
    finally:
        server.close()


@asynccontextmanager
async def embedded_sink() -> AsyncIterator[Sink]:
    """An SMTP server that keeps what it is given, for the time of the context."""
    sink = Sink()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(sink, enable_SMTPUTF8=True, data_size_limit=LARGEST, loop=loop), LOOPBACK, 0
    )
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
