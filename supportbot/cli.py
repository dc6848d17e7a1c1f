"""The words of the command line -> the command's module, loaded when it is called; errors without tracebacks.

The trap: a module that opens the database takes a second to load, so no command's module is imported before it is
needed. The sentences of `--help` stand here therefore, and a test holds them to what the commands say themselves.
"""

import os
import sys
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from supportbot import failpoints
from supportbot.errors import Invalid, SupportbotError
from supportbot.mail.clean import visible


@dataclass(frozen=True, slots=True)
class Late:
    """A command, or a group of them: `module:name` below supportbot.commands, and its sentence in the help."""

    place: str
    says: str

    def load(self, name: str) -> Any:
        module, _, attribute = self.place.partition(":")
        found = getattr(import_module(f"supportbot.commands.{module}"), attribute)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(add_completion=False, rich_markup_mode=None)
            alone.command(name)(found)
            found = alone
        command = typer.main.get_command(found)
        command.name = name
        return command


SECTIONS: dict[str, dict[str, Late]] = {
    "See it, set it up, run it": {
        "demo": Late("running:demo", "Show the main job on embedded mail servers."),
        "init": Late("init:init", "Make a desk's folder: config, rules, sample registry, secret."),
        "registry": Late("registry:registry_app", "Customers, devices, partners and hardware: import them."),
        "check": Late("check:check", "Show all that keeps the daemon from running, each with its mend."),
        "run": Late("running:run", "Run the daemon until it is told to end (SIGTERM, Ctrl-C)."),
        "db": Late("db:db_app", "The database: schema, backup, copy to PostgreSQL."),
    },
    "Every day": {
        "status": Late("status:status", "Say how the desk is doing, and what needs a person."),
        "digest": Late("digest:digest", "Show what to do first, as the digest says it."),
        "tickets": Late("tickets:tickets_app", "Look at tickets: list them, show one."),
        "ticket": Late("ticket:ticket_app", "Do something with one ticket: supportbot ticket 10042 take"),
        "correct": Late("correct:correct", "Correct what was decided about a ticket, and say why."),
        "outbox": Late("outbox:outbox_app", "Mails that leave: list, show, try again."),
        "quarantine": Late("quarantine:quarantine_app", "Mails that were set aside for a person."),
        "privacy": Late("privacy:privacy_app", "Personal data: what is too old, what is about an address."),
        "reconcile": Late("reconcile:reconcile", "Prove that every mail seen has become something."),
        "fsck": Late("fsck:fsck", "Hold everything that is stored against what was noted when it was stored."),
    },
    "Rules and single mails (no server, nothing is changed)": {
        "triage": Late("triage:triage", "Decide about mails and say why."),
        "inspect": Late("inspect:inspect", "Show what the mail reader sees in mails."),
        "rules": Late("rules:rules_app", "The rules: test them, look words up, replay stored mails."),
        "cases": Late("cases:cases_app", "Labelled texts that the reader learns from: export corrections."),
    },
}
COMMANDS = {name: late for section in SECTIONS.values() for name, late in section.items()}


class _Loaded(MutableMapping[str, Any]):
    """The commands by name, each loaded when it is asked for."""

    def __init__(self) -> None:
        self._there: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._there:
            self._there[name] = COMMANDS[name].load(name)
        return self._there[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._there[name] = command

    def __delitem__(self, name: str) -> None:
        del self._there[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class Root(TyperGroup):
    """The first word of the command line. Its help is written from the table, which loads nothing."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = _Loaded()

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def invoke(self, ctx: Any) -> Any:
        """The trap: Typer shows a mistake in one of its choices as the library that found it words it."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")
            raise

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, late.says) for name, late in commands.items()], col_max=12)


app = typer.Typer(
    name="supportbot",
    cls=Root,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # slow to load, and needed here only

        typer.echo(f"supportbot {version('supportbot')}")
        raise typer.Exit


@app.callback()
def root(
    show_version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """A fault desk by mail that makes the service terms happen. Start with: supportbot demo"""


def main() -> None:
    """The console script. Exit codes: 0 well, 1 something is wrong and said, 2 the command was misspelt."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal that is not UTF-8 gets \\u2026 for "…", not a traceback
            stream.reconfigure(errors="backslashreplace")
    try:
        failpoints.arm(os.environ.get(failpoints.VARIABLE, ""))
        try:
            app()
        finally:
            sys.stdout.flush()
    except Invalid as error:
        _end(*map(str, error.problems))
    except BrokenPipeError:  # `… | head`: nobody reads on, and nothing may be said about it at the end either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except SupportbotError as error:
        _end(str(error))
    except OSError as error:  # a disk that is full, a file that may not be written
        _end(f"{error.filename or 'writing the answer'}: {error.strerror or error}.")


def _end(*lines: str) -> None:
    for line in lines:
        print(f"supportbot: {visible(line)}", file=sys.stderr)  # noqa: T201
    sys.exit(1)
