"""`inspect` and `triage`: what the mail reader sees, what is decided and why. No server is needed, nothing changed."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from supportbot import folders
from supportbot.commands.common import say, say_json
from supportbot.config import Config
from supportbot.config_file import load
from supportbot.errors import Invalid, Problem
from supportbot.mail.message import Address, Desk, ParsedMail
from supportbot.triage import decide, explain, registry, rulebook
from supportbot.triage.decision import Decision
from supportbot.workers.sandbox import Poisoned, Sandbox

MAILS = Annotated[
    list[Path], typer.Argument(help="Mails (.eml, .txt, .html) and folders of them.", metavar="FILE-OR-FOLDER...")
]
SUFFIXES = (".eml", ".txt", ".html", ".htm", ".mbox", ".msg")
BODIES = {".txt": b"text/plain", ".html": b"text/html", ".htm": b"text/html"}
BATCH = 50


def inspect(
    paths: MAILS,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each mail.")] = False,
    config: Annotated[Path | None, typer.Option("--config", "-c", help="Whose desk it is, for `may_answer`.")] = None,
) -> None:
    """Show what the mail reader sees in mails: who, what is new, what was cut, whose mail it is.

    Example: supportbot inspect --json mail.eml
    """
    desk = _desk(load(config)) if config else Desk()

    async def run() -> None:
        async for name, mail in _read(paths, desk):
            if isinstance(mail, str):
                say_json({"file": name, "error": mail}) if as_json else say(f"{name}: {mail}")
            elif as_json:
                say_json(_seen(name, mail))
            else:
                _tell(name, mail)

    asyncio.run(run())


def triage(
    paths: MAILS,
    registry_folder: Annotated[
        Path | None, typer.Option("--registry", help="The registry's folder.", metavar="DIR")
    ] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="The rules' folder.", metavar="DIR")] = None,
    config: Annotated[Path | None, typer.Option("--config", "-c", help="A config: its rules and desk.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each mail.")] = False,
    why: Annotated[bool, typer.Option("--explain", help="Also say what was passed over.")] = False,
) -> None:
    """Decide about mails and say why: kind, customer, route, urgent, billable, category, language.

    Rules come from --rules, else from the config's folder, else from the set inside the program.

    Example: supportbot triage --registry registry --explain mail.eml
    """
    settings = load(config) if config else None
    rules_folder = rules or (settings.rules.folder if settings else folders.shipped("rules"))
    book = rulebook.build({k: v for k, v in folders.read_rules(rules_folder).items() if k != "questions.toml"})
    known = registry.read(folders.read_registry(registry_folder)) if registry_folder else registry.Registry()
    desk = _desk(settings) if settings else Desk()

    async def run() -> None:
        async for name, mail in _read(paths, desk):
            if isinstance(mail, str):
                say_json({"file": name, "error": mail}) if as_json else say(f"{name}: {mail}")
                continue
            decision = decide.decide(mail, known, book, (mail.date or datetime.now(UTC)).date())
            if as_json:
                say_json(_decided(name, decision))
            else:
                say(f"{name}: {mail.subject}")
                say(explain.explain(decision, book.terms, passed_over=why))
                say()

    asyncio.run(run())


def _desk(config: Config) -> Desk:
    return Desk((config.desk.address, *config.desk.also), config.desk.authserv_id)


async def _read(paths: Iterable[Path], desk: Desk) -> AsyncIterator[tuple[str, ParsedMail | str]]:
    """Name and mail, or what went wrong with it, in the order of the paths."""
    sandbox = Sandbox(size=1)
    await sandbox.start()
    try:
        names = list(_files(paths))
        for start in range(0, len(names), BATCH):
            batch = [(name, *_content(path)) for name, path in names[start : start + BATCH]]
            mails = iter(await sandbox.read([content for _, content, error in batch if not error], desk))
            for name, _, error in batch:
                mail = error or next(mails)
                yield name, (mail.reason if isinstance(mail, Poisoned) else mail)
    finally:
        await sandbox.stop()


def _files(paths: Iterable[Path]) -> Iterable[tuple[str, Path]]:
    missing = [Problem(str(path), "is not there.") for path in paths if not path.exists()]
    if missing:
        raise Invalid(missing)
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.is_file() and file.suffix.lower() in SUFFIXES:
                    yield file.relative_to(path).as_posix(), file
        else:
            yield path.name, path


def _content(path: Path) -> tuple[bytes, str]:
    """A mail's bytes; a bare body gets the two headers that say what it is. Second: why it could not be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return b"", f"cannot be read: {error.strerror}"
    kind = BODIES.get(path.suffix.lower())
    if kind is None:
        return content, ""
    return b"MIME-Version: 1.0\r\nContent-Type: " + kind + b"; charset=utf-8\r\n\r\n" + content, ""


