"""A mail that has just come -> whether it is looked at before others, so that no flood stands before a fault (TH32).

Ahead go mails whose sender is in the registry or staff, and mails that point at one of our tickets. It decides the
order and nothing else: who forges a sender gains a place in the queue. The trap: articles of a ticket are in the order
of their arrival because all that joins a ticket goes ahead, whoever wrote it, and what goes ahead stays in order.
"""

from sqlalchemy import Connection

from supportbot.mail import thread
from supportbot.mail.glance import Glance, glance
from supportbot.mail.message import Address
from supportbot.store import outbox
from supportbot.workers.knowledge import Knowledge


def goes_ahead(conn: Connection, content: bytes, known: Knowledge) -> bool:
    """Whether the mail goes before those of unknown senders."""
    seen = glance(content)
    return _is_known(seen.sender, known) or _points_at_a_ticket(conn, seen, known)


def _is_known(sender: Address | None, known: Knowledge) -> bool:
    if sender is None:
        return False
    address, registry = sender.address.lower(), known.registry
    domain = address.rpartition("@")[2]
    if address in known.staff or registry.by_email(address):
        return True
    return bool(registry.by_domain(domain) or registry.partner_by_domain(domain))


def _points_at_a_ticket(conn: Connection, seen: Glance, known: Knowledge) -> bool:
    return bool(thread.prove(seen.tokens, known.keys) or outbox.by_message_ids(conn, seen.ids))
