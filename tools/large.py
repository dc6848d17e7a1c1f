"""A number of tickets -> a database as full as a desk's after eight years, by bulk SQL; invented, the same each time.

The same statements for SQLite and PostgreSQL: what the two say differently is in three functions of SQL (moment,
digest, bytes) that each gets for the time of the filling. Indexes are made at the end. The database must be new.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, DropIndex

from supportbot.store import tables

SQLITE = "sqlite:///supportbot.db"
YEARS = 8
FOLLOW_UPS, OTHERS = 4, 10
"""One ticket in so many has a second mail; to one in so many there is a mail that made no ticket."""
BYTES = 1500
"""Of a mail and of a letter: below what PostgreSQL would compress, so that nothing is smaller than it looks."""
REASONS = (
    '{"urgent":[{"rule":"one-phone","because":"One telephone is hit.","clause":"T4","words":"en av telefonerna",'
    '"start":4,"end":21}],"kind":[{"rule":"does-not-work","because":"Something does not work.","clause":"T1",'
    '"words":"startar inte om efter strömavbrottet i går","start":22,"end":60},{"rule":"reads-fault","because":'
    '"The words are those of faults."}],"customer":[{"rule":"domain","row":"customers.csv"}],"category":[{"rule":'
    '"telephone","because":"A telephone is named.","words":"bordstelefoner","start":12,"end":26}],"route":[{"rule":'
    '"direct","because":"A direct customer.","clause":"T2"}]}'
)
TEXT = "Hej! En av våra bordstelefoner startar inte om efter strömavbrottet i går. Vi har provat att dra ur den. " * 2

_ROUTE = "CASE WHEN n % 10 < 6 THEN 'support' WHEN n % 10 < 9 THEN 'partner' ELSE 'review' END"
_OPEN = "(n > {open_after} OR n % 2000 = 0)"
_STATUS = (
    f"CASE WHEN NOT {_OPEN} THEN 'resolved' WHEN n % 3 = 0 THEN 'new' WHEN n % 3 = 1 THEN 'taken' "
    "ELSE 'with_partner' END"
)
_URGENT = "(n % 20 = 7)"
_BILLING = (
    f"CASE WHEN n % 25 = 0 THEN 'confirmed' WHEN n % 50 = 1 THEN 'waived' WHEN n % 10 = 3 AND {_OPEN} "
    "THEN 'candidate' ELSE 'none' END"
)
_CUSTOMER = "(n * 7919) % {customers}"
_ADDRESS = f"'user' || (n % 3) || '@kund' || ({_CUSTOMER}) || '.example'"
_AGO = "({tickets} - n) * {apart}"

_INBOX = """INSERT INTO inbox (id, account, folder, uidvalidity, uid, sha256, content_hash, size, received, kept,
    partial, state, strikes, verdict, reason, ticket, finished, on_server, put_away, sender, subject)
    SELECT n * 3 + {turn}, 'kundcenter', 'INBOX', 7, n * 3 + {turn}, digest('mail' || (n * 3 + {turn})),
    digest('below' || (n * 3 + {turn})), {bytes}, moment({ago} + 5), moment({ago} + 4), FALSE, 'done', 0, %s
    FROM numbers WHERE n %% {each} = 0"""
_OUTBOX = """INSERT INTO outbox (key, kind, ticket, recipient, recipient_key, domain, message_id, sha256, proven,
    created,
    since, state, due, attempt, unknowns, reason, finished, bounced, bounce_permanent, bounce)
    SELECT '%s:' || (10000 + n) || ':' || n, '%s', 10000 + n, {address}, {address}, 'kund' || ({customer})
    || '.example',
    '%s-' || n || '@icentrex.example', digest('%s' || n), CASE WHEN '%s' = 'ack' THEN n %% 5 > 0 END, moment({ago}),
    moment({ago}),
    CASE WHEN n %% 1000 = 9 THEN 'gave_up' ELSE 'sent' END, moment({ago}), 1, 0, '250 2.0.0 queued', moment({ago} - 1),
    CASE WHEN n %% 2000 = 1 THEN moment({ago} - 60) END, CASE WHEN n %% 2000 = 1 THEN TRUE END, '' FROM numbers
    WHERE %s"""
_STATEMENTS = (
    """INSERT INTO tickets (number, status, is_open, subject, opened, updated, kind, category, route, customer,
    partner, urgent,
    billing_state, sender, sender_name, authenticity, proven, customer_name, org_number, partner_name, taken_by,
    message_id,
    summary, unread, decision, participants, phone_escalation, billing, reference_ids, undeliverable)
    SELECT 10000 + n, {status}, {open}, 'Telefonen startar inte ' || n, moment({ago}), moment({ago} - 86400),
    'fault', 'hardware',
    {route}, 'C' || ({customer}), CASE WHEN n % 10 BETWEEN 6 AND 8 THEN 'P1' END, {urgent}, {billing_state}, {address},
    'Anna Berg', 'verified', TRUE, 'Företag ' || ({customer}) || ' AB', NULL, NULL, CASE WHEN n % 3 = 1 THEN 'Eva' END,
    'm' || n || '@kund.example', 'En av bordstelefonerna startar inte', FALSE,
    '{{"kind":"fault","category":"hardware","customer":"C' || ({customer})
    || '","purchase":"direct","sender_is_customer":true,'
    || '"language":"sv","route":"' || {route} || '","urgent":' || CASE WHEN {urgent} THEN 'true' ELSE 'false' END
    || ',"reasons":{reasons}}}', '["' || {address} || '"]', NULL, '{{"state":"' || {billing_state} || '"}}', '[]', '[]'
    FROM numbers""",
    "INSERT INTO participants (ticket, address) SELECT 10000 + n, {address} FROM numbers",
    _INBOX % "'ticket', 'a fault', 10000 + n, moment({ago}), 'moved', moment({ago} - 1), '', ''",
    _INBOX % "'follow-up', 'it names the ticket', 10000 + n / 2, moment({ago}), 'moved', moment({ago} - 1), '', ''",
    _INBOX
    % """CASE WHEN n % 5000 = 0 THEN 'quarantine' WHEN n % 3 = 0 THEN 'delivery-event' ELSE 'ignore' END, 'bulk', NULL,
    moment({ago}), 'moved', moment({ago} - 1), CASE WHEN n % 5000 = 0 THEN 'nagon@annan.example' ELSE '' END, ''""",
    "INSERT INTO contents (sha256, size, content) SELECT sha256, size, bytes(sha256) FROM inbox",
    """INSERT INTO articles (ticket, at, author, kind, text, inbox_id, unverified)
    SELECT ticket, kept, 'user@kund.example', 'mail', '{text}', id, FALSE FROM inbox WHERE ticket IS NOT NULL""",
    """INSERT INTO articles (ticket, at, author, kind, text, unverified)
    SELECT 10000 + n, moment({ago} - 3600), 'Eva', 'note', 'Ringde kunden, {text}', FALSE FROM numbers
    WHERE n % 2 = 0""",
    *(
        f"""INSERT INTO journal (ticket, at, actor, what, text, data)
    SELECT 10000 + n, moment({{ago}} - {after}), 'supportbot', '{what}', 'Ärendet är {what}', '{{{{"inbox_id":'
    || n || '}}}}'
    FROM numbers"""
        for after, what in ((0, "opened"), (3600, "taken"), (86400, "resolved"))
    ),
    _OUTBOX % (*["ack"] * 5, "n % 10 > 0"),
    _OUTBOX % (*["forward"] * 5, "n % 10 BETWEEN 6 AND 8"),
    _OUTBOX % (*["alert"] * 5, "{urgent}"),
    """INSERT INTO outbox (key, kind, ticket, recipient, recipient_key, domain, message_id, sha256, created, since,
    state, due,
    attempt, unknowns, reason, finished, bounce)
    SELECT 'digest:' || n, 'digest', NULL, 'team@icentrex.se', 'team@icentrex.se', 'icentrex.se', 'digest-' || n
    || '@x',
    digest('digest' || n), moment(n * 43200), moment(n * 43200), 'sent', moment(n * 43200), 1, 0, '250',
    moment(n * 43200), ''
    FROM numbers WHERE n <= {digests}""",
    "INSERT INTO contents (sha256, size, content) SELECT sha256, {bytes}, bytes(sha256) FROM outbox",
    """INSERT INTO corrections (ticket, field, answer, was, actor, at, why, misled)
    SELECT 10000 + n, 'urgent', 'no', 'yes', 'Eva', moment({ago} - 7200), 'bara en telefon', '[]' FROM numbers
    WHERE n % 100 = 7""",
    """INSERT INTO timers (key, due, kind, ticket, data) SELECT 'alert:' || (10000 + n), moment(-600), 'alert',
    10000 + n,
    '{{"step":1}}' FROM numbers WHERE {urgent} AND {open} AND n > {open_after} + ({tickets} - {open_after}) * 9 / 10""",
    """INSERT INTO erasures (at, actor, what, address_hash, counts) SELECT moment(n * 86400), 'supportbot',
    'retention', '',
    '{{"letters":3}}' FROM numbers WHERE n <= {nights}""",
    "UPDATE counters SET value = 10000 + {tickets} WHERE name = 'ticket'",
)
_POSTGRES_FUNCTIONS = (
    """CREATE FUNCTION moment(ago double precision) RETURNS timestamptz LANGUAGE sql STABLE AS
    $$ SELECT to_timestamp({now} - ago) $$""",
    """CREATE FUNCTION digest(what text) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT encode(sha256(convert_to(what, 'UTF8')), 'hex') $$""",
    """CREATE FUNCTION bytes(what text) RETURNS bytea LANGUAGE sql IMMUTABLE AS
    $$ SELECT substr(convert_to(repeat(what, {bytes} / 64 + 1), 'UTF8'), 1, {bytes}) $$""",
)


def statements(tickets: int, customers: int) -> Iterator[str]:
    """What fills all tables but the registry's: about 1.35 mails, 1.25 letters, 1.75 articles, 3 entries a ticket."""
    plain = {
        "tickets": tickets,
        "customers": customers,
        "open_after": tickets - max(20, tickets // 500),
        "apart": YEARS * 365 * 86400 / tickets,
        "bytes": BYTES,
        "digests": min(tickets, YEARS * 730),
        "nights": min(tickets, YEARS * 365),
        "reasons": REASONS,
        "text": TEXT,
    }
    words = {"open": _OPEN, "status": _STATUS, "urgent": _URGENT, "route": _ROUTE, "billing_state": _BILLING}
    words |= {"customer": _CUSTOMER, "address": _ADDRESS, "ago": _AGO}
    values = plain | {name: word.format(**plain) for name, word in words.items()}
    turns = iter(((0, 1), (1, FOLLOW_UPS), (2, OTHERS)))
    for statement in _STATEMENTS:
        if statement.startswith("INSERT INTO inbox"):
            values["turn"], values["each"] = next(turns)
        yield statement.format(**values)


def fill_sqlite(file: Path, tickets: int, customers: int, tell: Callable[[str], None] = lambda _: None) -> None:
    """Fill a new database file that has the schema."""
    now = datetime.now(UTC).timestamp()

    def moment(ago: float) -> str:
        return datetime.fromtimestamp(now - ago, UTC).replace(tzinfo=None).isoformat(" ", "microseconds")

    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.create_function("moment", 1, moment)
        connection.create_function("digest", 1, lambda text: hashlib.sha256(text.encode()).hexdigest())
        connection.create_function("bytes", 1, lambda text: (text * (BYTES // 64 + 1)).encode()[:BYTES])
        for pragma in ("synchronous = OFF", "cache_size = -1000000", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        indexes = [index for table in tables.METADATA.sorted_tables for index in table.indexes]
        for index in indexes:
            connection.execute(str(DropIndex(index).compile(dialect=sqlite.dialect())))
        connection.execute("CREATE TEMP TABLE numbers (n INTEGER PRIMARY KEY)")
        connection.execute(
            f"WITH RECURSIVE a (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a WHERE n < {tickets}) "
            "INSERT INTO numbers SELECT n FROM a"
        )
        for statement in statements(tickets, customers):
            connection.execute("BEGIN")
            connection.execute(statement)
            connection.execute("COMMIT")
            tell(statement.split(" (")[0])
        for index in indexes:
            connection.execute(str(CreateIndex(index).compile(dialect=sqlite.dialect())))
            tell(f"index {index.name}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def fill_postgres(url: str, tickets: int, customers: int, tell: Callable[[str], None] = lambda _: None) -> None:
    """Fill a new database that has the schema; the role must be a superuser (foreign keys are not looked at)."""
    import asyncpg

    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        settings = ("session_replication_role = replica", "maintenance_work_mem = '512MB'", "timezone = 'UTC'")
        for setting in (*settings, "synchronous_commit = off"):
            await connection.execute(f"SET {setting}")
        now = datetime.now(UTC).timestamp()
        for function in _POSTGRES_FUNCTIONS:
            await connection.execute(function.format(now=now, bytes=BYTES))
        indexes = [index for table in tables.METADATA.sorted_tables for index in table.indexes]
        for index in indexes:
            await connection.execute(str(DropIndex(index).compile(dialect=postgresql.dialect())))
        await connection.execute(
            f"CREATE TEMP TABLE numbers AS SELECT n FROM generate_series(1::bigint, {tickets}) AS n"
        )
        for statement in statements(tickets, customers):
            await connection.execute(statement, timeout=3600)
            tell(statement.split(" (")[0])
        for index in indexes:
            await connection.execute(str(CreateIndex(index).compile(dialect=postgresql.dialect())), timeout=3600)
            tell(f"index {index.name}")
        for table in ("inbox", "articles", "journal", "outbox", "erasures"):
            last = f"(SELECT max(id) FROM {table})"
            await connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})")
        await connection.execute(f"SELECT setval('ticket_number', {10_000 + tickets})")
        await connection.execute("DROP FUNCTION moment, digest, bytes")
        await connection.execute("VACUUM ANALYZE", timeout=3600)
        tell("VACUUM ANALYZE")
    finally:
        await connection.close()
