"""A mail and one recipient -> what became of the attempt. The relay of the config, its connections kept for reuse.

A refusal of ourselves (credential, certificate, no STARTTLS) is a Retry, so that a wrong setting never drops a mail,
and `denied` says so in words for the operator. The trap: an Outcome is final before QUIT is said.
"""

import asyncio
from typing import NamedTuple

from supportbot.channels import smtp_session
from supportbot.channels.sign_in import Credential
from supportbot.channels.smtp_address import path
from supportbot.channels.smtp_session import Connection, Envelope
from supportbot.config import SmtpSection
from supportbot.config_values import is_elsewhere
from supportbot.connecting import LOOK
from supportbot.errors import Denied, Problem, Unreachable
from supportbot.tickets.retry import Outcome, Refused, Retry, Sent

IDLE_SECONDS = 30.0
"""After this an unused connection is closed."""
PAUSE_SECONDS = 30.0
"""After signing in was refused, this long none tries again: servers lock out who hammers."""


class _Idle(NamedTuple):
    since: float
    connection: Connection


class Relay:
    """The relay of `settings`; `hostname` is what we call ourselves (EHLO). Use it from one event loop."""

    def __init__(self, settings: SmtpSection, credential: Credential | None, hostname: str) -> None:
        self._settings = settings
        self._credential = credential
        self._hostname = hostname
        self._room = asyncio.Semaphore(settings.connections)
        self._idle: list[_Idle] = []
        self._expiry: asyncio.TimerHandle | None = None
        self._pause_until = 0.0
        self._refusal = ""
        self._closing: set[asyncio.Task[None]] = set()
        self.denied = ""
        """Why the relay refuses us rather than a mail, in words for the operator; "" while it does not."""

    async def send(self, recipient: str, content: bytes, return_path: str, notify: tuple[str, ...] = ()) -> Outcome:
        """Send to one recipient. `return_path` "" or "<>": the null path; `notify`: of RFC 3461 §4.1, where offered.

        Raises nothing but CancelledError: then acceptance is not known, unless it had not been offered yet.
        """
        try:
            sender = path(return_path) if return_path not in ("", "<>") else ""
            mail = Envelope(path(recipient), sender, notify, content)
        except ValueError as error:
            return Refused(str(error))
        async with self._room:
            try:
                outcome = await self._send(mail)
            except Unreachable as error:
                return Retry(str(error), relay_away=True)
            except Denied as error:
                self.denied = str(error)
                return Retry(self.denied, relay_away=True)
        if isinstance(outcome, Sent):
            self.denied = ""
        return outcome

    async def _send(self, mail: Envelope) -> Outcome:
        while True:
            connection = self._take() or await self._connect()
            reused = connection.used
            try:
                outcome = await connection.send(mail)
            except BaseException:
                connection.drop()
                raise
            self._keep(connection)
            # The relay closed it while it lay idle, and has seen nothing of this mail: try another one.
            if not (reused and connection.stale):
                return outcome

    async def _connect(self) -> Connection:
        clock = asyncio.get_running_loop().time
        if clock() < self._pause_until:
            raise Denied(self._refusal)
        try:
            return await smtp_session.connect(self._settings, self._credential, self._hostname)
        except Denied as error:
            self._pause_until, self._refusal = clock() + PAUSE_SECONDS, str(error)
            raise

    def _take(self) -> Connection | None:
        self._expire()
        while self._idle:
            connection = self._idle.pop().connection
            if connection.open:
                return connection
            connection.drop()
        return None

    def _keep(self, connection: Connection) -> None:
        if not connection.open:
            connection.drop()
            return
        loop = asyncio.get_running_loop()
        self._idle.append(_Idle(loop.time(), connection))
        if self._expiry is None:
            self._expiry = loop.call_later(IDLE_SECONDS, self._expire)

    def _expire(self) -> None:
        """Close what has been idle too long, and look again when the next one will have been."""
        loop = asyncio.get_running_loop()
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        oldest = loop.time() - IDLE_SECONDS
        for idle in [idle for idle in self._idle if idle.since <= oldest]:
            self._idle.remove(idle)
            task = loop.create_task(idle.connection.quit())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
        if self._idle:
            self._expiry = loop.call_at(self._idle[0].since + IDLE_SECONDS, self._expire)

    async def close(self) -> None:
        """Close the idle connections; one that is sending closes itself when it is done or cancelled."""
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        idle, self._idle = self._idle, []
        await asyncio.gather(*(each.connection.quit() for each in idle), *self._closing)

    async def check(self) -> list[Problem]:
        """For `supportbot check`: what stands in the way of sending, with its mend. Sends nothing."""
        try:
            connection = await smtp_session.connect(self._settings, self._credential, self._hostname)
        except (Unreachable, Denied) as error:
            return [Problem("smtp", error.what, error.mend or LOOK)]
        peer = connection.peer
        await connection.quit()
        if self._settings.tls == "none" and is_elsewhere(peer):
            what = "password and mails travel unencrypted to another machine."
            return [Problem("smtp", what, 'Set tls = "starttls" or "tls".')]
        return []
