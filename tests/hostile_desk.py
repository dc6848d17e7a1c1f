"""A folder of hostile mails (hostile.tsv, fixtures.json, the mails) -> what the whole daemon made of each of them.

The tickets of the fixtures are opened in the ordinary way: their owners become customers of the registry, and the
acknowledgement and the partner's forward leave over the real relay before the first hostile mail is delivered. The
tokens, Message-IDs and addresses that the files hold as examples are replaced by this run's valid ones; the product
knows no shorter form. Mails are delivered a few at a time, in order, and no two of the same unknown sender together:
between two groups a day passes as far as the limits of acknowledgements are concerned.
"""

import asyncio
import base64
import csv
import imaplib
import json
import re
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from daemon_desk import FILES, PASSWORD, Daemon, mail, make_desk, running
from desk_text import SERVED
from servers.dovecot import Dovecot
from servers.smtp_sink import Received, SmtpSink
from sqlalchemy import Connection, select, update
from watching import connections, logged, used

from supportbot.app import open_desk
from supportbot.config_file import load
from supportbot.mail import thread
from supportbot.mail.parse import parse
from supportbot.store import inbox, outbox, tickets
from supportbot.store import registry as stored_registry
from supportbot.store.inbox import InboxRow, Kept
from supportbot.store.outbox import OutboxRow
from supportbot.tickets import lifecycle
from supportbot.tickets.ticket import Arrived, JournalEntry
from supportbot.triage import decide, registry
from supportbot.workers.knowledge import Knowledge
from supportbot.workers.settle import store_plan

SECONDS = 10
"""In which a plain mail must be done with, however hostile the ones before it."""
GROUP_SECONDS = 30
TOGETHER = 8
PARTNER = """
[[partner]]
id = "{id}"
name = "{id}"
domains = ["{domain}"]
language = "sv"
urgent_phone = "+46406280490"
[partner.channel]
type = "email"
address = "{address}"
"""
LIMITS = "[limits]\nacks_unproven_per_hour = 100000\nacks_proven_per_day = 100000\nacks_same_words_per_day = 100000\n"


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of hostile.tsv: what must become of the file."""

    file: str
    verdict: str
    also: str
    ack: bool

    @property
    def accepted(self) -> set[tuple[str, bool]]:
        """(verdict, acknowledged): the one that is listed, and the other that will do."""
        if not self.also:
            return {(self.verdict, self.ack)}
        verdict, _, ack = self.also.partition(" with ack")
        other = not ack.startswith("=no") if ack or " with ack" in self.also else self.ack and verdict == "ticket"
        return {(self.verdict, self.ack), (verdict, other)}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the daemon made of one file."""

    row: InboxRow
    raw: bytes
    """As it was delivered: with this run's tokens and ids."""
    outgoing: list[OutboxRow]
    sent: list[Received]
    journal: tuple[JournalEntry, ...]
    """Of the ticket that it opened or joined."""
    cpu_seconds: float
    memory_mb: float
    """Processor time, and by how much the most memory of the daemon's processes grew: of the whole group."""

    @property
    def verdict(self) -> tuple[str | None, bool]:
        return self.row.verdict, any(row.kind == "ack" for row in self.outgoing)


@dataclass(slots=True)
class Whole:
    """What the daemon made of a set."""

    place: Path
    """The desk's folder."""
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    configured: set[str] = field(default_factory=set)
    """Addresses of config and registry that mails may go to without a mail that names them."""
    ports: set[int] = field(default_factory=set)
    """That were connected to, and those that may be."""
    may_connect: set[int] = field(default_factory=set)
    log: str = ""
    kept: Counter[str] = field(default_factory=Counter)
    """SHA-256 of the bytes in the store."""
    served: Counter[str] = field(default_factory=Counter)
    """SHA-256 of the bytes that the IMAP server gives to another client."""
    last: str | None = None
    """Verdict of a plain mail after all of them."""


