"""`check`: a config -> everything that keeps `run` from running well, all at once, each with its mend.

Where the config itself has mistakes, its sections that have none are looked at all the same.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from typing import Any

import typer

from supportbot import rules_folder
from supportbot.app import keys_of
from supportbot.channels import imap
from supportbot.channels.sign_in import Credential, Credentials, Tokens
from supportbot.channels.smtp import Relay
from supportbot.commands.common import DEFAULT_CONFIG, ConfigOption, JsonOption, counted, say, say_json
from supportbot.commands.opening import open_database, place_of_config
from supportbot.config import Config, SmtpSection
from supportbot.config_file import load, readable, secrets_in
from supportbot.config_values import Auth
from supportbot.errors import Invalid, Problem, SupportbotError, collected
from supportbot.store import registry as stored_registry
from supportbot.tickets.partner_mail import subject_mistake
from supportbot.triage.registry import Registry

Sections = Mapping[str, Any]
"""Of the config, by name: those without mistakes."""

NEEDS = {"desk": "the desk's secret", "rules": "rules", "database": "database and registry", "mailbox": "mailboxes",
         "smtp": "mail relay"}  # fmt: skip
"""What can only be looked at where a section of the config is right."""


def check(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Show all that keeps the daemon from running, each with its mend.

    It looks at config, secrets, rules with their examples, registry, database, and signs in to every mailbox and the
    relay. Exit code 0: all is well; 1: something is not.

    Example: supportbot check --config /etc/supportbot/config.toml
    """
    file = place_of_config(config)
    try:
        sections, problems = dict(load(file)), []
    except Invalid as error:
        sections, problems = readable(file), list(error.problems)
    problems = list(dict.fromkeys([*problems, *asyncio.run(_check(sections))]))
    for problem in problems:
        if as_json:
            say_json({"where": problem.where, "what": problem.what, "mend": problem.mend})
        else:
            say(f"- {problem}")
    left_out = [what for section, what in NEEDS.items() if section not in sections]
    if left_out:
        _tell_left_out(", ".join(left_out), as_json)
    if as_json:
        raise typer.Exit(1 if problems else 0)
    well = "All is well: config, secrets, rules, registry, database, mailboxes and mail relay."
    say(f"{counted(len(problems), 'problem')} found." if problems else well)
    raise typer.Exit(1 if problems else 0)


def _tell_left_out(what: str, as_json: bool) -> None:
    told = Problem("check", f"not looked at, as the config is broken there: {what}.", "Mend it and check again.")
    if as_json:
        say_json({"where": told.where, "what": told.what, "mend": told.mend})
    else:
        say(f"{told.what.capitalize()} {told.mend}")


async def _check(sections: Sections) -> list[Problem]:
    problems: list[Problem] = []
    for where, secret in secrets_in(sections):
        with collected(problems):
            secret.read(where)
    if "database" in sections:
        problems.extend(await _check_database(sections))
    problems.extend(await asyncio.to_thread(_check_rules, sections))
    problems.extend(_check_people(sections))
    for answers in await asyncio.gather(*_servers(sections)):
        problems.extend(answers)
    return problems


def _servers(sections: Sections) -> Iterator[Awaitable[list[Problem]]]:
    credentials = Credentials()
    for mailbox in sections.get("mailbox", ()):
        where = f"mailbox {mailbox.name}: auth"
        yield _check_server(credentials, mailbox.auth, where, partial(imap.check, mailbox))
    if smtp := sections.get("smtp"):
        yield _check_server(credentials, smtp.auth, "smtp.auth", partial(_check_relay, smtp))


async def _check_server(
    credentials: Credentials, auth: Auth | None, where: str, look: Callable[[Any], Awaitable[list[Problem]]]
) -> list[Problem]:
    """What stands in the way of one server; where there is no credential for it, only that is told."""
    if auth is None:
        return await look(None)
    try:
        for key, secret in auth.secrets():
            secret.read(f"{where}.{key}")
    except Invalid:
        return []  # told already
    credential = credentials.of(auth, where)
    problems = await credential.check() if isinstance(credential, Tokens) else []
    return problems or await look(credential)


async def _check_relay(settings: SmtpSection, credential: Credential | None) -> list[Problem]:
    relay = Relay(settings, credential, "localhost")
    try:
        return await relay.check()
    finally:
        await relay.close()


async def _check_database(sections: Sections) -> list[Problem]:
    settings = Config.model_construct(**sections)  # of which only database and folder are read
    try:
        database = await open_database(settings, make=False)  # it only looks
    except Invalid as error:
        return list(error.problems)
    except SupportbotError as error:
        return [Problem("database.url", f"cannot be opened: {error.what}", error.mend)]
    try:
        stored = await database.read(stored_registry.load)
    finally:
        await database.close()
    return list(_check_registry(stored))


def _check_registry(stored: Registry) -> Iterator[Problem]:
    if not stored.customers:
        yield Problem("registry", "holds no customers.", "Import one: supportbot registry import DIR")
    for partner in stored.partners.values():
        if partner.subject and (mistake := subject_mistake(partner.subject)):
            where = f"partners.toml: {partner.id}: subject"
            what = f"{mistake} cannot be filled in."
            yield Problem(where, what, "Mend it and import again; until then our own subject is used.")


def _check_rules(sections: Sections) -> list[Problem]:
    problems: list[Problem] = []
    if "rules" in sections:
        with collected(problems):
            rules_folder.read(sections["rules"].folder)
    if "desk" in sections:
        with collected(problems):
            keys_of(sections["desk"])
    return problems


def _check_people(sections: Sections) -> Iterator[Problem]:
    if {"alert", "staff"} <= sections.keys() and not sections["alert"].to and not sections["staff"]:
        what = "names nobody, and there is no [[staff]]: nobody gets alerts of urgent faults."
        yield Problem("alert.to", what, "Name a person in one of the two.")
    if "digest" in sections and not sections["digest"].to:
        yield Problem("digest.to", "names nobody, so nobody gets the digest.", "Name a person.")
