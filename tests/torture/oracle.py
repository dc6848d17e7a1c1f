"""A world at rest -> what was lost, doubled, made up, sent again without an excuse, late or out of order.

It works from the history, from what the relay was given, from the database's rows and from the folders on the IMAP
server, and shares no code with supportbot (reliability.md §4.1). Each finding is a sentence that names its mail.
"""

import email
import email.policy
import hashlib
import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from torture.mails import Mail
from torture.world import World

CUT_SECONDS = 3.0
"""A copy that arrived no longer than this before the daemon died, or was made to fail, may not have been noted."""
STOCKHOLM = ZoneInfo("Europe/Stockholm")
DIGEST_AT = "07:45"


@dataclass(slots=True)
class Report:
    lost: list[str] = field(default_factory=list)
    """L0, L1: no verdict, no article, not in a folder, other bytes; a mail that should have left and did not."""
    doubled: list[str] = field(default_factory=list)
    """D0: two rows, articles or tickets of one mail."""
    phantom: list[str] = field(default_factory=list)
    """P0: a ticket without a mail, a mail that left without its outbox row or without a reason to."""
    unexplained: list[str] = field(default_factory=list)
    """D1: copies outside that no kill and no withheld answer explains."""
    taken_back: list[str] = field(default_factory=list)
    """M0: what was shown once and is no longer true."""
    disordered: list[str] = field(default_factory=list)
    """O0, and digests at another time than the config says."""
    late: list[str] = field(default_factory=list)
    """T0: not at rest a minute after the faults had healed."""
    mails: int = 0
    tickets: int = 0
    sent: int = 0
    copies: int = 0
    """Second copies that left because the first one's acceptance could not be known; each is explained."""
    deaths: int = 0

    FINDINGS = ("lost", "doubled", "phantom", "unexplained", "taken_back", "disordered", "late")

    @property
    def findings(self) -> list[str]:
        return [f"{kind}: {what}" for kind in self.FINDINGS for what in getattr(self, kind)]


def judge(world: World) -> Report:
    """The world must be at rest, its daemon dead or stopped."""
    report = Report(mails=len(world.mails))
    report.deaths = sum(event.what == "died" for event in world.history)
    report.late = [event.about for event in world.history if event.what == "late"]
    database = world.database
    inbox = database.rows("SELECT * FROM inbox ORDER BY uidvalidity, uid")
    articles = database.rows("SELECT * FROM articles ORDER BY id")
    outbox = database.rows("SELECT * FROM outbox ORDER BY id")
    tickets = {row["number"] for row in database.rows("SELECT number FROM tickets")}
    report.tickets = len(tickets)
    _every_mail_kept(world, report, inbox)
    homes = _every_text_once(world, report, articles)
    _no_phantoms(report, inbox, articles, tickets)
    _what_left(world, report, outbox)
    _what_should_leave(world, report, inbox, outbox, homes)
    _what_was_shown(world, report, tickets, outbox)
    _order(report, inbox, articles)
    report.disordered += [f"a digest is due at {at}" for at in due_at_the_desk(world) if at != DIGEST_AT]
    return report


def _every_mail_kept(world: World, report: Report, inbox: list[dict[str, Any]]) -> None:
    """L0: one row with a verdict and the same bytes for each mail, which lies in one folder of the server."""
    rows = defaultdict(list)
    for row in inbox:
        rows[row["sha256"]].append(row)
    contents = world.servers.dovecot.contents(world.user) if world.mails else {}
    places = Counter((folder, hashlib.sha256(mail).hexdigest()) for folder, mails in contents.items() for mail in mails)
    wanted = Counter(mail.sha256 for mail in world.mails)
    for mail in {mail.sha256: mail for mail in world.mails}.values():
        found, copies = rows.pop(mail.sha256, []), wanted[mail.sha256]
        if len(found) < copies:
            report.lost.append(f"{mail.nonce} has {len(found)} rows for {copies} copies")
        if len(found) > copies:
            report.doubled.append(f"{mail.nonce} has {len(found)} rows for {copies} copies")
        for row in found:
            _kept_well(world, report, mail, row)
        where = {folder: number for (folder, sha256), number in places.items() if sha256 == mail.sha256}
        if sum(where.values()) != copies or "INBOX" in where:
            (report.lost if sum(where.values()) < copies else report.doubled).append(f"{mail.nonce} lies in {where}")
    report.phantom += [f"row {row['id']} holds a mail that nobody sent" for left in rows.values() for row in left]


