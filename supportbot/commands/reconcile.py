"""`reconcile`: mails seen = tickets + follow-ups + none + set aside + waiting, by mailbox; and held against IMAP.

The trap: the daemon is at work meanwhile, so what differs is looked at again for some seconds, and only what stays is
told.
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import typer

from supportbot.channels import imap
from supportbot.channels.sign_in import Credential, Credentials
from supportbot.commands.common import DEFAULT_CONFIG, ConfigOption, JsonOption, counted, say, say_json, since_moment
from supportbot.commands.opening import Stored, with_database
from supportbot.config import MailboxSection
from supportbot.errors import Denied, Unreachable
from supportbot.store import mailboxes
from supportbot.store import reconcile as store_reconcile
from supportbot.store.contents import content_hash
from supportbot.store.reconcile import Account, Accounts, Held, Named
from supportbot.tickets.digest import count_of
from supportbot.tickets.digest_values import Count

PATIENCE = 10.0
"""Seconds for the daemon to do what it is at."""
SHOWN = 20
MOST = 500
"""Mails that are fetched to see whether they are stored."""
CHUNK = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """What is held against the servers, and how far back."""

    stored: Stored
    since: datetime
    credentials: Credentials


@dataclass(frozen=True, slots=True)
class Difference:
    """What keeps a mailbox from adding up."""

    kind: str
    where: str
    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies in the folders of the server now."""

    inbox: int
    done: int
    aside: int


@dataclass(frozen=True, slots=True)
class Mailbox:
    name: str
    count: Count
    waiting: tuple[Named, ...]
    put_away: int
    lying: Lying | None = None
    differences: tuple[Difference, ...] = field(default=())


MENDS = {
    "missing": "What is wrong: supportbot fsck. Read the mail in the folder that it was moved to, and answer by hand.",
    "not stored": "Is the daemon running, and does it read this mailbox? supportbot status",
    "not stored there": "After a restore: move it to the inbox, and it is read. Put there by hand: leave it.",
    "still there": "It is stored and not read twice. Move or delete it there by hand.",
    "to put away": "Is the daemon running, and may its user move mails? supportbot status, supportbot check",
    "not there": "Somebody moved or deleted it there. It is stored, and goes its way all the same.",
    "not compared": "Look at the server, or count only what is stored: supportbot reconcile --offline",
}


def reconcile(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the mail servers.")] = False,
    since: Annotated[str, typer.Option(help="Look for mails that are not stored in the other folders, too.")] = "30d",
) -> None:
    """Prove that every mail seen has become something, by mailbox.

    Mails seen = tickets + follow-ups + deliberately none, by reason + set aside + still waiting, counted from what is
    stored; and held against what lies in the mailbox's folders on the server now. Nothing is changed; the daemon may
    run. Exit code 0: it adds up; 1: it does not, and each difference is named with its mend.

    Example: supportbot reconcile --config /etc/supportbot/config.toml
    """
    found = with_database(config, partial(_reconcile, offline=offline, since=since))
    for mailbox in found:
        if as_json:
            say_json(_as_json(mailbox))
        else:
            _tell(mailbox)
    many = sum(len(mailbox.differences) for mailbox in found)
    if not as_json:
        say("It adds up." if not many else f"It does not add up: {counted(many, 'difference')}.")
    raise typer.Exit(1 if many else 0)


async def _reconcile(stored: Stored, offline: bool, since: str) -> list[Mailbox]:
    asked = Asked(stored, since_moment(since, stored.now(), stored.zone), Credentials())
    accounts = Accounts()
    while accounts.after is not None:
        accounts = await stored.database.read(partial(store_reconcile.read_on, accounts=accounts))
    configured = {box.name: box for box in stored.config.mailbox}
    names = [*configured, *sorted(set(accounts.by_name) - set(configured))]
    return [
        await _mailbox(asked, name, accounts.by_name.get(name, Account()), None if offline else configured.get(name))
        for name in names
    ]


async def _mailbox(asked: Asked, name: str, account: Account, settings: MailboxSection | None) -> Mailbox:
    """`settings`: of the server to ask; None: it is not asked."""
    differences = [_difference("missing", f"mail {one.id} (UID {one.uid})", one.why) for one in account.missing]
    lying = None
    if settings:
        try:
            credential = asked.credentials.of(settings.auth, f"mailbox {name}: auth")
            held, lying = await _ask(asked, settings, credential)
            differences.extend(held)
        except (Unreachable, Denied) as error:
            differences.append(_difference("not compared", f"mailbox {name}", str(error)))
    return Mailbox(name, count_of(account.rows()), tuple(account.waiting), account.put_away, lying, tuple(differences))


async def _ask(asked: Asked, settings: MailboxSection, credential: Credential) -> tuple[list[Difference], Lying]:
    """What differs between the inbox and its rows for longer than PATIENCE."""
    until = time.monotonic() + PATIENCE
    still: set[Difference] | None = None
    async with imap.open_session(settings, credential) as session:
        there = (settings.name, settings.folders.inbox)
        said = (session.uidvalidity, session.uidnext)
        _, meant = await asked.stored.database.read(lambda conn: mailboxes.meant(conn, *there, *said))
        place = (*there, meant)
        while True:
            uids = await session.search()
            held = await asked.stored.database.read(lambda conn, uids=uids: store_reconcile.hold(conn, *place, uids))  # type: ignore[misc]
            now = _differences(held, settings.folders.inbox)
            still = set(now) if still is None else still & set(now)
            if not still or time.monotonic() > until:
                break
            await asyncio.sleep(1)
    in_done, done = await _look_into(asked, settings, credential, settings.folders.done)
    in_aside, aside = await _look_into(asked, settings, credential, settings.folders.aside)
    return [*(one for one in now if one in still), *in_done, *in_aside], Lying(len(uids), done, aside)


