"""Servers for the tests of the channels: started once a module, each test with a user of its own."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from servers import certificates, dovecot
from servers.dovecot import Dovecot

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
def start_dovecot(certificate) -> Iterator[Callable[..., Dovecot]]:
    """Start a Dovecot for this test alone, that it may kill."""
    yield from starter(certificate)


@pytest.fixture(scope="module")
def start_shared_dovecot(certificate) -> Iterator[Callable[..., Dovecot]]:
    yield from starter(certificate)


def starter(certificate) -> Iterator[Callable[..., Dovecot]]:
    if not dovecot.available():
        pytest.skip("Dovecot is not installed")

    def start(**variant: Any) -> Dovecot:
        return servers.enter_context(Dovecot(USERS, **({"certificate": certificate} | variant)))

    with ExitStack() as servers:
        yield start


@pytest.fixture(scope="module")
def server(start_shared_dovecot) -> Dovecot:
    """An ordinary Dovecot with all it can."""
    return start_shared_dovecot()


@pytest.fixture
def user() -> str:
    """A user that no other test has."""
    return f"user {next(_numbers)}"