def _kept_well(world: World, report: Report, mail: Mail, row: dict[str, Any]) -> None:
    if row["verdict"] is None:
        report.lost.append(f"{mail.nonce} has no verdict ({row['state']}, {row['strikes']} strikes)")
    elif row["verdict"] not in (mail.verdict, "duplicate"):
        report.lost.append(f"{mail.nonce} became {row['verdict']} ({row['reason']}) instead of {mail.verdict}")
    content = None if row["erased"] else world.database.content(row["sha256"])
    if not row["erased"] and (content is None or hashlib.sha256(content).hexdigest() != mail.sha256):
        report.lost.append(f"{mail.nonce}: its stored bytes are not those that came")


def _every_text_once(world: World, report: Report, articles: list[dict[str, Any]]) -> dict[str, int]:
    """L1 and D0: the nonce stands in exactly one article, of the right ticket. Returns the tickets by nonce."""
    homes: dict[str, int] = {}
    texts = [(row["ticket"], row["text"]) for row in articles if row["inbox_id"] is not None]
    for mail in world.mails:
        found = [ticket for ticket, text in texts if mail.nonce in text]
        wanted = mail.verdict in ("ticket", "follow-up")
        if wanted and not found:
            report.lost.append(f"{mail.nonce} stands in no ticket")
        if len(found) > 1:
            report.doubled.append(f"{mail.nonce} stands in {found}")
        if found and not wanted:
            report.phantom.append(f"{mail.nonce} ({mail.verdict}) stands in ticket {found}")
        if found:
            homes[mail.nonce] = found[0]
    for mail in world.mails:
        if mail.joins and homes.get(mail.nonce) != homes.get(mail.joins):
            report.lost.append(f"{mail.nonce} did not join the ticket of {mail.joins}")
    return homes


def _no_phantoms(
    report: Report, inbox: list[dict[str, Any]], articles: list[dict[str, Any]], tickets: set[int]
) -> None:
    """P0: each ticket comes from one mail with the verdict `ticket`."""
    opened = Counter(row["ticket"] for row in inbox if row["verdict"] == "ticket")
    report.phantom += [f"ticket {number} comes from no mail" for number in tickets if number not in opened]
    report.doubled += [f"ticket {number} was opened by {times} mails" for number, times in opened.items() if times > 1]
    report.lost += [f"ticket {number} is gone" for number in opened if number not in tickets]
    known = {row["id"] for row in inbox}
    report.phantom += [
        f"article {row['id']} is of no mail"
        for row in articles
        if row["inbox_id"] is not None and row["inbox_id"] not in known
    ]


def _message_id(content: bytes) -> str:
    return str(email.message_from_bytes(content, policy=email.policy.default)["Message-ID"]).strip(" <>")


