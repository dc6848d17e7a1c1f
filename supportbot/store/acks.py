"""How many acknowledgements were queued, by whom they go to: what bounds them (R8) counts here.

The trap: on PostgreSQL the mails of a batch are settled at once, and none would see what the others are about to
queue, so whoever counts takes turns with the others.
"""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, bindparam, func, literal_column, select

from supportbot.store import tables
from supportbot.store.sql import Prepared, take_turns

T = tables.outbox

_ACKS = select(func.count()).where(T.c.kind == literal_column("'ack'"), T.c.created >= bindparam("since"))
_ACKS_TO = Prepared(lambda _: _ACKS.where(T.c.recipient_key == bindparam("to")))
_ACKS_TO_DOMAIN = Prepared(lambda _: _ACKS.where(T.c.domain == bindparam("its_domain")))
_ACKS_UNPROVEN = Prepared(lambda _: _ACKS.where(T.c.proven.is_(literal_column("FALSE"))))


_OF_DOMAIN, _UNPROVEN = 0x1C3_0003 << 32, 0x1C3_0004


def take_turns_for(conn: Connection, address: str, proven: bool) -> None:
    """Until this transaction ends nobody else counts what goes to this address's domain, or to unproven senders."""
    domain = sha256(address.rpartition("@")[2].lower().encode()).digest()[:4]
    take_turns(conn, _OF_DOMAIN | int.from_bytes(domain) if proven else _UNPROVEN)


def to(conn: Connection, address: str, since: datetime) -> int:
    """How many acknowledgements to this address were queued since then (R8)."""
    return int(_ACKS_TO.value(conn, {"to": address.lower(), "since": since}))


def to_domain(conn: Connection, address: str, since: datetime) -> int:
    """How many acknowledgements to addresses of this address's domain were queued since then."""
    domain = address.rpartition("@")[2].lower()
    return int(_ACKS_TO_DOMAIN.value(conn, {"its_domain": domain, "since": since}))


def to_unproven(conn: Connection, since: datetime) -> int:
    """How many acknowledgements to unproven senders were queued since then (R8)."""
    return int(_ACKS_UNPROVEN.value(conn, {"since": since}))
