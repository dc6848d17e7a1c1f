"""deploy/: the unit is one that systemd takes and finds tight, and the Containerfile names what there is."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
UNIT = ROOT / "deploy" / "supportbot.service"
CONTAINER = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
MOST_EXPOSED = 20
"""Of 100, as systemd counts; an unhardened service has 96."""


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_systemd_takes_the_unit_and_finds_it_tight(tmp_path):
    program = tmp_path / "supportbot"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    here = tmp_path / "supportbot.service"
    here.write_text(UNIT.read_text().replace("/usr/lib/supportbot/bin/supportbot", str(program)))
    quiet = os.environ | {"SYSTEMD_LOG_LEVEL": "warning"}
    said = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True, env=quiet, timeout=60)
    assert (said.returncode, [line for line in said.stderr.splitlines() if "supportbot.service" in line]) == (0, [])
    words = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", here]
    tight = subprocess.run(words, capture_output=True, text=True, env=quiet, timeout=60)
    assert tight.returncode == 0, tight.stdout + tight.stderr


def test_the_unit_leaves_room_for_the_processes_that_read_mail():
    keys = dict(line.split("=", 1) for line in UNIT.read_text().splitlines() if re.match(r"[A-Z]\w+=", line))
    assert not {"MemoryMax", "LimitAS", "LimitCPU", "LimitNPROC", "TasksMax", "CPUQuota"} & set(keys)
    assert "~" not in keys["SystemCallFilter"]
    assert (keys["Type"], keys["NoNewPrivileges"], keys["PrivateTmp"], keys["ProtectSystem"]) == (
        "notify",
        "yes",
        "yes",
        "strict",
    )


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
def test_mail_is_read_where_no_memory_may_be_both_written_and_run():
    """MemoryDenyWriteExecute, as the kernel has it (PR_SET_MDWE, Linux 6.3), with no new privileges."""
    program = """
import asyncio, ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(65, 1, 0, 0, 0):
    sys.exit(77)
from supportbot import folders
from supportbot.app import open_desk, clock
from supportbot.workers.sandbox import Sandbox
import aiohttp, selectolax.lexbor, asyncpg, sqlalchemy, rapidfuzz, prometheus_client
from supportbot.triage import rulebook
async def main():
    rulebook.build({k: v for k, v in folders.read_rules(folders.shipped("rules")).items() if k != "questions.toml"})
    sandbox = Sandbox(size=1)
    await sandbox.start()
    await sandbox.stop()
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, cwd=ROOT)
    if done.returncode == 77:
        pytest.skip("the kernel has no PR_SET_MDWE")
    assert done.returncode == 0, done.stderr


def test_the_containerfile_names_what_there_is():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINER, re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    assert {"requirements.lock", "rules", "supportbot"} <= set(names)
    assert not [name for name in names if not (ROOT / name).exists()]
    stages = set(re.findall(r" AS (\w+)$", CONTAINER, re.MULTILINE))
    assert set(re.findall(r"--from=(\w+)", CONTAINER)) <= stages


def test_the_container_has_only_pinned_packages_and_no_root():
    installs = re.findall(r"pip install [^&\n]+", CONTAINER)
    assert len(installs) == 3
    assert all("--require-hashes -r requirements" in one or "--no-deps --no-index" in one for one in installs)
    last = CONTAINER.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert re.search(r'^HEALTHCHECK .* CMD \["supportbot", "status", "--alive"\]$', last, re.MULTILINE)
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
        assert not [line for line in text.splitlines() if "==" in line and "--hash=sha256:" not in line], lock
