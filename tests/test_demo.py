"""`supportbot demo` as a newcomer runs it: exit code 0, every mail shown with what became of it."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


def test_the_demo_shows_the_main_job():
    command = [sys.executable, "-m", "supportbot", "demo"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={"COLUMNS": "400", "PATH": ""})
    assert done.returncode == 0, done.stderr
    for words in (
        "a direct customer",
        "URGENT",
        "billable? customer_cause",
        "billable? unapproved_hardware",
        "joins ticket 10001",
        "felanmälan: Vinterängs Djurhem, funktionsgrupper",
        "a bounce of our forward to felanmalan@norrskentelefoni.example",
        "an automatic reply",
        "T4: I andra hand samt vid akuta fel",
        "The acknowledgement to the customer",
        "message/rfc822",
        "RING NU",
        "supportbot init",
    ):
        assert words in done.stdout, words
    assert "Traceback" not in done.stdout + done.stderr
