"""What a person says was right, as FIELD=VALUE -> the corrected ticket, and what is kept to learn from. Pure.

The trap: a correction is about the answer that was given, not about what is done with the ticket. So it moves nothing,
and a billable reason changes only the proposal: what a person has confirmed or waived stays. But what turns out to be
urgent is somebody's to ring, whoever says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, get_args

from supportbot.errors import Problem
from supportbot.tickets.effects import Effect
from supportbot.tickets.lifecycle import Plan, Policy, raised_by_hand
from supportbot.tickets.ticket import Billing, BillingState, JournalEntry, Ticket
from supportbot.triage.cells import did_you_mean
from supportbot.triage.decision import BillableReason, Category, Decision, Kind, Reason, question_of

YES_NO = {"yes": "yes", "no": "no", "true": "yes", "false": "no"}
VALUES: dict[str, Mapping[str, str]] = {
    "kind": {each: each for each in get_args(Kind)},
    "urgent": YES_NO,
    "billable": YES_NO,
    "billable_reason": {each: each for each in (*get_args(BillableReason), "none")},
    "category": {each: each for each in get_args(Category)},
}
"""Field -> how each of its answers may be written -> the answer."""
WHY = "reason"
RULE = "correction"
"""The rule that a corrected answer rests on."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wrote: right answers by field, and why."""

    answers: Mapping[str, str]
    why: str


@dataclass(frozen=True, slots=True)
class Correction:
    """The right answer to one question about one ticket; the newest stands, the journal has them all."""

    ticket: int
    field: str
    answer: str
    was: str
    """What was answered before any correction."""
    actor: str
    at: datetime
    why: str
    misled: tuple[Reason, ...] = ()
    """What the wrong answer rested on."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """What follows from a correction."""

    plan: Plan
    kept: tuple[Correction, ...]
    """The answers that were given, and those that follow from them."""


def answers_of(decision: Decision) -> dict[str, str]:
    """The answers that can be corrected, by field, as a person writes them."""
    return {
        "kind": decision.kind,
        "urgent": "yes" if decision.urgent else "no",
        "billable": "yes" if decision.billable else "no",
        "billable_reason": decision.billable_reason or "none",
        "category": decision.category,
    }


def read(words: Sequence[str]) -> Asked | tuple[Problem, ...]:
    """`urgent=no category=network reason=…` -> what is asked, or every mistake in it."""
    problems: list[Problem] = []
    answers: dict[str, str] = {}
    why = ""
    for word in words:
        name, sign, value = word.partition("=")
        name, value = name.strip().lower(), value.strip()
        if not sign:
            problems.append(Problem(word, "is no FIELD=VALUE.", 'Write: urgent=no reason="…"'))
        elif name == WHY:
            why = value
        elif name not in VALUES:
            problems.append(Problem(word, f'"{name}" cannot be corrected.', did_you_mean(name, (*VALUES, WHY))))
        elif name in answers:
            problems.append(Problem(word, f"{name} is given twice.", "Leave one."))
        else:
            answers[name] = VALUES[name].get(value.lower(), "")
            if not answers[name]:
                known = dict.fromkeys(VALUES[name].values())
                problems.append(Problem(word, f'"{value}" is no answer to {name}.', did_you_mean(value, known)))
    if not why:
        problems.append(Problem(WHY, "is missing: a correction says why.", 'Write: reason="…"'))
    if not answers and not problems:
        problems.append(Problem("FIELD=VALUE", "is missing.", f"Can be corrected: {', '.join(VALUES)}."))
    return tuple(problems) or Asked(answers, why)


def contradictions(decision: Decision, answers: Mapping[str, str]) -> Iterator[Problem]:
    """What cannot hold together, with what is decided already (triage.md: only a fault is urgent or billable)."""
    kind = answers.get("kind", decision.kind)
    reason = answers.get("billable_reason", decision.billable_reason or "none")
    if kind != "fault":
        for field in ("urgent", "billable", "billable_reason"):
            if answers.get(field, "no") not in ("no", "none"):
                mend = "Leave it out." if "kind" in answers else "Add: kind=fault"
                yield Problem(field, f"belongs to a fault, and this is a {kind}.", mend)
    elif answers.get("billable") == "yes" and reason == "none":
        known = ", ".join(get_args(BillableReason))
        yield Problem("billable", "needs its reason.", f"Add: billable_reason=… ({known})")
    elif answers.get("billable") == "no" and answers.get("billable_reason", "none") != "none":
        yield Problem("billable", "is no, but billable_reason names a reason.", "Leave one out.")


def corrected(decision: Decision, answers: Mapping[str, str], why: str, by: str) -> Decision:
    """The decision with the right answers and all that follows from them; what was wrong rests on the person's word."""
    before = answers_of(decision)
    kind = answers.get("kind", before["kind"])
    reason = answers.get("billable_reason", "none" if answers.get("billable") == "no" else before["billable_reason"])
    if kind != "fault":
        reason = "none"
    changes: dict[str, Any] = {
        "kind": kind,
        "urgent": kind == "fault" and answers.get("urgent", before["urgent"]) == "yes",
        "billable": reason != "none",
        "billable_reason": None if reason == "none" else reason,
        "category": answers.get("category", before["category"]),
    }
    after = replace(decision, **changes)
    wrong = {question_of(field) for field in differing(decision, after)}
    settled = {question_of(field) for field in answers} | wrong
    return replace(
        after,
        reasons=decision.reasons | dict.fromkeys(wrong, (Reason(RULE, f"{by}: {why}"),)),
        unsure=tuple(each for each in decision.unsure if each not in settled),
    )


