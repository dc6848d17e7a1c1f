"""The wheel, installed in an empty folder and run there: rules, templates, config and sample registry come along."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
MAIL = """From: Eva <eva@okand.example>
To: kundcenter@icentrex.se
Subject: Telefonen
Content-Type: text/plain; charset=utf-8

Hej! Ingen kan ringa oss sedan i morse, huvudnumret är helt dött.
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the installed wheel, and how to run the program from an empty folder with it."""
    folder = tmp_path_factory.mktemp("package")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    (wheel,) = folder.glob("*.whl")
    target = folder / "site"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(target),
        str(wheel),
    ]
    subprocess.run(pip, check=True, capture_output=True, timeout=300)
    empty = folder / "empty"
    empty.mkdir()

    def run(*words: str, code: int = 0, **variables: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "supportbot", *words],
            cwd=empty,
            env=os.environ | {"PYTHONPATH": str(target)} | variables,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return empty, run


def test_init_makes_a_desk_that_only_lacks_its_servers(installed):
    folder, run = installed
    assert "Next:" in run("init", "desk")
    assert {path.name for path in (folder / "desk").iterdir()} == {"config.toml", "rules", "registry", "secret.key"}
    assert (folder / "desk" / "secret.key").stat().st_mode & 0o077 == 0
    assert "already there" in run("init", "desk", code=1)
    run("registry", "import", "desk/registry", "--config", "desk/config.toml")
    text = run("check", "--config", "desk/config.toml", code=1)
    assert "SUPPORTBOT_IMAP_PASSWORD is not set" in text
    assert "SUPPORTBOT_SMTP_PASSWORD is not set" in text
    assert "Traceback" not in text


def test_triage_of_a_mail_with_the_shipped_rules(installed):
    folder, run = installed
    (folder / "mail.eml").write_text(MAIL, encoding="utf-8")
    text = run("triage", "mail.eml")
    assert "T4" in text
    assert "ingen kan ringa oss" in text.lower()


def test_rules_hold_their_examples(installed):
    _, run = installed
    assert "all examples and near misses hold" in run("rules", "test")


def test_errors_come_without_tracebacks(installed):
    _, run = installed
    text = run("status", "--config", "nowhere.toml", code=1)
    assert "supportbot init" in text
    assert "Traceback" not in text
