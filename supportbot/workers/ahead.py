"""A mail that has just come -> its place among those that wait.

Ahead go mails whose sender is in the registry or staff, and mails that point at one of our tickets, so that no flood
stands before a fault (TH32). Mails that point at the same ticket are settled in the order in which they came, whoever
reads them. It decides the order and nothing else: who forges a sender gains a place in the queue.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from supportbot.mail import thread
from supportbot.mail.glance import Glance, glance
from supportbot.mail.message import Address
from supportbot.store import outbox
from supportbot.workers.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class Place:
    ahead: bool = False
    """Before the mails of unknown senders."""
    points_at: int | None = None
    """After the earlier mails that point at this ticket; whether it joins the ticket is decided later."""


def place_of(conn: Connection, content: bytes, known: Knowledge) -> Place:
    seen = glance(content)
    ticket = _points_at(conn, seen, known)
    return Place(ticket is not None or _is_known(seen.sender, known), ticket)


def _is_known(sender: Address | None, known: Knowledge) -> bool:
    if sender is None:
        return False
    address, registry = sender.address.lower(), known.registry
    domain = address.rpartition("@")[2]
    if address in known.staff or registry.by_email(address):
        return True
    return bool(registry.by_domain(domain) or registry.partner_by_domain(domain))


def _points_at(conn: Connection, seen: Glance, known: Knowledge) -> int | None:
    ours = outbox.by_message_ids(conn, seen.ids)
    named = (*(ours[one].ticket for one in seen.ids if one in ours), *thread.prove(seen.tokens, known.keys))
    return next((ticket for ticket in named if ticket is not None), None)
