"""`init`, `check`, `registry import`, `db`: from nothing to a desk that can run."""

import asyncio
import os
import secrets
import shutil
from pathlib import Path
from typing import Annotated

import typer

from supportbot import folders
from supportbot.app import Desk, build_knowledge
from supportbot.channels import imap
from supportbot.channels.smtp import Relay
from supportbot.commands.common import DEFAULT_CONFIG, ConfigOption, say, say_json, with_desk
from supportbot.config import Config
from supportbot.config_file import load, secrets_of
from supportbot.errors import Invalid, Problem, SupportbotError
from supportbot.store import registry as stored_registry
from supportbot.store.database import Database
from supportbot.tickets.partner_mail import subject_mistake
from supportbot.triage import registry
from supportbot.triage.registry import Registry


def init(folder: Annotated[Path, typer.Argument(help="The new desk's folder.", metavar="DIR")]) -> None:
    """Make a desk's folder: commented config.toml, rules/, a sample registry, and the secret that signs tokens.

    Example: supportbot init /etc/supportbot
    """
    targets = {name: folder / name for name in ("config.toml", "rules", "registry", "secret.key")}
    there = [path for path in targets.values() if path.exists()]
    if there:
        raise Invalid(Problem(str(path), "is already there.", "Choose another folder.") for path in there)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folders.shipped("config.toml"), targets["config.toml"])
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(folders.shipped("rules"), targets["rules"], ignore=ignore)
    shutil.copytree(folders.sample_registry(), targets["registry"], ignore=ignore)
    descriptor = os.open(targets["secret.key"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
    say(f"{folder} is made. Next:")
    say(f"  1. Fill in {targets['config.toml']} (address, mailbox, smtp, staff).")
    say(f"  2. Put your customers, devices, partners and hardware into {targets['registry']}.")
    say("  3. Set the passwords: SUPPORTBOT_IMAP_PASSWORD and SUPPORTBOT_SMTP_PASSWORD.")
    say(f"  4. supportbot registry import {targets['registry']} --config {targets['config.toml']}")
    say(f"  5. supportbot check --config {targets['config.toml']}")
    say(f"  6. supportbot run --config {targets['config.toml']}")


def check(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Look at everything that `run` needs and show all problems at once: config, secrets, rules, database, servers."""
    settings = load(config)
    problems = asyncio.run(_check(settings))
    for problem in problems:
        say(f"- {problem}")
    if problems:
        say(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found.")
        raise typer.Exit(1)
    say("All is well: config, secrets, rules, registry, database, mailboxes and mail relay.")


async def _check(settings: Config) -> list[Problem]:
    problems: list[Problem] = []
    passwords: dict[str, str] = {}
    for where, secret in secrets_of(settings):
        try:
            passwords[where] = secret.read(where)
        except Invalid as error:
            problems.extend(error.problems)
    stored, found = await _check_database(settings)
    problems.extend(found)
    problems.extend(await asyncio.to_thread(_check_knowledge, settings, stored))
    servers = [
        imap.check(mailbox, password)
        for mailbox in settings.mailbox
        if (password := passwords.get(f"mailbox {mailbox.name}: auth.password"))
    ]
    if not settings.smtp.auth or "smtp.auth.password" in passwords:
        servers.append(_check_relay(settings, passwords.get("smtp.auth.password")))
    for answers in await asyncio.gather(*servers):
        problems.extend(answers)
    return list(dict.fromkeys(problems))


async def _check_relay(settings: Config, password: str | None) -> list[Problem]:
    relay = Relay(settings.smtp, password, "localhost")
    try:
        return await relay.check()
    finally:
        await relay.close()


async def _check_database(settings: Config) -> tuple[Registry, list[Problem]]:
    try:
        database = await Database.open(settings.database.url, settings.folder)
    except SupportbotError as error:
        return Registry(), [Problem("database.url", f"cannot be opened: {error}.")]
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


registry_app = typer.Typer(no_args_is_help=True, help="Customers, devices, partners and hardware.")


@registry_app.command("import")
def registry_import(
    folder: Annotated[Path, typer.Argument(help="The folder with the four files.", metavar="DIR")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference, change nothing.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="The difference as JSON lines.")] = False,
) -> None:
    """Import the registry: all rows or none. Shows what is new, changed and gone.

    Example: supportbot registry import registry --dry-run
    """
    wanted = registry.read(folders.read_registry(folder))

    async def work(database: Database) -> None:
        stored = await database.read(stored_registry.load)
        differences = registry.differences(stored, wanted)
        for difference in differences:
            if as_json:
                say_json({"file": difference.file, "id": difference.id, "what": difference.what})
            else:
                say(f"{difference.file} {difference.id}: {difference.what}")
        if not dry_run:
            await database.write(lambda conn: stored_registry.replace(conn, wanted))
        if not as_json:
            done = "would be made" if dry_run else "made"
            say(f"{len(differences)} changes {done}; {len(wanted.customers)} customers in the registry.")

    asyncio.run(_with_database(config, work))


async def _with_database(config: Path, work):  # type: ignore[no-untyped-def]
    settings = load(config)
    database = await Database.open(settings.database.url, settings.folder)
    try:
        await work(database)
    finally:
        await database.close()


db_app = typer.Typer(no_args_is_help=True, help="The database: schema and backup.")


@db_app.command("upgrade")
def db_upgrade(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Bring the database's schema up to this program's; `run` does so by itself."""

    async def work(database: Database) -> None:
        say("The database has this program's schema.")

    asyncio.run(_with_database(config, work))


@db_app.command("backup")
def db_backup(
    target: Annotated[Path, typer.Argument(help="The new folder for the copy.", metavar="DIR")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Copy the database and its raw mails, consistent while the daemon runs (SQLite).

    Example: supportbot db backup /var/backups/supportbot/2026-11-25
    """

    async def work(desk: Desk) -> None:
        await desk.database.backup(target)
        say(f"{target} holds the copy.")

    with_desk(config, work)
