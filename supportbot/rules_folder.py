"""A rules folder -> rule book, texts and questions, or all their mistakes at once."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from supportbot import folders
from supportbot.errors import Invalid, Problem, collected
from supportbot.tickets.questions import Questions, read_questions
from supportbot.tickets.templates import Templates
from supportbot.triage import rulebook
from supportbot.triage.rulebook import RuleBook


@dataclass(frozen=True, slots=True)
class Judgement:
    """What stands in a rules folder."""

    book: RuleBook | None
    templates: Templates
    questions: Questions


def read(folder: Path, test: bool = True, rules: bool = True) -> Judgement:
    """`test`: also run the examples of the rules. `rules` False: leave them out. Raises Invalid with all problems."""
    problems: list[Problem] = []
    book: RuleBook | None = None
    templates: Templates | None = None
    questions: Questions | None = None
    files = folders.read_rules(folder)
    question_text = files.pop("questions.toml", "")
    if rules:
        with collected(problems):
            book = _book(tuple(files.items()), test)
    with collected(problems):
        templates = _templates(tuple(folders.read_templates(folder).items()))
    with collected(problems):
        questions = read_questions(question_text)
    if problems or templates is None or questions is None:
        raise Invalid(problems)
    return Judgement(book, templates, questions)


@lru_cache(maxsize=2)
def _book(files: tuple[tuple[str, str], ...], test: bool) -> RuleBook:
    """Kept by content: a new registry does not make the same rules be compiled again."""
    return rulebook.build(dict(files), test=test)


@lru_cache(maxsize=2)
def _templates(files: tuple[tuple[str, str], ...]) -> Templates:
    return Templates(dict(files))
