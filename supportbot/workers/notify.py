"""What the daemon is about -> datagrams to systemd's socket: ready, reloading, stopping, alive (sd_notify(3)).

Without NOTIFY_SOCKET nothing is told. The trap: a sign of life that comes from a timer alone would hide a daemon that
hangs; so it is given from the event loop, and only while every worker lives.
"""

import asyncio
import os
import socket
import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass

import structlog

log = structlog.get_logger("notify")


@dataclass(frozen=True, slots=True)
class Notify:
    address: str | None = None
    """A path, or "@" and an abstract name; None: nobody is told."""
    watchdog_seconds: float | None = None
    """After how long without a sign of life systemd ends the daemon; None: it does not look."""

    @classmethod
    def taken_from(cls, environment: MutableMapping[str, str]) -> "Notify":
        """Takes NOTIFY_SOCKET and WATCHDOG_… out of the environment, so that no child speaks for the daemon."""
        address = environment.pop("NOTIFY_SOCKET", None)
        micros, owner = environment.pop("WATCHDOG_USEC", ""), environment.pop("WATCHDOG_PID", "")
        ours = owner in ("", str(os.getpid())) and micros.isdecimal() and int(micros) > 0
        if address is not None and address[:1] not in ("/", "@"):
            log.warning("NOTIFY_SOCKET is neither a path nor an abstract name", address=address)
            address = None
        return cls(address, int(micros) / 1e6 if address and ours else None)

    def ready(self) -> None:
        """Started, or done with reading anew."""
        self.tell("READY=1", "STATUS=Working")

    def reloading(self) -> None:
        self.tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}", "STATUS=Reading the config again")

    def stopping(self) -> None:
        self.tell("STOPPING=1", "STATUS=Stopping")

    async def beat(self, alive: Callable[[], dict[str, bool]]) -> None:
        """A sign of life at half of the watchdog's time, while all workers (name -> alive) live. Until cancelled."""
        assert self.watchdog_seconds
        while True:
            dead = [name for name, lives in alive().items() if not lives]
            if dead:
                log.error("no sign of life is given", ended=dead)
            else:
                self.tell("WATCHDOG=1")
            await asyncio.sleep(self.watchdog_seconds / 2)

    def tell(self, *lines: str) -> None:
        """One datagram. It never waits, and a socket that is gone or full is no trouble of the daemon's."""
        if self.address is None:
            return
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as to:
                to.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            log.warning("systemd could not be told", told=lines[0], because=str(error))
