"""`run` under systemd: what the real process tells the real socket, and what SIGHUP makes of an edited config."""

import asyncio
import os
import signal
import socket
import subprocess
import sys

import pytest

from supportbot.workers.notify import Notify

pytestmark = pytest.mark.slow

SCRIPT = [sys.executable, "-m", "supportbot"]


@pytest.fixture(params=["path", "abstract"])
def systemd(request, tmp_path):
    """A socket as systemd has it, and its name as systemd gives it."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@supportbot-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name.replace("@", "\0", 1) if request.param == "abstract" else name)
        listening.settimeout(60)
        yield listening, name


def until(listening, words):
    """The next datagram that is no sign of life, which must begin with `words`; and how many signs came before it."""
    signs = 0
    while (said := listening.recv(4096).decode()) == "WATCHDOG=1":
        signs += 1
    assert said.startswith(words), said
    return said, signs


def test_the_daemon_tells_systemd_what_it_is_about(desk, systemd, tmp_path):
    listening, name = systemd
    desk.edit("[rules]", '[watch]\n[log]\nformat = "json"\n[rules]')
    told = os.environ | {"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "200000"}
    log = tmp_path / "log"
    with log.open("w") as file:
        daemon = subprocess.Popen([*SCRIPT, "run", "--config", str(desk.config)], stdout=file, stderr=file, env=told)
    try:
        until(listening, "READY=1")
        assert [listening.recv(99) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        desk.edit("[watch]", '[watch]\nlisten = "127.0.0.1:9"')
        desk.edit('"json"', '"text"')
        daemon.send_signal(signal.SIGHUP)
        assert "\nMONOTONIC_USEC=" in until(listening, "RELOADING=1")[0]
        until(listening, "READY=1")
        assert "! config.toml: watch.listen was changed, and needs a restart" in desk("status").out
        assert desk("status", "--json").rows[0]["reload"]["restart"] == ["watch.listen"]
        desk.edit("[watch]", "[wacht]")
        daemon.send_signal(signal.SIGHUP)
        until(listening, "RELOADING=1")
        until(listening, "READY=1")
        daemon.send_signal(signal.SIGTERM)
        until(listening, "STOPPING=1")
        assert daemon.wait(15) == 0
    finally:
        daemon.kill()
        daemon.wait()
    lines = log.read_text().splitlines()
    assert [line for line in lines if line.startswith("{") and '"event": "started"' in line]
    assert [line for line in lines if not line.startswith("{") and "needs a restart" in line and "watch.listen" in line]
    assert [line for line in lines if "stay in use" in line]
    assert "Traceback" not in log.read_text()


def test_no_sign_of_life_while_a_worker_has_ended(systemd):
    listening, name = systemd
    notify = Notify.taken_from({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "20000"})
    answers = iter([False, False, True])

    def alive():
        lives = next(answers, None)
        if lives is None:
            raise EOFError
        return {"timer": True, "triage": lives}

    with pytest.raises(EOFError):
        asyncio.run(notify.beat(alive))
    listening.setblocking(False)
    assert listening.recv(99) == b"WATCHDOG=1"
    with pytest.raises(BlockingIOError):
        listening.recv(99)


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, Notify()),
        ({"WATCHDOG_USEC": "9"}, Notify()),
        ({"NOTIFY_SOCKET": "/run/x"}, Notify("/run/x")),
        (
            {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid())},
            Notify("/run/x", 3),
        ),
        ({"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}, Notify("/run/x")),
        ({"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "soon"}, Notify("/run/x")),
        ({"NOTIFY_SOCKET": "vsock:2:9"}, Notify()),
    ],
)
def test_what_systemd_gives_is_taken_out_of_the_environment(environment, found):
    assert Notify.taken_from(environment) == found
    assert environment == {}


def test_a_socket_that_is_gone_is_no_trouble(tmp_path):
    Notify(str(tmp_path / "gone")).ready()


def test_whether_the_daemon_lives_is_asked_lightly(desk):
    said = desk("status", "--alive")
    assert (said.code, said.out) == (1, "The daemon gives no sign of life: supportbot run\n")
