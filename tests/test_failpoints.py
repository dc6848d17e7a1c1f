"""Failpoints: what is asked for is understood or refused, and each place of the list is in the program once."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from supportbot import failpoints
from supportbot.errors import Invalid
from supportbot.failpoints import Broken, arm, hit

ROOT = Path(failpoints.__file__).parent
FROM_PARTS = {
    "f'smtp-{step.lower()}'": ("smtp-mail", "smtp-rcpt", "smtp-data"),
    "f'accepted-{row.kind}'": ("accepted-ack", "accepted-forward", "accepted-alert", "accepted-digest"),
}


@pytest.fixture(autouse=True)
def unarmed(monkeypatch):
    monkeypatch.setattr(failpoints, "_armed", {})


def test_every_place_is_named_and_every_name_is_a_place():
    calls = [
        ast.unparse(node.args[0])
        for file in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "hit"
    ]
    places = [name for call in calls for name in FROM_PARTS.get(call, re.findall(r"'([a-z-]+)'", call))]
    assert sorted(places) == sorted(failpoints.NAMES)


def test_nothing_happens_where_nothing_is_armed():
    for name in failpoints.NAMES:
        hit(name)


def test_a_fault_happens_once_at_its_pass():
    arm("sql:3:raise, commit:raise")
    hit("sql")
    hit("sql")
    with pytest.raises(Broken):
        hit("sql")
    hit("sql")
    with pytest.raises(Broken):
        hit("commit")


@pytest.mark.parametrize("wanted", ["sql", "sqll:kill", "sql:kil", "sql:x:kill", "sql:1:2:kill", "sql:1"])
def test_what_is_no_fault_is_refused_with_all_that_could_be_meant(wanted):
    with pytest.raises(Invalid, match=r"is no fault. Write name\[:nth\]:kill\|raise\|hang"):
        arm(wanted)
    assert not failpoints._armed


def test_kill_kills():
    code = "from supportbot.failpoints import arm, hit; arm('sql:2:kill'); hit('sql'); print(1, flush=True); hit('sql')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (-9, "1\n")
    assert done.stderr.startswith("failpoint sql kill ")
