"""A mail -> whether a machine wrote it in answer to one of ours: an absence, a confirmation (RFC 3834). Pure.

Such a mail makes no ticket, so a fault that is taken for one is lost. The traps: a robot's "this is an automatic
message" stands in alarms, too; a ticket system that gives us work says "created"; and customers write about absences
and automatic replies. So words need a second sign that a mail is answered, and who tells of a fault or says what we
should do is a person, unless a header says otherwise.
"""

import re

from supportbot.mail import wording_automatic as wording
from supportbot.mail.look import (
    Look,
    answers,
    null_path,
    own_words,
    precedence,
    robot,
    suppressed,
    unquoted,
    wants_us,
)
from supportbot.mail.machine_headers import REPLY_HEADERS
from supportbot.mail.wording_persons import CALLS


def automatic_reply(look: Look) -> str:
    """The header or wording that tells it, "" where none does."""
    keyword = look.submitted
    if keyword == "auto-replied":
        return "Auto-Submitted: auto-replied"
    if _is_bare_calendar_reply(look):
        return "the answer of a calendar, without a word"
    if answers(look) and (challenge := wording.CHALLENGE.search(f"{look.title}\n{own_words(look)}")):
        return f'a filter asks who writes: "{challenge[0][:60]}"'
    if null_path(look) and answers(look) and (away := wording.AWAY_TEXT.search(own_words(look))):
        return f'it answers from the null path: "{away[0][:60]}"'
    announced = _announced(look)
    if keyword and keyword != "auto-notified" and (announced or (answers(look) and not _ticket_system(look))):
        return f"Auto-Submitted: {keyword}, in answer to a mail"
    for name, low, pattern in REPLY_HEADERS:
        if low in look.names and any(pattern.match(value.strip()) for value in look.root.headers.all(name)):
            return f"{name}: {(look.header(name) or '').strip()[:60]}"
    if announced:
        return f'its subject begins "{announced[:60]}"'
    says = _sentence(look)
    return f'it says "{says[:80]}"' if says else _confirmation(look)


def _is_bare_calendar_reply(look: Look) -> bool:
    """RFC 5546 §3.2.3: somebody has pressed "accept"."""
    return not look.said.strip() and any(
        part.type == "text/calendar" and part.params.get("method", "").upper() == "REPLY" for part in look.parts
    )


def _announced(look: Look) -> str:
    """How its subject announces an absence, if its headers or its text bear it out."""
    outlook = wording.OUTLOOK_REPLY_SUBJECT.match(look.title)
    found = outlook or wording.AWAY_SUBJECT.match(look.title)  # a person's answer would begin with Re: or SV:
    if found is None:
        return ""
    written = bool(look.submitted or null_path(look) or answers(look))
    if written and wording.REPLY_PREFIX.match(look.title):
        return found[0]
    if not (written or suppressed(look) or precedence(look) or _says_away(look, bool(outlook))):
        return ""
    by_words = not written and wording.REPLY_PREFIX.match(look.title) is None
    return "" if wants_us(look) or (by_words and CALLS.search(own_words(look))) else found[0]


def _says_away(look: Look, outlook: bool) -> bool:
    """Below a subject of Exchange's own form, a thank-you for the mail is enough."""
    words = own_words(look)
    received = outlook and wording.RECEIVED.search(words)
    return bool(wording.AWAY_TEXT.search(words) or received or _robots_word(look, wording.ANSWER_SENTENCE))


def _sentence(look: Look) -> str:
    """A robot's word that this is an answer; or that it is a message, where more says that it answers one."""
    if "auto" not in look.said[:400].lower():  # as every one of them has it
        return ""
    says = _robots_word(look, wording.ANSWER_SENTENCE)
    if not says and (message := _robots_word(look, wording.MESSAGE_SENTENCE)) and _is_in_answer(look):
        says = message
    return "" if says and wants_us(look) else says


def _robots_word(look: Look, table: re.Pattern[str]) -> str:
    """At the head of one of the first sentences: inside one, it may be quoted."""
    for sentence in re.split(r"[.!?\n]\s{0,9}", unquoted(look.said)[:400]):
        if found := table.match(wording.squash(sentence)):
            return found[0]
    return ""


def _is_in_answer(look: Look) -> bool:
    if answers(look) or wording.ANSWERING.match(look.title):
        return True
    words = own_words(look)
    return bool(wording.AWAY_TEXT.search(words) or wording.RECEIVED.search(f"{look.title}\n{words}"))


_TICKET_SYSTEMS = re.compile(r"x-(?:zendesk|jira|otrs|rt|freshdesk|servicenow|znuny)-|rt-ticket", re.IGNORECASE)


def _ticket_system(look: Look) -> bool:
    """A person's answer by way of one says auto-generated, too; its confirmations are known by their words."""
    return any(_TICKET_SYSTEMS.match(name) for name, _ in look.root.headers.fields)


def _confirmation(look: Look) -> str:
    """A ticket system's "we have received your mail": by its subject and one more sign of a machine."""
    ours = wording.ACK_SUBJECT.match(look.title)
    case = None if ours else wording.CASE_SUBJECT.match(look.title)
    if not (ours or case):
        return ""
    words = own_words(look)
    if wording.ASSIGNED.search(f"{look.title}\n{words}"):
        return ""
    yours = wording.YOURS.search(look.title) or wording.RECEIVED.search(words) or answers(look)
    if case and not yours:
        return ""
    marked = bool(precedence(look) or suppressed(look))
    if not (look.submitted or robot(look) or answers(look) or (ours and marked)):
        said = marked or wording.ACK_TEXT.search(words[:400])
        if not said or wants_us(look):
            return ""
    return f'a confirmation: "{look.title[:60]}"'
