"""Open tickets, set-aside mails, dead letters -> what a person must do this morning, the first thing on top. Pure.

Every open ticket stands in exactly one of the sections of QUEUES, the first that fits; a charge to confirm and a dead
address ask for something else, so they are told beside it. The trap is the counting line: each mail seen has one
verdict, and what the verdicts do not account for is said to be still unread, never left out.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from supportbot.mail.compose import Letter
from supportbot.mail.message import Address
from supportbot.tickets import escalation
from supportbot.tickets.digest_values import (
    LOOKED_AT,
    Count,
    Digest,
    DigestInput,
    Line,
    Section,
    SectionName,
    Seen,
    SetAside,
    Undelivered,
)
from supportbot.tickets.faults import Fault
from supportbot.tickets.office import Office
from supportbot.tickets.points import points_of
from supportbot.tickets.privacy import mask_personal_numbers
from supportbot.tickets.ringing import reported_by_partner, to_ring, told_shown
from supportbot.tickets.templates import Templates
from supportbot.tickets.ticket import BillingState, Status, Ticket, Verdict
from supportbot.tickets.wording import age, cut, in_words
from supportbot.triage.registry import Registry

__all__ = [
    "Count",
    "Digest",
    "DigestInput",
    "Line",
    "Section",
    "SectionName",
    "Seen",
    "SetAside",
    "Undelivered",
    "as_text",
    "build",
    "count_of",
    "letter",
]

_NOBODY = Registry()

MOST = 50
"""Lines of one section; the rest is counted."""
MOST_SAID, MOST_BESIDE = 120, 60
"""Signs of what a mail says; of the first one, where a newer one is shown beside it."""


def build(rows: DigestInput, now: datetime, registry: Registry = _NOBODY) -> Digest:
    """Sort everything that waits for a person; sections in the order of work, empty ones left out.

    `registry` knows numbers to ring where the mail names none.
    """
    queued: dict[SectionName, list[Line]] = {name: [] for name in ORDER}
    for ticket in sorted(rows.tickets, key=lambda one: (one.opened, one.number)):
        name = next(section for section, fits in QUEUES if fits(ticket))
        queued[name].append(_ticket_line(ticket, name, registry, rows.newest.get(ticket.number, "")))
        if ticket.billing.state is BillingState.CANDIDATE:
            queued["billing"].append(_ticket_line(ticket, "billing", registry))
    queued["undelivered"] = _dead_letters(rows)
    queued["set_aside"] = [_set_aside_line(mail) for mail in sorted(rows.set_aside, key=lambda mail: mail.received)]
    queued["left_alone"] = [_set_aside_line(mail) for mail in rows.left_alone]
    queued["trouble"] = [_trouble_line(fault) for fault in rows.troubles]
    sections = tuple(
        Section(name, tuple(lines[:MOST]), max(0, len(lines) - MOST)) for name, lines in queued.items() if lines
    )
    names = sorted({seen.mailbox for seen in rows.seen})
    each = tuple((name, count_of(seen for seen in rows.seen if seen.mailbox == name)) for name in names)
    return Digest(now, sections, count_of(rows.seen), each if len(each) > 1 else (), rows.since, rows.removed)


def letter(digest: Digest, to: Address, office: Office, templates: Templates) -> Letter:
    """The digest as a mail to staff, in the desk's first language."""
    written = templates.write("digest", office.languages[:1], _values(digest, office, templates))
    return Letter(to=to, subject=written.subject, text=written.text, html=written.html)


def as_text(digest: Digest, office: Office, templates: Templates) -> str:
    """The digest for the command line."""
    return templates.write("digest", office.languages[:1], _values(digest, office, templates)).text


QUEUES: tuple[tuple[SectionName, Callable[[Ticket], bool]], ...] = (
    ("ring", escalation.is_called_for),
    ("review", lambda ticket: ticket.status is Status.NEW and ticket.decision.route == "review"),
    ("unsure", lambda ticket: ticket.status is Status.NEW and bool(ticket.decision.unsure)),
    ("answered", lambda ticket: ticket.status is not Status.NEW and ticket.unread),
    ("new", lambda ticket: ticket.status is Status.NEW),
    ("partner", lambda ticket: ticket.status is Status.WITH_PARTNER),
    ("taken", lambda ticket: True),
)
"""Which section a ticket stands in: the first that fits."""

