"""Why a connection could not be made -> words for the operator, the same for every outside system. Pure.

The trap: drivers repeat host and port in their texts, and say them in their own way; who tells it names them once.
"""

import errno
import socket
from collections.abc import Iterator

LOOK = "Check host, port and tls of that block, and whether this machine may go there."
"""The mend where no better one is known."""
_WORDS = {
    errno.ECONNREFUSED: "nothing listens there",
    errno.ECONNRESET: "the connection was broken off",
    errno.EPIPE: "the connection was broken off",
    errno.ECONNABORTED: "the connection was broken off",
    errno.ENETUNREACH: "no way leads to that network",
    errno.EHOSTUNREACH: "no way leads to that host",
    errno.ETIMEDOUT: "no answer in time",
}


def why_not(error: BaseException) -> str:
    """What a failed connection means, without a full stop; "" where it is not one of those known here."""
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror):
            return "there is no host of that name" if cause.errno != socket.EAI_AGAIN else "its name is not found now"
        if isinstance(cause, TimeoutError):
            return "no answer in time"
        if isinstance(cause, OSError) and cause.errno in _WORDS:
            return _WORDS[cause.errno]
        if isinstance(cause, OSError) and "Multiple exceptions" in str(cause):  # asyncio: one text for all addresses
            return next((words for number, words in _WORDS.items() if f"[Errno {number}]" in str(cause)), "")
    return ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