def listed(folder: Path) -> list[Listed]:
    with (folder / "hostile.tsv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Listed(r["file"], r["verdict"], r["also_acceptable"], r["ack_to_sender"] == "yes") for r in rows]


async def feed(folder: Path, files: list[str], place: Path, dovecot: Dovecot, sink: SmtpSink, user: str) -> Whole:
    """The daemon over real servers, given the files one by one."""
    fixtures = json.loads((folder / "fixtures.json").read_text(encoding="utf-8"))
    await _prepare(place, fixtures, dovecot, sink, user)
    whole = Whole(place, may_connect={dovecot.tls_port, sink.port})
    log = (place / "log.txt").open("w+", buffering=1, encoding="utf-8")
    with log, logged(log), connections(whole.ports):
        async with running(place, dovecot, sink, user) as daemon:
            await daemon.until(lambda: "started" in (place / "log.txt").read_text(encoding="utf-8"))
            await daemon.settled(0)
            known = daemon.desk.known
            whole.configured = {address.address for address in (*known.alert_to, *known.digest_to)} | known.staff
            whole.configured |= {one.channel_address for one in known.registry.partners.values() if one.channel_address}
            examples = await _examples(daemon, fixtures)
            mails = [(file, _with(examples, (folder / file).read_bytes())) for file in files]
            for group in _groups(mails, known):
                outcomes = await _deliver(daemon, [raw for _, raw in group])
                whole.outcomes |= {file: outcome for (file, _), outcome in zip(group, outcomes, strict=True)}
            (last,) = await _deliver(daemon, [mail("Hej! Telefonen i köket är svart.")], SECONDS)
            whole.last = last.row.verdict
            rows = await daemon.desk.database.read(lambda conn: list(conn.scalars(select(inbox.T.c.sha256))))
            whole.kept = Counter(rows[len(fixtures["tickets"]) :])
            await daemon.until(lambda: daemon.dovecot.folders(user)["INBOX"] == 0)
            whole.served = await asyncio.to_thread(_served, dovecot, user)
    whole.log = (place / "log.txt").read_text(encoding="utf-8")
    return whole


async def _prepare(place: Path, fixtures: dict[str, Any], dovecot: Dovecot, sink: SmtpSink, user: str) -> None:
    """A desk whose config and registry name the staff, partners and ticket owners, with their tickets opened."""
    named = set(re.findall(r'^address = "(.*)"', SERVED, re.M))
    staff = "".join(f'[[staff]]\naddress = "{a}"\nname = "Staff"\n' for a in fixtures["staff"] if a not in named)
    await make_desk(place, dovecot, sink, user, more=LIMITS + staff)
    async with open_desk(load(place / "config.toml")) as desk:
        read = registry.read(_registry(fixtures))
        await desk.database.write(lambda conn: stored_registry.replace(conn, read))
        await desk.reload()
        for number, ticket in sorted(fixtures["tickets"].items()):
            await desk.database.write(lambda conn, n=int(number), t=ticket: _open(conn, n, t["owner"], desk))


def _registry(fixtures: dict[str, Any]) -> dict[str, str]:
    """Owners are customers; one whose ticket was forwarded bought from the partner that it went to."""
    partners = {address: name for name, address in fixtures["partners"].items()}
    customers = ""
    for number, ticket in fixtures["tickets"].items():
        partner = partners.get(ticket.get("partner_forward_rcpt", ""), "")
        domain = ticket["owner"].rpartition("@")[2]
        purchase = "partner" if partner else "direct"
        start = "2024-01-01" if partner else ""
        customers += f"K{number},Kund {number} AB,,{domain},,,{purchase},{partner},Uppstart Plus,{start},,3.0,sv\n"
    written = "".join(PARTNER.format(id=p, domain=a.rpartition("@")[2], address=a) for a, p in partners.items())
    more = {"customers.csv": customers, "partners.toml": written}
    return {name: text + more.get(name, "") for name, text in FILES.items()}


def _open(conn: Connection, number: int, owner: str, desk: Any) -> None:
    """The ticket as its owner's mail would have opened it, under the number that the fixtures give it."""
    now, known = desk.now(), desk.known
    raw = mail("Hej! Telefonen i receptionen är svart.", sender=owner, message_id=f"<first.{number}@kund.example>")
    row = inbox.keep(conn, Kept("fixtures", "INBOX", 1, number, raw, now), now)
    assert row is not None
    read = parse(raw, known.desk)
    decision = decide.decide(read, known.registry, known.judging.book, now.date())
    while tickets.reserve_number(conn) < number:
        pass
    policy = known.policy(decision.customer, decision.partner)
    plan = lifecycle.open_ticket(number, Arrived(row, read, now, "", len(raw)), decision, policy, now)
    store_plan(conn, plan, True, read.new_text, raw, known, now)
    inbox.finish(conn, row, "ticket", "a ticket of the fixtures", number, now)


async def _examples(daemon: Daemon, fixtures: dict[str, Any]) -> dict[bytes, bytes]:
    """Example text in the files -> what is valid in this run."""
    key, own = daemon.desk.known.keys[0], fixtures["own_address"]
    local, _, domain = own.partition("@")
    found: dict[str, str] = {}
    for number, ticket in fixtures["tickets"].items():
        rows = await daemon.desk.database.read(lambda conn, n=int(number): outbox.for_ticket(conn, n))
        ids = {row.kind: row.message_id for row in rows if row.state == "sent"}
        found[ticket["token"]] = thread.sign(int(number), key)
        found[f"{local}+{number}@{domain}"] = thread.plus_address(own, int(number), key)
        for example, kind in (("ack_message_id", "ack"), ("partner_forward_message_id", "forward")):
            if example in ticket:
                found[ticket[example].strip("<>")] = ids[kind]
    found["X-ICX-Loop:"] = "X-Supportbot-Loop:"
    found["FIXTURE_VALID_HMAC"] = thread.seal(int(min(fixtures["tickets"])), key, "loop")
    return {example.encode(): valid.encode() for example, valid in found.items()}


_WORD = re.compile(rb"=\?utf-8\?b\?([A-Za-z0-9+/=]+)\?=", re.I)


def _with(examples: dict[bytes, bytes], content: bytes) -> bytes:
    """The file with what is valid, in encoded words (RFC 2047), too."""

    def mended(word: re.Match[bytes]) -> bytes:
        said = base64.b64decode(word[1] + b"==")
        return b"=?utf-8?b?" + base64.b64encode(replaced(said)) + b"?=" if replaced(said) != said else word[0]

    def replaced(text: bytes) -> bytes:
        for example, valid in examples.items():
            text = text.replace(example, valid)
        return text

    return replaced(_WORD.sub(mended, content))


def _groups(mails: list[tuple[str, bytes]], known: Knowledge) -> Iterator[list[tuple[str, bytes]]]:
    group: list[tuple[str, bytes]] = []
    senders: set[str] = set()
    for file, raw in mails:
        read = parse(raw, known.desk)
        sender = read.sender.address if read.sender else ""
        if len(group) == TOGETHER or sender in senders:
            yield group
            group, senders = [], set()
        group.append((file, raw))
        if not decide.decide(read, known.registry, known.judging.book, date(2026, 1, 1)).sender_is_customer:
            senders.add(sender)
    if group:
        yield group


async def _deliver(daemon: Daemon, raws: list[bytes], seconds: int = GROUP_SECONDS) -> list[Outcome]:
    """Deliver the mails and wait until each has its verdict and all that came of them has left."""
    before, (first_row, first_out) = used(), await daemon.desk.database.read(_last)
    sent = len(daemon.sink.accepted)
    daemon.deliver(*raws)
    deadline = time.monotonic() + seconds
    while True:
        rows, outgoing = await daemon.desk.database.read(lambda conn: _since(conn, first_row, first_out))
        if len(rows) >= len(raws) and all(one.finished for one in (*rows, *outgoing)):
            break
        assert time.monotonic() < deadline, f"of {len(raws)} mails within {seconds} s: {rows}, {outgoing}"
        await asyncio.sleep(0.1)
    assert len(rows) == len(raws), "one row for one mail"
    cost = tuple(now - then for now, then in zip(used(), before, strict=True))
    await daemon.desk.database.write(_a_day_passes)
    outcomes = []
    for row, raw in zip(rows, raws, strict=True):  # a server numbers mails in the order of their arrival
        caused = [one for one in outgoing if _came_of(one, row)]
        left = [m for m in daemon.sink.accepted[sent:] if any(f"<{o.message_id}>".encode() in _head(m) for o in caused)]
        journal = await daemon.desk.database.read(
            lambda conn, n=row.ticket: tickets.journal_of(conn, n) if n is not None else ()
        )
        outcomes.append(Outcome(row, raw, caused, left, journal, *cost))
    return outcomes


def _came_of(mail: OutboxRow, row: InboxRow) -> bool:
    """Acknowledgements and forwards name the mail that caused them; an alert its ticket."""
    if mail.kind in ("ack", "forward"):
        return mail.key.endswith(f":{row.id}")
    return mail.ticket is not None and mail.ticket == row.ticket


def _head(received: Received) -> bytes:
    return received.content.partition(b"\r\n\r\n")[0]


def _last(conn: Connection) -> tuple[int, int]:
    newest = outbox.listing(conn, None, 1)
    return conn.scalar(select(inbox.T.c.id).order_by(inbox.T.c.id.desc())) or 0, newest[0].id if newest else 0


def _since(conn: Connection, first_row: int, first_out: int) -> tuple[list[InboxRow], list[OutboxRow]]:
    ids = conn.scalars(select(inbox.T.c.id).where(inbox.T.c.id > first_row).order_by(inbox.T.c.id)).all()
    rows = [row for row in (inbox.get(conn, one) for one in ids) if row is not None]
    return rows, [row for row in outbox.listing(conn, None, 200) if row.id > first_out]


def _a_day_passes(conn: Connection) -> None:
    table = outbox.T
    for row in conn.execute(select(table.c.id, table.c.created).where(table.c.kind == "ack")).all():
        conn.execute(update(table).where(table.c.id == row.id).values(created=row.created - timedelta(days=1)))


def _served(dovecot: Dovecot, user: str) -> Counter[str]:
    """All mails of the user's folders, fetched by another program."""
    found: Counter[str] = Counter()
    context = ssl.create_default_context(cafile=dovecot.certificate.ca_file)
    client = imaplib.IMAP4_SSL("127.0.0.1", dovecot.tls_port, ssl_context=context)
    client.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
    for folder, mails in dovecot.folders(user).items():
        if mails and client.select(f'"{folder}"', readonly=True)[0] == "OK":
            _, answers = client.fetch("1:*", "(BODY.PEEK[])")
            found.update(sha256(answer[1]).hexdigest() for answer in answers if isinstance(answer, tuple))
    client.logout()
    return found
