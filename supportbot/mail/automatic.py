"""A mail -> whose it is (person, machine, automatic reply, bounce, bulk, report) and whether it may be answered. Pure.

Headers decide first (RFC 3834, 3464, 8098, 5965, 2369 and the mailers' own), wording second. The trap: "may not be
answered" and "is no person's" are two things: a customer behind a list, a CRM or an invoicing system is a person, and
an alarm is a ticket; so each question has a table of its own.
"""

import re
from collections.abc import Callable, KeysView
from dataclasses import dataclass

from supportbot.mail import mailing_lists
from supportbot.mail import wording_automatic as wording
from supportbot.mail.addresses import addresses, is_ours
from supportbot.mail.bounces import is_daemon, own_parts, read_bounce, returned_ids
from supportbot.mail.machine_headers import MACHINE_HEADERS, MASS_HEADERS, REPLY_HEADERS
from supportbot.mail.message import Address, Desk, FailedRecipient, Nature, Part
from supportbot.mail.wording_bounces import DAEMON

MOST_HOPS = 30
"""Received fields of a mail that is still no loop (RFC 5321 §6.3; R18)."""


@dataclass(frozen=True, slots=True)
class Judgement:
    nature: Nature = "human"
    because: str = ""
    no_answer: str = ""
    failed: tuple[FailedRecipient, ...] = ()
    returned_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Look:
    """What the questions look at."""

    root: Part
    parts: tuple[Part, ...]
    """Its own ones, without those of a mail inside it."""
    names: KeysView[str]
    """Of the header fields, small."""
    submitted: str
    """The keyword of Auto-Submitted."""
    sender: Address | None
    text: str
    """All of the body, for receipts and for what a mail system returns."""
    title: str
    """The subject, squashed."""
    local: str
    """Of the sender's address, small; "" without one."""
    said: str
    """Without what was quoted: a robot's word for itself counts only here, since confirmations of ours are quoted."""
    desk: Desk

    def header(self, name: str) -> str | None:
        return self.root.headers.get(name)


def judge(root: Part, sender: Address | None, subject: str, text: str, said: str, desk: Desk) -> Judgement:
    """Whose mail it is, why, why it gets no answer ("" where it may), and which mails of ours it is about.

    `text` is the whole body, `said` what its sender wrote now, with the signature. `desk` without addresses: whether
    a mail was addressed to us is not asked.
    """
    local = sender.address.rpartition("@")[0].lower() if sender else ""
    title, names = wording.squash(subject), root.headers.names()
    look = _Look(root, tuple(own_parts(root)), names, submitted(root), sender, text, title, local, said, desk)
    report = _is_feedback(look) or _is_receipt(look)
    bounce = None if report else read_bounce(root, sender, subject, text)
    if bounce:
        nature: Nature = "report" if bounce.success else "bounce"
        why = f"it is a {nature}: {bounce.because}"
        return Judgement(nature, bounce.because, why, bounce.failed, returned_ids(root, text))
    nature, because = ("report", report) if report else _nature(look)
    if because:
        ids = returned_ids(root, text) if nature != "bulk" else ()
        return Judgement(nature, because, f"it is no person's mail: {because}", (), ids)
    return Judgement("human", "", next((why for ask in NO_ANSWER if (why := ask(look))), ""), (), ())


def _nature(look: _Look) -> tuple[Nature, str]:
    """Of a mail that is no report and no bounce, and the header or wording that tells it."""
    for nature, question in NATURES:
        if because := question(look):
            return nature, because
    return "human", ""


def _is_feedback(look: _Look) -> str:
    if any(part.type == "message/feedback-report" for part in look.parts):
        return "an abuse report by RFC 5965"
    original = [child for part in look.parts if part.type == "message/rfc822" for child in part.parts]
    if any(child.headers.get("X-HmXmrOriginalRecipient") is not None for child in original):
        return "an abuse report in Microsoft's form"
    return ""


_COMMENTS = re.compile(r"[()]|\\.|[^()\\]+|\\", re.DOTALL)
_RECEIPTS = frozenset({"message/disposition-notification", "message/global-disposition-notification"})


def _is_receipt(look: _Look) -> str:
    if any(part.type in _RECEIPTS for part in look.parts):
        return "a read receipt by RFC 8098"
    if look.root.params.get("report-type", "").lower() == "disposition-notification":
        return "a read receipt by RFC 8098"
    read = wording.RECEIPT_SUBJECT.match(look.title) and wording.RECEIPT_TEXT.search(wording.squash(look.text, 1500))
    return f'a read receipt: "{read[0][:60]}"' if read else ""


