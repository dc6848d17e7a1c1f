"""Places where a test breaks the program: SUPPORTBOT_FP="name[:nth]:what", several with commas.

`what` at the nth pass (1 when left out) of this process: `kill` (SIGKILL to itself), `raise` (a Broken, as if the world
outside had failed), `hang` (this thread stands still for ever). Each says so on stderr first. Off by default: then a
place costs one look at an empty dict. The trap: places are named after what has just happened, and a test kills at each
of NAMES, so a new one is listed here.
"""

import errno
import os
import signal
import threading
import time
from dataclasses import dataclass

from supportbot.errors import Invalid, Problem

VARIABLE = "SUPPORTBOT_FP"
NAMES = {
    "fetched": "mails came from the server, nothing is stored",
    "raw-stored": "inbox rows with raw bytes written, not committed",
    "intake-committed": "inbox rows committed",
    "parsed": "a batch was claimed, read and decided",
    "ticket-stored": "ticket, articles and journal written, their mails not yet",
    "alert-stored": "an alert's outbox row written with its ticket, not committed",
    "settled": "all that follows from a mail written, not committed",
    "ticket-committed": "all that follows from a mail committed, the server's copy not moved",
    "move-sent": "MOVE or COPY sent, not answered",
    "moved": "the server has moved mails to the done folder, which is not noted",
    "aside-moved": "the same for the aside folder",
    "claimed": "`sending` committed, no dialogue begun",
    "smtp-mail": "MAIL was accepted",
    "smtp-rcpt": "RCPT was accepted",
    "smtp-data": "DATA was accepted, no content sent",
    "smtp-content": "the content was sent, the final dot was not",
    "smtp-dot": "the final dot was sent, not answered",
    "accepted-ack": "the relay has an acknowledgement, which is not noted",
    "accepted-forward": "the relay has a mail to a partner, which is not noted",
    "accepted-alert": "the relay has an alert, which is not noted",
    "accepted-digest": "the relay has a digest, which is not noted",
    "alert-repeated": "a timer's alert written, not committed",
    "digest-built": "a digest's outbox rows written, not committed",
    "removing": "old data removed, not committed",
    "recovering": "what a dead daemon left was released, no worker runs",
    "migrating": "a step of the schema's migration done, not committed",
    "lease-taken": "a mailbox's lease taken (PostgreSQL)",
    "ending": "SIGTERM came",
    "action-stored": "a command of staff written, not committed",
    "action-committed": "a command of staff committed, not answered",
    "sql": "before a statement of SQL",
    "commit": "before a COMMIT",
    "imap": "before a command to an IMAP server",
    "smtp": "before a command to the relay",
}
ACTIONS = ("kill", "raise", "hang")


class Broken(OSError):
    """What `raise` raises."""


@dataclass(slots=True)
class _Fault:
    left: int
    """Passes until it happens."""
    action: str


_armed: dict[str, _Fault] = {}
_counting = threading.Lock()


def arm(wanted: str) -> None:
    """Take up the faults of the variable's text. Raises Invalid."""
    parts = [part.strip().split(":") for part in wanted.split(",") if part.strip()]
    problems = [problem for part in parts if (problem := _wrong(part))]
    if problems:
        raise Invalid(problems)
    for name, *nth, action in parts:
        _armed[name] = _Fault(int(nth[0]) if nth else 1, action)


def _wrong(part: list[str]) -> Problem | None:
    right = len(part) in (2, 3) and part[0] in NAMES and part[-1] in ACTIONS and (len(part) == 2 or part[1].isdecimal())
    mend = f"Write name[:nth]:{'|'.join(ACTIONS)}; the names: {', '.join(NAMES)}."
    return None if right else Problem(VARIABLE, f"{':'.join(part)!r} is no fault.", mend)


def hit(name: str) -> None:
    """This place is passed. Does what was asked for, if anything was. Raises Broken."""
    if _armed and name in _armed:
        _pass(name)


def _pass(name: str) -> None:
    with _counting:
        fault = _armed[name]
        fault.left -= 1
        if fault.left:
            return
    os.write(2, f"failpoint {name} {fault.action} {time.time():.6f}\n".encode())
    if fault.action == "raise":
        raise Broken(errno.EIO, f"failpoint {name}")
    if fault.action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    while True:
        time.sleep(3600)
