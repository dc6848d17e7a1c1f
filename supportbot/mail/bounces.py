"""A mail -> whether it is a delivery status, and of which mails of ours (RFC 3464, RFC 6533, and the old forms). Pure.

The traps: body words never make a bounce (a person may quote one), so its sender or its path must be a mail system's;
and anybody can write a mail that looks like one, so what it says counts only for the recipient that the mail of ours
really had (tickets/verdict.py).
"""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from supportbot.mail import wording_bounces as wording
from supportbot.mail.addresses import addresses, is_ours
from supportbot.mail.failures import failed_recipients, named_as_failed, notice_of
from supportbot.mail.ids import read_ids
from supportbot.mail.message import Address, FailedRecipient, Part
from supportbot.mail.wording_automatic import squash
from supportbot.mail.wording_persons import GREETED, QUOTED_SUBJECT, SUBJECT_LINE, tells_or_asks

_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_EMBEDDED = frozenset({"message/rfc822", "message/global", "message/news"})
_HEADERS = frozenset({"text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers", "message/global-headers"})
_ID_LINE = re.compile(r"^[ \t>]{0,8}message-id:[ \t]{0,4}\n?[ \t]{0,8}(<[^<>\s]{3,998}>)", re.IGNORECASE | re.MULTILINE)
_DELIVERED = "a notification of a delivery by Amazon SES"
_BOUNCED = "a notification of a bounce by Amazon SES"
_NOTICE = re.compile(r'"notificationtype\\?" ?: ?\\?"(bounce|delivery)\\?"')


@dataclass(frozen=True, slots=True)
class Bounce:
    because: str
    failed: tuple[FailedRecipient, ...]
    success: bool
    """It only says that the mail was delivered, relayed or expanded."""


def own_parts(root: Part) -> Iterator[Part]:
    """The parts of the mail itself, without those of a mail inside it."""
    waiting = [root]
    while waiting:
        part = waiting.pop(0)
        yield part
        if part.type not in _EMBEDDED:
            waiting = [*part.parts, *waiting]


def read_bounce(
    root: Part, sender: Address | None, subject: str, text: str, ours: Container[str] = ()
) -> Bounce | None:
    """What the mail says of deliveries; None where it is no delivery status. `ours`: addresses that we write from."""
    because = _because(root, sender, subject, text, ours)
    if not because:
        return None
    status = next((part for part in own_parts(root) if part.type in _STATUS), None)
    failed = failed_recipients(root, status, subject, text, returned_mails(root), ours)
    delivered = because == _DELIVERED or (bool(failed) and all(one.permanent is None for one in failed))
    return Bounce(because, () if because == _DELIVERED else failed, delivered)


def _because(root: Part, sender: Address | None, subject: str, text: str, ours: Container[str]) -> str:
    path = root.headers.get("Return-Path")
    null = path is not None and path.strip("<> \t").casefold() in ("", "mailer-daemon")
    daemon, weak = is_daemon(root, sender), _is_weak_daemon(root, sender)
    reports = root.type == "multipart/report" and root.params.get("report-type", "").lower() == "delivery-status"
    standard = reports or any(part.type in _STATUS for part in own_parts(root))
    nobody = sender is None and path is None
    if standard and (null or daemon or weak or nobody):
        return "a delivery status by RFC 3464 from a mail system"
    if not (null or daemon or weak):
        return ""
    if root.headers.get("X-Failed-Recipients") is not None:
        return "X-Failed-Recipients from a mail system"
    told = _by_wording(null, daemon, weak, subject, text)
    sure = daemon or told in (_DELIVERED, _BOUNCED)
    return told if sure or (told and _is_borne_out(root, sender, text, null, ours)) else ""


def _is_borne_out(root: Part, sender: Address | None, text: str, null: bool, ours: Container[str]) -> bool:
    """Whether a mail is named that came back: root@, no-reply@ and IT people tell of calls, faxes and parcels as well.

    By itself, by its Message-ID, or by the address that it did not reach: another than those the notice goes between.
    """
    if not null and (GREETED.match(text) or tells_or_asks(squash(_without_subjects(notice_of(text)), 1500))):
        return False
    if returned_mails(root) or _quoted_ids(text):
        return True
    fields = (*root.headers.all("To"), *root.headers.all("Cc"))
    between = {one.address.lower() for value in fields for one in addresses(value)}
    between |= {sender.address.lower()} if sender else set()
    return any(one.lower() not in between and not is_ours(one, ours) for one in named_as_failed(text, anywhere=null))


