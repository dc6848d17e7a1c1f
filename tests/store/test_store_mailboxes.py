"""What UIDs are kept under: UIDVALIDITY, and how often it or the server's count has begun anew."""

import pytest

from supportbot.store.mailboxes import EPOCH, meaning


@pytest.mark.parametrize(
    ("known", "highest", "uidvalidity", "uidnext", "expected"),
    [
        (None, None, 7, 1, 7),
        (7, None, 7, 1, 7),
        (7, 20, 7, 21, 7),
        (7, 20, 7, 90, 7),
        (7, 20, 7, None, 7),
        (7, 20, 7, 20, EPOCH + 7),
        (EPOCH + 7, 20, 7, 21, EPOCH + 7),
        (EPOCH + 7, 20, 7, 5, 2 * EPOCH + 7),
        (7, 20, 8, 1, EPOCH + 8),
        (EPOCH + 8, 3, 7, 21, 2 * EPOCH + 7),
        (EPOCH - 1, 20, EPOCH - 1, 20, 2 * EPOCH - 1),
    ],
)
def test_meaning(known, highest, uidvalidity, uidnext, expected):
    assert meaning(known, highest, uidvalidity, uidnext) == expected