async def _look_into(
    asked: Asked, settings: MailboxSection, credential: Credential, name: str
) -> tuple[list[Difference], int]:
    """Mails of another folder that are not stored, and how many lie there: none where it is not there yet."""
    folders = settings.folders.model_copy(update={"inbox": name})
    try:
        async with imap.open_session(settings.model_copy(update={"folders": folders}), credential) as session:
            uids = await session.search()
            lost = await _not_stored(asked, settings.name, session, uids)
    except Denied:
        return [], 0
    what = f"lies in {name} and is not stored"
    return [_difference("not stored there", f"UID {uid} of {name}", what) for uid in lost], len(uids)


async def _not_stored(asked: Asked, account: str, session: imap.Session, uids: list[int]) -> list[int]:
    """UIDs of mails that the server got since then and that have no row, by their bytes.

    Their UIDs are new, so first the seconds of arrival are compared: only where more lie there than are stored, the
    bytes are asked for.
    """
    known = await asked.stored.database.read(lambda conn: store_reconcile.received_since(conn, account, asked.since))
    lying: dict[int, list[int]] = {}
    for end in range(len(uids), 0, -CHUNK):
        listed = await session.sizes(uids[max(0, end - CHUNK) : end])
        late = {uid: one.received for uid, one in listed.items() if one.received and one.received >= asked.since}
        for uid, received in late.items():
            lying.setdefault(int(received.timestamp()), []).append(uid)
        if listed and not late:
            break
    suspects = [uid for second, there in lying.items() if len(there) > known[second] for uid in there]
    lost = []
    most_bytes = asked.stored.config.limits.max_size_mb * 1_000_000  # as intake: of a larger one, the same beginning
    async for mail in session.fetch(sorted(suspects)[:MOST], partial_bytes=most_bytes):
        hashed = content_hash(mail.content)
        if not await asked.stored.database.read(
            partial(store_reconcile.is_stored, account=account, content_hash=hashed)
        ):
            lost.append(mail.uid)
    return lost


def _differences(held: Held, folder: str) -> list[Difference]:
    def of(kind: str, rows: Iterable[Named], what: str) -> list[Difference]:
        return [_difference(kind, f"mail {row.id} (UID {row.uid})", what) for row in rows]

    return [
        *(_difference("not stored", f"UID {uid}", f"lies in {folder} and is not stored") for uid in held.not_stored),
        *of("still there", held.still_there, f"was put away and lies in {folder} all the same"),
        *of("to put away", held.to_put_away, f"has its verdict and lies in {folder} still"),
        *of("not there", held.not_there, f"was not put away and lies in {folder} no more"),
    ]


def _difference(kind: str, where: str, what: str) -> Difference:
    return Difference(kind, where, what, MENDS[kind])


def _as_json(mailbox: Mailbox) -> dict[str, Any]:
    count = mailbox.count
    return {
        "mailbox": mailbox.name,
        "adds_up": not mailbox.differences,
        "seen": count.seen,
        "tickets": count.tickets,
        "follow_ups": count.follow_ups,
        "none": dict(count.none),
        "set_aside": count.set_aside,
        "waiting": count.unread,
        "missing": count.missing,
        "waiting_mails": [asdict(one) for one in mailbox.waiting],
        "put_away": mailbox.put_away,
        "server": asdict(mailbox.lying) if mailbox.lying else None,
        "differences": [asdict(one) for one in mailbox.differences],
    }


def _tell(mailbox: Mailbox) -> None:
    count, lying = mailbox.count, mailbox.lying
    none = sum(number for _, number in count.none)
    missing = f" + {count.missing} missing in their ticket" if count.missing else ""
    say(f"mailbox {mailbox.name}")
    say(
        f"  {counted(count.seen, 'mail')} seen = {counted(count.tickets, 'ticket')}"
        f" + {counted(count.follow_ups, 'follow-up')} + {none} without a ticket + {count.set_aside} set aside"
        f" + {count.unread} waiting{missing}"
    )
    if count.none:
        say("  without a ticket: " + ", ".join(f"{number} {reason}" for reason, number in count.none))
    for one in mailbox.waiting[:SHOWN]:
        say(f"  waiting: mail {one.id} (UID {one.uid}), received {one.received:%Y-%m-%d %H:%M} UTC: {one.why}")
    if count.unread > SHOWN:
        say(f"  waiting: … and {count.unread - SHOWN} more: supportbot reconcile --json")
    if lying:
        say(f"  on the server now: {lying.inbox} in the inbox, {lying.done} done, {lying.aside} set aside")
        say(f"  put away there:    {mailbox.put_away}; people may have moved or deleted some since")
    for kind in MENDS:
        some = [one for one in mailbox.differences if one.kind == kind]
        for difference in some[:SHOWN]:
            say(f"  ! {difference.where}: {difference.what}")
        if len(some) > SHOWN:
            say(f"  ! … and {len(some) - SHOWN} more: supportbot reconcile --json")
        if some:
            say(f"    {MENDS[kind]}")
