"""`check` against a real IMAP server and a real relay: all well, wrong passwords, a certificate of nobody we know."""

import asyncio

import pytest
from daemon_desk import PASSWORD, make_desk
from servers.dovecot import Dovecot, available
from servers.smtp_sink import SmtpSink


@pytest.fixture(scope="module")
def dovecot():
    if not available():
        pytest.skip("Dovecot is not installed: run tools/servers")
    with Dovecot({"desk": PASSWORD}) as started:
        yield started


@pytest.fixture(scope="module")
def sink(dovecot):
    with SmtpSink(users={"desk": "geheim"}, tls="starttls", certificate=dovecot.certificate) as started:
        yield started


@pytest.fixture
def folder(tmp_path, dovecot, sink):
    asyncio.run(make_desk(tmp_path, dovecot, sink, "desk"))
    return tmp_path


def test_all_is_well(folder, run):
    said = run("check", "--config", folder)
    assert said.out == "All is well: config, secrets, rules, registry, database, mailboxes and mail relay.\n"
    assert said.code == 0


def test_wrong_passwords_are_told_with_their_places(folder, run):
    for name in ("imap.txt", "smtp.txt"):
        (folder / name).write_text("wrong")
    said = run("check", "--config", folder)
    assert said.code == 1
    assert "2 problems found." in said.out
    for place in ("- mailbox kundcenter", "- smtp"):
        assert place in said.out


def test_a_certificate_of_nobody_we_know(folder, run, dovecot):
    config = folder / "config.toml"
    lines = [line for line in config.read_text().splitlines() if not line.startswith("ca_file")]
    config.write_text("\n".join(lines))
    rows = run("check", "--json", "--config", folder).rows
    assert len(rows) == 2
    assert all("certificate" in row["what"].lower() and row["mend"] for row in rows)
