"""Servers for the worlds of one module."""

import pytest
from servers import dovecot

from torture.world import Servers


@pytest.fixture(scope="module")
def servers():
    if not dovecot.available():
        pytest.skip("Dovecot is not installed: run tools/servers")
    with Servers() as started:
        yield started
