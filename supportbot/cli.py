"""Every command. Thin: each is one function of supportbot/commands; errors are shown without tracebacks."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from supportbot.commands import mails, reading, rules, running, setup, ticket, tickets
from supportbot.errors import Invalid, SupportbotError
from supportbot.mail.clean import visible

app = typer.Typer(
    name="supportbot",
    help="A fault desk by mail that makes the service terms happen. Start with: supportbot demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command()(setup.init)
app.command()(setup.check)
app.command()(running.run)
app.command()(running.demo)
app.command()(running.status)
app.command()(reading.triage)
app.command()(reading.inspect)
app.add_typer(tickets.tickets_app, name="tickets")
app.add_typer(ticket.ticket_app, name="ticket")
app.command(name="digest")(mails.print_digest)
app.add_typer(mails.outbox_app, name="outbox")
app.add_typer(mails.quarantine_app, name="quarantine")
app.add_typer(setup.registry_app, name="registry")
app.add_typer(rules.rules_app, name="rules")
app.add_typer(setup.db_app, name="db")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"supportbot {version('supportbot')}")
        raise typer.Exit


@app.callback()
def root(
    show_version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """A fault desk by mail."""


def main() -> None:
    """The console script. Exit codes: 0 well, 1 something is wrong and said, 2 the command was misspelt."""
    try:
        app()
    except Invalid as error:
        for problem in error.problems:
            print(f"supportbot: {visible(str(problem))}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except SupportbotError as error:
        print(f"supportbot: {visible(str(error))}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)
