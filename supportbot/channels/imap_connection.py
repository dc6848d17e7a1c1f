"""Host, user, credential -> one signed-in IMAP connection that runs one command at a time, each within a time.

Trouble comes out as Unreachable (try later) or Denied (a person must look), in words that hold no secret: the text of
an error of aioimaplib is never used, as it can repeat the command. The trap: after any trouble the connection is dead.
"""

import asyncio
import base64
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from aioimaplib import aioimaplib  # type: ignore[import-untyped]

from supportbot.channels import tls
from supportbot.channels.imap_protocol import Protocol
from supportbot.channels.imap_text import Reply, quoted
from supportbot.channels.sign_in import Tokens, bearer_response, refused_token
from supportbot.channels.tokens import Token
from supportbot.config import MailboxSection
from supportbot.connecting import why_not
from supportbot.errors import Denied, Unreachable
from supportbot.failpoints import hit

BYTES_PER_SECOND = 50_000
"""The slowest line that a fetch is given time for."""
PATIENCE = 4
"""Timeouts that a command may take in all, while the server goes on saying something ("* OK Hang in there")."""
KEEPALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}
"""Seconds, seconds, probes: where the kernel can, it notices a dead peer within 2 minutes while nothing is sent."""

_LATER = re.compile(r"^\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CORRUPTION)\]", re.I)
"""Response codes (RFC 5530) of a NO that says nothing against the password."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How the server completed a command."""

    result: str
    """OK, NO or BAD."""
    text: str
    replies: list[Reply] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.result == "OK"

    @property
    def words(self) -> str:
        return f"{self.result} {self.text}"

    def data(self, kind: bytes) -> list[bytes]:
        """What follows the word `kind` in each untagged response of that kind."""
        heads = [bytes(reply[0]).partition(b" ") for reply in self.replies]
        return [rest for word, _, rest in heads if word.upper() == kind]

    @property
    def codes(self) -> bytes:
        """Everything that can hold a response code: untagged status responses, and the completion."""
        return b" ".join([*self.data(b"OK"), *self.data(b"NO"), self.text.encode()])


class Connection:
    """A connection to the mailbox of `settings`; `where` names it in messages."""

    def __init__(self, settings: MailboxSection, protocol: Protocol) -> None:
        self.where = f"{settings.host}:{settings.port}"
        self.seconds = settings.timeout_seconds
        self.protocol = protocol
        self.capabilities: frozenset[str] = frozenset()

    async def run(
        self,
        name: str,
        *args: str,
        uid: bool = False,
        answers: Sequence[bytes] = (),
        volume: int = 0,
        endless: bool = False,
    ) -> Answer:
        """Send one command and wait for its completion. Raises Unreachable.

        Silence for the timeout ends it, and so does PATIENCE plus the time that `volume` bytes take. `endless` is for
        IDLE alone, whose time the caller holds. `answers` are sent at the server's "+", in turn.
        """
        if self.protocol.failure:
            raise self.lost()
        command = aioimaplib.Command(
            name,
            self.protocol.new_tag(),
            *args,
            prefix="UID" if uid else None,
            loop=self.protocol.loop,
            timeout=None if endless else self.seconds,
        )
        self.protocol.answers.extend(answers)
        try:
            hit("imap")
            async with asyncio.timeout(None if endless else PATIENCE * self.seconds + volume / BYTES_PER_SECOND):
                result, lines = await self.protocol.execute(command)
        except (TimeoutError, aioimaplib.CommandTimeout):
            self.protocol.fail(f"no answer to {name} in time")
            raise self.lost() from None
        except aioimaplib.AioImapException:
            self.protocol.fail(f"{name} is not possible in this state")
            raise self.lost() from None
        finally:
            self.protocol.answers.clear()
        return Answer(result, lines[-1].decode("utf-8", "replace"), lines[:-1])

    def lost(self) -> Unreachable:
        return Unreachable(f"{self.where}: {self.protocol.failure}.")

    async def read_capabilities(self) -> None:
        answer = await self.run("CAPABILITY")
        words = b" ".join(answer.data(b"CAPABILITY")).upper().split()
        self.capabilities = frozenset(word.decode("ascii", "replace") for word in words)

    def close(self) -> None:
        """Say LOGOUT without waiting, and let go of the connection at once."""
        if not self.protocol.failure:
            self.protocol.send(f"{self.protocol.new_tag()} LOGOUT")
        self.protocol.fail("closed by us")


SignIn = Callable[[Connection], Awaitable[Answer]]
"""Runs the commands that prove who we are; its answer says whether the server believes it."""