def differing(before: Decision, after: Decision) -> tuple[str, ...]:
    """The fields whose answers differ."""
    new = answers_of(after)
    return tuple(field for field, answer in answers_of(before).items() if new[field] != answer)


def correct(ticket: Ticket, asked: Asked, policy: Policy, by: str, now: datetime) -> Corrected | tuple[Problem, ...]:
    """The Plan of a correction and what is kept of it, or every reason against it.

    What becomes urgent and is nobody's is alerted until somebody takes it, as any other.
    """
    if problems := tuple(contradictions(ticket.decision, asked.answers)):
        return problems
    before, after = ticket.decision, corrected(ticket.decision, asked.answers, asked.why, by)
    changed = replace(ticket, decision=after, billing=_proposed(ticket.billing, after), updated=now)
    alerts: list[Effect] = []
    if after.urgent and not before.urgent:
        changed, alerts = raised_by_hand(changed, policy, by, now)
    elif before.urgent and not after.urgent:
        changed = replace(changed, phone_escalation=None)
    fields = dict.fromkeys((*asked.answers, *differing(before, after)))
    kept = tuple(_kept(ticket, field, after, asked.why, by, now) for field in fields)
    shown = [f"{one.field} {one.was} -> {one.answer}" if one.was != one.answer else _same(one) for one in kept]
    data: dict[str, object] = {
        "corrected": {one.field: [one.was, one.answer] for one in kept},
        "rested_on": {one.field: sorted({reason.rule for reason in one.misled}) for one in kept if one.misled},
    }
    entry = JournalEntry(now, by, "corrected", f"{', '.join(shown)}: {asked.why}", data)
    return Corrected(Plan(changed, journal=(entry,), effects=tuple(alerts)), kept)


def _kept(ticket: Ticket, field: str, after: Decision, why: str, by: str, now: datetime) -> Correction:
    was, answer = answers_of(ticket.decision)[field], answers_of(after)[field]
    reasons = ticket.decision.reasons.get(question_of(field), ()) if was != answer else ()
    return Correction(ticket.number, field, answer, was, by, now, why, tuple(r for r in reasons if r.rule != RULE))


def _same(one: Correction) -> str:
    return f"{one.field} {one.answer} is right"


def _proposed(billing: Billing, decision: Decision) -> Billing:
    """Promise 4: a correction makes or withdraws a candidate; what a person has decided, only a person changes."""
    if billing.state in (BillingState.CONFIRMED, BillingState.WAIVED):
        return billing
    return Billing(BillingState.CANDIDATE) if decision.billable else Billing()
