"""A ticket system's notice below its "reply above this line" -> the newest comment, and what is cut from it. Pure.

The trap: rules and dates stand in comments, too, and not every system writes the newest first; so only what stands
below a rule, a name and an earlier moment is older, and a footer must name the system or call itself a service.
"""

import re
from collections.abc import Sequence

from supportbot.mail.contact import is_rule
from supportbot.mail.header_blocks import next_text
from supportbot.mail.lines import Line

MOST_LINES = 1000
"""How far down comments are looked for."""
MOST_OF_FOOTER = 8
_MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "maj": 5, "mai": 5, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
           "okt": 10, "oct": 10, "nov": 11, "dec": 12, "des": 12}  # fmt: skip
_NAMED = re.compile(
    r"\b(?:(?P<day>\d{1,2})\.? (?P<month>[a-z]{3})[a-z]{0,6}\.?|(?P<first>[a-z]{3})[a-z]{0,6}\.? (?P<second>\d{1,2}))"
    r",? (?P<year>20\d\d)\b"
)
_COUNTED = re.compile(r"\b(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b")
_CLOCK = re.compile(r"\b(\d{1,2})[:.](\d\d)\b(?::\d\d)?\s?(am|pm)?")
_SYSTEM = re.compile(
    r"\b(?:levererat|levereras|tillhandahålls|delivered|powered|provided|leveret|levert) (?:av|af|by) (?:zendesk|jira"
    r"|atlassian|freshdesk|freshservice|help ?scout|zammad|otobo|servicenow|intercom|hubspot|deskpro|kayako)\b"
    r"|\b(?:är en tjänst från|is a service from|er en tjeneste fra)\b"
)
_PREAMBLE = re.compile(
    r"(?:har uppdaterats|has been updated|er blevet opdateret|er oppdatert|on päivitetty)\b.*"
    r"(?:kommentar|comment|kommentt)|(?:add additional comments|lägga till (?:fler|ytterligare) kommentarer)"
)
_LONGEST_PREAMBLE = 300
_BESIDE = re.compile(r"(?:view request|this is shared with|visa (?:förfrågan|ärendet)|turn off this request)\b")
"""What stands with the name of the system."""

Moment = tuple[int, int, int, int, int]


def cut(lines: Sequence[Line]) -> tuple[Sequence[Line], Sequence[Line]]:
    """(what was said last, older comments and the footer)."""
    heads = [(at, moment) for at in range(min(len(lines), MOST_LINES)) if (moment := _head(lines, at))]
    begin = _behind_preamble(lines, heads[0][0]) if heads else 0
    if len(heads) > 1 and all(moment <= heads[0][1] for _, moment in heads[1:]):
        return lines[begin : heads[1][0]], [*lines[:begin], *lines[heads[1][0] :]]
    end = _footer(lines)
    return lines[begin:end], [*lines[:begin], *lines[end:]]


def _behind_preamble(lines: Sequence[Line], head: int) -> int:
    """Where the newest comment begins below the system's own words; 0 where somebody wrote above it."""
    above = " ".join(line.bare.lower() for line in lines[:head])
    if not _PREAMBLE.search(above) or len(above) > _LONGEST_PREAMBLE:
        return 0
    return next_text(lines, head + 1) + 1


def _head(lines: Sequence[Line], at: int) -> Moment | None:
    """The moment of the comment that a rule, and "name, date" below it, begin."""
    if not is_rule(lines[at].bare):
        return None
    below = next_text(lines, at + 1)
    text = lines[below].bare.lower() if below < len(lines) else ""
    if not 0 < len(text) <= 100:
        return None
    clock, named, counted = _CLOCK.search(text), _NAMED.search(text), _COUNTED.search(text)
    if not clock:
        return None
    hour = int(clock[1]) % 12 + 12 * (clock[3] == "pm") if clock[3] else int(clock[1])
    if counted:
        return int(counted["year"]), int(counted["month"]), int(counted["day"]), hour, int(clock[2])
    month = _MONTHS.get(named["month"] or named["first"]) if named else None
    if not named or not month:
        return None
    return int(named["year"]), month, int(named["day"] or named["second"]), hour, int(clock[2])


def _footer(lines: Sequence[Line]) -> int:
    """Where the footer begins; the end where there is none."""
    found = len(lines)
    sure = False
    for at in range(len(lines) - 1, max(-1, len(lines) - 1 - MOST_OF_FOOTER), -1):
        low = lines[at].bare.lower()
        named = _SYSTEM.search(low[:200]) is not None
        if not (named or lines[at].blank or is_rule(low) or _BESIDE.match(low)):
            break
        sure = sure or named
        found = found if lines[at].blank else at
    return found if sure else len(lines)
