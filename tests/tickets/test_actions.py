"""What staff do: take, reach, route, correct, bill, note, resolve; each written in the journal with its name."""

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import JOUR, LEAD, NOW, PARTNER_POLICY, POLICY, a_decision, a_ticket

from supportbot.errors import Problem
from supportbot.tickets import actions
from supportbot.tickets.effects import ForwardToPartner
from supportbot.tickets.escalation import climb, first_due, is_called_for
from supportbot.tickets.ticket import BillingState, Status

URGENT = a_ticket(a_decision(urgent=True))
CANDIDATE = a_ticket(a_decision(billable=True, billable_reason="customer_cause"))
REPEAT = timedelta(minutes=10)


def test_taking_an_urgent_ticket_stops_its_alerts():
    assert is_called_for(URGENT)
    taken = actions.take(URGENT, "Lisa", NOW).ticket
    assert (taken.status, taken.taken_by, taken.phone_escalation.taken_by) == (Status.TAKEN, "Lisa", "Lisa")
    assert not is_called_for(taken)
    assert climb(taken, 3, (JOUR,), REPEAT, NOW).next_due is None


def test_the_ladder_repeats_for_everybody_until_taken():
    step = climb(URGENT, 2, (JOUR, LEAD), REPEAT, NOW)
    assert [alert.to for alert in step.alerts] == [JOUR, LEAD]
    assert (step.next_due, step.step) == (NOW + REPEAT, 3)
    assert (
        len({alert.key for alert in step.alerts} | {a.key for a in climb(URGENT, 3, (JOUR, LEAD), REPEAT, NOW).alerts})
        == 4
    )
    assert first_due(NOW, REPEAT) == NOW + REPEAT


def test_reached_takes_a_ticket_that_nobody_had_taken():
    plan = actions.reached(URGENT, "Lisa", NOW)
    assert (plan.ticket.phone_escalation.reached, plan.ticket.taken_by) == (True, "Lisa")
    assert [entry.what for entry in plan.journal] == ["taken", "reached"]


def test_reached_needs_an_urgent_ticket():
    assert isinstance(actions.reached(a_ticket(), "Lisa", NOW), Problem)


def test_routing_to_a_partner_forwards_the_first_mail():
    plan = actions.route(a_ticket(), "partner", "P1", 7, PARTNER_POLICY, "Lisa", NOW)
    (effect,) = plan.effects
    assert isinstance(effect, ForwardToPartner)
    assert (effect.inbox_id, effect.partner, plan.ticket.status) == (7, "P1", Status.WITH_PARTNER)
    assert plan.ticket.partner_name == "Nordpartner AB"


def test_routing_back_makes_it_new():
    ticket = replace(a_ticket(), status=Status.WITH_PARTNER)
    plan = actions.route(ticket, "support", None, 7, POLICY, "Lisa", NOW)
    assert (plan.ticket.status, plan.ticket.decision.route, plan.effects) == (Status.NEW, "support", ())


def test_routing_to_no_partner_is_a_problem():
    assert isinstance(actions.route(a_ticket(), "partner", None, 7, POLICY, "Lisa", NOW), Problem)


@pytest.mark.parametrize(("decision", "state"), [("confirm", BillingState.CONFIRMED), ("waive", BillingState.WAIVED)])
def test_a_person_decides_the_bill(decision, state):
    plan = actions.decide_billing(CANDIDATE, decision, "routern var deras", "Lisa", NOW)
    billing = plan.ticket.billing
    assert (billing.state, billing.decided_by, billing.decided_at, billing.why) == (
        state,
        "Lisa",
        NOW,
        "routern var deras",
    )
    assert isinstance(actions.decide_billing(plan.ticket, decision, "", "Lisa", NOW), Problem)


def test_what_is_no_candidate_cannot_be_charged():
    assert isinstance(actions.decide_billing(a_ticket(), "confirm", "", "Lisa", NOW), Problem)


def test_a_candidate_must_be_decided_before_the_ticket_is_resolved():
    assert isinstance(actions.resolve(CANDIDATE, "", "Lisa", NOW), Problem)
    decided = actions.decide_billing(CANDIDATE, "waive", "", "Lisa", NOW).ticket
    assert actions.resolve(decided, "", "Lisa", NOW).ticket.status is Status.RESOLVED


def test_resolving_twice_is_a_problem():
    done = actions.resolve(a_ticket(), "klart", "Lisa", NOW).ticket
    assert isinstance(actions.resolve(done, "", "Lisa", NOW), Problem)


def test_what_a_person_finds_urgent_is_alerted_until_somebody_takes_it():
    plan = actions.set_urgent(a_ticket(), True, POLICY, "Lisa", NOW)
    assert plan.ticket.phone_escalation.taken_by is None
    assert [(one.about, one.step) for one in plan.effects] == [("urgent", 0)] * len(POLICY.alert_to)
    assert is_called_for(plan.ticket)
    assert isinstance(actions.set_urgent(plan.ticket, True, POLICY, "Lisa", NOW), Problem)
    assert actions.set_urgent(plan.ticket, False, POLICY, "Lisa", NOW).ticket.phone_escalation is None


def test_a_ticket_that_somebody_has_needs_no_alert():
    mine = actions.take(a_ticket(), "Eva", NOW).ticket
    plan = actions.set_urgent(mine, True, POLICY, "Lisa", NOW)
    assert (plan.ticket.phone_escalation.taken_by, plan.effects) == ("Eva", ())


def test_a_resolved_ticket_must_be_taken_before_it_is_called_urgent():
    done = actions.resolve(a_ticket(), "klart", "Lisa", NOW).ticket
    assert "take" in actions.set_urgent(done, True, POLICY, "Lisa", NOW).mend


def test_an_urgency_that_was_taken_back_by_mistake_is_alerted_again():
    first = actions.set_urgent(a_ticket(), True, POLICY, "Lisa", NOW)
    gone = actions.set_urgent(first.ticket, False, POLICY, "Lisa", NOW)
    assert not is_called_for(gone.ticket)
    later = actions.set_urgent(gone.ticket, True, POLICY, "Lisa", NOW + timedelta(minutes=1))
    assert is_called_for(later.ticket)
    assert {one.key for one in later.effects}.isdisjoint(one.key for one in first.effects)


def test_a_note_needs_words_and_marks_as_read():
    assert isinstance(actions.note(a_ticket(), "  ", "Lisa", NOW), Problem)
    plan = actions.note(replace(a_ticket(), unread=True), "ringde", "Lisa", NOW)
    assert (plan.ticket.unread, plan.articles[0].kind, plan.articles[0].author) == (False, "note", "Lisa")


def test_an_urgent_ticket_whose_customer_nobody_has_reached_is_not_resolved_by_mistake():
    urgent = a_ticket(a_decision(urgent=True))
    refused = actions.resolve(urgent, "", "Lisa", NOW)
    assert isinstance(refused, Problem)
    assert "nobody has taken it, and nobody has reached the customer" in str(refused) and "--anyway" in str(refused)
    assert actions.resolve(urgent, "", "Lisa", NOW, anyway=True).ticket.status is Status.RESOLVED
    reached = actions.reached(urgent, "Lisa", NOW).ticket
    assert actions.resolve(reached, "", "Lisa", NOW).ticket.status is Status.RESOLVED
