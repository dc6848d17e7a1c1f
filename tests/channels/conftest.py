"""Servers for the tests of the channels: started once a module, each test with a user of its own."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from servers import certificates, dovecot
from servers.dovecot import Dovecot
from supportbot.config import MailboxSection, SmtpSection

PASSWORD = 'hej "å" \\ svejs'
USERS = {f"user {number}": PASSWORD for number in range(60)}
_numbers = itertools.count()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    return certificates.make(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def other_certificate(tmp_path_factory):
    return certificates.make(tmp_path_factory.mktemp("other-tls"), hosts=("elsewhere.example",))


@pytest.fixture
def start_dovecot(tmp_path_factory, certificate) -> Iterator[Callable[..., Dovecot]]:
    """Start a Dovecot for this test alone, that it may kill."""
    yield from starter(tmp_path_factory, certificate)


@pytest.fixture(scope="module")
def start_shared_dovecot(tmp_path_factory, certificate) -> Iterator[Callable[..., Dovecot]]:
    yield from starter(tmp_path_factory, certificate)


def starter(tmp_path_factory, certificate) -> Iterator[Callable[..., Dovecot]]:
    if not dovecot.available():
        pytest.skip("Dovecot is not installed")
    started: list[Dovecot] = []

    def start(**variant: Any) -> Dovecot:
        variant = {"certificate": certificate} | variant
        server = Dovecot(tmp_path_factory.mktemp("dovecot"), USERS, **variant)
        started.append(server.__enter__())
        return server

    yield start
    for server in started:
        server.end()


@pytest.fixture(scope="module")
def server(start_shared_dovecot) -> Dovecot:
    """An ordinary Dovecot with all it can."""
    return start_shared_dovecot()


@pytest.fixture
def user() -> str:
    """A user that no other test has."""
    return f"user {next(_numbers)}"


def mailbox(server: Any, user: str = "user 0", **settings: Any) -> MailboxSection:
    """The config of a mailbox on a Dovecot (over TLS) or a scripted server (plain)."""
    certificate = getattr(server, "certificate", None)
    values = {
        "name": "test",
        "host": server.host,
        "port": server.tls_port if certificate else server.port,
        "tls": "tls" if certificate else "none",
        "ca_file": certificate.ca_file if certificate else None,
        "user": user,
        "auth": {"password": {"env": "UNUSED"}},
        "timeout_seconds": 5,
    }
    return MailboxSection.model_validate(values | settings)


def relay_section(server: Any, **settings: Any) -> SmtpSection:
    """The config of a relay: TLS as the sink has it, and a short wait for each reply."""
    certificate = getattr(server, "certificate", None)
    values = {
        "host": server.host,
        "port": server.port,
        "tls": getattr(server, "tls", "none"),
        "ca_file": certificate.ca_file if certificate else None,
        "timeout_seconds": 1,
        "final_reply_seconds": 1,
    }
    if getattr(server, "users", None):
        values |= {"user": next(iter(server.users)), "auth": {"password": {"env": "UNUSED"}}}
    return SmtpSection.model_validate(values | settings)
