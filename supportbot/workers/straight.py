"""A mail past the outbox, straight to the relay: alarms while the database is away, and signs of life.

Nothing of it is stored. The null path: a bounce would be of no use to anybody.
"""

import asyncio

from supportbot.channels.smtp import Relay
from supportbot.tickets.retry import Outcome, Unknown

SEND_SECONDS = 60.0


async def send_straight(relay: Relay, recipient: str, content: bytes) -> Outcome:
    """What became of it; Unknown where the dialogue has no end within SEND_SECONDS."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            return await relay.send(recipient, content, "", ("NEVER",))
    except TimeoutError:
        return Unknown(f"no end within {SEND_SECONDS:.0f} s")
