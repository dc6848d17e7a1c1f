"""What there is, is documented: config keys, commands, effects, verdicts, values; each document keeps its bounds."""

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import typer

from supportbot import folders
from supportbot.cli import app
from supportbot.config import Config
from supportbot.config_file import load
from supportbot.tickets import effects
from supportbot.tickets.partner_mail import PLACEHOLDERS
from supportbot.tickets.ticket import BillingState, Verdict
from supportbot.triage import decision
from supportbot.triage import rows as rows_of_files
from supportbot.triage.records import REQUIRABLE, Customer, Device, Model, Partner

ROOT = Path(__file__).parent.parent
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
FLOW = (ROOT / "docs" / "flow.md").read_text(encoding="utf-8")
REGISTRY = (ROOT / "docs" / "registry.md").read_text(encoding="utf-8")


def test_every_config_key_is_documented():
    config = load(folders.shipped("config.toml"))
    sections = [config, *(getattr(config, name) for name in Config.model_fields), config.mailbox[0], config.staff[0]]
    for section in sections:
        for name, field in getattr(type(section), "model_fields", {}).items():
            if name != "folder":
                assert f"`{field.alias or name}`" in OPERATING or f"[{name}]" in OPERATING, name


def test_every_column_key_and_value_of_the_registry_is_documented():
    own = {"guidelines_text", "channel_type", "channel_address"}
    rows = [field.name for row in (Customer, Device, Partner, Model) for field in fields(row) if field.name not in own]
    values = (*REQUIRABLE, *rows_of_files.KINDS, *rows_of_files.LANGUAGES, "not_applicable", "text", "type", "address")
    quoted = (*rows_of_files.URGENT_WAYS, *rows_of_files.CHANNELS)
    placeholders = [f"{{{name}}}" for name in PLACEHOLDERS]
    missing = [name for name in (*rows, *values, *placeholders) if f"`{name}`" not in REGISTRY]
    assert not missing + [name for name in quoted if f'`"{name}"`' not in REGISTRY]


def commands() -> list[str]:
    found = []

    def walk(command: object, name: str) -> None:
        for sub, below in getattr(command, "commands", {}).items():
            walk(below, f"{name} {sub}".strip())
        if not getattr(command, "commands", {}):
            found.append(name)

    walk(typer.main.get_command(app), "")
    return found


def test_every_command_is_documented():
    words = OPERATING + (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in commands() if not re.search(r"\b" + name.replace(" ", r"\b.*?\b"), words)]
    assert len(commands()) > 20
    assert not missing


def test_every_value_that_staff_see_is_in_the_glossary():
    values = (*get_args(Verdict), *get_args(decision.Kind), *get_args(decision.Category), *get_args(decision.Route))
    assert not [value for value in (*values, *BillingState) if value not in GLOSSARY and value != "none"]
    assert not [kind for kind in ("acknowledgement", "forward", "alert", "digest") if f"| {kind}" not in GLOSSARY]
    assert len(get_args(effects.EffectKind)) == 4


def test_flow_is_short():
    assert FLOW.count("\n") <= 80


def test_every_decision_document_has_a_number_of_its_own():
    numbers = [path.name[:3] for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert len(numbers) == len(set(numbers))
    assert all(number.isdigit() for number in numbers)
