"""The console script as a process: what it loads, pipes, full disks, signals, two daemons; and every help."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from sqlalchemy import text

from supportbot.cli import COMMANDS, app

pytestmark = pytest.mark.slow

SCRIPT = [sys.executable, "-m", "supportbot"]


def loaded(*words: str) -> set[str]:
    """The modules that a command line loads."""
    code = (
        "import sys; from supportbot import cli\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=60)
    return set(done.stderr.split())


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("inspect", "--help"), ("triage", "--help")])
def test_what_needs_no_database_loads_none(words):
    assert not loaded(*words) & {"sqlalchemy", "sqlmodel", "aioimaplib", "holidays", "supportbot.app"}


def test_the_first_help_loads_no_command():
    modules = loaded("--help")
    assert not modules & {"pydantic", "rich", "asyncio"}
    assert {name for name in modules if name.startswith("supportbot.commands")} == set()


def every_command() -> list[tuple[str, typer.core.TyperCommand]]:
    found = []

    def walk(command, name: str) -> None:
        below = getattr(command, "commands", None)
        for sub in below or ():
            walk(below[sub], f"{name} {sub}".strip())
        if below is None:
            found.append((name, command))

    walk(typer.main.get_command(app), "")
    return found


@pytest.mark.parametrize(
    ("name", "command"), every_command(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_has_a_help_with_an_example_of_itself(name, command):
    first, *rest = name.split()
    assert re.search(rf"Example: supportbot {first}( \d+)? ?{' '.join(rest)}", command.help or ""), name
    assert all(getattr(option, "help", None) for option in command.params), "every option says what it does"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name):
    command = COMMANDS[name].load(name)
    assert (command.help or "").split("\n")[0].startswith(COMMANDS[name].says.split(":")[0].rstrip("."))


def test_help_fits_80_columns(run):
    said = run("--help")
    assert said.code == 0
    assert all(len(line) <= 80 for line in said.out.splitlines())
    assert all(re.search(rf"^  {name} ", said.out, re.MULTILINE) for name in COMMANDS)


def test_a_misspelt_command_is_guessed(run):
    said = run("tikets", "list")
    assert said.code == 2
    assert "Did you mean 'tickets', 'ticket'?" in said.err


def test_a_reader_that_goes_away_is_no_trouble():
    words = subprocess.Popen([*SCRIPT, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert words.stdout is not None
    assert words.stderr is not None
    words.stdout.close()
    assert words.wait(60) in (0, 1)
    assert words.stderr.read() == b""
    words.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_said_in_one_line():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*SCRIPT, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "No space left on device" in done.stderr


def test_a_terminal_without_a_sign_is_no_trouble(desk):
    old = os.environ | {"PYTHONIOENCODING": "iso8859-1", "COLUMNS": "80"}
    words = [*SCRIPT, "tickets", "list", "--config", str(desk.config)]
    done = subprocess.run(words, capture_output=True, timeout=60, env=old)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Hej! Röstmed\\u2026".encode("iso8859-1") in done.stdout


def wait_for(words: str, log: Path) -> None:
    for _ in range(300):
        if words in log.read_text():
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_the_daemon_starts_without_its_servers_is_alone_and_ends_when_told(desk, tmp_path):
    log = tmp_path / "log"
    with log.open("w") as file:
        daemon = subprocess.Popen([*SCRIPT, "run", "--config", str(desk.config)], stdout=file, stderr=file)
    try:
        wait_for("started", log)
        second = desk("run")
        assert second.code == 1
        assert f"is in use by another daemon (process {daemon.pid}): stop that one first" in second.err
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(10) == 0
    finally:
        daemon.kill()
        daemon.wait()
    assert "stopped" in log.read_text()
    assert "Traceback" not in log.read_text()


def test_the_database_of_a_newer_program_is_left_alone(desk):
    desk.change(lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    for words in (("status",), ("run",), ("tickets", "list")):
        said = desk(*words)
        assert said.code == 1
        assert "9999" in said.err
