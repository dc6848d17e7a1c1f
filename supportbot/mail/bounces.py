"""A mail -> whether it is a delivery status, and of which mails of ours (RFC 3464, RFC 6533, and the older forms). Pure.

The traps: body words never make a bounce (a person may quote one), so its sender or its path must be a mail system's;
and anybody can write a mail that looks like one, so what it says counts only for the recipient that the mail of ours
really had (tickets/verdict.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from supportbot.mail import wording_automatic as wording
from supportbot.mail.failures import failed_recipients
from supportbot.mail.ids import read_ids
from supportbot.mail.message import Address, FailedRecipient, Part

_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_EMBEDDED = frozenset({"message/rfc822", "message/global", "message/news"})
_HEADERS = frozenset({"text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers", "message/global-headers"})
_ID_LINE = re.compile(r"^[ \t>]{0,8}message-id:[ \t]{0,4}\n?[ \t]{0,8}(<[^<>\s]{3,998}>)", re.IGNORECASE | re.MULTILINE)
_DELIVERED = "a notification of a delivery by Amazon SES"
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


def read_bounce(root: Part, sender: Address | None, subject: str, text: str) -> Bounce | None:
    """What the mail says of deliveries; None where it is no delivery status."""
    because = _because(root, sender, subject, text)
    if not because:
        return None
    status = next((part for part in own_parts(root) if part.type in _STATUS), None)
    failed = failed_recipients(root, status, subject, text, returned_mails(root))
    delivered = because == _DELIVERED or (bool(failed) and all(one.permanent is None for one in failed))
    return Bounce(because, () if because == _DELIVERED else failed, delivered)


def _because(root: Part, sender: Address | None, subject: str, text: str) -> str:
    path = root.headers.get("Return-Path")
    null = path is not None and path.strip().strip("<> ").casefold() in ("", "mailer-daemon")
    strong = null or is_daemon(root, sender)
    reports = root.type == "multipart/report" and root.params.get("report-type", "").lower() == "delivery-status"
    if reports or any(part.type in _STATUS for part in own_parts(root)):
        standard = strong or path is None or _is_weak_daemon(root, sender)
        return "a delivery status by RFC 3464 from a mail system" if standard else ""
    if root.headers.get("X-Failed-Recipients") is not None and (strong or path is None):
        return "X-Failed-Recipients from a mail system"
    return _by_wording(strong, _is_weak_daemon(root, sender), null, subject, text)


def _by_wording(strong: bool, weak: bool, null: bool, subject: str, text: str) -> str:
    words = wording.squash(text, 8000)
    found = _NOTICE.search(words)
    if found:
        return _DELIVERED if found[1] == "delivery" else "a notification of a bounce by Amazon SES"
    if not strong and not weak:
        return ""
    title = wording.squash(subject)
    in_subject = wording.BOUNCE_SUBJECT.search(title)
    in_text = wording.BOUNCE_TEXT.search(words)
    in_code = wording.SMTP_REPLY.search(words)
    if wording.REPLY_SUBJECT.match(title) and not in_subject:
        return ""
    if (strong and (in_subject or (in_text and (in_code or null)))) or (weak and in_subject and (in_text or in_code)):
        seen = in_subject or in_text
        return f'a mail system says "{seen[0] if seen else ""}"'
    return ""


def is_daemon(root: Part, sender: Address | None) -> bool:
    """From or Return-Path is a mail system's by its local part or display name."""
    field = (root.headers.get("From") or "").strip()
    path = (root.headers.get("Return-Path") or "").strip("<> \t")
    locals_ = [_local(path), _local(sender.address) if sender else _local(_bare(field))]
    if any(local and wording.DAEMON.fullmatch(local) for local in locals_):
        return True
    name = sender.name if sender else field.partition("<")[0]
    return bool(wording.DAEMON_NAME.search(wording.squash(name.strip('" '))))


def _is_weak_daemon(root: Part, sender: Address | None) -> bool:
    address = sender.address if sender else _bare(root.headers.get("From") or "")
    return bool(wording.WEAK_DAEMON.fullmatch(_local(address)))


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
    nearest = [value for name in ("In-Reply-To", "References") for value in root.headers.all(name)]
    own = set(read_ids(root.headers.all("Message-ID")))
    # read_ids keeps the last of equal ids, so each source is read on its own
    found = [one for source in (values, nearest[:1], list(reversed(read_ids(nearest)))) for one in _ids(source)]
    return tuple(one for one in dict.fromkeys(found) if one not in own)[:20]


def _ids(values: list[str]) -> list[str]:
    return [one for value in values for one in (read_ids([value]) or (value,)) if "@" in one]


def _quoted_ids(text: str) -> list[str]:
    return _ID_LINE.findall(_unix(text[:200_000]))[:5]


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n")
