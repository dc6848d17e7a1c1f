"""The answers of triage and what each rests on. Pure.

A Decision holds one value for each question of the service terms' table (docs/glossary.md) and the reasons for it.
"""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["fault", "request", "question", "auto_reply", "bounce", "bulk"]
Purchase = Literal["direct", "partner", "unknown"]
Route = Literal["support", "partner", "review", "none"]
BillableReason = Literal[
    "unapproved_hardware", "not_purchased", "not_provisioned", "customer_cause", "third_party_cause"
]
Category = Literal[
    "main_number",
    "group_number",
    "presence",
    "function_group",
    "mobile",
    "softphone",
    "hardware",
    "network",
    "porting",
    "invoice",
    "other",
]
Question = Literal["kind", "customer", "purchase", "partner", "route", "urgent", "billable", "category", "language"]

LABEL = (
    "kind", "customer", "purchase", "partner", "route", "urgent", "billable", "billable_reason", "category", "language",
)  # fmt: skip
"""The fields of a Decision that a label judges (triage.md, "A set of cases")."""


def question_of(field: str) -> Question:
    """The question that a field of LABEL answers: a reason for billing is the billable question's."""
    return "billable" if field == "billable_reason" else field  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Reason:
    """What a decision rests on: a rule and its clause, and the words of the mail or the registry's row."""

    rule: str
    because: str = ""
    """One sentence for staff, from the rule."""
    clause: str | None = None
    """Id of the clause of the terms: T1 to T8."""
    words: str = ""
    start: int | None = None
    """Offsets of `words` in new_text, in code points; None where the words stand elsewhere (subject, signature)."""
    end: int | None = None
    row: str | None = None
    """The registry's row, as "customers.csv C101" or "devices.csv C101 80:5E:C0:21:16:70"."""


NoteCode = Literal[
    "different_customers",
    "shared_domain",
    "unknown_org_number",
    "other_purchase",
    "contract_ended",
    "other_service",
    "played_down",
    "text_cut",
]
NOTES: dict[NoteCode, str] = {
    "different_customers": "The evidence points at different customers: {0}.",
    "shared_domain": "The domain {0} is shared by {1}.",
    "unknown_org_number": "The organisation number {0} is in no customer's row.",
    "other_purchase": "The registry says {0}, the text says “{1}”. Find out with whom the contract is.",
    "contract_ended": "The contract of {0} ended on {1}.",
    "other_service": "The terms are those of {0}; the customer has {1}.",
    "played_down": "The sender says that it is not urgent, but the text states an outage.",
    "text_cut": "Only the first {0} characters of the mail were judged: the rest is too long.",
}
"""What each note says, its values put in; the letters say it in the words of rules/templates."""


@dataclass(frozen=True, slots=True)
class Note:
    """What staff must find out or know; it changes no decision."""

    code: NoteCode
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return NOTES[self.code].format(*self.values)


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A rule that would have answered, and what stopped it."""

    question: Question
    rule: str
    because: str


@dataclass(frozen=True, slots=True)
class Decision:
    kind: Kind
    route: Route
    customer: str | None = None
    """The registry's customer_id."""
    purchase: Purchase = "unknown"
    partner: str | None = None
    """The registry's partner id."""
    sender_is_partner: str | None = None
    """Partner id when the sender writes from a partner's own domain, whomever it is about."""
    sender_is_customer: bool = False
    """The sender's address, or own (not shared) domain, is the customer's."""
    urgent: bool = False
    billable: bool = False
    billable_reason: BillableReason | None = None
    category: Category = "other"
    language: str = "other"
    reasons: dict[Question, tuple[Reason, ...]] = field(default_factory=dict)
    passed_over: tuple[PassedOver, ...] = ()
    unsure: tuple[Question, ...] = ()
    """Questions whose answer a person should look at."""
    notes: tuple[Note, ...] = ()
    """Contradictions, an ended contract, a service without terms."""
    device: str | None = None
    """The device at fault as far as known, e.g. "Yealink T46U 80:5E:C0:21:16:70"."""
    found: dict[str, str] = field(default_factory=dict)
    """Facts for partner and staff, by the names of partners.toml `required`: affected_number, time_of_fault,
    device_model, example_call, contact_phone."""
