"""Kind, evidence and purchase -> where the mail goes, by the ordered table of triage.md. Pure.

The table is no rule file: it is the contract (T2, T3), and nobody tunes it. The trap: its order. A partner's own mail
is never sent back to it, and a contradiction outranks even that.
"""

from collections.abc import Callable
from dataclasses import dataclass

from supportbot.triage.decision import Kind, Purchase, Reason, Route

NOT_JUDGED: frozenset[Kind] = frozenset({"auto_reply", "bounce", "bulk"})
"""Kinds for which customer, purchase and partner are not judged."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that the way of a mail depends on."""

    kind: Kind
    customer: str | None
    purchase: Purchase
    contradiction: bool
    denied: bool
    """The text says plainly of the purchase what the registry denies."""
    sender_is_partner: bool


@dataclass(frozen=True, slots=True)
class Way:
    route: Route
    rule: str
    because: str
    clause: str | None
    fits: Callable[[Known], bool]


TABLE: tuple[Way, ...] = (
    Way(
        "none",
        "no-case",
        "A machine or a sender of bulk mail wants nothing of us.",
        None,
        lambda k: k.kind in NOT_JUDGED,
    ),
    Way(
        "review", "evidence-contradicts", "The evidence points at different customers.", None, lambda k: k.contradiction
    ),
    Way(
        "review",
        "purchase-denied",
        "The text says of the purchase what the registry denies; a person must look.",
        None,
        lambda k: k.denied,
    ),
    Way(
        "support",
        "partner-writes",
        "A partner writes from its own domain; its mail is never sent back to it.",
        None,
        lambda k: k.sender_is_partner,
    ),
    Way("review", "unknown-customer", "The registry knows no such customer.", None, lambda k: k.customer is None),
    Way(
        "partner",
        "bought-through-partner",
        "The customer bought through a partner, which takes the reports.",
        "T2",
        lambda k: k.purchase == "partner",
    ),
    Way("support", "bought-directly", "The customer bought directly of iCentrex.", "T3", lambda k: True),
)


def route(known: Known, row: str | None) -> tuple[Route, Reason]:
    """The first way of the table that fits, with its reason; `row` is the registry's row that it rests on."""
    way = next(each for each in TABLE if each.fits(known))
    return way.route, Reason(way.rule, way.because, way.clause, row=row if way.clause else None)
