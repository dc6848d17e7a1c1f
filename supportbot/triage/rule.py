"""The values that rule files hold: clauses and services of the terms, rules and their examples. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from supportbot.triage.conditions import Condition
from supportbot.triage.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Terms:
    """The service terms: what a rule's `clause` means, and the services that they are the terms of."""

    clauses: Mapping[str, str] = field(default_factory=dict)
    """Id -> the clause word for word."""
    services: tuple[str, ...] = ()
    section: str = ""
    """Where the clauses stand, to be quoted with them."""

    def text(self, clause: str | None) -> str:
        return self.clauses.get(clause, "") if clause else ""


@dataclass(frozen=True, slots=True)
class Concept:
    """Words that mean the same for a rule: `{nobody}` is "ingen", "nobody", "kukaan" …"""

    name: str
    means: str
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A text that a rule must answer or leave alone, and the facts that the text alone cannot show."""

    text: str
    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reads: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """What the learned reader says of it; nothing where the example is of words alone."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """How far one file's answers yield to the learned reader: likelihoods from 0 to 1."""

    overrules_below: float = 0.0
    """A rule whose answer the reader finds less likely than this is passed over, unless it rests on the registry."""
    unsure_below: float = 0.0
    """An answer that the reader finds less likely than this is marked as unsure."""
    overrules_from: int = 0
    """Words of a mail from which on rules yield: of fewer the reader can tell too little."""


@dataclass(frozen=True, slots=True)
class Rule:
    question: str
    """The table it stands in: kind, urgency, billable, category, purchase."""
    name: str
    answer: str
    because: str
    """One sentence for staff and, where it says so, for the customer."""
    clause: str | None
    when: tuple[Condition, ...]
    unless: tuple[Condition, ...]
    matches: tuple[Example, ...]
    near_misses: tuple[Example, ...]
    where: str
    """File and line, for messages."""
    sure: bool = False
    """It states what needs no weighing: the learned reader does not pass it over."""
