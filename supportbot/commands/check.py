"""`check`: a config -> everything that keeps `run` from running well, all at once, each with its mend."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import typer

from supportbot.app import build_knowledge
from supportbot.channels import imap
from supportbot.channels.sign_in import Credential, Credentials, Tokens
from supportbot.channels.smtp import Relay
from supportbot.commands.common import DEFAULT_CONFIG, ConfigOption, JsonOption, counted, say, say_json
from supportbot.commands.opening import load_config, open_database
from supportbot.config import Config
from supportbot.config_file import secrets_of
from supportbot.config_values import Auth
from supportbot.errors import Invalid, Problem, SupportbotError
from supportbot.store import registry as stored_registry
from supportbot.tickets.partner_mail import subject_mistake
from supportbot.triage.registry import Registry

LOOK = "Look at host, port, tls and user of that block, and whether this machine may go there."


def check(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Show all that keeps the daemon from running, each with its mend.

    It looks at config, secrets, rules with their examples, registry, database, and signs in to every mailbox and the
    relay. Exit code 0: all is well; 1: something is not.

    Example: supportbot check --config /etc/supportbot/config.toml
    """
    problems = asyncio.run(_check(load_config(config)))
    for problem in problems:
        if as_json:
            say_json({"where": problem.where, "what": problem.what, "mend": problem.mend})
        else:
            say(f"- {problem}")
    if not as_json:
        well = "All is well: config, secrets, rules, registry, database, mailboxes and mail relay."
        say(f"{counted(len(problems), 'problem')} found." if problems else well)
    raise typer.Exit(1 if problems else 0)


async def _check(settings: Config) -> list[Problem]:
    problems: list[Problem] = []
    for where, secret in secrets_of(settings):
        try:
            secret.read(where)
        except Invalid as error:
            problems.extend(error.problems)
    stored, found = await _check_database(settings)
    problems.extend(found)
    problems.extend(await asyncio.to_thread(_check_knowledge, settings, stored))
    credentials = Credentials()
    servers = [
        _check_server(credentials, mailbox.auth, f"mailbox {mailbox.name}: auth", partial(imap.check, mailbox))
        for mailbox in settings.mailbox
    ]
    servers.append(_check_server(credentials, settings.smtp.auth, "smtp.auth", partial(_check_relay, settings)))
    for answers in await asyncio.gather(*servers):
        problems.extend(answer if answer.mend else replace(answer, mend=LOOK) for answer in answers)
    return list(dict.fromkeys(problems))


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


async def _check_relay(settings: Config, credential: Credential | None) -> list[Problem]:
    relay = Relay(settings.smtp, credential, "localhost")
    try:
        return await relay.check()
    finally:
        await relay.close()


async def _check_database(settings: Config) -> tuple[Registry, list[Problem]]:
    try:
        database = await open_database(settings, make=True)
    except SupportbotError as error:
        return Registry(), [Problem("database.url", f"cannot be opened: {error}")]
    try:
        stored = await database.read(stored_registry.load)
    finally:
        await database.close()
    if not stored.customers:
        return stored, [Problem("registry", "holds no customers.", "Import one: supportbot registry import DIR")]
    return stored, []


def _check_knowledge(settings: Config, stored: Registry) -> list[Problem]:
    try:
        known = build_knowledge(settings, stored)
    except Invalid as error:
        return list(error.problems)
    problems = [
        Problem(f"partners.toml: {partner.id}: subject", f"{mistake}.", "Our own subject is used instead.")
        for partner in stored.partners.values()
        if partner.subject and (mistake := subject_mistake(partner.subject))
    ]
    if not known.alert_to:
        problems.append(Problem("alert.to", "names nobody: urgent faults would alert no one.", "Name a person."))
    if not known.digest_to:
        problems.append(Problem("digest.to", "names nobody, so nobody gets the digest.", "Name a person."))
    return problems
