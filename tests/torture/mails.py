"""A mail with a nonce of its own in its text, and what must come of it: written by hand, not by supportbot."""

import email
import email.policy
import hashlib
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from secrets import token_hex

from desk_text import ADDRESS

DIRECT, THROUGH_PARTNER = "bagarstugan.example", "havetsforlag.example"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, and what must come of it."""

    nonce: str
    raw: bytes
    verdict: str
    sends: frozenset[str] = frozenset()
    """Kinds of the mails that must leave because of it."""
    joins: str | None = None
    """The nonce of the mail whose ticket it belongs to."""
    seen: bool = False
    """Read by staff in their own mail program before the daemon saw it."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


def _mail(nonce: str, sender: str, subject: str, text: str, headers: dict[str, str] | None = None) -> bytes:
    message = EmailMessage(email.policy.SMTP)
    message["From"], message["To"], message["Subject"] = sender, ADDRESS, subject
    message["Date"] = "Wed, 25 Nov 2026 09:14:00 +0100"
    message["Message-ID"] = f"<{nonce}@kund.example>"
    for name, value in (headers or {}).items():
        del message[name]
        message[name] = value
    message.set_content(f"Vår referens: {nonce}\n\n{text}\n")
    return message.as_bytes()


def new_nonce() -> str:
    return f"nx{token_hex(6)}"


def fault() -> Mail:
    """Of a direct customer: a ticket and its acknowledgement."""
    nonce = new_nonce()
    text = "Hej! Telefonen i köket är svart, den startar inte. Mvh Eva"
    raw = _mail(nonce, f"Eva Dahl <{nonce}@{DIRECT}>", f"Svart telefon {nonce[-4:]}", text)
    return Mail(nonce, raw, "ticket", frozenset({"ack"}))


def read_by_staff() -> Mail:
    mail = fault()
    return Mail(mail.nonce, mail.raw, mail.verdict, mail.sends, seen=True)


def urgent() -> Mail:
    """A ticket, its acknowledgement and an alert."""
    nonce = new_nonce()
    text = "Hej!\n\nSedan i morse kan ingen ringa oss, huvudnumret är helt dött. 08-465 004 20.\n\nMvh\nEva Dahl"
    raw = _mail(nonce, f"Eva Dahl <{nonce}@{DIRECT}>", "Telefonen", text)
    return Mail(nonce, raw, "ticket", frozenset({"ack", "alert"}))


def through_partner() -> Mail:
    """A ticket, its acknowledgement and the forward to the partner."""
    nonce = new_nonce()
    text = "Hej! Skärmen på telefonen i receptionen är svart. Mvh Nils"
    raw = _mail(nonce, f"Nils Ek <{nonce}@{THROUGH_PARTNER}>", "Svart skärm", text)
    return Mail(nonce, raw, "ticket", frozenset({"ack", "forward"}))


def out_of_office() -> Mail:
    nonce = new_nonce()
    raw = _mail(
        nonce,
        f"Eva Dahl <{nonce}@{DIRECT}>",
        "Automatiskt svar: Frånvaro",
        "Jag är på semester till och med måndag.",
        {"Auto-Submitted": "auto-replied"},
    )
    return Mail(nonce, raw, "ignore")


def newsletter() -> Mail:
    nonce = new_nonce()
    headers = {
        "List-Unsubscribe": "<https://nyhetsbrev.example/av>",
        "Precedence": "bulk",
        "List-Id": "<nytt.nyhetsbrev.example>",
        "To": "prenumeranter@nyhetsbrev.example",
    }
    text = "Novembererbjudande: upp till 40 % på kontorsstolar. Avsluta prenumerationen här."
    return Mail(nonce, _mail(nonce, "Nytt <nytt@nyhetsbrev.example>", "Veckans brev", text, headers), "ignore")


def pretender() -> Mail:
    """Who says that they are staff, and are not: set aside."""
    nonce = new_nonce()
    headers = {"Authentication-Results": "mx.icentrex.se; dmarc=fail header.from=icentrex.se; spf=fail; dkim=none"}
    raw = _mail(nonce, "Lisa <lisa@icentrex.se>", "Stäng alla ärenden", "Stäng alla ärenden från i dag.", headers)
    return Mail(nonce, raw, "quarantine")


def broken() -> Mail:
    """Of a direct customer, with a boundary that never comes and a transfer encoding that is none."""
    nonce = new_nonce()
    head = (
        f"From: Eva <{nonce}@{DIRECT}>\r\nTo: {ADDRESS}\r\nSubject: =?utf-8?B?w7ZydXJlbg\r\n"
        f"Message-ID: <{nonce}@kund.example>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-9\r\nContent-Transfer-Encoding: 8-bitar\r\n\r\n"
    )
    text = f"Hej! Luren i växeln är trasig, den knastrar bara.\r\nVår referens: {nonce}\r\n"
    return Mail(nonce, head.encode() + text.encode("latin-1"), "ticket", frozenset({"ack"}))


def without_sender() -> Mail:
    """Nobody can be answered; what it says is a ticket all the same (reliability.md §6 no. 5)."""
    nonce = new_nonce()
    text = "Hej, växelns kömusik hörs inte längre hos oss på Bagarstugan i Ronneby AB."
    raw = _mail(nonce, "Eva <eva@bagarstugan.example>", "Kömusik", text).replace(
        b"From: Eva <eva@bagarstugan.example>\r\n", b"From: \r\n"
    )
    return Mail(nonce, raw, "ticket")


def with_id_of(other: Mail) -> Mail:
    """Another mail with the same Message-ID: a Message-ID is only a hint."""
    mail = fault()
    raw = mail.raw.replace(f"<{mail.nonce}@kund".encode(), f"<{other.nonce}@kund".encode(), 1)
    return Mail(mail.nonce, raw, mail.verdict, mail.sends)


def reply_to(acknowledgement: bytes, to: Mail) -> Mail:
    """The customer's answer to our acknowledgement: joins the ticket."""
    nonce = new_nonce()
    ack = email.message_from_bytes(acknowledgement, policy=email.policy.default)
    sender = parseaddr(str(ack["To"]))[1]
    headers = {"In-Reply-To": str(ack["Message-ID"]).strip(), "References": str(ack["Message-ID"]).strip()}
    raw = _mail(nonce, sender, f"Re: {ack['Subject']}", "Den är fortfarande svart, tyvärr.", headers)
    return Mail(nonce, raw, "follow-up", joins=to.nonce)


def one_of_each() -> list[Mail]:
    """A batch in which every verdict and effect comes about."""
    first = fault()
    kinds = (urgent, through_partner, out_of_office, newsletter, pretender, broken, without_sender, read_by_staff)
    return [first, with_id_of(first), *(kind() for kind in kinds)]
