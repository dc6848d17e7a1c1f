"""Properties of the mail reader: whatever the bytes, it answers, with clean strings, and loses nothing of a text.

SUPPORTBOT_MUTANTS=100000 pytest tests/mail/test_mutants.py reads more mutants; `make fuzz` reads many more, in the
processes of the daemon, with its limits of time and memory.
"""

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutants import mutant, sources

from supportbot.mail.clean import clean_line, clean_text
from supportbot.mail.contact import RULE
from supportbot.mail.message import Desk, ParsedMail
from supportbot.mail.newtext import split
from supportbot.mail.parse import parse
from supportbot.mail.taken_up import Known

TESTS = Path(__file__).parents[1]
MAILS = sources([TESTS / "mails", TESTS / "hostile"])
COUNT = int(os.environ.get("SUPPORTBOT_MUTANTS", "600"))
SHARES = 6
DESK = Desk(("kundcenter@icentrex.example",), "mx.icentrex.example")
PROPERTY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)

LINES = st.sampled_from(
    """
Hej!
Växeln är nere sedan i morse.
Kan ni ringa mig?
Från: Göteborg
Till: Malmö
Från: Eva Ek <eva@kund.example>
Skickat: den 4 maj 2026 10:00
Till: Kundcenter <kundcenter@icentrex.example>
Ämne: Växeln
Den mån 4 maj 2026 kl 10:00 skrev Eva <eva@kund.example>:
On Mon, 4 May 2026 at 10:00, Eva <
eva@kund.example> wrote:
-----Ursprungligt meddelande-----
---------- Forwarded message ---------
>>> Eva <eva@kund.example> 2026-05-04 10:00 >>>
> Är det akut?
> > Fråga
>
< 200 OK
Se nedan.
Se mina svar i rött.
Mvh
Eva Ek
Eks Bygg AB
Tel 08-465 004 12
--
PS. Det är akut.
Skickat från min iPhone
Tack.Skickat från min Galaxy
LONG
Detta e-postmeddelande och dess innehåll är konfidentiellt och avsett endast för den som det är ställt till.
________________________________
""".replace("LONG", "Det surrar och brusar. " * 29 + "Tack.Skickat från min Galaxy").splitlines()
)


@pytest.mark.parametrize("share", range(SHARES))
def test_mutants_are_read(share: int) -> None:
    for number in range(share, COUNT, SHARES):
        _is_sound(parse(mutant(MAILS, number), DESK), number)


@pytest.mark.parametrize(
    "unit",
    [
        "---\n",
        "Mvh\n",
        "Hej\n",
        "x\n\n",
        "> a\nb\n",
        "Från:\n",
        "Bo Ek\n",
        "Skickat från min iPhone\n",
        "Tack.Skickat från min iPhone\n",
        "From: a@b.example\nTo: b\n",
        ">>> a@b.example 2026-05-04 >>>\n",
        "---- Forwarded message ----\nFrom: a@b.example\n\n",
        "<hr>",
        "<p>x",
        "<div>",
        "<td>",
        "<blockquote type=cite>",
        "<span style='color:red'>i rött ",
    ],
)
def test_a_mail_full_of_one_thing_is_read(unit: str) -> None:
    """A square of its length would take minutes."""
    kind = "html" if unit.startswith("<") else "plain"
    head = f"From: a@b.example\nContent-Type: text/{kind}; charset=utf-8\n\nHej, det surrar.\n\n"
    _is_sound(parse((head + unit * 8000).encode(), DESK), unit)


def test_a_head_full_of_broken_lines_is_read() -> None:
    _is_sound(parse(b"From: a@b.example\n" + b"x\n" * 50_000 + b"Subject: y\n\nHej\n", DESK), "head")


@pytest.mark.parametrize("field", ["To: kund>", "From: a@b.example", "References: <a@b>", "X-A: b"])
def test_a_head_full_of_one_field_is_read(field: str) -> None:
    """Kept beyond the limit or not: a square of so many took four seconds."""
    mail = parse(b"Subject: y\n" + f"{field}\n".encode() * 30_000 + b"\nHej\n", DESK)
    _is_sound(mail, field)
    assert (mail.subject, mail.new_text) == ("y", "Hej")


def test_a_bounce_of_thousands_is_read() -> None:
    group = b"Final-Recipient: rfc822; %d@b.example\nStatus: 5.0.0\n\n"
    kind = b"multipart/report; boundary=a; report-type=delivery-status"
    head = b"Return-Path: <>\nFrom: MAILER-DAEMON@b.example\nContent-Type: " + kind + b"\n\n"
    status = b"--a\nContent-Type: message/delivery-status\n\n" + b"".join(group % number for number in range(4000))
    mail = parse(head + b"--a\n\nIt failed. " + b"word " * 4000 + b"\n" + status + b"--a--\n", DESK)
    _is_sound(mail, "bounce")
    assert mail.nature == "bounce"
    assert all(one.permanent for one in mail.failed)


@PROPERTY
@given(st.binary(max_size=3000))
def test_any_bytes_are_read(content: bytes) -> None:
    _is_sound(parse(content, DESK), content)


@PROPERTY
@given(st.text(max_size=500), st.text(max_size=100), st.sampled_from(["plain", "html", "enriched", "calendar", "x-y"]))
def test_any_text_is_read(text: str, subject: str, kind: str) -> None:
    head = f"From: a@b.example\r\nSubject: {subject}\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n"
    _is_sound(parse((head + text).encode("utf-8", "surrogatepass"), DESK), text)


@PROPERTY
@given(st.lists(LINES, max_size=25), st.sampled_from(["", "VB: Växeln", "SV: Växeln"]))
def test_no_letter_of_a_text_is_lost(lines: list[str], subject: str) -> None:
    found = split("\n".join(lines), None, Known("Eva Ek <eva@kund.example>", DESK.addresses, subject))
    shown = _signs("\n".join((found.new_text, found.quoted, found.signature)))
    assert shown == _signs(found.text)


def _signs(text: str) -> Counter[str]:
    """Without marks of quotation, white space, and rules of dashes, which belong to neither side of them."""
    bare = (line.strip("> ") for line in text.split("\n"))
    return Counter(sign for line in bare if not RULE.match(line) for sign in line if sign not in "> ")


def _is_sound(mail: ParsedMail, what: object) -> None:
    failed = [
        oddity for oddity in mail.oddities if "could not be taken apart" in oddity or "could not be judged" in oddity
    ]
    assert not failed, what
    forwarded = mail.forwarded
    names = [one.name for one in (mail.sender, mail.reply_to, *mail.to, *mail.cc) if one]
    names += [one.name for one in mail.attachments] + ([forwarded.sender, forwarded.subject] if forwarded else [])
    for line in (mail.subject, mail.sender_shown, *names, *mail.oddities):
        assert line == clean_line(line, len(line) + 1), what
    for text in (mail.text, mail.new_text, mail.quoted, mail.signature):
        assert text == clean_text(text), what
    assert not any("/" in one.name or "\\" in one.name for one in mail.attachments), what
    if mail.nature in ("bounce", "auto_reply", "report", "machine", "bulk"):
        assert mail.no_answer, what