def submitted(root: Part) -> str:
    """The keyword of Auto-Submitted, "" for `no` or none; of several fields any that is not `no` (RFC 3834 §5)."""
    for value in root.headers.all("Auto-Submitted"):
        keyword = without_comments(value[:1000]).partition(";")[0].strip().lower()
        if keyword and keyword != "no":
            return keyword.split()[0]
    return ""


def without_comments(value: str) -> str:
    """RFC 5322 §3.2.2: comments in brackets, which nest, and in which a backslash takes a sign for itself."""
    depth, kept = 0, []
    for part in _COMMENTS.findall(value):
        depth = max(0, depth + (part == "(") - (part == ")"))
        kept.append(part if depth == 0 and part != ")" else " ")
    return "".join(kept)


def _is_automatic_reply(look: _Look) -> str:
    keyword, title = look.submitted, look.title
    answers = look.header("In-Reply-To") is not None or look.header("References") is not None
    if keyword == "auto-replied":
        return "Auto-Submitted: auto-replied"
    announced = wording.OUTLOOK_REPLY_SUBJECT.match(title)
    if announced is None:  # a person's answer would begin with Re: or SV:
        away = wording.AWAY_SUBJECT.match(title)
        announced = away if away and (answers or _says_away(look)) else None
    if keyword and keyword != "auto-notified" and (announced or (answers and not _ticket_system(look))):
        return f"Auto-Submitted: {keyword}, in answer to a mail"
    for name, low, pattern in REPLY_HEADERS:
        if low in look.names and any(pattern.match(value.strip()) for value in look.root.headers.all(name)):
            return f"{name}: {(look.header(name) or '').strip()[:60]}"
    if announced:
        return f'its subject begins "{announced[0][:60]}"'
    says = _sentence(look)
    return f'it says "{says[:80]}"' if says else _is_confirmation(look)


def _sentence(look: _Look) -> str:
    """A robot's word for itself, at the head of one of the first sentences: inside one, it may be quoted."""
    if "auto" not in look.said[:400].lower():  # as every one of them has it
        return ""
    for sentence in re.split(r"[.!?\n]\s{0,9}", _own_words(look.said)[:400]):
        found = wording.REPLY_SENTENCE.match(wording.squash(sentence))
        if found:
            return found[0]
    return ""


def _own_words(text: str) -> str:
    """The beginning, up to where an earlier mail may be quoted: our own confirmations are a robot's words, too."""
    text = text[:2000]
    quote = wording.first_quote(text)
    return text[: quote.start()] if quote else text


def _says_away(look: _Look) -> bool:
    words = wording.squash(_own_words(look.said), 800)
    says = (wording.AWAY_TEXT.search(words) and not wording.ASKS.search(words)) or _sentence(look)
    return bool(says or _null_path(look) or _suppressed(look) or _precedence(look))


_TICKET_SYSTEMS = re.compile(r"x-(?:zendesk|jira|otrs|rt|freshdesk|servicenow|znuny)-|rt-ticket", re.IGNORECASE)


def _ticket_system(look: _Look) -> bool:
    """A person's answer by way of one says auto-generated, too; its confirmations are known by their words."""
    return any(_TICKET_SYSTEMS.match(name) for name, _ in look.root.headers.fields)


def _is_confirmation(look: _Look) -> str:
    """A ticket system's "we have received your mail": by its subject and one more sign of a machine."""
    if wording.ACK_SUBJECT.match(look.title) is None:
        return ""
    machine = look.submitted or _robot(look) or _precedence(look) or _suppressed(look)
    if machine or wording.ACK_TEXT.search(wording.squash(_own_words(look.said), 400)):
        return f'a confirmation: "{look.title[:60]}"'
    return ""


def _is_machine(look: _Look) -> str:
    if look.submitted:
        return f"Auto-Submitted: {look.submitted}"
    for name in MACHINE_HEADERS:
        value = look.header(name)
        if value is not None and value.strip().lower() not in ("no", "false"):
            return name
    if wording.NO_PERSON.fullmatch(look.local):
        return f"it comes from {look.local}@, where nobody reads"
    if is_daemon(look.root, look.sender) and not look.local.startswith("postmaster"):
        return "it comes from a mail system"
    if (look.header("Content-Class") or "").strip().lower().endswith("recall") or wording.RECALL_SUBJECT.match(
        look.title
    ):
        return "a recall by Outlook"
    return ""


def _is_bulk(look: _Look) -> str:
    """A list's mail that is not to us; or a newsletter, which nobody can post to, to whomever it is addressed."""
    name = mailing_lists.field(look.root.headers)
    if not name:
        return ""
    one_way = look.header("List-Unsubscribe-Post") is not None and look.header("List-Post") is None
    if one_way and look.header("In-Reply-To") is None and _is_mass_mail(look):
        return "List-Unsubscribe-Post without List-Post: a newsletter"
    return (
        ""
        if (_is_to_us(look) if look.desk.addresses else mailing_lists.is_beside_the_list(look.root.headers))
        else name
    )


