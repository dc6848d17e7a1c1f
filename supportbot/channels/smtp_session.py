"""One mail, step by step over one SMTP connection -> Sent, Retry, Refused or Unknown (RFC 5321 §4.2.1).

The library's exceptions do not tell before the final dot from after it, so the steps are driven here, one command at a
time: only what happens between the dot and its reply can be Unknown. The trap: TLS that the config asks for is never
left out, whatever the server offers.
"""

import asyncio
import math
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import aiosmtplib
from aiosmtplib import SMTPResponse
from aiosmtplib.protocol import SMTPProtocol

from supportbot.channels import tls
from supportbot.channels.sign_in import Credential, Tokens, refused_token
from supportbot.channels.tokens import Token
from supportbot.config import SmtpSection
from supportbot.connecting import why_not
from supportbot.errors import Denied, Unreachable
from supportbot.failpoints import hit
from supportbot.mail import compose
from supportbot.mail.clean import clean_line
from supportbot.tickets.retry import Outcome, Refused, Retry, Sent, Unknown

_Proof = Callable[[aiosmtplib.SMTP, str, str], Awaitable[None]]
"""Signs a user in to the relay (client, user, where), or raises Unreachable or Denied."""
Step = Literal["MAIL", "RCPT", "DATA", "content"]

CHUNK = 64 << 10
"""Bytes written at a time."""
NOT_THE_MAIL = {530, 534, 535, 538}
"""Replies that ask for other credentials or for TLS (RFC 4954 §6): wherever they come, the mail is not to blame."""
TOO_LARGE = 552
_MALFORMED = "Malformed SMTP response line: "
"""How the library begins the text of a reply that is none."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One mail to one recipient. `return_path` "" is the null path `<>`; both are plain addresses (smtp_address)."""

    recipient: str
    return_path: str
    notify: tuple[str, ...]
    content: bytes