ORDER: tuple[SectionName, ...] = (
    "ring",
    "trouble",
    "review",
    "undelivered",
    "unsure",
    "answered",
    "new",
    "set_aside",
    "billing",
    "partner",
    "taken",
    "left_alone",
)
"""From what cannot wait to what is in good hands."""

NOTED: tuple[SectionName, ...] = ("trouble", "undelivered", "set_aside", "left_alone")
"""Where the program's own notes stand, in English; elsewhere people's words do."""

COMMANDS: dict[SectionName, tuple[str, str]] = {
    "ring": ("supportbot ticket {number} take", ""),
    "review": ("supportbot ticket {number} route support", "route partner ID"),
    "unsure": ("supportbot tickets show {number}", ""),
    "answered": ("supportbot tickets show {number}", ""),
    "new": ("supportbot ticket {number} take", ""),
    "partner": ("supportbot tickets show {number}", ""),
    "taken": ("supportbot ticket {number} resolve", ""),
    "billing": ("supportbot ticket {number} bill confirm", "bill waive"),
}
"""What to type next, and what else it may be."""


def _commands(ticket: Ticket, name: SectionName) -> tuple[str, str]:
    """`resolve` is refused while nobody has decided the billing, so that comes first."""
    undecided = name == "taken" and ticket.billing.state is BillingState.CANDIDATE
    command, alternative = COMMANDS["billing" if undecided else name]
    return command.format(number=ticket.number), alternative


def _ticket_line(ticket: Ticket, name: SectionName, registry: Registry, newest: str = "") -> Line:
    command, alternative = _commands(ticket, name)
    ring = to_ring(ticket, registry) if name == "ring" else None
    return Line(
        number=ticket.number,
        customer=ticket.customer_name or "",
        category=ticket.decision.category,
        since=ticket.opened,
        summary=_safe(ticket.summary or ticket.subject, MOST_BESIDE if newest else MOST_SAID),
        newest=_safe(newest, MOST_SAID),
        why=_safe(_why(ticket, name), 240),
        points=points_of(ticket.decision) if name == "review" else (),
        command=command,
        alternative=alternative,
        marks=tuple(mark for mark, holds in MARKS if holds(ticket)),
        call=_safe(ring.number, 100) if ring else "",
        call_from=ring.known_from if ring else "",
        whom="partner" if name == "ring" and reported_by_partner(ticket) else "",
    )


MARKS: tuple[tuple[str, Callable[[Ticket], bool]], ...] = (
    ("urgent", lambda ticket: ticket.decision.urgent),
    ("billable", lambda ticket: ticket.billing.state is BillingState.CANDIDATE),
    ("unproven", lambda ticket: not ticket.proven),
    ("unread", lambda ticket: ticket.unread),
)


def _why(ticket: Ticket, name: SectionName) -> str:
    """Why it stands there, in the words of the rules and the terms; the template knows words for the rest."""
    decision = ticket.decision
    match name:
        case "ring":
            return "" if reported_by_partner(ticket) else told_shown(ticket)
        case "unsure":
            return " ".join(decision.unsure)
        case "billing":
            return decision.billable_reason or ""
        case "partner":
            return ticket.partner_name or decision.partner or ""
        case "taken" | "answered":
            return ticket.taken_by or ticket.partner_name or ""
        case _:
            return ""


