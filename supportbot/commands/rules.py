"""`rules test|words`: for the people who edit rules/ without being programmers."""

from pathlib import Path
from typing import Annotated

import typer

from supportbot import folders
from supportbot.commands.common import say
from supportbot.config_file import load
from supportbot.errors import Invalid, Problem
from supportbot.tickets.questions import read_questions
from supportbot.tickets.templates import Templates
from supportbot.triage import rulebook

rules_app = typer.Typer(no_args_is_help=True, help="The rules: test them, look words up.")

RulesOption = Annotated[Path | None, typer.Option("--rules", help="The rules' folder.", metavar="DIR")]
ConfigFile = Annotated[Path | None, typer.Option("--config", "-c", help="A config: its rules.", metavar="FILE")]


def _folder(rules: Path | None, config: Path | None) -> Path:
    if rules:
        return rules
    return load(config).rules.folder if config else folders.shipped("rules")


@rules_app.command("test")
def test_rules(rules: RulesOption = None, config: ConfigFile = None) -> None:
    """Run every rule's examples and near misses, and read the templates: all mistakes at once.

    Example: supportbot rules test --rules rules
    """
    folder = _folder(rules, config)
    texts = folders.read_rules(folder)
    questions = texts.pop("questions.toml", "")
    problems: list[Problem] = []
    for part in (
        lambda: rulebook.build(texts),
        lambda: Templates(folders.read_templates(folder)),
        lambda: read_questions(questions),
    ):
        try:
            part()
        except Invalid as error:
            problems.extend(error.problems)
    if problems:
        raise Invalid(problems)
    book = rulebook.build(texts)
    say(f"{len(book.rules)} rules, all examples and near misses hold.")


@rules_app.command("words")
def show_words(rules: RulesOption = None, config: ConfigFile = None) -> None:
    """List every question, answer, fact and word that a rule may use, with a sentence each."""
    say(rulebook.words())