def _is_mass_mail(look: _Look) -> bool:
    """Whether it shows one more sign of a newsletter; customers' mail may leave by the program for it."""
    marked = not MASS_HEADERS.isdisjoint(look.names) or bool(_precedence(look))
    return marked or wording.UNSUBSCRIBE.search(wording.squash(look.text)) is not None


NATURES: tuple[tuple[Nature, Callable[[_Look], str]], ...] = (
    ("auto_reply", _is_automatic_reply),
    ("bulk", _is_bulk),
    ("machine", _is_machine),
)
"""The order of the questions, after those for reports and bounces; a mail that none of them knows is a person's."""


def _is_to_us(look: _Look) -> bool:
    fields = (*look.root.headers.all("To"), *look.root.headers.all("Cc"))
    return any(is_ours(one.address, look.desk.addresses) for value in fields for one in addresses(value))


_WORDS = re.compile(r"[a-z_-]+")
_MACHINES_WORDS = ("bulk", "junk", "list", "auto_reply")
"""Of Precedence; any of several fields decides, as with Auto-Submitted."""


def _null_path(look: _Look) -> str:
    path = look.header("Return-Path")
    return "null return path" if path is not None and not path.strip().strip("<> ") else ""


def _no_sender(look: _Look) -> str:
    return "" if look.sender else "no usable sender"


def _robot(look: _Look) -> str:
    if look.local in ("postmaster", "abuse"):
        return f"{look.local}@ is a role that machines write from"
    path = (look.header("Return-Path") or "")[:320].strip("<> \t").rpartition("@")[0].lower()
    if wording.ROBOT.fullmatch(look.local) or DAEMON.fullmatch(look.local) or DAEMON.fullmatch(path):
        return f"robot address {look.sender.address if look.sender else path}"
    return ""


def _list(look: _Look) -> str:
    name = mailing_lists.field(look.root.headers)
    return f"list header {name}" if name else ""


def _precedence(look: _Look) -> str:
    for name in ("Precedence", "X-Precedence"):
        for value in look.root.headers.all(name):
            said = _WORDS.findall(without_comments(value[:1000]).lower())
            if word := next((word for word in said if word in _MACHINES_WORDS), ""):
                return f"{name}: {word}"
    return ""


def _suppressed(look: _Look) -> str:
    if "x-auto-response-suppress" not in look.names:
        return ""
    values = {
        word.strip().lower() for value in look.root.headers.all("X-Auto-Response-Suppress") for word in value.split(",")
    }
    wanted = values & {"all", "autoreply", "oof", "-1"}
    return f"X-Auto-Response-Suppress: {min(wanted)}" if wanted else ""


def _ourselves(look: _Look) -> str:
    if look.sender and is_ours(look.sender.address, look.desk.addresses):
        return "its sender is our own address"
    reply_to = [one.address for value in look.root.headers.all("Reply-To") for one in addresses(value)]
    return "its Reply-To is our own address" if any(is_ours(one, look.desk.addresses) for one in reply_to) else ""


def _not_to_us(look: _Look) -> str:
    return "not addressed to us in To or Cc" if look.desk.addresses and not _is_to_us(look) else ""


def _loop(look: _Look) -> str:
    if len(look.root.headers.all("Received")) > MOST_HOPS:
        return f"more than {MOST_HOPS} Received fields"
    return "our own loop header" if look.header("X-Supportbot-Loop") is not None else ""


def _calendar(look: _Look) -> str:
    for part in look.parts:
        if part.type == "text/calendar":
            method = part.params.get("method") or ""
            found = re.search(r"^METHOD:(\w{1,20})", part.text or "", re.MULTILINE | re.IGNORECASE)
            if (method or (found[1] if found else "")).upper() in ("REPLY", "COUNTER", "CANCEL"):
                return "an answer of a calendar"
    return ""


def _fragment(look: _Look) -> str:
    """Its other parts are never joined (RFC 2046 §5.2.2), so what it says as a whole is not known."""
    return "a fragment of a mail (message/partial)" if look.root.type == "message/partial" else ""


NO_ANSWER: tuple[Callable[[_Look], str], ...] = (
    _null_path,
    _no_sender,
    _robot,
    _list,
    _precedence,
    _suppressed,
    _ourselves,
    _loop,
    _calendar,
    _fragment,
    _not_to_us,
)
"""The rules R1, R3-R7, R18 and R30, in order; the first that holds is the reason."""