def _dead_letters(rows: DigestInput) -> list[Line]:
    """Rows of the outbox first; addresses that a bounce named and no row tells of after them."""
    lines = [
        Line(
            number=row.ticket,
            customer="",
            category="",
            since=None,
            summary=_safe(row.recipient, 120),
            why=_safe(row.why, 240),
            command=f"supportbot outbox retry {row.outbox_id}",
            kind=row.kind,
        )
        for row in sorted(rows.undelivered, key=lambda row: row.outbox_id)
    ]
    told = {(row.ticket, row.recipient.lower()) for row in rows.undelivered}
    for ticket in rows.tickets:
        for address in ticket.undeliverable:
            if (ticket.number, address.lower()) not in told:
                command = f"supportbot tickets show {ticket.number}"
                lines.append(
                    Line(ticket.number, ticket.customer_name or "", "", None, _safe(address, 120), "", command)
                )
    return lines


def _set_aside_line(mail: SetAside) -> Line:
    summary = _safe(", ".join(part for part in (mail.sender, mail.subject) if part), 120)
    command = f"supportbot quarantine show {mail.inbox_id}"
    return Line(None, "", "", mail.received, summary, _safe(mail.reason, 240), command)


def _trouble_line(fault: Fault) -> Line:
    because, name = _safe(fault.because, 300), _safe(fault.name, 100)
    return Line(None, "", "", fault.since, because, "", "supportbot status", fault=fault.kind, name=name)


def count_of(seen: Iterable[Seen]) -> Count:
    """Where these mails went; those that are missing in their ticket are counted as nothing else."""
    rows = tuple(seen)
    by: Counter[str] = Counter()
    none: Counter[str] = Counter()
    for row in rows:
        place = "missing" if row.missing else PLACES.get(row.verdict, "none")
        by[place] += row.count
        if place == "none":
            none[shortened(row.verdict, row.reason)] += row.count
    return Count(
        seen=sum(row.count for row in rows),
        tickets=by["tickets"],
        follow_ups=by["follow_ups"],
        none=tuple(none.most_common()),
        set_aside=by["set_aside"],
        unread=by["unread"],
        missing=by["missing"],
    )


PLACES: dict[Verdict | None, str] = {
    "ticket": "tickets",
    "follow-up": "follow_ups",
    "quarantine": "set_aside",
    None: "unread",
}
"""Where a verdict is counted; the others are deliberately no ticket."""


def shortened(verdict: Verdict | None, reason: str) -> str:
    """A reason without the particulars of one mail, so that equal ones are counted together."""
    if verdict != "ignore":
        return verdict or ""
    if reason.startswith(LOOKED_AT):
        return "looked at by a person"
    return _safe(reason.partition(" (")[0], 60) or "ignore"


def _safe(text: str, limit: int) -> str:
    return cut(mask_personal_numbers(text), limit)


def _values(digest: Digest, office: Office, templates: Templates) -> dict[str, object]:
    language = office.languages[0]
    noted = partial(templates.noted, language)
    sections = [
        {
            "name": section.name,
            "count": section.count,
            "more": section.more,
            "lines": [
                _line_values(line, digest.at, language, noted if section.name in NOTED else str)
                for line in section.lines
            ],
        }
        for section in digest.sections
    ]
    return {
        "at": in_words(digest.at, language),
        "sections": sections,
        "first": [line.number for section in digest.sections if section.name == "ring" for line in section.lines],
        "since": in_words(digest.since, language) if digest.since else "",
        "count": digest.count,
        "mailboxes": digest.mailboxes,
        "removed": digest.removed,
        "office": office.name,
    }


def _line_values(line: Line, now: datetime, language: str, noted: Callable[[str], str]) -> dict[str, object]:
    return {
        "number": line.number,
        "customer": line.customer,
        "category": line.category,
        "age": age(line.since, now, language) if line.since and not line.fault else "",
        "summary": noted(line.summary) if line.fault else line.summary,
        "newest": line.newest,
        "why": noted(line.why),
        "points": list(line.points),
        "command": line.command,
        "alternative": line.alternative,
        "marks": list(line.marks),
        "kind": line.kind or "",
        "call": line.call,
        "call_from": line.call_from,
        "whom": line.whom,
        "fault": line.fault or "",
        "name": line.name,
        "moment": in_words(line.since, language) if line.since and line.fault else "",
    }
