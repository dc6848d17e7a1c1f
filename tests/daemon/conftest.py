"""One Dovecot and one SMTP sink for all tests of a module; a mailbox of its own for each test."""

from itertools import count

import pytest
from daemon_desk import PASSWORD, SQLITE, running
from servers import postgres
from servers.dovecot import Dovecot, available
from servers.postgres import make_database
from servers.smtp_sink import SmtpSink

USERS = {f"desk{number}": PASSWORD for number in range(60)}
_numbers = count()


@pytest.fixture(scope="module")
def server():
    if not available():
        pytest.skip("Dovecot is not installed: run tools/servers")
    with Dovecot(USERS) as started:
        yield started


@pytest.fixture(scope="module")
def relay(server):
    with SmtpSink(users={"desk": "geheim"}, tls="starttls", certificate=server.certificate) as sink:
        yield sink


@pytest.fixture
def user():
    return f"desk{next(_numbers)}"


@pytest.fixture(scope="session")
def postgres_server():
    with postgres.started() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.xdist_group("postgres-daemon"))])
async def daemon(request, tmp_path, server, relay, user):
    """On each kind of database in turn."""
    relay.received.clear()
    relay.heal()
    url = SQLITE
    if request.param == "postgres":
        url = await make_database(request.getfixturevalue("postgres_server"))
    async with running(tmp_path, server, relay, user, url=url) as started:
        yield started
