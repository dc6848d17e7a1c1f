"""Traps of the trade: texts in which a word says one thing and the mail another, by the shipped rules and reader.

They are those of domain.md 2.13 (X01 to X50), labelled anew by triage.md, which prevails. What a text alone cannot
decide is not asked of it: LEFT_OUT names those, with the reason.
"""

from datetime import date

import pytest
from shipped_rules import book_with_reader as book

from supportbot.mail.message import Address, ParsedMail
from supportbot.triage.decide import decide
from supportbot.triage.decision import Decision
from supportbot.triage.records import Customer, Partner
from supportbot.triage.registry import Registry

REGISTRY = Registry(
    customers=(
        Customer("C1", "Skogsmaskiner AB", "556778-9325", purchase="partner", partner_id="P1"),
        Customer("C2", "Lunden Måleri AB", "556174-6818", ("lunden.example",)),
    ),
    partners=(Partner("P1", "Nordväst IT", (), ("nordvastit.example",)),),
)
LEFT_OUT = {
    "X10": "names no fault, and a partner that may be the customer's own IT firm: the registry decides alone",
    "X22": "a condition for the work to come; what the mail was about stood in the thread",
    "X23": "leave to travel, given in a thread that is not there",
    "X28": "only the opening hours tell whether anybody should be reached between 17 and 8",
    "X30": "all that it says is in a picture",
    "X31": "all that it says is in the thread below",
    "X33": "a clash with planned work: neither fault, order nor question, and nothing has happened yet",
    "X38": "irony: an empty queue that may be a joy or a fault",
    "X49": "a wrong character set is mended by the mail reader (tests/mail)",
}
TRAPS = {
    "X01": (
        "Hej! Det är inte akut men huvudnumret har varit tyst sedan i morse, ingen kan ringa in.",
        {"kind": "fault", "urgent": True, "billable": False, "category": "main_number"},
    ),
    "X02": (
        "Akutmottagningen Norrköping: Kan ni lägga till en ny användare till måndag?",
        {"kind": "request", "urgent": False},
    ),
    "X03": ("Vi undrar över fakturan.", {"kind": "question", "urgent": False, "category": "invoice"}),
    "X04": ("Tack, det funkar nu.", {"kind": "question", "urgent": False}),
    "X05": ("Vi ringer inte alls missnöjda, tvärtom – men kömusiken är fel.", {"kind": "fault", "urgent": False}),
    "X06": (
        "Vi har inga problem alls med ljudet längre, ni kan stänga ärendet.",
        {"kind": "question", "urgent": False, "billable": False},
    ),
    "X07": ("Skicka inga fler påminnelser, det är löst.", {"kind": "question", "urgent": False}),
    "X08": ("AKUT: beställning av 3 Yealink T54W till nya kontoret.", {"kind": "request", "urgent": False}),
    "X09": ("ASAP pls – invoice copy?", {"urgent": False, "category": "invoice"}),
    "X11": ("Vi köpte växeln via Nordväst IT, men nu vänder vi oss direkt till er.", {"purchase": "partner"}),
    "X12": ("Luren i köket sprakar.", {"kind": "fault", "purchase": "unknown", "partner": None}),
    "X13": ("Vi är kund hos er sedan 2018, köpt av er direkt.", {"purchase": "direct"}),
    "X14": (
        "VB: vår kund Skogsmaskiner AB har inga inkommande samtal.",
        {"kind": "fault", "customer": "C1", "route": "support", "urgent": True},
    ),
    "X15": ("Ni är väl vår partner i det här?", {"purchase": "unknown", "partner": None, "urgent": False}),
    "X16": ("Köpte telefonerna på nätet, kan ni koppla in dem?", {"urgent": False}),
    "X17": ("Samma telefoner som ni sålde till oss 2021.", {"billable": False, "urgent": False}),
    "X18": (
        "Vi bytte router i går och sen dess funkar inget.",
        {"kind": "fault", "urgent": True, "billable_reason": "customer_cause", "category": "network"},
    ),
    "X19": (
        "Internetleverantören säger att felet är hos dem.",
        {"kind": "fault", "billable_reason": "third_party_cause", "category": "network"},
    ),
    "X20": ("Tror det är fel hos er men Telia bad mig kolla min router.", {"billable": False}),
    "X21": ("Är det här något vi får betala för?", {"kind": "question", "billable": False, "category": "invoice"}),
    "X24": (
        "112 gick inte att nå från receptionen i fredags, men det fungerar nu.",
        {"urgent": False},
    ),
    "X25": ("Hisstelefonen i Brf Utsikten kommer inte fram till larmcentralen.", {"kind": "fault", "urgent": True}),
    "X26": ("Patienterna i telefonkön hamnar i en kollegas mobilsvar.", {"kind": "fault", "category": "group_number"}),
    "X27": ("Vi ringer inte ut så mycket, men det går knappt.", {"kind": "fault", "urgent": False}),
    "X29": ("hej det funkar ej !!! kan ni ringa mig 0701740612", {"kind": "fault", "urgent": False}),
    "X32": (
        "Angående ärende #10234: problemet är tillbaka, nu kan ingen ringa in heller.",
        {"kind": "fault", "urgent": True},
    ),
    "X34": ("Hjälp! Jag har glömt lösenordet till röstbrevlådan.", {"urgent": False}),
    "X35": ("Vi har totalstopp i produktionen. Telefonerna fungerar.", {"urgent": False}),
    "X36": (
        "Kritiskt! Glöm inte att fakturera oss på rätt organisationsnummer 556677-8899.",
        {"kind": "request", "urgent": False, "category": "invoice"},
    ),
    "X37": (
        "Vi har inte haft ett enda samtal sedan kl 09 – är något fel hos er?",
        {"kind": "fault", "urgent": True, "billable": False},
    ),
    "X39": ("Kan ni ringa upp oss angående årsavtalet?", {"urgent": False}),
    "X40": (
        "Vi har ikke kunnet ringes op på hovednummeret siden kl. 9, kunderne får optagettone.",
        {"kind": "fault", "urgent": True, "category": "main_number"},
    ),
    "X41": ("Skärmen visar fel tid.", {"billable": False}),
    "X42": ("Vi söker en tekniker med växelvana, akut.", {"kind": "bulk", "urgent": False}),
    "X43": ("Testar om det går att mejla er, allt funkar.", {"kind": "question", "urgent": False}),
    "X44": (
        "Ni lovade att ringa tillbaka i går. Vi vill inte ha fler tomma löften, lös fakturan.",
        {"urgent": False, "category": "invoice"},
    ),
    "X45": (
        "Vi har hört att ni ska stänga 3G i december. Påverkas våra telefoner?",
        {"kind": "question", "urgent": False},
    ),
    "X46": (
        "Telia ligger nere i hela landet enligt nyheterna. Hur påverkas vi?",
        {"urgent": False},
    ),
    "X47": ("Vi kan inte ringa till Ukraina.", {"kind": "fault", "urgent": False}),
    "X48": ("Vår kundtjänst är nedringd just nu!", {"urgent": False}),
    "X50": ("Kan ni ändra namnet på en användare?", {"kind": "request", "urgent": False}),
}
SENDER = {"X14": "support@nordvastit.example"}
SUBJECT = {"X50": "AKUT AKUT"}
SIGNATURE = {
    "X03": "Mvh Akutbilen AB, tel 031-390 06 12",
    "X12": "Distributed by Nordväst IT Partner",
    "X41": "Skickat från min Yealink",
}


def decided(name: str) -> Decision:
    text = TRAPS[name][0]
    sender = Address("", SENDER.get(name, "a@okand.example"))
    subject, signature = SUBJECT.get(name, ""), SIGNATURE.get(name, "")
    language = "da" if "hovednummeret" in text else "en" if "pls" in text else "sv"
    mail = ParsedMail(
        subject=subject, sender=sender, new_text=text, text=text, signature=signature, nature="human", language=language
    )
    return decide(mail, REGISTRY, book(), date(2026, 9, 2))


def test_every_trap_is_tried_or_left_out_with_a_reason() -> None:
    assert sorted([*TRAPS, *LEFT_OUT]) == [f"X{number:02}" for number in range(1, 51)]


@pytest.mark.parametrize("name", TRAPS)
def test_trap(name: str) -> None:
    decision = decided(name)
    wanted = TRAPS[name][1]
    assert {field: getattr(decision, field) for field in wanted} == wanted
