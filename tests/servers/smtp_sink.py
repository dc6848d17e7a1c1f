"""A real SMTP server (aiosmtpd, in a thread of its own) -> a list of what it was given; with faults when asked for.

    with SmtpSink(users={"desk": "secret"}, certificate=certificates.make(tmp_path)) as sink:
        sink.fail("RCPT", "450 4.2.1 later")              # once, at the next RCPT
        ... send to sink.host, sink.port ...
        assert [mail.recipients for mail in sink.accepted] == [["anna@kund.example"]]

A step is CONNECT, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, content (the final dot), RSET or QUIT. A fault is a reply
line, DROP (the connection is reset), SILENCE, or at "content" SLOW (kept, and answered after six seconds). The trap: at
"content" the sink has the mail when the fault comes; DROP, SILENCE and garbage leave a copy with `answer` "withheld",
a 4xx or 5xx one that does not count.
"""

import asyncio
import base64
import logging
import re
import ssl
import threading
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session, auth_mechanism

from servers.certificates import Certificate

DROP = "drop"
SILENCE = "silence"
SLOW = "slow"
KEPT = "250 2.0.0 kept"

Answer = Literal["accepted", "withheld", "refused"]


@dataclass(frozen=True, slots=True)
class Received:
    """One mail up to its final dot, as it stood on the wire (dots undone), and how it was answered."""

    return_path: str
    recipients: list[str]
    options: list[str]
    """Parameters of MAIL and RCPT, upper case."""
    content: bytes
    answer: Answer
    reply: str
    """What the final dot was answered, or the fault in place of it."""
    user: str
    encrypted: bool
    connection: int
    """Number of the connection that it came over, from 1."""
    at: float = field(default_factory=time.monotonic)
    """When its final dot came."""


@dataclass(slots=True)
class SmtpSink:
    """`tls` needs a certificate; `users` are required to sign in. `without` are extensions that are not offered."""

    users: Mapping[str, str] = field(default_factory=dict)
    tls: Literal["starttls", "tls", "none"] = "none"
    certificate: Certificate | None = None
    knows: Callable[[str], str | None] | None = None
    """Who a token is of (XOAUTH2): then tokens are taken, and no passwords."""
    without: frozenset[str] = frozenset()
    """Of 8BITMIME, SMTPUTF8, SIZE, STARTTLS, DSN."""
    max_size: int = 64 << 20
    port: int = 0
    """0: a free one; it stays the same after `end()` and `start()`."""
    host: str = "127.0.0.1"
    received: list[Received] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    """Verbs in the order in which they came, over all connections."""
    connections: int = 0
    spoil: Callable[[str], str | None] | None = None
    """Asked at each step, while no fault waits there: the fault that it meets with, or None."""
    _faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None

    def __enter__(self) -> "SmtpSink":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def accepted(self) -> list[Received]:
        return [mail for mail in self.received if mail.answer == "accepted"]

    @property
    def copies(self) -> int:
        """Mails that a real relay would deliver: accepted, or kept although the answer did not arrive."""
        return sum(mail.answer != "refused" for mail in self.received)

    def fail(self, step: str, fault: str, times: int = 1) -> None:
        """Let the next `times` arrivals at `step` meet with the fault; several faults queue."""
        self._faults[step].extend([fault] * times)

    def heal(self) -> None:
        self._faults.clear()
        self.spoil = None

    def take_fault(self, step: str) -> str | None:
        queue = self._faults.get(step)
        if queue:
            return queue.pop(0)
        spoil = self.spoil  # another thread may heal meanwhile
        return spoil(step) if spoil else None

    def start(self) -> None:
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd's: connections that we break on purpose
        started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(self._loop, started), daemon=True)
        self._thread.start()
        if not started.wait(10):
            raise RuntimeError("the SMTP sink does not start")

    def end(self) -> None:
        assert self._loop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self, loop: asyncio.AbstractEventLoop, started: threading.Event) -> None:
        asyncio.set_event_loop(loop)
        context = self._context()
        implicit = context if self.tls == "tls" else None
        server = loop.run_until_complete(
            loop.create_server(lambda: _Dialogue(self, context, loop), self.host, self.port, ssl=implicit)
        )
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.close()

    def _context(self) -> ssl.SSLContext | None:
        if self.tls == "none":
            return None
        assert self.certificate is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate.cert_file, self.certificate.key_file)
        return context


