"""A daemon that could tell of its faults -> a sign of life, for a switch outside that tells when it stops.

The trap: the sign must not be given while mail or database are what fails, since its absence is then the alarm. Nothing
of it is stored, and none is made up for: a late heartbeat says nothing.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from urllib.parse import urlsplit

import aiohttp
import structlog

from supportbot.channels.smtp import Relay
from supportbot.mail import compose
from supportbot.mail.message import Address
from supportbot.tickets.alarm import alarm
from supportbot.tickets.faults import Fault
from supportbot.tickets.retry import Sent
from supportbot.workers.knowledge import Knowledge
from supportbot.workers.straight import send_straight

log = structlog.get_logger("heartbeat")

CALL_SECONDS = 15.0
AGAIN_SECONDS = 30.0
"""After a heartbeat that could not be given, or must not be; and before the first."""


@dataclass(slots=True)
class HeartbeatWorker:
    url: str | None
    to: tuple[Address, ...]
    every_seconds: float
    trouble: Callable[[], str]
    """Why no heartbeat may be given, or ""."""
    relay: Relay
    knowledge: Callable[[], Knowledge]
    now: Callable[[], datetime]

    async def run(self) -> None:
        await asyncio.sleep(AGAIN_SECONDS)  # a daemon that dies at once, again and again, gives none
        while True:
            given = await self.step()
            await asyncio.sleep(self.every_seconds if given else min(AGAIN_SECONDS, self.every_seconds))

    async def step(self) -> bool:
        """Give a heartbeat by every way that is set. False where one was not given."""
        if why := self.trouble():
            log.error("no heartbeat", because=why)
            return False
        called = await self._call(self.url) if self.url else True
        sent = [await self._send(to) for to in self.to]
        return called and all(sent)

    async def _call(self, url: str) -> bool:
        """GET the address; it may hold a secret, so only its host is told."""
        host = urlsplit(url).hostname
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(CALL_SECONDS)) as session,
                session.get(url, allow_redirects=False) as answer,
            ):
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            log.warning("heartbeat not given", host=host, because=type(error).__name__)
            return False
        if status >= 300:
            log.warning("heartbeat not taken", host=host, status=status)
        return status < 300

    async def _send(self, to: Address) -> bool:
        known, now = self.knowledge(), self.now()
        letter = alarm("well", Fault("mail_out", now), now, to, known.office, known.templates)
        message_id = compose.new_message_id("alert", None, known.domain, known.keys[0], token_bytes(16))
        content = compose.compose(letter, message_id, known.sender, now.astimezone(known.calendar.zone))
        outcome = await send_straight(self.relay, to.address, content)
        if not isinstance(outcome, Sent):
            log.warning("heartbeat not sent", because=outcome.reason)
        return isinstance(outcome, Sent)
