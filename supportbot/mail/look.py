"""A mail, as the questions see that ask whose it is: its headers, its sender, its words; and the signs of a machine.

Pure. The trap: each sign of a machine stands in some person's mail, too (a CRM writes Precedence: bulk, a customer's
server suppresses absence notices); so none but Auto-Submitted says by itself that nobody wrote the mail.
"""

import re
from collections.abc import KeysView
from dataclasses import dataclass

from supportbot.mail import wording_automatic as wording
from supportbot.mail import wording_persons as persons
from supportbot.mail.addresses import addresses, is_ours
from supportbot.mail.ids import read_ids
from supportbot.mail.message import Address, Desk, Part
from supportbot.mail.wording_bounces import DAEMON

_COMMENTS = re.compile(r"[()]|\\.|[^()\\]+|\\", re.DOTALL)
_WORDS = re.compile(r"[a-z_-]+")
_MACHINES_WORDS = ("bulk", "junk", "list", "auto_reply")
"""Of Precedence; any of several fields decides, as with Auto-Submitted."""


@dataclass(frozen=True, slots=True)
class Look:
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


def answers(look: Look) -> bool:
    """Whether it names a mail that it answers: alarms thread their own mails, so an id of its own system is none."""
    fields = [*look.root.headers.all("In-Reply-To"), *look.root.headers.all("References")]
    if not fields:
        return False
    ids = read_ids(fields)
    own = {_domain(one) for one in read_ids(look.root.headers.all("Message-ID"))}
    own.add(_domain(look.sender.address) if look.sender else "")
    ours = {_domain(address) for address in look.desk.addresses}
    return not ids or any(_domain(one) in ours or _domain(one) not in own for one in ids)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def own_words(look: Look, limit: int = 800) -> str:
    """The beginning, squashed, up to where an earlier mail may be quoted: our confirmations are a robot's words."""
    return wording.squash(unquoted(look.said), limit)


def unquoted(text: str) -> str:
    text = text[:4000]
    quote = wording.first_quote(text)
    return text[: quote.start()] if quote else text


def wants_us(look: Look) -> bool:
    """Whether it tells of a fault, or of what we should do, as a person does: in subject or text.

    The subject that a machine answers is ours, and names the fault: "Automatic reply: Re: the phone does not ring".
    """
    title = look.title if persons.ANSWERED.search(look.title) is None else ""
    return persons.tells_or_asks(f"{title}\n{persons.QUOTED_SUBJECT.sub(' ', own_words(look, 4000))}")


def null_path(look: Look) -> str:
    path = look.header("Return-Path")
    return "null return path" if path is not None and not path.strip().strip("<> ") else ""


def robot(look: Look) -> str:
    if look.local in ("postmaster", "abuse"):
        return f"{look.local}@ is a role that machines write from"
    path = (look.header("Return-Path") or "")[:320].strip("<> \t").lower()
    local = path.rpartition("@")[0]
    by_path = DAEMON.fullmatch(local) or wording.LIST_PATH.fullmatch(local)
    if wording.ROBOT.fullmatch(look.local) or DAEMON.fullmatch(look.local) or by_path:
        return f"robot address {path if by_path or not look.sender else look.sender.address}"
    return ""


def precedence(look: Look) -> str:
    for name in ("Precedence", "X-Precedence"):
        for value in look.root.headers.all(name):
            said = _WORDS.findall(without_comments(value[:1000]).lower())
            if word := next((word for word in said if word in _MACHINES_WORDS), ""):
                return f"{name}: {word}"
    return ""


def suppressed(look: Look) -> str:
    if "x-auto-response-suppress" not in look.names:
        return ""
    values = {
        word.strip().lower() for value in look.root.headers.all("X-Auto-Response-Suppress") for word in value.split(",")
    }
    wanted = values & {"all", "autoreply", "oof", "-1"}
    return f"X-Auto-Response-Suppress: {min(wanted)}" if wanted else ""


def spam(look: Look) -> str:
    """A mail server took it for spam: its sender is mostly forged, and an answer would hit a stranger (TH8)."""
    for name, said in (("X-Spam-Flag", "yes"), ("X-Spam-Status", "yes"), ("X-SES-Spam-Verdict", "fail")):
        if (look.header(name) or "").strip().lower().startswith(said):
            return f"a mail server calls it spam ({name})"
    return ""


def is_to_us(look: Look) -> bool:
    fields = (*look.root.headers.all("To"), *look.root.headers.all("Cc"))
    return any(is_ours(one.address, look.desk.addresses) for value in fields for one in addresses(value))
