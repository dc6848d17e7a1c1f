"""The line to the IMAP server breaks at every command, before, within and after the answer, and nothing is lost."""

import pytest
from servers.imap_proxy import ImapProxy

from torture import mails, oracle
from torture.world import one_world

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("torture-lines")]

AT_SIGN_IN = ("CAPABILITY", "AUTHENTICATE", "SELECT")
AT_WORK = ("SEARCH", "FETCH", "MOVE", "IDLE")
SUDDEN = ("lost before", "lost after", "half", "bye", "silence")
REFUSED = ("no", "bad")
REFUSABLE = ("SEARCH", "FETCH", "IDLE")
"""After a refused sign-in the daemon waits a minute, so that no account is locked; after a refused MOVE mails stay."""


@pytest.mark.parametrize("command", [*AT_SIGN_IN, *AT_WORK])
def test_the_line_breaks_at_every_command(servers, tmp_path, command):
    faults = (*SUDDEN, *REFUSED) if command in REFUSABLE else SUDDEN
    with (
        ImapProxy(servers.dovecot) as proxy,
        one_world(servers, tmp_path / "desk", "sqlite", imap_port=proxy.port) as world,
    ):
        for count, fault in enumerate(faults, 1):
            proxy.arm(command, fault)
            world.deliver(mails.fault(), mails.urgent(), mails.pretender())
            world.start()
            world.until(lambda count=count: len(proxy.broken) == count, 30, f"{command} {fault}")
            world.rest()
            world.stop()
        report = oracle.judge(world)
    assert not report.findings, world.log()
    assert proxy.broken == [f"{command} {fault}" for fault in faults]
