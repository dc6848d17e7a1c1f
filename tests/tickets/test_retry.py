"""Again when, or give up: by kind, outcome and age (RFC 5321 §4.5.4.1, reliability.md §4.5)."""

from datetime import timedelta

import pytest
from builders import NOW

from supportbot.tickets.retry import GIVE_UP_AFTER, GiveUp, Refused, Retry, TryAgain, Unknown, what_next


@pytest.mark.parametrize(
    ("kind", "outcome", "attempt", "unknowns", "age", "wait"),
    [
        ("ack", Refused("550"), 1, 0, 0, None),
        ("alert", Refused("550"), 1, 0, 0, None),
        ("ack", Retry("451"), 1, 0, 0, 60),
        ("ack", Retry("451"), 2, 0, 0, 300),
        ("ack", Retry("451"), 99, 0, 0, 3600),
        ("alert", Retry("451"), 1, 0, 0, 10),
        ("forward", Retry("451"), 3, 0, 0, 300),
        ("ack", Unknown("dropped"), 1, 1, 0, 60),
        ("ack", Unknown("dropped"), 2, 2, 0, 300),
        ("ack", Unknown("dropped"), 3, 3, 0, None),
        ("alert", Unknown("dropped"), 30, 30, 0, 300),
        ("forward", Unknown("dropped"), 30, 30, 0, 1800),
        ("alert", Retry("451"), 999, 0, 5 * 86400, None),
        ("ack", Retry("451"), 99, 0, 5 * 86400 - 1, 3600),
    ],
)
def test_what_next(kind, outcome, attempt, unknowns, age, wait):
    then = what_next(kind, outcome, attempt, unknowns, NOW - timedelta(seconds=age), NOW)
    assert then == TryAgain(NOW + timedelta(seconds=wait)) if wait is not None else isinstance(then, GiveUp)


def test_a_lifetime_of_days():
    assert timedelta(days=4) <= GIVE_UP_AFTER <= timedelta(days=5)
