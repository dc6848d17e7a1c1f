"""The shipped rules, compiled once for all tests of a process; and the facts of a text by their words."""

from functools import cache

from supportbot import folders
from supportbot.triage import reader
from supportbot.triage.examples import language
from supportbot.triage.facts import Facts, of_text
from supportbot.triage.rulebook import RuleBook, build

RULES = folders.shipped("rules")


@cache
def book() -> RuleBook:
    """The rules alone: what the learned reader says of a text stays out."""
    return build({name: text for name, text in folders.read_rules(RULES).items() if name != reader.FILE}, test=False)


@cache
def book_with_reader() -> RuleBook:
    return build(folders.read_rules(RULES), test=False)


def facts_of(text: str, subject: str = "", spoken: str = "") -> Facts:
    """In the language `spoken`, or in the one that the text seems to be in."""
    return of_text(subject, text, spoken or language(text), book().index)
