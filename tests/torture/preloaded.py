"""What each daemon of a test need not load again: supportbot with all its rooms, and the shipped rules, compiled."""

from pathlib import Path

from supportbot import app, folders
from supportbot.commands import db, opening, registry, running, ticket  # noqa: F401
from supportbot.store import postgres  # noqa: F401

RULES = Path(__file__).parents[2] / "rules"

_files = folders.read_rules(RULES)
_files.pop("questions.toml", None)
for _test in (True, False):
    app._book(tuple(_files.items()), _test)