class Connection:
    """A connection to the relay, ready to send. `reusable` is False once its state is in doubt."""

    def __init__(self, client: aiosmtplib.SMTP, settings: SmtpSection) -> None:
        self._client = client
        self._settings = settings
        self.over = math.inf
        """When it is not to be used any more, in seconds of time.monotonic: its token nears its end."""
        self.reusable = True
        self.used = False
        """Whether a mail has gone over it: the server may have closed it since."""
        self.stale = False
        """Whether it ended before the server had taken MAIL: nothing has happened yet."""

    @property
    def open(self) -> bool:
        return self.reusable and self._client.is_connected and time.monotonic() < self.over

    @property
    def peer(self) -> str:
        """The IP address of the relay."""
        return str(self._client.get_transport_info("peername")[0])

    async def send(self, mail: Envelope) -> Outcome:
        """Send one mail. Raises Denied when the relay refuses us rather than the mail (credentials, sender)."""
        try:
            return await self._send(mail)
        except BaseException:
            self.reusable = False
            raise
        finally:
            self.used = True

    async def _send(self, mail: Envelope) -> Outcome:
        offers = self._client.supports_extension
        utf8 = not (mail.recipient + mail.return_path).isascii()
        if utf8 and not offers("SMTPUTF8"):
            return Refused(f"the relay does not take the non-ASCII address {mail.recipient!r} (no SMTPUTF8).")
        try:
            content = _with_crlf(mail.content if offers("8BITMIME") else compose.downgrade(mail.content))
        except ValueError as error:
            return Refused(f"the relay does not take 8 bits (no 8BITMIME), and {error}.")
        options = [
            *([f"SIZE={len(content)}"] if offers("SIZE") else []),
            *(["BODY=8BITMIME"] if offers("8BITMIME") and compose.needs_8bit(content) else []),
            *(["SMTPUTF8"] if utf8 else []),
        ]
        notify = ["NOTIFY=" + ",".join(mail.notify)] if mail.notify and offers("DSN") else []
        dialogue: tuple[tuple[Step, str, int], ...] = (
            ("MAIL", " ".join([f"MAIL FROM:<{mail.return_path}>", *options]), 250),
            ("RCPT", " ".join([f"RCPT TO:<{mail.recipient}>", *notify]), 250),
            ("DATA", "DATA", 354),
        )
        for step, command, expected in dialogue:
            if (failed := await self._ask(step, command, expected)) is not None:
                return failed
            hit(f"smtp-{step.lower()}")
        # A dot that begins a line is doubled (RFC 5321 §4.5.2); SIZE does not count those (RFC 1870 §5).
        stuffed = content.replace(b"\r\n.", b"\r\n..")
        return await self._transmit(b"." + stuffed if stuffed.startswith(b".") else stuffed)

    async def _ask(self, step: Step, command: str, expected: int) -> Outcome | None:
        """One command before the content: None when it was accepted."""
        limit = self._settings.timeout_seconds
        try:
            hit("smtp")
            async with asyncio.timeout(limit + 1):
                reply = await self._client.execute_command(command.encode(), timeout=limit)
        except (aiosmtplib.SMTPException, OSError) as error:
            self.reusable = False
            self.stale = step == "MAIL" and not isinstance(error, TimeoutError)
            return Retry(f"{step}: {_trouble(error)}", relay_away=step == "MAIL")
        if reply.code == expected or (step == "RCPT" and reply.code == 251):
            return None
        self.stale = step == "MAIL" and reply.code == 421
        await self._reset()
        return Retry(_words(step, reply), relay_away=True) if self.stale else classify(step, reply)

    async def _reset(self) -> None:
        """Clear the envelope so that the next mail can use the connection."""
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                await self._client.rset()
        except (aiosmtplib.SMTPException, OSError):
            self.reusable = False

    async def _transmit(self, content: bytes) -> Outcome:
        protocol = self._client.protocol
        if protocol is None:
            self.reusable = False
            return Retry("DATA: the connection was lost.")
        # Listening from the start, as a relay may refuse, or say why it closes, while we still write.
        reading = asyncio.create_task(protocol.read_response(timeout=None))
        reading.add_done_callback(lambda task: task.cancelled() or task.exception())  # else asyncio logs it as unseen
        try:
            await asyncio.sleep(0)
            for start in range(0, len(content), CHUNK):
                protocol.write(content[start : start + CHUNK])
                await self._drained(protocol, reading)
                if reading.done():
                    self.reusable = False
                    return classify("DATA", await reading)
            hit("smtp-content")
            protocol.write(b".\r\n")
            return await self._final(reading)
        except (aiosmtplib.SMTPException, OSError) as error:
            self.reusable = False
            return Retry(f"DATA: {_trouble(error)}")
        finally:
            reading.cancel()

    async def _drained(self, protocol: SMTPProtocol, reading: asyncio.Task[SMTPResponse]) -> None:
        """Until there is room for more, or a reply has come. Raises TimeoutError when the relay takes nothing."""
        drained = asyncio.create_task(protocol._drain_helper())
        try:
            waited = {drained, reading}
            limit = self._settings.timeout_seconds
            done, _ = await asyncio.wait(waited, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                raise TimeoutError
            if drained.done():
                await drained
        finally:
            drained.cancel()

    async def _final(self, reading: asyncio.Task[SMTPResponse]) -> Outcome:
        """The reply to the final dot, for which a relay may take ten minutes (RFC 5321 §4.5.3.2.6)."""
        try:
            hit("smtp-dot")
            async with asyncio.timeout(self._settings.final_reply_seconds):
                reply = await reading
        except (aiosmtplib.SMTPException, OSError) as error:
            self.reusable = False
            return Unknown(f"after the final dot: {_trouble(error)}")
        return classify("content", reply)

    async def quit(self) -> None:
        """Say goodbye; what the relay answers changes nothing."""
        try:
            async with asyncio.timeout(1):
                await self._client.quit()
        except (aiosmtplib.SMTPException, OSError):
            pass
        finally:
            self.drop()

    def drop(self) -> None:
        self.reusable = False
        transport = self._client.transport
        self._client.close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


def _words(step: Step, reply: SMTPResponse) -> str:
    return f"{step} was answered {reply.code} {reply.message}"


def classify(step: Step, reply: SMTPResponse) -> Outcome:
    """What a reply to a step means, where it is not the go-ahead. Raises Denied where it refuses us, not the mail."""
    words = _words(step, reply)
    if reply.code in NOT_THE_MAIL or (step == "MAIL" and 500 <= reply.code <= 599 and reply.code != TOO_LARGE):
        raise Denied(words)
    if 400 <= reply.code <= 499:
        return Retry(words)
    if 500 <= reply.code <= 599:
        return Refused(words)
    if step == "content":
        return Sent(f"{reply.code} {reply.message}") if 200 <= reply.code <= 299 else Unknown(words)
    return Retry(words)


async def connect(settings: SmtpSection, credential: Credential | None, hostname: str) -> Connection:
    """Connect, secure, sign in. Raises Unreachable or Denied; leaves nothing open then, and tells no secret."""
    if isinstance(credential, Tokens):
        by_token = partial(_signed_in_with_token, tokens=credential, token=await credential.current())
        connection = await _connected(settings, by_token, hostname)
        connection.over = credential.due
        return connection
    return await _connected(settings, partial(_signed_in, password=credential) if credential else None, hostname)


async def _connected(settings: SmtpSection, proof: "_Proof | None", hostname: str) -> Connection:
    where, limit = f"{settings.host}:{settings.port}", settings.timeout_seconds
    client = aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port,
        local_hostname=hostname,
        timeout=limit,
        use_tls=settings.tls == "tls",
        start_tls=False,
        tls_context=None if settings.tls == "none" else tls.context(settings.ca_file),
    )
    connection = Connection(client, settings)
    try:
        async with asyncio.timeout(4 * limit):
            await _opened(client, settings, where)
            if settings.user is not None and proof is not None:
                await proof(client, settings.user, where)
    except ssl.SSLError as error:
        connection.drop()
        raise tls.refused(where, error) from None
    except aiosmtplib.SMTPConnectError as error:
        connection.drop()
        if isinstance(error.__cause__, ssl.SSLError):
            raise tls.refused(where, error.__cause__) from None
        raise Unreachable(f"{where}: {_no_smtp(error) or _trouble(error)}") from None
    except (aiosmtplib.SMTPException, OSError) as error:
        connection.drop()
        raise Unreachable(f"{where}: {_no_smtp(error) or _trouble(error)}") from None
    except BaseException:
        connection.drop()
        raise
    return connection