def _seen(name: str, mail: ParsedMail) -> dict[str, Any]:
    """The keys of `inspect --json`."""
    forwarded = mail.forwarded
    return {
        "file": name,
        "subject": mail.subject,
        "date": mail.date.isoformat() if mail.date else None,
        "from": _address(mail.sender),
        "reply_to": _address(mail.reply_to),
        "to": [_address(address) for address in mail.to],
        "cc": [_address(address) for address in mail.cc],
        "message_id": mail.message_id,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "text": mail.text,
        "new_text": mail.new_text,
        "quoted": mail.quoted,
        "signature": mail.signature,
        "forwarded": forwarded
        and {"from": forwarded.sender, "subject": forwarded.subject, "date": forwarded.date, "text": forwarded.text},
        "attachments": [{"name": a.name, "type": a.type, "size": a.size} for a in mail.attachments],
        "nature": mail.nature,
        "may_answer": mail.may_answer,
        "failed": [
            {"address": f.address, "permanent": f.permanent, "status": f.status, "diagnostic": f.diagnostic}
            for f in mail.failed
        ],
        "language": mail.language,
        "oddities": list(mail.oddities),
    }


def _address(address: Address | None) -> dict[str, str] | None:
    return {"name": address.name, "address": address.address} if address else None


def _decided(name: str, decision: Decision) -> dict[str, Any]:
    """The keys of a label, with the reasons."""
    return {
        "file": name,
        "kind": decision.kind,
        "customer": decision.customer,
        "purchase": decision.purchase,
        "partner": decision.partner,
        "route": decision.route,
        "urgent": decision.urgent,
        "billable": decision.billable,
        "billable_reason": decision.billable_reason,
        "category": decision.category,
        "language": decision.language,
        "reasons": {
            question: [
                {"rule": r.rule, "clause": r.clause, "words": r.words, "start": r.start, "end": r.end, "row": r.row}
                for r in reasons
            ]
            for question, reasons in decision.reasons.items()
        },
        "unsure": list(decision.unsure),
        "notes": list(decision.notes),
    }


def _tell(name: str, mail: ParsedMail) -> None:
    sender = f"{mail.sender.name} <{mail.sender.address}>" if mail.sender else f"unsure ({mail.sender_shown})"
    lines = {
        "file": name,
        "from": sender.strip(),
        "subject": mail.subject,
        "date": mail.date.isoformat() if mail.date else "none",
        "nature": f"{mail.nature}{f' ({mail.nature_because})' if mail.nature_because else ''}",
        "may answer": "yes" if mail.may_answer else f"no: {mail.no_answer}",
        "language": mail.language,
        "attachments": ", ".join(f"{a.name} ({a.type}, {a.size} bytes)" for a in mail.attachments) or "none",
        "oddities": "; ".join(mail.oddities) or "none",
    }
    for key, value in lines.items():
        say(f"{key + ':':<13}{value}")
    for title, text in (("new text", mail.new_text), ("signature", mail.signature), ("quoted", mail.quoted)):
        if text:
            say(f"--- {title}")
            say(text)
    say()