class _Dialogue(SMTP):
    """One connection. aiosmtpd's commands, each of which may meet with a fault first."""

    def __init__(self, sink: SmtpSink, context: ssl.SSLContext | None, loop: asyncio.AbstractEventLoop) -> None:
        starttls = sink.tls == "starttls" and "STARTTLS" not in sink.without
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # AUTH without STARTTLS: on this machine only
            super().__init__(
                _Hooks(sink, self),
                data_size_limit=sink.max_size,
                enable_SMTPUTF8="SMTPUTF8" not in sink.without,
                tls_context=context if starttls else None,
                auth_required=bool(sink.users or sink.knows),
                auth_exclude_mechanism=["PLAIN", "LOGIN"] if sink.knows else ["XOAUTH2"],
                auth_require_tls=starttls,
                authenticator=self._sign_in,
                hostname="sink.example",
                loop=loop,
            )
        self.sink = sink
        self.number = 0

    async def _handle_client(self) -> None:
        if not self.number:  # it comes here again after STARTTLS
            self.sink.connections += 1
            self.number = self.sink.connections
            if await self.faulty("CONNECT"):
                return
        await super()._handle_client()

    def _sign_in(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        known = isinstance(data, LoginPassword) and self.sink.users.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=known, handled=False, auth_data=data)

    @auth_mechanism("XOAUTH2")
    async def auth_XOAUTH2(self, _server: SMTP, args: list[str]) -> AuthResult:
        """A refusal is a challenge first, and a reply only after an empty line."""
        response = re.fullmatch("user=(.*)\1auth=Bearer (.*)\1\1", base64.b64decode(args[1]).decode())
        assert response
        assert self.sink.knows
        if self.sink.knows(response[2]) == response[1]:
            return AuthResult(success=True, auth_data=LoginPassword(response[1].encode(), b""))
        await self.push("334 " + base64.b64encode(b'{"status":"401","schemes":"bearer"}').decode())
        assert await self._reader.readline() == b"\r\n"
        return AuthResult(success=False, handled=False)

    async def faulty(self, step: str) -> bool:
        """Commit the next fault of this step, if there is one."""
        fault = self.sink.take_fault(step)
        if fault == DROP:
            assert self.transport is not None
            self.transport.abort()
        elif fault == SILENCE:
            await asyncio.sleep(3600)
        elif fault is not None:
            await self.push(fault)
        return fault is not None

    async def smtp_RCPT(self, arg: str) -> None:
        self.sink.commands.append("RCPT")
        if await self.faulty("RCPT"):
            return
        notify = re.search(r" (NOTIFY=\S+)", arg) if "DSN" not in self.sink.without else None
        await super().smtp_RCPT(arg.replace(notify[0], "") if notify else arg)
        if notify and self.envelope is not None:
            self.envelope.rcpt_options.append(notify[1].upper())


def _with_fault(verb: str) -> Any:
    original = getattr(SMTP, f"smtp_{verb}")

    async def command(self: _Dialogue, arg: str) -> None:
        self.sink.commands.append(verb)
        if not await self.faulty(verb):
            await original(self, arg)

    command.__doc__ = original.__doc__
    return command


for _verb in ("EHLO", "STARTTLS", "AUTH", "MAIL", "DATA", "RSET", "QUIT"):
    setattr(_Dialogue, f"smtp_{_verb}", _with_fault(_verb))


class _Hooks:
    """aiosmtpd's hooks: what is offered, and what became of a mail."""

    def __init__(self, sink: SmtpSink, dialogue: _Dialogue) -> None:
        self._sink = sink
        self._dialogue = dialogue

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        offered = [line for line in responses if line[4:].split()[0] not in self._sink.without]
        return offered if "DSN" in self._sink.without else [offered[0], "250-DSN", *offered[1:]]

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        fault = self._sink.take_fault("content")
        login = session.auth_data.login.decode() if session.auth_data else ""
        content = envelope.original_content or b""
        self._sink.received.append(
            Received(
                return_path="" if envelope.mail_from in (None, "<>") else str(envelope.mail_from),
                recipients=[str(address) for address in envelope.rcpt_tos],
                options=[*envelope.mail_options, *envelope.rcpt_options],
                content=content,
                answer=_answer(fault),
                reply=fault or KEPT,
                user=login,
                encrypted=session.ssl is not None or self._sink.tls == "tls",
                connection=self._dialogue.number,
            )
        )
        if fault == DROP:
            assert self._dialogue.transport is not None
            self._dialogue.transport.abort()
        elif fault == SILENCE:
            await asyncio.sleep(3600)
        elif fault == SLOW:
            await asyncio.sleep(6)
            return KEPT
        return fault or KEPT


def _answer(fault: str | None) -> Answer:
    if fault in (None, SLOW) or re.match(r"2\d\d\b", fault):
        return "accepted"
    return "refused" if re.match(r"[45]\d\d\b", fault) else "withheld"