def _without_subjects(notice: str) -> str:
    return QUOTED_SUBJECT.sub(" ", SUBJECT_LINE.sub(" ", notice))


def _by_wording(null: bool, daemon: bool, weak: bool, subject: str, text: str) -> str:
    """The less sure the sender, the more must be said: absence notices have the null path, too, and quote subjects."""
    words = squash(text, 8000)
    if found := _NOTICE.search(words):
        return _DELIVERED if found[1] == "delivery" else _BOUNCED
    in_subject = wording.BOUNCE_SUBJECT.search(squash(subject))
    in_text = wording.BOUNCE_TEXT.search(words)
    in_code = wording.SMTP_REPLY.search(words)
    told = (
        (daemon and (in_subject or (in_text and in_code)))
        or (weak and in_subject and (in_text or in_code))
        or (weak and null and (in_subject or in_text))
        or (null and in_text and (in_subject or in_code))
    )
    seen = in_text or in_subject
    return f'a mail system says "{seen[0]}"' if told and seen else ""


def is_daemon(root: Part, sender: Address | None) -> bool:
    """From or Return-Path has a local part that only mail systems use."""
    path = (root.headers.get("Return-Path") or "").strip("<> \t")
    sent = _from(root, sender)
    found = wording.DAEMON.fullmatch(_local(path)) or (sent != path and wording.DAEMON.fullmatch(_local(sent)))
    return bool(found)


def _is_weak_daemon(root: Part, sender: Address | None) -> bool:
    """From has a local part or a name that mail systems use, among others."""
    name = sender.name if sender else (root.headers.get("From") or "").partition("<")[0]
    named = wording.DAEMON_NAME.search(squash(name.strip('" ')))
    return bool(named or wording.WEAK_DAEMON.fullmatch(_local(_from(root, sender))))


def _from(root: Part, sender: Address | None) -> str:
    return sender.address if sender else _bare(root.headers.get("From") or "")


def _bare(field: str) -> str:
    inside = re.search(r"<([^<>]{1,254})>", field)
    return inside[1] if inside else field.partition("(")[0].strip()


def _local(address: str) -> str:
    return address.rpartition("@")[0].casefold() or (address.casefold() if " " not in address else "")


def returned_mails(root: Part) -> tuple[Part, ...]:
    """Mails, or their headers, that came back inside: their first level only."""
    found = []
    for part in own_parts(root):
        if part.type in _EMBEDDED:
            found += list(part.parts)
        elif part.type in _HEADERS:
            found.append(part)
    return tuple(found)


def returned_ids(root: Part, text: str) -> tuple[str, ...]:
    """Message-IDs of the mails that a bounce, receipt, report or automatic reply is about, the surest first."""
    values: list[str] = []
    for part in own_parts(root):
        if part.type in _EMBEDDED:
            values += [value for child in part.parts for value in child.headers.all("Message-ID")]
        elif part.type in _HEADERS or part.type.startswith("message/"):
            source = part.text if part.text is not None else part.content[:65536].decode("utf-8", "replace")
            values += _quoted_ids(source)
            values += re.findall(r"(?im)^original-message-id:[ \t]{0,4}\n?[ \t]{0,8}(<[^<>\s]{3,998}>)", _unix(source))
    if not values:
        values = _quoted_ids(text)
    nearest = [*root.headers.all("In-Reply-To"), *reversed(read_ids(root.headers.all("References")))]
    found = [
        one
        for value in (*values, *nearest)
        for one in read_ids([f"<{value.strip('<> ')}>" if "<" not in value else value])
    ]
    return tuple(one for one in dict.fromkeys(found) if "@" in one)[:20]


def _quoted_ids(text: str) -> list[str]:
    return _ID_LINE.findall(_unix(text[:200_000]))[:5]


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n")
