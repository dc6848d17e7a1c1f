"""A mail -> whose it is (person, machine, automatic reply, bounce, bulk, report) and whether it may be answered. Pure.

Headers decide first (RFC 3834, 3464, 8098, 5965, 2369 and the mailers' own), wording second. The trap: "may not be
answered" and "is no person's" are two things: a customer behind a list, a CRM or an invoicing system is a person, and
an alarm is a ticket; so each question has a table of its own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from supportbot.mail import mailing_lists
from supportbot.mail import wording_automatic as wording
from supportbot.mail.addresses import addresses, is_ours
from supportbot.mail.bounces import own_parts, read_bounce, returned_ids
from supportbot.mail.look import (
    Look,
    is_to_us,
    null_path,
    precedence,
    robot,
    spam,
    submitted,
    suppressed,
)
from supportbot.mail.machines import machine
from supportbot.mail.message import Address, Desk, FailedRecipient, Nature, Part
from supportbot.mail.replies import automatic_reply
from supportbot.mail.wording_persons import tells_or_asks

MOST_HOPS = 30
"""Received fields of a mail that is still no loop (RFC 5321 §6.3; R18)."""


@dataclass(frozen=True, slots=True)
class Judgement:
    nature: Nature = "human"
    because: str = ""
    no_answer: str = ""
    failed: tuple[FailedRecipient, ...] = ()
    returned_ids: tuple[str, ...] = ()


def judge(root: Part, sender: Address | None, subject: str, text: str, said: str, desk: Desk) -> Judgement:
    """Whose mail it is, why, why it gets no answer ("" where it may), and which mails of ours it is about.

    `text` is the whole body, `said` what its sender wrote now, with the signature. `desk` without addresses: whether
    a mail was addressed to us is not asked.
    """
    local = sender.address.rpartition("@")[0].lower() if sender else ""
    title, names = wording.squash(subject), root.headers.names()
    look = Look(root, tuple(own_parts(root)), names, submitted(root), sender, text, title, local, said, desk)
    report = _is_feedback(look) or _is_receipt(look) or _is_aggregate(look)
    bounce = None if report else read_bounce(root, sender, subject, text, desk.addresses)
    if bounce:
        nature: Nature = "report" if bounce.success else "bounce"
        why = f"it is a {nature}: {bounce.because}"
        return Judgement(nature, bounce.because, why, bounce.failed, returned_ids(root, text))
    nature, because = ("report", report) if report else _nature(look)
    if because:
        ids = returned_ids(root, text) if nature != "bulk" else ()
        return Judgement(nature, because, f"it is no person's mail: {because}", (), ids)
    return Judgement("human", "", next((why for ask in NO_ANSWER if (why := ask(look))), ""), (), ())


def _nature(look: Look) -> tuple[Nature, str]:
    """Of a mail that is no report and no bounce, and the header or wording that tells it."""
    for nature, question in NATURES:
        if because := question(look):
            return nature, because
    return "human", ""


def _is_feedback(look: Look) -> str:
    if any(part.type == "message/feedback-report" for part in look.parts):
        return "an abuse report by RFC 5965"
    original = [child for part in look.parts if part.type == "message/rfc822" for child in part.parts]
    if any(child.headers.get("X-HmXmrOriginalRecipient") is not None for child in original):
        return "an abuse report in Microsoft's form"
    return ""


_RECEIPTS = frozenset({"message/disposition-notification", "message/global-disposition-notification"})


def _is_receipt(look: Look) -> str:
    if any(part.type in _RECEIPTS for part in look.parts):
        return "a read receipt by RFC 8098"
    if look.root.params.get("report-type", "").lower() == "disposition-notification":
        return "a read receipt by RFC 8098"
    read = wording.RECEIPT_SUBJECT.match(look.title) and wording.RECEIPT_TEXT.search(wording.squash(look.text, 1500))
    return f'a read receipt: "{read[0][:60]}"' if read else ""


def _is_aggregate(look: Look) -> str:
    tls = look.root.params.get("report-type", "").lower() == "tlsrpt"
    dmarc = wording.AGGREGATE_SUBJECT.match(look.title) is not None
    return "a daily report on DMARC or TLS (RFC 7489, RFC 8460)" if tls or dmarc else ""


def _is_bulk(look: Look) -> str:
    """A list's mail that is not to us; or a newsletter, to whomever it is addressed."""
    name = mailing_lists.field(look.root.headers)
    if not name or (look.submitted and name == "List-Unsubscribe"):  # a program that passes on what somebody wrote
        return ""
    if not look.desk.addresses:
        return "" if mailing_lists.is_beside_the_list(look.root.headers) else name
    return _is_newsletter(look) if is_to_us(look) else name


def _is_newsletter(look: Look) -> str:
    """Customers write by the programs for newsletters, too, with all their fields: so its text must read like one."""
    one_way = look.header("List-Unsubscribe-Post") is not None and look.header("List-Post") is None
    if not one_way or not look.names.isdisjoint(("in-reply-to", "references")):
        return ""
    words = wording.squash(f"{look.title}\n{look.text}")
    offers = wording.UNSUBSCRIBE.search(words)
    return f'a newsletter: it offers to "{offers[0]}"' if offers and not tells_or_asks(words) else ""


NATURES: tuple[tuple[Nature, Callable[[Look], str]], ...] = (
    ("auto_reply", automatic_reply),
    ("bulk", _is_bulk),
    ("machine", machine),
)
"""The order of the questions, after those for reports and bounces; a mail that none of them knows is a person's."""


def _no_sender(look: Look) -> str:
    return "" if look.sender else "no usable sender"


def _list(look: Look) -> str:
    name = mailing_lists.field(look.root.headers)
    return f"list header {name}" if name else ""


def _ourselves(look: Look) -> str:
    if look.sender and is_ours(look.sender.address, look.desk.addresses):
        return "its sender is our own address"
    reply_to = [one.address for value in look.root.headers.all("Reply-To") for one in addresses(value)]
    return "its Reply-To is our own address" if any(is_ours(one, look.desk.addresses) for one in reply_to) else ""


def _not_to_us(look: Look) -> str:
    return "not addressed to us in To or Cc" if look.desk.addresses and not is_to_us(look) else ""


def _loop(look: Look) -> str:
    if len(look.root.headers.all("Received")) > MOST_HOPS:
        return f"more than {MOST_HOPS} Received fields"
    return "our own loop header" if look.header("X-Supportbot-Loop") is not None else ""


def _calendar(look: Look) -> str:
    for part in look.parts:
        if part.type == "text/calendar":
            method = part.params.get("method") or ""
            found = re.search(r"^METHOD:(\w{1,20})", part.text or "", re.MULTILINE | re.IGNORECASE)
            if (method or (found[1] if found else "")).upper() in ("REPLY", "COUNTER", "CANCEL"):
                return "an answer of a calendar"
    return ""


def _fragment(look: Look) -> str:
    """Its other parts are never joined (RFC 2046 §5.2.2), so what it says as a whole is not known."""
    return "a fragment of a mail (message/partial)" if look.root.type == "message/partial" else ""


NO_ANSWER: tuple[Callable[[Look], str], ...] = (
    null_path,
    _no_sender,
    robot,
    _list,
    precedence,
    suppressed,
    _ourselves,
    _loop,
    _calendar,
    _fragment,
    spam,
    _not_to_us,
)
"""The rules R1, R3-R7, R18 and R30, and what a mail server calls spam; the first that holds is the reason."""
