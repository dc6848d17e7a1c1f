"""One answer for alarms, /readyz and `status`: whether a mailbox is well, and if not, why and since when."""

from datetime import timedelta

import pytest
from builders import NOW

from supportbot.tickets.faults import SLACK, Unwell, unwell

EVERY, SECOND = timedelta(minutes=5), timedelta(seconds=1)
LATE = EVERY + SLACK
AGO = NOW - timedelta(hours=1)
NEVER = Unwell("it has never been read", None, refused=False)


@pytest.mark.parametrize(
    ("last_search", "failing_since", "error", "expected"),
    [
        (NOW, None, "", None),
        (NOW - LATE, None, "", None),
        (NOW, None, "an old error", None),
        (NOW - LATE - SECOND, None, "", Unwell("it is not searched any more", NOW - SLACK - SECOND, refused=False)),
        (None, None, "", NEVER),
        (None, AGO, "NO denied", Unwell("NO denied", AGO, refused=True)),
        (NOW, AGO, "NO denied", Unwell("NO denied", AGO, refused=True)),
        (AGO, NOW, "NO denied", Unwell("NO denied", NOW, refused=True)),
        (NOW + SECOND, None, "", None),
    ],
)
def test_whether_a_mailbox_is_well(last_search, failing_since, error, expected):
    assert unwell(last_search, failing_since, error, EVERY, NOW) == expected
