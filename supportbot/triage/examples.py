"""A rule's examples and near misses -> what is wrong with them. Pure.

An example is read as a mail of its own, by the whole file: an earlier rule that answers it shadows this one. The
learned reader says nothing of it but what the example states, so that a reader that is trained anew breaks no rule.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from supportbot.errors import Problem
from supportbot.triage.conditions import Places
from supportbot.triage.facts import of_text
from supportbot.triage.rule import Example, Rule

if TYPE_CHECKING:
    from supportbot.triage.rulebook import RuleBook

_MARKS = {
    "en": "the is are we you our and to of not have it my can",
    "no": "ikke jeg og er vi på det dere ingen hovednummeret deres fra å",
    "da": "ikke jeg og er vi på det jer ingen hovednummeret jeres fra at af",
    "fi": "ei on ja me te se emme että kukaan ole eivät",
    "sv": "inte jag och är vi på det er ingen från att av som har vår",
}
"""The commonest words that tell the languages apart."""


def language(text: str) -> str:
    """The likeliest language of a rule's example, by its commonest words; Swedish where they tie."""
    words = text.lower().replace(",", " ").replace(".", " ").split()
    return max(("sv", "en", "no", "da", "fi"), key=lambda each: sum(word in _MARKS[each].split() for word in words))


def test(book: "RuleBook") -> tuple[Problem, ...]:
    """Every example that its rule does not answer, every near miss that it does."""
    return tuple(problem for rule in book.rules for problem in _test_rule(book, rule))


def _test_rule(book: "RuleBook", rule: Rule) -> Iterator[Problem]:
    for example in rule.matches:
        answered = _answered_by(book, rule.question, example)
        if answered is None:
            yield Problem(
                rule.where, f"does not match its example {example.text!r}.", "Mend the phrases or the example."
            )
        elif answered is not rule:
            mend = f"Move this rule above it, or give {answered.name!r} an `unless`."
            yield Problem(rule.where, f"is shadowed: {answered.name!r} answers its example {example.text!r}.", mend)
    for example in rule.near_misses:
        if book.tries(rule, _places(book, example)):
            yield Problem(
                rule.where, f"matches its near miss {example.text!r}.", "Add an `unless` or narrow the phrases."
            )


def _answered_by(book: "RuleBook", question: str, example: Example) -> Rule | None:
    match = book.answer(question, _places(book, example)).match
    return match.rule if match else None


def _places(book: "RuleBook", example: Example) -> Places:
    told = of_text("", example.text, language(example.text), book.index, example.reads)
    return told.given(example.given).places
