"""`init`: an empty folder -> a desk that only needs to be filled in."""

import os
import secrets
import shutil
from pathlib import Path
from typing import Annotated

import typer

from supportbot import folders
from supportbot.commands.common import say
from supportbot.errors import Invalid, Problem


def init(folder: Annotated[Path, typer.Argument(help="The new desk's folder.", metavar="DIR")]) -> None:
    """Make a desk's folder: config, rules, sample registry, secret.

    config.toml is commented key by key; secret.key signs the tokens of tickets. What is there is never overwritten.

    Example: supportbot init /etc/supportbot
    """
    targets = {name: folder / name for name in ("config.toml", "rules", "registry", "secret.key")}
    there = [path for path in targets.values() if path.exists()]
    if there:
        raise Invalid(Problem(str(path), "is already there.", "Choose another folder.") for path in there)
    try:
        _make(folder, targets)
    except (OSError, shutil.Error) as error:
        raise Invalid([Problem(str(folder), f"cannot be made ({error}).", "Choose a folder you may write.")]) from None
    config = targets["config.toml"]
    say(f"{folder} is made. Next:")
    say(f"  1. Fill in {config} (address, mailbox, smtp, staff, digest, alert).")
    say(f"  2. Put your customers, devices, partners and hardware into {targets['registry']}.")
    say("  3. Set the passwords: SUPPORTBOT_IMAP_PASSWORD and SUPPORTBOT_SMTP_PASSWORD.")
    say(f"  4. supportbot registry import {targets['registry']} --config {config}")
    say(f"  5. supportbot check --config {config}")
    say(f"  6. supportbot run --config {config}")
    say(f"SUPPORTBOT_CONFIG={config.resolve()} in the environment spares you --config.")


def _make(folder: Path, targets: dict[str, Path]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(folders.shipped("rules"), targets["rules"], ignore=ignore)
    shutil.copytree(folders.sample_registry(), targets["registry"], ignore=ignore)
    descriptor = os.open(targets["secret.key"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
    shutil.copyfile(folders.shipped("config.toml"), targets["config.toml"])
