"""What each daemon of a test need not load again: supportbot with all its rooms, and the shipped rules, compiled."""

from pathlib import Path

from supportbot import app, rules_folder  # noqa: F401
from supportbot.commands import db, opening, registry, running, ticket  # noqa: F401
from supportbot.store import postgres  # noqa: F401

RULES = Path(__file__).parents[2] / "rules"

for _test in (True, False):
    rules_folder.read(RULES, _test)
