"""`triage`: mails -> what would be decided about them, and why."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from supportbot import folders
from supportbot.commands.common import say, say_json
from supportbot.commands.reading import MailsArgument, MailsJson, desk_of, find_mails, read_mails
from supportbot.commands.rules import ConfigFile, RulesOption, read_book
from supportbot.mail.message import Desk
from supportbot.triage import decide, explain, registry
from supportbot.triage.decision import LABEL, Decision


def triage(
    paths: MailsArgument,
    registry_folder: Annotated[
        Path | None, typer.Option("--registry", help="The registry's folder: who is a customer.", metavar="DIR")
    ] = None,
    rules: RulesOption = None,
    config: ConfigFile = None,
    as_json: MailsJson = False,
    why: Annotated[bool, typer.Option("--explain", help="Also say what was passed over.")] = False,
) -> None:
    """Decide about mails and say why.

    Kind, customer, route, urgent, billable, category, language. Rules come from --rules, else from the config's
    folder, else from the set inside the program; their examples are not run (supportbot rules test).

    Example: supportbot triage --registry registry --explain mail.eml
    """
    found = find_mails(paths)
    known = registry.read(folders.read_registry(registry_folder)) if registry_folder else registry.Registry()
    desk = desk_of(config) if config else Desk()
    book = read_book(rules, config)

    async def run() -> None:
        async for name, mail in read_mails(found, desk, as_json):
            decision = decide.decide(mail, known, book, (mail.date or datetime.now(UTC)).date())
            if as_json:
                say_json(_decided(name, decision))
            else:
                say(f"{name}: {mail.subject}")
                say(explain.explain(decision, book.terms, passed_over=why))
                say()

    asyncio.run(run())


def _decided(name: str, decision: Decision) -> dict[str, Any]:
    """The keys of a label, with the reasons."""
    return {
        "file": name,
        **{field: getattr(decision, field) for field in LABEL},
        "reasons": {
            question: [
                {"rule": r.rule, "clause": r.clause, "words": r.words, "start": r.start, "end": r.end, "row": r.row}
                for r in reasons
            ]
            for question, reasons in decision.reasons.items()
        },
        "unsure": list(decision.unsure),
        "notes": [str(note) for note in decision.notes],
    }
