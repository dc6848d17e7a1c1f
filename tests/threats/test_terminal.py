"""What mails say does nothing to a terminal, whichever command shows it (TH26). The fixture `run` refuses raw control
characters and marks of direction in all that is said; here they stand in everything that is stored."""

import pytest
import typer
from commands.conftest import EVIL
from daemon_desk import mail
from sqlalchemy import update

from supportbot import cli
from supportbot.store import tables

SPOILT = {
    "inbox": ("reason", "sender", "subject"),
    "outbox": ("reason", "bounce"),
    "tickets": ("subject", "sender_name", "customer_name", "partner_name", "summary", "taken_by"),
    "articles": ("author", "text"),
    "journal": ("actor", "text"),
}
"""Columns that hold what mails, servers and people said."""

SAID = "[31m"
"""Of EVIL: what is left of it, or how the rest is shown, is no matter."""
SHOWING = {
    "digest": "--print",
    "tickets list": "--state all",
    "tickets show": "10001",
    "quarantine list": "",
    "quarantine show": "5",
    "outbox list": "",
    "triage": "{evil}",
    "inspect": "{evil}",
}
"""Commands that show what mails say, with what they are given; each must show it, made harmless."""
MENTIONING = {
    "status": "",
    "reconcile": "",
    "fsck": "",
    "check": "",
    "outbox show": "1",
    "ticket take": "--by {text}",
    "ticket reached": "--by {text}",
    "ticket route": "review --why {text}",
    "ticket urgent": "yes --why {text}",
    "ticket bill": "waive --why {text}",
    "ticket note": "{text}",
    "ticket resolve": "{text}",
    "correct": "10001 category other --why {text}",
    "rules replay": "--since 14d",
    "quarantine release": "5",
    "quarantine drop": "5",
    "outbox retry": "1",
    "privacy retention": "",
    "privacy export": "eva@bagarstugan.example --to {folder}",
    "privacy erase": "eva@bagarstugan.example --yes",
    "cases export": "--to {folder}.jsonl",
    "db backup": "{folder}.db",
    "db upgrade": "",
}
"""Those that may say something of a mail."""
SILENT = {"demo", "init", "run", "registry import", "rules test", "rules words", "db restore", "db copy"}
"""Those that say nothing of stored mails (the daemon's log: tests/daemon/test_hostile.py)."""


def commands(command: object = None, name: str = "") -> set[str]:
    below = getattr(command or typer.main.get_command(cli.app), "commands", {})
    return (
        {name} if not below else {one for sub, what in below.items() for one in commands(what, f"{name} {sub}".strip())}
    )


def test_every_command_is_looked_at():
    assert commands() == SHOWING.keys() | MENTIONING.keys() | SILENT


@pytest.fixture
def spoilt(desk, tmp_path_factory):
    folder = tmp_path_factory.mktemp("evil")
    text = f"Hej {EVIL}\x9b2J\r\nTelefonen {EVIL} är svart."
    raw = mail(
        text.replace("\r\n", " "), f'"{EVIL}" <eva@bagarstugan.example>'.replace("\x1b", "?").replace("\x07", "?")
    )
    (folder / "evil.eml").write_bytes(raw.replace(b"Subject: ", b"Subject: " + EVIL.encode()))
    by_name = {table.name: table for table in tables.METADATA.sorted_tables}

    def spoil(conn):
        for name, columns in SPOILT.items():
            conn.execute(update(by_name[name]).values(dict.fromkeys(columns, EVIL)))

    desk.change(spoil)
    return replace_given(desk, {"{evil}": str(folder / "evil.eml"), "{text}": EVIL, "{folder}": str(folder / "new")})


def replace_given(desk, given):
    def say(command: str, words: str):
        return desk(
            *command.split(), *(given.get(word, word.replace("{folder}", given["{folder}"])) for word in words.split())
        )

    return say


def test_what_mails_say_is_shown_and_harmless(spoilt):
    said = {command: spoilt(command, words) for command, words in SHOWING.items()}
    assert [command for command, answer in said.items() if SAID not in answer.out] == []


def test_no_command_says_what_a_terminal_obeys(spoilt):
    said = {command: spoilt(command, words) for command, words in MENTIONING.items()}
    assert [command for command, answer in said.items() if not answer.out + answer.err] == []
