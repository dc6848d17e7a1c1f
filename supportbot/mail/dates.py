"""A Date field -> an aware datetime, or None. Pure.

The trap: the year 10^20, the zone -2359 in the year 9999 and 5000 digits raise three different errors in the standard
library, and a date without a zone must not become this machine's local time.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from functools import lru_cache

_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_EUROPEAN = {"CET": "+0100", "MET": "+0100", "CEST": "+0200", "MEST": "+0200", "WET": "+0000", "WEST": "+0100",
             "EET": "+0200", "EEST": "+0300", "BST": "+0100", "MSK": "+0300"}  # fmt: skip
_ZONE_NAME = re.compile(r"\b(" + "|".join(_EUROPEAN) + r")\s*$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PLAIN = re.compile(
    r"(?:[a-z]{3}, )?(\d{1,2}) ([a-z]{3}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))? ([+-]\d{4})(?: \([a-z]{1,5}\))?",
    re.IGNORECASE | re.ASCII,
)
_GLUED_ZONE = re.compile(r":\d\d ([+-]\d{4})(?=\D)")
"""A zone right behind which the next field begins, whose line break was lost."""
_COMMENT = re.compile(r"\([^()]*\)")


def read_date(value: str | None) -> datetime | None:
    """The moment, 1970 to 2100, in the sender's zone; UTC where the zone is missing or unknown (RFC 5322 §3.3)."""
    if not value:
        return None
    value = value[:200]
    try:
        found = _plain(value)
        if found is None:
            value = _COMMENT.sub(" ", value).strip()
            value = _ZONE_NAME.sub(lambda zone: _EUROPEAN[zone[1]], value)
            found = _rfc5322(value) or _iso(value)
        return found if _FIRST.year < found.year < _LAST.year - 1 or _FIRST <= found < _LAST else None
    except (ValueError, OverflowError, IndexError, TypeError, AttributeError):
        return None


def _plain(value: str) -> datetime | None:
    """The form that nearly every mail has, read without the standard library's patience (20 times faster)."""
    form = _PLAIN.fullmatch(value)
    if form is None or form[2].lower() not in _MONTHS:
        return None
    zone = _zone(form[7])
    month = _MONTHS.index(form[2].lower()) + 1
    return datetime(
        int(form[3]), month, int(form[1]), int(form[4]), int(form[5]), min(int(form[6] or 0), 59), tzinfo=zone
    )


@lru_cache(maxsize=100)
def _zone(sign: str) -> timezone:
    """Of "+0100"."""
    return timezone((1 if sign[0] == "+" else -1) * timedelta(hours=int(sign[1:3]), minutes=int(sign[3:])))


def _rfc5322(value: str) -> datetime | None:
    found = parsedate_tz(value)
    if found is None:
        return None
    *moment, _weekday, _yearday, _dst, offset = found
    year, month, day, hour, minute, second = moment[:6]
    glued = None if offset else _GLUED_ZONE.search(value)
    zone = _zone(glued[1]) if glued else timezone(timedelta(seconds=offset or 0))
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)


def _iso(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
