"""rules/questions.toml -> Questions: what a fault of each kind makes us ask back (T1), in Swedish and English. Pure.

Two sorts: [[fault.CATEGORY]] for faults (or [[request.CATEGORY]], [[question.CATEGORY]]) and [fact.NAME] for what a
partner's guidelines require. The trap is asking for what the mail has said: `unless_found` names the facts.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from supportbot import toml_words
from supportbot.errors import Invalid, Problem
from supportbot.triage.decision import Category, Decision
from supportbot.triage.records import REQUIRABLE

LANGUAGES = ("sv", "en")
FACTS = REQUIRABLE
"""Names of Decision.found, which are those of a partner's `required`."""
KINDS = ("fault", "request", "question")
CATEGORIES: tuple[str, ...] = get_args(Category)
MOST_ASKED = 3
"""In one letter (domain.md §1.4)."""
MOST_KEPT = 5
"""For one category, so that some are left when the mail has answered others."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: its texts by language, and the facts that make it needless."""

    texts: Mapping[str, str]
    unless_found: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Questions:
    by_kind: Mapping[tuple[str, str], tuple[Asked, ...]] = field(default_factory=dict)
    """(kind, category) -> questions, the most useful first."""
    by_fact: Mapping[str, Asked] = field(default_factory=dict)

    def for_us(self, decision: Decision) -> tuple[Asked, ...]:
        """At most three that the mail has not answered; none when it is urgent: then the customer is to ring (T4)."""
        if decision.urgent:
            return ()
        asked = self.by_kind.get((decision.kind, decision.category), ())
        return tuple(one for one in asked if not any(fact in decision.found for fact in one.unless_found))[:MOST_ASKED]

    def for_partner(self, decision: Decision, required: tuple[str, ...]) -> tuple[Asked, ...]:
        """At most three of a fault's facts that the partner requires (T2) and the mail lacks."""
        if decision.urgent or decision.kind != "fault":
            return ()
        missing = [fact for fact in required if fact in self.by_fact and fact not in decision.found]
        return tuple(self.by_fact[fact] for fact in missing)[:MOST_ASKED]


def read_questions(text: str, where: str = "questions.toml") -> Questions:
    """Raises Invalid with all mistakes at once; an empty text asks nothing."""
    data = toml_words.tables(where, text)
    problems: list[Problem] = []
    by_kind: dict[tuple[str, str], tuple[Asked, ...]] = {}
    by_fact: dict[str, Asked] = {}
    for name, table in data.items():
        place = f"{where} [{name}]"
        if not _is_known(name, (*KINDS, "fact"), place, problems) or not _is_table(table, place, problems):
            continue
        for key, value in table.items():
            if name == "fact":
                if _is_known(key, FACTS, place, problems):
                    by_fact[key] = _asked(value, f"{where} [fact.{key}]", problems)
            elif _is_known(key, CATEGORIES, place, problems):
                by_kind[name, key] = _list(value, f"{where} [[{name}.{key}]]", problems)
    if problems:
        raise Invalid(problems)
    return Questions(by_kind, by_fact)


def _list(value: object, place: str, problems: list[Problem]) -> tuple[Asked, ...]:
    if not isinstance(value, list):
        problems.append(Problem(place, "is no list of questions.", "Write two pairs of brackets."))
        return ()
    if len(value) > MOST_KEPT:
        problems.append(Problem(place, f"has {len(value)} questions.", f"Keep the {MOST_KEPT} that help most."))
    return tuple(_asked(one, f"{place} question {number}", problems) for number, one in enumerate(value, 1))


def _asked(value: object, place: str, problems: list[Problem]) -> Asked:
    if not _is_table(value, place, problems):
        return Asked({})
    assert isinstance(value, dict)
    for key in value:
        _is_known(key, (*LANGUAGES, "unless_found"), place, problems)
    texts = {language: value.get(language, "") for language in LANGUAGES}
    for language, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            problems.append(Problem(place, f"has no text in {language}.", f'Add: {language} = "…"'))
    facts = value.get("unless_found", [])
    if not isinstance(facts, list) or not all(isinstance(fact, str) for fact in facts):
        problems.append(Problem(place, "unless_found is no list of names.", f"Of: {', '.join(FACTS)}."))
        facts = []
    for fact in facts:
        _is_known(fact, FACTS, place, problems)
    return Asked({language: str(text).strip() for language, text in texts.items()}, tuple(facts))


def _is_table(value: object, place: str, problems: list[Problem]) -> bool:
    if isinstance(value, dict):
        return True
    problems.append(Problem(place, "is no table.", "See the shipped questions.toml."))
    return False


def _is_known(name: str, names: tuple[str, ...], place: str, problems: list[Problem]) -> bool:
    if name in names:
        return True
    near = difflib.get_close_matches(name, names, 1)
    mend = f'Did you mean "{near[0]}"?' if near else f"Known: {', '.join(names)}."
    problems.append(Problem(place, f'"{name}" is unknown.', mend))
    return False