def _what_left(world: World, report: Report, outbox: list[dict[str, Any]]) -> None:
    """D1 and P0: all that the relay was given has its row, and each second copy its excuse."""
    copies = defaultdict(list)
    for received in world.received:
        copies[_message_id(received.content)].append(received)
    faults = [event.at for event in world.history if event.what == "died"] + world.broken()
    for row in outbox:
        given = copies.pop(row["message_id"], [])
        kept = [received for received in given if received.answer != "refused"]
        if len({received.content for received in kept}) > 1:
            report.unexplained.append(f"{row['key']} left with differing bytes")
        for one, following in itertools.pairwise(kept):
            until = min(one.at + CUT_SECONDS, following.at)
            if one.answer != "withheld" and not any(one.at - 0.05 <= at <= until for at in faults):
                report.unexplained.append(
                    f"{row['key']} left again {following.at - one.at:.1f} s after it was accepted"
                )
        report.copies += max(0, len(kept) - 1)
        _refused_for_good(report, row, given)
        if row["state"] == "sent":
            report.sent += 1
            if not any(received.answer == "accepted" for received in given):
                report.lost.append(f"{row['key']} counts as sent, and the relay never took it")
        elif row["state"] != "gave_up" or not (_given_up_for_good(given) or row["unknowns"] > 2):
            report.lost.append(f"{row['key']} is {row['state']} ({row['reason']})")
    for message_id, given in copies.items():
        report.phantom.append(f"{message_id} left {len(given)} times to {given[0].recipients} without an outbox row")


def _given_up_for_good(given: list[Any]) -> bool:
    return bool(given) and given[-1].answer == "refused"


def _refused_for_good(report: Report, row: dict[str, Any], given: list[Any]) -> None:
    """A 5xx is the end (RFC 5321 §4.2.1)."""
    ends = [place for place, received in enumerate(given) if received.reply.startswith("5")]
    if ends and ends[0] != len(given) - 1:
        report.unexplained.append(f"{row['key']} was tried again after it had been refused for good")


def _what_should_leave(
    world: World, report: Report, inbox: list[dict[str, Any]], outbox: list[dict[str, Any]], homes: dict[str, int]
) -> None:
    """Each ticket has the mails that its mails call for, once each, and no others."""
    failed = {row["ticket"] for row in outbox if row["state"] == "gave_up"}
    kinds: dict[int, Counter[str]] = defaultdict(Counter)
    for row in outbox:
        about_failure = ":undelivered_" in row["key"]
        if about_failure and row["ticket"] not in failed:
            report.phantom.append(f"{row['key']} tells of a failure that was none")
        if row["ticket"] is not None and not about_failure and (":step-" not in row["key"] or ":step-0:" in row["key"]):
            kinds[row["ticket"]][row["kind"]] += 1
    wanted: dict[int, Counter[str]] = defaultdict(Counter)
    for mail in {mail.sha256: mail for mail in world.mails}.values():
        if mail.nonce in homes:
            wanted[homes[mail.nonce]].update(mail.sends)
    for ticket, expected in wanted.items():
        missing, more = expected - kinds[ticket], kinds[ticket] - expected
        report.lost += [f"ticket {ticket} sends no {kind}" for kind in missing]
        report.phantom += [f"ticket {ticket} sends {number} {kind} too many" for kind, number in more.items()]


def _what_was_shown(world: World, report: Report, tickets: set[int], outbox: list[dict[str, Any]]) -> None:
    """M0"""
    now = {("ticket", number) for number in tickets} | {
        ("sent", row["key"]) for row in outbox if row["state"] == "sent"
    }
    report.taken_back = [f"{what} {about} was there once" for what, about in world.shown - now]


def _order(report: Report, inbox: list[dict[str, Any]], articles: list[dict[str, Any]]) -> None:
    """O0: the mails of one ticket stand in it in the order in which they came."""
    places = {row["id"]: (row["uidvalidity"], row["uid"]) for row in inbox}
    by_ticket = defaultdict(list)
    for row in articles:
        if row["inbox_id"] in places:
            by_ticket[row["ticket"]].append(places[row["inbox_id"]])
    report.disordered += [f"ticket {ticket}: {order}" for ticket, order in by_ticket.items() if order != sorted(order)]


def due_at_the_desk(world: World) -> list[str]:
    """The time of day, in Stockholm, of each digest that is due next: the config's, whatever the machine's zone is."""
    dues = [row["due"] for row in world.database.rows("SELECT due FROM timers WHERE kind = 'digest'")]
    moments = [due if isinstance(due, datetime) else datetime.fromisoformat(due).replace(tzinfo=UTC) for due in dues]
    return [f"{moment.astimezone(STOCKHOLM):%H:%M}" for moment in moments]
