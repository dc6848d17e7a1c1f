"""The tables, as SQLModel classes; queries use their tables with SQLAlchemy Core (objects cost four times as much).

Times are aware and come back in UTC. Values with parts (a Decision, a list) are JSON in a text column, written and read
by values.py. The trap: a column added here needs a migration, and a test compares the two.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from supportbot.store import registry_tables as registry_tables


def partial_index(name: str, *columns: str, where: str) -> Index:
    """An index of the rows that `where` holds for; queries must say `where` in the same words."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Content(SQLModel, table=True):
    """Bytes by their hash: raw mails and mails that leave. Large ones stand in a file of that name (contents.py)."""

    __tablename__ = "contents"

    sha256: str = Field(primary_key=True)
    size: int = Field(sa_type=BigInteger)
    content: bytes | None = Field(sa_type=LargeBinary)


class InboxMail(SQLModel, table=True):
    """One mail of an IMAP server: its identity, how far it is read, its verdict, where the server's copy went."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("account", "folder", "uidvalidity", "uid", name="inbox_identity"),
        Index("inbox_by_content", "content_hash", "id"),
        # Of the few rows that wait for something: most have their verdict and lie no more in the server's folder.
        partial_index("inbox_unread", "state", "ahead", "id", where="finished IS NULL"),
        partial_index(
            "inbox_of_ticket", "points_at", "state", "id", where="finished IS NULL AND points_at IS NOT NULL"
        ),
        partial_index("inbox_to_put_away", "account", "folder", "uidvalidity", "id", where="on_server = 'settled'"),
        partial_index("inbox_set_aside", "id", where="verdict = 'quarantine'"),
        partial_index("inbox_to_remove", "verdict", "finished", where="erased IS NULL"),
        Index("inbox_by_kept", "kept"),
        {"sqlite_autoincrement": True},  # ids stand in keys of the outbox: never used twice
    )

    id: int | None = Field(default=None, primary_key=True)
    account: str
    folder: str
    uidvalidity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    sha256: str
    content_hash: str
    size: int = Field(sa_type=BigInteger)
    received: datetime
    kept: datetime
    partial: bool
    state: str
    """new, reading, done."""
    ahead: bool
    """Looked at before those that are not: its sender is known, or it points at a ticket."""
    points_at: int | None
    """The ticket whose mails stay in order: the one that it names, whether it may join it or not."""
    lease_until: datetime | None
    strikes: int
    verdict: str | None
    reason: str = Field(sa_type=Text)
    ticket: int | None
    finished: datetime | None
    on_server: str
    """waiting (for its verdict), settled (may be put away), moved, copied, keyword, left, gone."""
    put_away: datetime | None
    sender: str
    """Of a mail that was set aside: who it says wrote it, as it is shown; "" where that is not known."""
    subject: str
    holder: str | None
    """The daemon that claimed it last, where several may."""
    erased: datetime | None
    """When its content was removed: by its age, or because somebody asked."""


class TicketRow(SQLModel, table=True):
    __tablename__ = "tickets"
    __table_args__ = (
        Index("tickets_by_open", "is_open", "number"),
        Index("tickets_by_status", "status", "number"),
        Index("tickets_by_customer", "customer", "number"),
        Index("tickets_by_urgent", "urgent", "is_open", "number"),
        Index("tickets_by_urgency", "urgent", "number"),
        Index("tickets_by_route", "route", "number"),
        partial_index("tickets_to_remove", "is_open", "updated", where="erased IS NULL OR erased < updated"),
        partial_index("tickets_with_charge", "opened", where="billing_state = 'confirmed' AND erased IS NOT NULL"),
    )

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    status: str
    is_open: bool
    subject: str
    opened: datetime
    updated: datetime
    kind: str
    category: str
    route: str
    customer: str | None
    partner: str | None
    urgent: bool
    billing_state: str
    sender: str | None
    sender_name: str
    authenticity: str
    proven: bool
    customer_name: str | None
    org_number: str | None
    partner_name: str | None
    taken_by: str | None
    message_id: str | None
    summary: str
    unread: bool
    decision: str = Field(sa_type=Text)
    participants: str = Field(sa_type=Text)
    phone_escalation: str | None = Field(sa_type=Text)
    billing: str = Field(sa_type=Text)
    reference_ids: str = Field(sa_type=Text)
    undeliverable: str = Field(sa_type=Text)
    erased: datetime | None
    """When its texts and people were removed; changed after that (reopened), it has new ones."""


class Participant(SQLModel, table=True):
    """An address that may write in a ticket: the index of `tickets.participants`."""

    __tablename__ = "participants"
    __table_args__ = (Index("participants_by_address", "address", "ticket"),)

    ticket: int = Field(primary_key=True, foreign_key="tickets.number")
    address: str = Field(primary_key=True)


class ArticleRow(SQLModel, table=True):
    __tablename__ = "articles"
    __table_args__ = (Index("articles_by_ticket", "ticket", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    ticket: int = Field(foreign_key="tickets.number")
    at: datetime
    author: str
    kind: str
    text: str = Field(sa_type=Text)
    inbox_id: int | None
    unverified: bool


class JournalRow(SQLModel, table=True):
    __tablename__ = "journal"
    __table_args__ = (
        Index("journal_by_ticket", "ticket", "id"),
        partial_index("journal_to_remove", "at", where="what != 'erased'"),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket: int = Field(foreign_key="tickets.number")
    at: datetime
    actor: str
    what: str
    text: str = Field(sa_type=Text)
    data: str = Field(sa_type=Text)


class CorrectionRow(SQLModel, table=True):
    """The right answer to one question about one ticket, by a person's word; what is learned from."""

    __tablename__ = "corrections"
    __table_args__ = (Index("corrections_by_at", "at"),)

    ticket: int = Field(primary_key=True, foreign_key="tickets.number")
    field: str = Field(primary_key=True)
    answer: str
    was: str
    """What was answered before any correction."""
    actor: str
    at: datetime
    why: str = Field(sa_type=Text)
    misled: str = Field(sa_type=Text)
    """The reasons of the wrong answer."""