async def open_connection(settings: MailboxSection, sign_in: SignIn) -> Connection:
    """Connect, check the certificate, sign in. Raises Unreachable or Denied; leaves nothing open then."""
    connection = Connection(settings, await _connect(settings))
    try:
        await connection.read_capabilities()
        if connection.protocol.state == aioimaplib.NONAUTH:
            await _signed_in(connection, settings, sign_in)
        return connection
    except BaseException:
        connection.close()
        raise


async def _connect(settings: MailboxSection) -> Protocol:
    where, loop = f"{settings.host}:{settings.port}", asyncio.get_running_loop()
    context = tls.context(settings.ca_file) if settings.tls == "tls" else None
    protocol = Protocol(loop)
    try:
        async with asyncio.timeout(settings.timeout_seconds):
            await loop.create_connection(lambda: protocol, settings.host, settings.port, ssl=context)
            await protocol.greeting
    except ssl.SSLError as error:
        raise tls.refused(where, error) from None
    except TimeoutError:
        protocol.fail("no greeting in time")
        raise Unreachable(f"{where}: {protocol.failure}.", "Check host, port and tls.") from None
    except OSError as error:
        raise Unreachable(f"{where}: {protocol.failure or why_not(error) or error}.") from None
    except BaseException:
        protocol.fail("closed by us")
        raise
    peer = protocol.transport.get_extra_info("socket")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in KEEPALIVE.items():
        if hasattr(socket, option):
            peer.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    return protocol


async def _signed_in(connection: Connection, settings: MailboxSection, sign_in: SignIn) -> None:
    answer = await sign_in(connection)
    if not answer.ok:
        refusal = f"{connection.where}: signing in as {settings.user!r} was refused"
        if later := _later(answer):
            raise Unreachable(f"{refusal} for now ({later[1]}).", "Try again later.")
        # The server's own text is left out: it could repeat what we sent.
        raise Denied(f"{refusal}.", "Check user and password.")
    connection.protocol.state = aioimaplib.AUTH
    await connection.read_capabilities()


def _later(answer: Answer) -> re.Match[str] | None:
    return _LATER.match(answer.text) if answer.result == "NO" else None


def with_token(user: str, tokens: Tokens, token: Token) -> SignIn:
    """AUTHENTICATE XOAUTH2. A token that was kept, and is refused, is replaced once: it may have been withdrawn."""

    async def sign_in(connection: Connection) -> Answer:
        if "AUTH=XOAUTH2" not in connection.capabilities:
            what = f"{connection.where}: the server takes no token (no AUTH=XOAUTH2)."
            raise Denied(what, "Check host, or use a password.")
        offered: Token | None = token
        while offered:
            answer = await _authenticate(connection, user, offered)
            if answer.ok or _later(answer):
                return answer
            offered = await tokens.instead_of(offered)
        raise refused_token(connection.where, user, tokens)

    return sign_in


async def _authenticate(connection: Connection, user: str, token: Token) -> Answer:
    """With the response at once (RFC 4959) where that is offered.

    A refusal comes as a "+" with its reason, and its NO only after an empty line: `answers` holds that line.
    """
    response = bearer_response(user, token.text)
    if "SASL-IR" in connection.capabilities:
        return await connection.run("AUTHENTICATE", "XOAUTH2", response.decode(), answers=[b"\r\n"])
    return await connection.run("AUTHENTICATE", "XOAUTH2", answers=[response + b"\r\n", b"\r\n"])


def with_password(user: str, password: str) -> SignIn:
    """AUTHENTICATE PLAIN (RFC 4616) where offered, else LOGIN; both carry any user and password."""

    async def sign_in(connection: Connection) -> Answer:
        if "AUTH=PLAIN" in connection.capabilities:
            response = base64.b64encode(f"\0{user}\0{password}".encode())
            return await connection.run("AUTHENTICATE", "PLAIN", answers=[response + b"\r\n"])
        if "LOGINDISABLED" in connection.capabilities:
            what = f"{connection.where}: the server takes no password on this connection."
            raise Denied(what, "Set tls, or the port.")
        try:
            return await connection.run("LOGIN", quoted(user), quoted(password))
        except ValueError:
            return await _login_with_literals(connection, user.encode(), password.encode())

    return sign_in


async def _login_with_literals(connection: Connection, user: bytes, password: bytes) -> Answer:
    rest = user + b" {%d}\r\n" % len(password)
    return await connection.run("LOGIN", f"{{{len(user)}}}", answers=[rest, password + b"\r\n"])
