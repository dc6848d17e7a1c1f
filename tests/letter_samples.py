"""The shipped texts, and made-up tickets for the letters about them."""

import re
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path

from builders import NOW, POLICY, a_decision, a_mail, a_ticket

from supportbot.mail.message import Address
from supportbot.tickets.office import Office
from supportbot.tickets.questions import Questions, read_questions
from supportbot.tickets.templates import Templates
from supportbot.tickets.ticket import PhoneEscalation
from supportbot.triage.registry import Partner

RULES = Path(__file__).parents[1] / "rules"
OFFICE = Office("iCentrex kundcenter", "kundcenter@icentrex.example", "020-20 20 22")
TOKEN = "[ICX-10042-ABCDEFGHIJKLM]"
ANNA = Address("Anna Berg", "anna@kund.example")
PARTNER = Partner(
    id="P1",
    name="Nordpartner AB",
    language="sv",
    urgent_phone="+46846500490",
    channel_address="fel@nordpartner.example",
    required=("affected_number", "time_of_fault"),
    guidelines_text="Ring alltid in akuta fel.",
)
MONEY = r"debiter|faktur|kostn|\bkr\b|avgift|charg|invoice|cost|fee"
REGISTRY = r"Kund AB|556677|Nordpartner|08-465|huvudnummer|main number|hårdvara|hardware"


@cache
def sources() -> dict[str, str]:
    folder = RULES / "templates"
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.j2")}


@cache
def templates() -> Templates:
    return Templates(sources())


@cache
def questions() -> Questions:
    return read_questions((RULES / "questions.toml").read_text(encoding="utf-8"))


def a_proven(proven=True, authenticity="verified", subject="Telefonen är tyst", **decided):
    """A ticket of a proven, verified sender; what is decided otherwise stands in the call."""
    decision = a_decision(**decided)
    ticket = a_ticket(decision, a_mail(subject=subject, authenticity=authenticity), replace(POLICY))
    phone = "+46846500490" if decision.route == "partner" else POLICY.phone
    return replace(
        ticket,
        proven=proven,
        authenticity=authenticity,
        phone_escalation=PhoneEscalation(phone, NOW) if decision.urgent else None,
    )


def seen(html):
    """What a reader sees of HTML, white space squashed."""
    body = re.sub(r"<head>.*?</head>", " ", html, flags=re.S)
    return squashed(unescape(re.sub(r"<[^>]+>", " ", body)))


def squashed(text):
    return " ".join(text.split())


def bare(text):
    """A text without what only the text body has: markers of lists and quotations, upper case of headings."""
    lines = (re.sub(r"^(?:- |\d\. |> ?|-{5,}$)", "", line) for line in text.splitlines())
    return squashed(" ".join(lines)).casefold()
