"""The sample mails, in two rounds: the second answers what the desk sent after the first.

What a mail shows stands in its X-Demo-Shows header; no header of a mail configures anything, so the daemon does not
care.
"""

import email
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

from supportbot.demo.servers import Accepted

FOLDER = Path(__file__).parent / "mails"


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    shows: str
    sender: str
    subject: str
    content: bytes


def sample(name: str, content: bytes) -> Sample:
    read = email.message_from_bytes(content, policy=default)
    address = read["From"].addresses[0]
    return Sample(name, str(read["X-Demo-Shows"]), address.addr_spec, str(read["Subject"]), content)


def first_round() -> list[Sample]:
    """The mails that open tickets, or do not."""
    paths = sorted(FOLDER.glob("*.eml"))
    return [sample(path.stem, path.read_bytes().replace(b"\n", b"\r\n")) for path in paths]


def second_round(sent: list[Accepted]) -> list[Sample]:
    """A customer's answer to its acknowledgement, and the bounce of the mail to a partner."""
    acknowledgement = next(mail for mail in sent if mail.recipient == "karin@strakochton.example")
    forward = next(mail for mail in sent if mail.recipient == "felanmalan@norrskentelefoni.example")
    return [sample("11-follow-up", _answer(acknowledgement)), sample("12-bounce", _bounce(forward))]


def _answer(acknowledgement: Accepted) -> bytes:
    read = email.message_from_bytes(acknowledgement.content, policy=default)
    answer = EmailMessage(SMTP)
    answer["X-Demo-Shows"] = "a follow-up"
    answer["From"] = "Karin Lund <karin@strakochton.example>"
    answer["To"] = "iCentrex kundcenter <kundcenter@icentrex.se>"
    answer["Subject"] = f"SV: {read['Subject']}"
    answer["Message-ID"] = "<demo.follow-up@strakochton.example>"
    answer["In-Reply-To"] = answer["References"] = str(read["Message-ID"])
    answer["Date"] = "Wed, 25 Nov 2026 09:20:00 +0100"
    answer.set_content("Hej igen! Nu kom det ett meddelande, men utan ljudfil.\n\nKarin\n")
    return answer.as_bytes()


def _bounce(forward: Accepted) -> bytes:
    """As a mail server writes it (RFC 3464), to the return address of our mail."""
    message_id = email.message_from_bytes(forward.content, policy=default)["Message-ID"]
    text = f"""\
Return-Path: <>
X-Demo-Shows: a bounce of the mail to a partner
From: Mail Delivery System <MAILER-DAEMON@relay.example>
To: {forward.return_path}
Subject: Undelivered Mail Returned to Sender
Date: Wed, 25 Nov 2026 09:21:00 +0100
Message-ID: <demo.bounce@relay.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="bounce"

--bounce
Content-Type: text/plain; charset=utf-8

<{forward.recipient}>: mailbox full

--bounce
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; {forward.recipient}
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 mailbox full

--bounce
Content-Type: text/rfc822-headers

Message-ID: {message_id}

--bounce--
"""
    return text.replace("\n", "\r\n").encode()