class OutboxMail(SQLModel, table=True):
    """One mail that leaves, to one recipient."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key", name="outbox_key"),
        Index("outbox_to_claim", "state", "kind", "due", "id", "domain"),
        Index("outbox_by_message_id", "message_id"),
        Index("outbox_by_ticket", "ticket", "id"),
        Index("outbox_by_kind", "kind", "created"),
        Index("outbox_by_recipient", "recipient_key", "created"),
        partial_index("outbox_acks_by_domain", "domain", "created", where="kind = 'ack'"),
        partial_index("outbox_came_back", "id", where="bounce_permanent IS TRUE"),
        partial_index("outbox_to_remove", "state", "created", where="erased IS NULL"),
        partial_index("outbox_held_up", "kind", "due", where="state = 'queued' AND relay_away IS TRUE"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str
    kind: str
    ticket: int | None
    recipient: str
    recipient_key: str
    """Lower case, for counting."""
    domain: str
    message_id: str
    sha256: str
    proven: bool | None
    """Of an acknowledgement: whether its recipient is proven."""
    created: datetime
    since: datetime
    """When the days until giving up began: `created`, or when a person asked for another try."""
    state: str
    """queued, sending, sent, gave_up."""
    due: datetime
    lease_until: datetime | None
    attempt: int
    unknowns: int
    reason: str = Field(sa_type=Text)
    """The last reply, or why it failed."""
    finished: datetime | None
    bounced: datetime | None
    bounce_permanent: bool | None
    bounce: str = Field(sa_type=Text)
    holder: str | None
    """The daemon that claimed it last, where several may."""
    erased: datetime | None
    """When its content was removed: by its age, or because somebody asked."""
    relay_away: bool
    """At its last attempt the relay could not be used at all: due as soon as the relay takes another mail."""


class Erasure(SQLModel, table=True):
    """What was removed or handed out, when and by whom; never whose it was in clear."""

    __tablename__ = "erasures"
    __table_args__ = (Index("erasures_by_at", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    actor: str
    what: str
    """retention, erased, exported."""
    address_hash: str
    """Of the address that asked, keyed with the desk's secret; "" for retention."""
    counts: str = Field(sa_type=Text)


class Timer(SQLModel, table=True):
    __tablename__ = "timers"
    __table_args__ = (Index("timers_by_due", "due"),)

    key: str = Field(primary_key=True)
    due: datetime
    kind: str
    ticket: int | None
    data: str = Field(sa_type=Text)


class MailboxRow(SQLModel, table=True):
    """How reading a folder of an IMAP account goes."""

    __tablename__ = "mailboxes"

    account: str = Field(primary_key=True)
    folder: str = Field(primary_key=True)
    uidvalidity: int | None = Field(sa_type=BigInteger)
    last_search: datetime | None
    failing_since: datetime | None
    last_error: str = Field(sa_type=Text)


class Lease(SQLModel, table=True):
    """What one daemon at a time may do, or that it lives: whose it is, and until when (the database's clock)."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True)
    holder: str
    token: int
    """One more for each new owner: an old one is told by its number."""
    until: datetime


class Counter(SQLModel, table=True):
    """The last number given, by what is numbered."""

    __tablename__ = "counters"

    name: str = Field(primary_key=True)
    value: int


class Meta(SQLModel, table=True):
    """Single values: the registry's fingerprint, how the last reload went."""

    __tablename__ = "meta"

    name: str = Field(primary_key=True)
    value: str = Field(sa_type=Text)


METADATA = SQLModel.metadata

contents = METADATA.tables["contents"]
inbox = METADATA.tables["inbox"]
tickets = METADATA.tables["tickets"]
participants = METADATA.tables["participants"]
articles = METADATA.tables["articles"]
journal = METADATA.tables["journal"]
corrections = METADATA.tables["corrections"]
outbox = METADATA.tables["outbox"]
erasures = METADATA.tables["erasures"]
timers = METADATA.tables["timers"]
customers = METADATA.tables["customers"]
devices = METADATA.tables["devices"]
partners = METADATA.tables["partners"]
models = METADATA.tables["models"]
mailboxes = METADATA.tables["mailboxes"]
leases = METADATA.tables["leases"]
counters = METADATA.tables["counters"]
meta = METADATA.tables["meta"]
