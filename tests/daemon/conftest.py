"""One Dovecot and one SMTP sink for all tests of a module; a mailbox of its own for each test."""

from itertools import count

import pytest
from daemon_desk import PASSWORD, running
from servers.dovecot import Dovecot, available
from servers.smtp_sink import SmtpSink

USERS = {f"desk{number}": PASSWORD for number in range(60)}
_numbers = count()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if not available():
        pytest.skip("Dovecot is not installed: run tools/servers")
    with Dovecot(tmp_path_factory.mktemp("dovecot"), USERS) as started:
        yield started


@pytest.fixture(scope="module")
def relay(server):
    with SmtpSink(users={"desk": "geheim"}, tls="starttls", certificate=server.certificate) as sink:
        yield sink


@pytest.fixture
def user():
    return f"desk{next(_numbers)}"


@pytest.fixture
async def daemon(tmp_path, server, relay, user):
    relay.received.clear()
    relay.heal()
    async with running(tmp_path, server, relay, user) as started:
        yield started
