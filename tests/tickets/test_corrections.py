"""FIELD=VALUE -> the corrected decision: what is refused, what follows, and what only a person changes."""

from dataclasses import replace

import pytest
from builders import NOW, POLICY, a_decision, a_ticket

from supportbot.tickets import corrections
from supportbot.tickets.corrections import Asked, Corrected
from supportbot.tickets.ticket import Billing, BillingState, Status
from supportbot.triage.decision import Reason

WHY = Reason("nobody-reaches", "", "T4", "ingen når", 3, 12)
URGENT = a_decision(urgent=True, reasons={"urgent": (WHY,)}, unsure=("urgent", "category"))
BILLABLE = a_decision(billable=True, billable_reason="customer_cause")


def correct(ticket, **answers) -> Corrected:
    found = corrections.correct(ticket, Asked(answers, "so it is"), POLICY, "Lisa", NOW)
    assert isinstance(found, Corrected), found
    return found


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("urgnt=no",), ['"urgnt" cannot be corrected. Did you mean "urgent"?', "a correction says why"]),
        (("category=netwrk", "reason=x"), ['no answer to category. Did you mean "network"?']),
        (("urgent=no", "urgent=yes", "reason=x"), ["urgent is given twice"]),
        (("urgent", "reason=x"), ["is no FIELD=VALUE"]),
        (("reason=x",), ["Can be corrected: kind, urgent, billable, billable_reason, category."]),
        (("urgent=maybe", "kind=falt", "urgent=no"), ["no answer to urgent", 'mean "fault"?', "twice", "says why"]),
        (("urgent=no", "reason= "), ["a correction says why"]),
    ],
)
def test_all_mistakes_are_said_at_once(words, says):
    problems = corrections.read(words)
    assert isinstance(problems, tuple)
    assert [part for part, problem in zip(says, problems, strict=True) if part not in str(problem)] == []


def test_answers_are_read_in_any_case_and_with_equals_signs_in_the_reason():
    asked = corrections.read(["URGENT=No", "billable_reason=none", "reason=a = b"])
    assert asked == Asked({"urgent": "no", "billable_reason": "none"}, "a = b")


@pytest.mark.parametrize(
    ("decision", "answers", "field"),
    [
        (a_decision(), {"kind": "question", "urgent": "yes"}, "urgent"),
        (a_decision(kind="request"), {"urgent": "yes"}, "urgent"),
        (a_decision(kind="request"), {"billable_reason": "not_purchased"}, "billable_reason"),
        (a_decision(), {"billable": "yes"}, "billable"),
        (a_decision(), {"billable": "no", "billable_reason": "not_purchased"}, "billable"),
        (BILLABLE, {"billable": "yes", "billable_reason": "none"}, "billable"),
    ],
)
def test_what_cannot_hold_together_is_refused(decision, answers, field):
    found = corrections.correct(a_ticket(decision), Asked(answers, "x"), POLICY, "Lisa", NOW)
    assert [problem.where for problem in found] == [field]


def test_urgency_is_taken_back_with_what_misled():
    done = correct(a_ticket(URGENT), urgent="no")
    (kept,) = done.kept
    assert (kept.field, kept.was, kept.answer, kept.misled) == ("urgent", "yes", "no", (WHY,))
    assert done.plan.ticket.phone_escalation is None
    assert done.plan.ticket.decision.unsure == ("category",)
    assert done.plan.ticket.decision.reasons["urgent"] == (Reason("correction", "Lisa: so it is"),)
    assert [(e.what, e.text) for e in done.plan.journal] == [("corrected", "urgent yes -> no: so it is")]
    assert not done.plan.effects


@pytest.mark.parametrize(
    ("ticket", "holder", "alerts"),
    [
        (a_ticket(a_decision()), None, len(POLICY.alert_to)),
        (replace(a_ticket(a_decision()), status=Status.TAKEN, taken_by="Bo"), "Bo", 0),
        (replace(a_ticket(a_decision()), status=Status.RESOLVED, taken_by="Bo"), "Lisa", 0),
    ],
)
def test_urgency_that_was_missed_is_alerted_until_somebody_takes_it(ticket, holder, alerts):
    done = correct(ticket, urgent="yes")
    phone = done.plan.ticket.phone_escalation
    assert phone is not None
    assert (phone.number, phone.taken_by) == (POLICY.phone, holder)
    assert len(done.plan.effects) == alerts


def test_what_is_no_fault_is_neither_urgent_nor_billable():
    decision = replace(URGENT, billable=True, billable_reason="customer_cause")
    done = correct(a_ticket(decision), kind="question")
    after = done.plan.ticket
    assert (after.decision.urgent, after.decision.billable, after.decision.billable_reason) == (False, False, None)
    assert after.billing == Billing()
    assert {one.field for one in done.kept} == {"kind", "urgent", "billable", "billable_reason"}


def test_an_answer_that_was_right_is_kept_as_right_and_rests_on_what_it_rested_on():
    done = correct(a_ticket(URGENT), urgent="yes")
    (kept,) = done.kept
    assert (kept.was, kept.answer, kept.misled) == ("yes", "yes", ())
    assert done.plan.ticket.decision.reasons["urgent"] == (WHY,)
    assert done.plan.journal[0].text == "urgent yes is right: so it is"


@pytest.mark.parametrize(
    ("decision", "state", "answers", "after"),
    [
        (a_decision(), BillingState.NONE, {"billable_reason": "not_purchased"}, BillingState.CANDIDATE),
        (BILLABLE, BillingState.CANDIDATE, {"billable_reason": "not_purchased"}, BillingState.CANDIDATE),
        (BILLABLE, BillingState.CANDIDATE, {"billable": "no"}, BillingState.NONE),
        (BILLABLE, BillingState.CONFIRMED, {"billable": "no"}, BillingState.CONFIRMED),
        (BILLABLE, BillingState.WAIVED, {"billable_reason": "third_party_cause"}, BillingState.WAIVED),
    ],
)
def test_a_correction_changes_a_proposal_and_never_what_a_person_decided(decision, state, answers, after):
    ticket = replace(a_ticket(decision), billing=Billing(state))
    assert correct(ticket, **answers).plan.ticket.billing.state is after
