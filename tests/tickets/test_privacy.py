"""Personal numbers do not leave the house; telephone and organisation numbers do. All persons are made up."""

from dataclasses import replace

import pytest
from builders import NOW, POLICY, a_decision, a_mail, arrived

from supportbot.tickets.lifecycle import automatic_note, follow_up, open_ticket
from supportbot.tickets.privacy import mask_personal_numbers
from supportbot.triage.decision import Note, PassedOver, Reason

MASKED = [
    "811218-9876",
    "811218\u20119876",
    "811218+9876",
    "811218 9876",
    "8112189876",
    "19811218-9876",
    "198112189876",
    "811278-9873",  # coordination number: day + 60
]


@pytest.mark.parametrize("number", MASKED)
def test_a_personal_number_is_masked_and_keeps_its_last_four(number):
    text = f"Kortet ska till Anna, {number}, i morgon."
    assert mask_personal_numbers(text) == f"Kortet ska till Anna, ******-{number[-4:]}, i morgon."


@pytest.mark.parametrize(
    "text",
    [
        "556016-0680",  # an organisation number: its third digit is 2 or more
        "165560160680",
        "070-174 06 05",
        "0701740605",
        "0701010001",  # ten digits from 0: a telephone, though its date and check digit hold
        "+46701740605",
        "08-465 004 00",
        "811218-9875",  # a wrong check digit, and nothing that says what it is
        "811345-9876",  # no date
        "1811218-98761",
        "SE556016068001",  # a company's VAT number
        "SE811218987501",
        "MAC 80:5E:C0:21:16:70",
        "ärende nx1903884458d9",  # part of a longer sign
        "serienummer SN8112189876",
    ],
)
def test_what_is_no_personal_number_stays(text):
    assert mask_personal_numbers(text) == text


@pytest.mark.parametrize("hint", ["personnummer", "Personnr:", "pnr", "född", "id-nummer", "born"])
def test_with_a_hint_a_date_is_enough(hint):
    assert mask_personal_numbers(f"{hint} 0701011234") == f"{hint} ******-1234"
    assert mask_personal_numbers(f"{hint} nr8112189876") == f"{hint} nr******-9876"
    assert mask_personal_numbers(f"{hint} 811218-9875") == f"{hint} ******-9875"


def test_several_are_all_masked():
    assert mask_personal_numbers("811218-9876, 8112189876") == "******-9876, ******-9876"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("SE811218987601", "SE******987601"),
        ("se 811218-9876 01", "se ******-9876 01"),
        ("SE-811218987601", "SE-******987601"),
    ],
)
def test_the_vat_number_of_a_sole_trader_is_masked(written, shown):
    assert mask_personal_numbers(f"Momsnr {written}.") == f"Momsnr {shown}."


NUMBER = "19811218-9876"


def stored(plan) -> str:
    """All that a Plan writes."""
    return repr((plan.ticket, plan.articles, plan.journal))


def test_a_ticket_is_written_without_personal_numbers():
    text = f"Simkortet ska till Anna {NUMBER}, hon når ingen."
    decision = a_decision(
        reasons={"urgent": (Reason("rule", "b", "T4", f"till Anna {NUMBER}", 10, 38),)},
        notes=(Note("unknown_org_number", (NUMBER,)),),
        passed_over=(PassedOver("urgent", "other", f"Stopped by: {NUMBER}."),),
        found={"example_call": f"Anna {NUMBER}", "contact_phone": "+46701740605"},
    )
    mail = a_mail(new_text=text, subject=f"SIM {NUMBER}")
    opened = open_ticket(10042, arrived(mail), decision, POLICY, NOW)
    joined = follow_up(opened.ticket, arrived(mail), decision, POLICY, NOW)
    noted = automatic_note(opened.ticket, arrived(mail), NOW)
    for plan in (opened, joined, noted):
        assert "9876" in stored(plan)
        assert "811218" not in stored(plan)
    assert opened.ticket.decision.found["contact_phone"] == "+46701740605"
    (reason,) = opened.ticket.decision.reasons["urgent"]
    assert (reason.words, reason.start) == ("till Anna ******-9876", None)


def test_a_ticket_without_personal_numbers_is_written_as_it_came():
    decision = a_decision(reasons={"urgent": (Reason("rule", "b", "T4", "är tyst", 17, 24),)})
    opened = open_ticket(10042, arrived(), decision, POLICY, NOW)
    assert opened.ticket.decision == decision
    assert opened.articles[0].text == a_mail().new_text


def test_a_sole_traders_number_stays_for_the_charge_and_is_masked_in_what_leaves():
    policy = replace(POLICY, org_number="811218-9876")
    ticket = open_ticket(10042, arrived(), a_decision(), policy, NOW).ticket
    assert ticket.org_number == "811218-9876"
    assert mask_personal_numbers(ticket.org_number) == "******-9876"
