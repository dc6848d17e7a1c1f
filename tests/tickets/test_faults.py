"""Which alarms and all-clears follow from a look: a table of looks, by a clock that is put forward by hand."""

from datetime import timedelta

import pytest
from builders import JOUR, NOW
from letter_samples import OFFICE, templates

from supportbot.tickets.alarm import alarm
from supportbot.tickets.effects import RaiseAlarm, kind_of
from supportbot.tickets.faults import Fault, compare

FIVE = timedelta(minutes=5)

LOOKS = [
    # (each look: minute, what fails) and (minute, what is told)
    ("short", [(0, "m"), (4, "m"), (4.5, "")], []),
    ("lasting", [(0, "m"), (4.9, "m"), (5, "m"), (6, "m"), (600, "m"), (601, ""), (602, "")], [(5, "+m"), (601, "-m")]),
    ("twice", [(0, "m"), (5, "m"), (6, ""), (7, "m"), (12, "m")], [(5, "+m"), (6, "-m"), (12, "+m")]),
    ("a gap starts anew", [(0, "m"), (4, ""), (5, "m"), (9, "m")], []),
    ("two", [(0, "m"), (3, "mr"), (5, "mr"), (8, "mr"), (9, "r")], [(5, "+m"), (8, "+r"), (9, "-m")]),
]
KINDS = {"m": "mailbox", "r": "rules"}


@pytest.mark.parametrize(("looks", "told"), [row[1:] for row in LOOKS], ids=[row[0] for row in LOOKS])
def test_one_alarm_and_one_all_clear(looks, told):
    noted, heard = (), []
    for minute, failing in looks:
        now = NOW + timedelta(minutes=minute)
        change = compare(noted, [Fault(KINDS[sign], now) for sign in failing], now, FIVE)
        noted = change.noted
        heard += [(minute, f"+{fault.kind[0]}") for fault in change.begun]
        heard += [(minute, f"-{fault.kind[0]}") for fault in change.over]
    assert heard == told


def test_a_fault_keeps_its_beginning_and_has_its_newest_reason():
    first = compare((), [Fault("mailbox", NOW, "refused", "a")], NOW, FIVE)
    later = NOW + timedelta(minutes=9)
    change = compare(first.noted, [Fault("mailbox", later, "no route", "a")], later, FIVE)
    assert change.begun == (Fault("mailbox", NOW, "no route", "a"),)


def test_two_mailboxes_are_two_faults():
    change = compare((), [Fault("mailbox", NOW, name="a"), Fault("mailbox", NOW, name="b")], NOW + FIVE, FIVE)
    assert [fault.key for fault in change.begun] == ["mailbox(a)", "mailbox(b)"]


def test_the_key_holds_the_fault_and_its_beginning():
    keys = {RaiseAlarm(name, since, over, JOUR).key for name in "ab" for since in (NOW, NOW + FIVE) for over in (0, 1)}
    assert len(keys) == 8
    effect = RaiseAlarm("mailbox(a)", NOW, False, JOUR)
    assert effect.key == "alert:mailbox(a):2026-11-25T09:30:00:begun:jour@icentrex.example"
    assert kind_of(effect) == "alert"


def test_the_letters_say_what_fails_since_when_and_that_it_is_over():
    fault = Fault("mailbox", NOW, "connection refused by 19640823-3234", "kundcenter")
    begun = alarm("begun", fault, NOW, JOUR, OFFICE, templates())
    assert begun.subject == "Larm: brevlådan kundcenter läses inte"
    assert "sedan onsdagen den 25 november 2026 kl. 10.30" in begun.text.replace("\n", " ")
    assert "connection refused" in begun.text
    assert "19640823" not in begun.text
    over = alarm("over", fault, NOW + timedelta(hours=3), JOUR, OFFICE, templates())
    assert over.subject == "Över: brevlådan kundcenter läses inte"
    assert "varade i 3 timmar" in over.text.replace("\n", " ")
    assert "refused" not in over.text
    assert alarm("well", fault, NOW, JOUR, OFFICE, templates()).subject == "supportbot lever"