async def _opened(client: aiosmtplib.SMTP, settings: SmtpSection, where: str) -> None:
    await client.connect()
    await client.ehlo()
    if settings.tls == "starttls":
        if not client.supports_extension("STARTTLS"):
            raise Denied(f"{where}: the relay offers no STARTTLS; nothing is sent unencrypted.", "Check port and tls.")
        await client.starttls()
        await client.ehlo()


async def _signed_in(client: aiosmtplib.SMTP, user: str, where: str, password: str) -> None:
    methods = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
    offered = [method for name, method in methods.items() if name in client.server_auth_methods]
    if not offered:
        raise Denied(f"{where}: the relay offers no AUTH that we know, but user is set.", "Check port and tls.")
    try:
        # One method alone: a wrong password must not count twice with a relay that locks out.
        await offered[0](user, password)
    except aiosmtplib.SMTPAuthenticationError as error:
        # The relay's own text is left out: it could repeat what we sent.
        if 400 <= error.code <= 499:
            raise _not_now(where, user, error.code) from None
        what = f"{where}: signing in as {user!r} was refused ({error.code})."
        raise Denied(what, "Check user and password.") from None


def _not_now(where: str, user: str, code: int) -> Unreachable:
    return Unreachable(f"{where}: signing in as {user!r} is not possible now ({code}).", "Try again later.")


async def _signed_in_with_token(client: aiosmtplib.SMTP, user: str, where: str, tokens: Tokens, token: Token) -> None:
    """AUTH XOAUTH2. A token that was kept, and is refused, is replaced once: it may have been withdrawn."""
    if "xoauth2" not in client.server_auth_methods:
        raise Denied(f"{where}: the relay takes no token (no AUTH XOAUTH2).", "Check host, port and tls.")
    offered: Token | None = token
    while offered:
        try:
            await client.auth_xoauth2(user, offered.text)
            return
        except aiosmtplib.SMTPAuthenticationError as error:
            if 400 <= error.code <= 499:
                raise _not_now(where, user, error.code) from None
        offered = await tokens.instead_of(offered)
    raise refused_token(where, user, tokens)


def _no_smtp(error: Exception) -> str:
    """Words for a server that speaks something else; "" where it is another fault."""
    if not isinstance(error, aiosmtplib.SMTPResponseException) or not error.message.startswith(_MALFORMED):
        return ""
    return f'this is no SMTP server: it answered "{clean_line(error.message.removeprefix(_MALFORMED), 60)}".'


def _trouble(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time."
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"answered {error.code} {error.message}"
    if words := why_not(error):
        return f"{words}."
    return str(error) or type(error).__name__


def _with_crlf(content: bytes) -> bytes:
    """CRLF alone ends a line, the last one too (RFC 5321 §2.3.8)."""
    content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    return content if content.endswith(b"\r\n") else content + b"\r\n"
