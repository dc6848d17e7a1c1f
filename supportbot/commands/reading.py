"""Files, folders and standard input -> mails, read in the sandbox; for `inspect` and `triage`.

No server is needed, and nothing is changed.
"""

import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from supportbot.commands.common import say, say_json
from supportbot.errors import Invalid, Problem
from supportbot.mail.message import Desk, ParsedMail
from supportbot.workers.sandbox import Poisoned, Sandbox, Unread

if TYPE_CHECKING:
    from supportbot.config import Config

MailsArgument = Annotated[
    list[Path],
    typer.Argument(help="Mails (.eml, .txt, .html), folders of them, or - (one mail).", metavar="FILE-OR-FOLDER..."),
]
MailsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line for each mail.")]
SUFFIXES = (".eml", ".txt", ".html", ".htm", ".mbox", ".msg")
BODIES = {".txt": b"text/plain", ".html": b"text/html", ".htm": b"text/html"}
BATCH = 50
INPUT = Path("-")


def find_mails(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Name and place of each mail, in order. Raises Invalid where a path is not there, or a folder holds no mail."""
    missing = [path for path in paths if path != INPUT and not path.exists()]
    if missing:
        raise Invalid(Problem(str(path), "is not there.", "Look at its spelling.") for path in missing)
    return [found for path in paths for found in _below(path)]


async def read_mails(
    found: Sequence[tuple[str, Path]], desk: Desk, as_json: bool
) -> AsyncIterator[tuple[str, ParsedMail]]:
    """Name and mail, in order. What cannot be read is said, and the rest goes on.

    Raises typer.Exit where no mail at all could be read.
    """
    read = 0
    sandbox = Sandbox(size=1)
    await sandbox.start()
    try:
        for start in range(0, len(found), BATCH):
            batch = [(name, *_content(path)) for name, path in found[start : start + BATCH]]
            answers = iter(await sandbox.read([Unread(content) for _, content, error in batch if not error], desk))
            for name, _, error in batch:
                answer = Poisoned(error) if error else next(answers)
                if isinstance(answer, Poisoned):
                    _tell_error(name, error or f"cannot be read ({answer.reason})", as_json)
                else:
                    read += 1
                    yield name, answer.mail
    finally:
        await sandbox.stop()
    if not read:
        raise typer.Exit(1)


async def read_one(content: bytes, desk: Desk) -> ParsedMail | Poisoned:
    """One mail that is stored; Poisoned where it cannot be read."""
    sandbox = Sandbox(size=1)
    await sandbox.start()
    try:
        (answer,) = await sandbox.read([Unread(content)], desk)
    finally:
        await sandbox.stop()
    return answer if isinstance(answer, Poisoned) else answer.mail


def _tell_error(name: str, error: str, as_json: bool) -> None:
    if as_json:
        say_json({"file": name, "error": error})
    else:
        say(f"{name}: {error}")


def desk_of(config_file: Path) -> Desk:
    """Whose desk a config tells of."""
    from supportbot.commands.opening import load_config  # only where a config is named

    return desk_in(load_config(config_file))


def desk_in(config: "Config") -> Desk:
    return Desk((config.desk.address, *config.desk.also), config.desk.authserv_id)


def _below(path: Path) -> list[tuple[str, Path]]:
    if not path.is_dir():
        return [(path.name, path)]
    mails = [file for file in sorted(path.rglob("*")) if file.suffix.lower() in SUFFIXES and file.is_file()]
    if not mails:
        raise Invalid([Problem(str(path), "holds no mails.", f"They are files named *{', *'.join(SUFFIXES)}.")])
    return [(file.relative_to(path).as_posix(), file) for file in mails]


def _content(path: Path) -> tuple[bytes, str]:
    """A mail's bytes; a bare body gets the two headers that say what it is. Second: why it could not be read."""
    if path == INPUT:
        return sys.stdin.buffer.read(), ""
    try:
        content = path.read_bytes()
    except OSError as error:
        return b"", f"cannot be read: {error.strerror}"
    kind = BODIES.get(path.suffix.lower())
    if kind is None:
        return content, ""
    return b"MIME-Version: 1.0\r\nContent-Type: " + kind + b"; charset=utf-8\r\n\r\n" + content, ""
