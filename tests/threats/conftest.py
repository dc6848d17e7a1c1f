"""The servers of the daemon's tests and the desk of the commands' tests."""

from commands.conftest import desk as desk
from commands.conftest import prepared as prepared
from commands.conftest import run as run
from daemon.conftest import postgres_server as postgres_server
from daemon.conftest import relay as relay
from daemon.conftest import server as server
from daemon.conftest import user as user
