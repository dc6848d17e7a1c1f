"""`rules test|words|replay`: for the people who edit rules/ without being programmers."""

from pathlib import Path
from typing import Annotated

import typer

from supportbot import folders
from supportbot.commands.common import DEFAULT_CONFIG, ConfigOption, JsonOption, counted, group, say
from supportbot.errors import Invalid, Problem
from supportbot.triage import rulebook
from supportbot.triage.rulebook import RuleBook

rules_app = group("The rules: test them, look words up, replay stored mails.")

RulesOption = Annotated[Path | None, typer.Option("--rules", help="The rules' folder.", metavar="DIR")]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="A config: its rules and desk.", metavar="FILE", envvar="SUPPORTBOT_CONFIG"),
]


def rules_folder(rules: Path | None, config: Path | None) -> Path:
    """--rules, else the config's, else the set that comes with the program."""
    if rules or not config:
        return rules or folders.shipped("rules")
    from supportbot.commands.opening import load_config  # only where a config is named

    return load_config(config).rules.folder


def read_book(rules: Path | None, config: Path | None) -> RuleBook:
    """The rules of that folder, their examples not run. Raises Invalid with all mistakes."""
    return rulebook.build(folders.read_rules(rules_folder(rules, config)), test=False)


@rules_app.command("test")
def test_rules(rules: RulesOption = None, config: ConfigFile = None) -> None:
    """Run every rule's examples and near misses, and read the texts that go out: all mistakes at once.

    Example: supportbot rules test --rules rules
    """
    from supportbot.rules_folder import read  # texts and their templates, which the other commands need not load

    folder = rules_folder(rules, config)
    try:
        book = read(folder).book
    except Invalid as error:
        told = Problem("", f"{counted(len(error.problems), 'mistake')} in {folder}.")
        raise Invalid([*error.problems, told]) from None
    assert book is not None, "it was read with its rules"
    say(f"{folder}: {counted(len(book.rules), 'rule')}, all examples and near misses hold.")


@rules_app.command("words")
def show_words(rules: RulesOption = None, config: ConfigFile = None) -> None:
    """List every question, answer, fact, word and concept that a rule may use, with a sentence each.

    Broken rules do not hide it: then the concepts are left out.

    Example: supportbot rules words | grep concept
    """
    try:
        book = read_book(rules, config)
    except Invalid as error:
        say(rulebook.words())
        say(f"The rules' own concepts are left out: {counted(len(error.problems), 'mistake')} (supportbot rules test).")
        return
    say(rulebook.words(book))


@rules_app.command("replay")
def replay_mails(
    since: Annotated[
        str, typer.Option("--since", help="Mails that came since: 2026-11-01, or 14d.", metavar="DATE")
    ] = "14d",
    rules: Annotated[
        Path | None,
        typer.Option(
            "--rules",
            help="Edited rules, against the config's. Default: the config's, against what was decided.",
            metavar="DIR",
        ),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    limit: Annotated[
        int | None, typer.Option("--limit", min=0, help="So many examples a field; of --json, so many lines.")
    ] = None,
) -> None:
    """Judge the mails that are stored by edited rules, and show only what would be decided otherwise.

    With counts and examples for each field. Nothing is changed; the rules' own examples are not run (rules test).

    Example: supportbot rules replay --since 14d --rules /tmp/rules
    """
    from supportbot.commands.replay import replay  # it opens the database, which is much to load

    replay(config, rules, since, as_json, limit)
