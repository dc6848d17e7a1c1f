"""Every hostile mail through the whole daemon: its verdict, its answer, and what must hold whatever a mail says.

Sets: the folder of `--hostile DIR`, else the shared one beside this repository where there is one; and always the
small one of tests/hostile. Each is fed once; the tests look at what came of it.
"""

import asyncio
import email
import email.policy
import re
from itertools import count
from pathlib import Path

import pytest
from hostile_desk import Outcome, Whole, feed, listed
from servers.smtp_sink import Received
from typer.testing import CliRunner

from supportbot.cli import app

pytestmark = [pytest.mark.xdist_group("hostile"), pytest.mark.slow]

OWN = Path(__file__).parents[1] / "hostile"
SHARED = Path(__file__).parents[2] / ".." / "shared" / "hostile"

PENDING = {"command": "mail commands are not built yet"}
"""Verdicts that the product does not have."""

READ = "its limits cost milliseconds, what is beyond them is named, and its sender is a customer who is owed an answer"
OTHERWISE: dict[str, tuple[str, bool, str]] = {
    "115-ct-semicolons-20k.eml": ("ticket", True, READ),
    "141-deep-multipart-300.eml": ("ticket", True, READ),
    "143-deep-rfc822-10k.eml": ("ticket", True, READ),
    "159-header-not-header.eml": ("ticket", True, "the fields below the stray line are read, so the sender is known"),
}
"""File -> (verdict, acknowledged, why): where we hold another outcome to be right than the list."""

UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""C0 and C1 controls but tab and line feed, separators, and marks that turn the direction of writing."""
CPU_SECONDS, MEMORY_MB = 2, 100
_users = count(30)


def folders(config: pytest.Config) -> dict[str, Path]:
    given = config.getoption("--hostile")
    other = Path(given) if given else SHARED
    found = {"own": OWN} | ({"given": other.resolve()} if given or other.is_dir() else {})
    for folder in found.values():
        assert (folder / "hostile.tsv").is_file(), f"no hostile.tsv in {folder}"
    return found


def pytest_generate_tests(metafunc):
    sets = folders(metafunc.config)
    if "row" in metafunc.fixturenames:
        cases = [(name, row) for name, folder in sets.items() for row in listed(folder)]
        names = [f"{name}-{row.file}" for name, row in cases]
        metafunc.parametrize(("whole", "row"), cases, indirect=["whole"], ids=names)
    elif "whole" in metafunc.fixturenames:
        metafunc.parametrize("whole", sets, indirect=True)


@pytest.fixture(scope="module")
def fed() -> dict[str, Whole | None]:
    return {}


@pytest.fixture
def whole(request, fed, tmp_path_factory, server, relay) -> Whole:
    """What came of all mails of a set, which is fed once."""
    if request.param not in fed:
        fed[request.param] = None  # a set that ends the feeding does so once, not once for each test
        relay.received.clear()
        folder = folders(request.config)[request.param]
        files = [row.file for row in listed(folder)]
        place = tmp_path_factory.mktemp("desk")
        fed[request.param] = asyncio.run(feed(folder, files, place, server, relay, f"desk{next(_users)}"))
    return fed[request.param] or pytest.fail("the set could not be fed: see the first error")


def test_verdict_and_answer(whole, row):
    if row.verdict in PENDING:
        pytest.skip(f"pending: {PENDING[row.verdict]}")
    outcome = whole.outcomes[row.file]
    accepted = {OTHERWISE[row.file][:2]} if row.file in OTHERWISE else row.accepted
    reason = outcome.row.reason, [entry.text for entry in outcome.journal]
    assert outcome.verdict in accepted, reason


def test_one_row_with_a_reason(whole, row):
    kept = whole.outcomes[row.file].row
    assert kept.verdict
    assert kept.reason
    assert kept.strikes == 0


def test_processor_and_memory(whole, row):
    outcome = whole.outcomes[row.file]
    assert outcome.cpu_seconds <= CPU_SECONDS
    assert outcome.memory_mb <= MEMORY_MB


def test_what_leaves_is_sound(whole, row):
    outcome = whole.outcomes[row.file]
    assert [one.state for one in outcome.outgoing] == ["sent"] * len(outcome.outgoing)
    assert len(outcome.sent) == len(outcome.outgoing)
    for received in outcome.sent:
        (recipient,) = received.recipients
        assert recipient in whole.configured or is_named(recipient, outcome)
        assert recipient.partition("+")[0] != "kundcenter"
        is_sound(received)


def is_named(recipient: str, outcome: Outcome) -> bool:
    """Whether an address stands in the mail itself; its domain as a reader sees it, or as A-labels."""
    local, _, domain = recipient.rpartition("@")
    forms = (domain, domain.encode().decode("idna"))
    return any(f"{local}@{form}".lower().encode() in outcome.raw.lower() for form in forms)


def is_sound(received: Received) -> None:
    """A mail of ours as a strict reader reads it. An original that is passed on is bytes, and may be anything."""
    assert max(map(len, received.content.split(b"\r\n"))) <= 998
    assert received.content.count(b"\r\n") == received.content.count(b"\n")
    opaque = received.content.replace(
        b"Content-Type: message/rfc822\r\n", b"Content-Type: application/octet-stream\r\n"
    )
    message = email.message_from_bytes(opaque, policy=email.policy.default)
    assert not [part.defects for part in message.walk() if part.defects]
    assert message["Auto-Submitted"] in ("auto-replied", "auto-generated")
    assert len(message["To"].addresses) == 1
    assert not (message["Cc"] or message["Bcc"])
    head = received.content.partition(b"\r\n\r\n")[0].replace(b"\r\n", b"\n")
    assert head.isascii()
    assert not UNSAFE.search(head.decode())
    for name, value in message.items():
        assert not UNSAFE.search(str(value)), name


def test_the_bytes_are_kept_as_the_server_gives_them(whole):
    assert whole.kept == whole.served
    assert sum(whole.kept.values()) == len(whole.outcomes) + 1


def test_the_daemon_is_alive_afterwards(whole):
    assert whole.last == "ticket"


def test_nothing_else_was_connected_to(whole):
    assert whole.ports == whole.may_connect


def test_no_control_sign_in_a_log_line(whole):
    assert "settled" in whole.log
    for line in whole.log.split("\n"):
        assert not UNSAFE.search(line), ascii(line)


@pytest.mark.parametrize(
    "command", ["tickets list --state all --limit 1000", "quarantine list", "outbox list", "digest --print"]
)
def test_no_control_sign_in_a_line_of_a_command(whole, command):
    result = CliRunner().invoke(app, [*command.split(), "--config", str(whole.place / "config.toml")])
    assert result.exit_code == 0, result.output
    assert not UNSAFE.search(result.output)
