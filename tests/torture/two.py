"""Two daemons on one PostgreSQL, of which the one that reads is stopped and wakes."""

import os
import signal

from torture import mails
from torture.world import World


def takeover(world: World) -> None:
    """One turn. The world's daemon is the one that lives on at its end."""
    if world.daemon is None or not world.daemon.is_alive():
        world.start()
    first = world.daemon
    assert first is not None and first.pid is not None
    world.deliver(*mails.one_of_each())
    world.rest()
    second = world.spawn("run")
    try:
        world.until(lambda: "standing by" in world.said_since_start(), 20, "another daemon stands by")
        world.deliver(*mails.one_of_each())
        os.kill(first.pid, signal.SIGSTOP)
        world.note("stopped by SIGSTOP")
        world.deliver(*mails.one_of_each())
        world.rest(40)
        os.kill(first.pid, signal.SIGCONT)
        world.deliver(*mails.one_of_each())
        world.rest(40)
    finally:
        os.kill(first.pid, signal.SIGCONT)
        first.terminate()
        first.join(15)
        world.daemon = second
        world.note("died", str(first.exitcode))
