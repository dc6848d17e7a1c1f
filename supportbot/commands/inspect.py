"""`inspect`: what the mail reader sees in mails."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from supportbot.commands.common import say, say_json
from supportbot.commands.reading import MailsArgument, MailsJson, desk_of, find_mails, read_mails
from supportbot.mail.message import Address, Desk, ParsedMail


def inspect(
    paths: MailsArgument,
    as_json: MailsJson = False,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Whose desk it is, for `may answer`.", metavar="FILE")
    ] = None,
) -> None:
    """Show what the mail reader sees in mails.

    Who wrote it, what is new, what was cut, whose mail it is, whether it may be answered.

    Example: supportbot inspect --json mail.eml
    """
    found = find_mails(paths)
    desk = desk_of(config) if config else Desk()

    async def run() -> None:
        async for name, mail in read_mails(found, desk, as_json):
            if as_json:
                say_json(_seen(name, mail))
            else:
                tell({"file": name}, mail)

    asyncio.run(run())


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
            {
                "address": f.address,
                "permanent": f.permanent,
                "status": f.status,
                "diagnostic": f.diagnostic,
                "given_up": f.given_up,
            }
            for f in mail.failed
        ],
        "language": mail.language,
        "oddities": list(mail.oddities),
    }


def _address(address: Address | None) -> dict[str, str] | None:
    return {"name": address.name, "address": address.address} if address else None


def tell(known: dict[str, str], mail: ParsedMail, without: str = "") -> None:
    """A mail as a person reads it, below what else is `known` of it; `without` one of the lines."""
    sender = f"{mail.sender.name} <{mail.sender.address}>" if mail.sender else f"unsure ({mail.sender_shown})"
    lines = known | {
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
        if key != without:
            say(f"{key + ':':<13}{value}")
    for title, text in (("new text", mail.new_text), ("signature", mail.signature), ("quoted", mail.quoted)):
        if text:
            say(f"--- {title}")
            say(text)
    say()
