"""Which number staff ring about an urgent ticket: one that works, and that of who waits for the call."""

from dataclasses import replace

import pytest
from letter_samples import PARTNER, a_proven

from supportbot.tickets.ringing import Ring, phones_shown, to_ring
from supportbot.triage.registry import Customer, Registry, number_range

CUSTOMER = Customer(
    "C1", "Kund AB", "", phone_numbers=tuple(map(number_range, ("+46846500400-+46846500403", "+46701740605")))
)
REGISTRY = Registry(customers=[CUSTOMER], partners=[PARTNER])
FIXED = Registry(customers=[replace(CUSTOMER, phone_numbers=CUSTOMER.phone_numbers[:1])])
SWITCH, LAST, MOBILE = "+46 8 465 004 00", "+46 8 465 004 03", "+46 70 174 06 05"
OTHER = "+46 70 174 06 07"


@pytest.mark.parametrize(
    ("found", "registry", "ring"),
    [
        ({"contact_phone": OTHER, "affected_number": SWITCH}, REGISTRY, Ring("070-174 06 07", "mail")),
        ({"contact_phone": SWITCH, "affected_number": SWITCH}, REGISTRY, Ring("070-174 06 05", "mobile")),
        ({"contact_phone": MOBILE, "affected_number": f"{SWITCH}, {MOBILE}"}, REGISTRY, Ring("08-465 004 03", "line")),
        ({}, REGISTRY, Ring("070-174 06 05", "mobile")),
        ({"affected_number": SWITCH}, FIXED, Ring("08-465 004 03", "line")),
        ({"affected_number": f"{SWITCH}, {LAST}"}, FIXED, Ring("08-465 004 00, 08-465 004 03", "affected")),
        ({"affected_number": SWITCH}, Registry(), Ring("08-465 004 00", "affected")),
        ({}, Registry(), None),
    ],
)
def test_the_customer_is_rung_on_a_number_that_works(found, registry, ring):
    assert to_ring(a_proven(urgent=True, found=found), registry) == ring


@pytest.mark.parametrize(
    ("found", "ring"),
    [
        ({"contact_phone": OTHER, "affected_number": SWITCH}, Ring("070-174 06 07", "mail")),
        ({"affected_number": SWITCH}, Ring("08-465 004 90", "partner")),
        ({"contact_phone": "+46 8 465 004 02"}, Ring("08-465 004 90", "partner")),
        ({"contact_phone": "växeln"}, Ring("växeln", "mail")),
    ],
)
def test_a_partner_that_reports_is_rung_itself(found, ring):
    ticket = a_proven(urgent=True, sender_is_partner="P1", sender_is_customer=False, found=found)
    assert to_ring(ticket, REGISTRY) == ring
    assert to_ring(ticket, Registry()) in (ring if ring.known_from == "mail" else None, Ring("08-465 004 02", "mail"))


def test_who_only_pretends_to_be_a_partner_is_taken_for_the_customer():
    ticket = a_proven(proven=False, urgent=True, sender_is_partner="P1", found={"affected_number": SWITCH})
    assert to_ring(ticket, REGISTRY) == Ring("070-174 06 05", "mobile")


def test_several_numbers_are_shown_each():
    assert phones_shown("+46 8 465 004 00, +46 70 174 06 05") == "08-465 004 00, 070-174 06 05"
    assert phones_shown("") == ""
