"""An oauth2 section of the config -> access tokens from its endpoint, kept and renewed before they end (RFC 6749).

Trouble is sorted as everywhere: Unreachable (the endpoint does not answer as it should) or Denied (it refuses us, and a
person must look). The trap: request and answer are full of secrets, and so may an endpoint's own words be; only its
error code is told, and Microsoft's number of it. A refresh token that the endpoint replaces is stored at once.
"""

import asyncio
import json
import os
import re
import ssl
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog

from supportbot.channels import tls
from supportbot.config_values import OAuth2
from supportbot.errors import Denied, Invalid, Problem, Unreachable

log = structlog.get_logger("tokens")

SECONDS = 20.0
"""For one request to the endpoint, from the look-up of its name to the last byte."""
ANSWER_BYTES = 64 << 10
MARGIN = 300.0
"""Seconds before its end at which a token is renewed; a fifth of its life where that is less."""
PRESUMED_LIFE = 3600.0
"""Seconds, where the endpoint tells no `expires_in` (RFC 6749 §5.1 lets it)."""
SHORTEST_LIFE, LONGEST_LIFE = 5.0, 86400.0
AGAIN = 30.0
"""A renewal that failed is tried again after this, as long as the old token lasts."""
PAUSE = 5.0
"""After the endpoint has failed, its answer holds for all who ask this long."""

_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
_CODE = re.compile(r"[a-z_]{1,40}")
_MICROSOFT = re.compile(r"\bAADSTS\d{4,8}\b")
_LATER = {408, 425, 429}
_LATER_CODES = {"temporarily_unavailable", "server_error", "slow_down"}
_MENDS = {
    "invalid_client": "Check client_id and client_secret: it may have ended, or is its ID, not its value.",
    "invalid_grant": "The refresh token has ended or was withdrawn: sign in anew and store the new one.",
    "unauthorized_client": "Check client_id, and that the app is registered where token_url says (tenant, consent).",
    "invalid_scope": "Check scope.",
    "unsupported_grant_type": "Check grant and token_url.",
}
_REACH = "Check token_url, and whether this machine may go there."
_MEND = "Check token_url, client_id and scope."


@dataclass(frozen=True, slots=True)
class Token:
    """An access token. `due` and `ends`: when to renew it, and when it is over, in seconds of time.monotonic."""

    text: str = field(repr=False)
    due: float
    ends: float
    fresh: bool = True
    """Straight from the endpoint; False: it was kept, and the server may know something newer of it."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no token. `later`: it may be over by itself."""

    problem: Problem
    later: bool

    @property
    def error(self) -> Unreachable | Denied:
        what = f"{self.problem.where}: {self.problem.what}"
        return (Unreachable if self.later else Denied)(what, self.problem.mend)


class Tokens:
    """The tokens of one section, named `where` in messages. Use it from one event loop."""

    def __init__(self, settings: OAuth2, where: str) -> None:
        self.where = where
        self.endpoint = urlsplit(settings.token_url).hostname or ""
        self._settings = settings
        self._held: Token | None = None
        self._trouble: tuple[float, Trouble] | None = None
        self._unkept = ""
        """A new refresh token that could not be written."""
        self._one_at_a_time = asyncio.Lock()

    async def current(self) -> Token:
        """The token at hand, renewed when it is due. Raises Unreachable or Denied."""
        async with self._one_at_a_time:
            now, held = time.monotonic(), self._held
            if held and now < held.due:
                return held
            got = await self._fetched()
            if isinstance(got, Token):
                return got
            if not (got.later and held and now < held.ends):
                raise got.error
            log.warning("token not renewed", where=self.where, because=str(got.problem))
            self._held = replace(held, due=min(now + AGAIN, held.ends))
            return self._held

    @property
    def due(self) -> float:
        """When the token at hand is to be renewed, in seconds of time.monotonic."""
        return self._held.due if self._held else time.monotonic()

    async def instead_of(self, refused: Token) -> Token | None:
        """A token for one that a server has refused; None when that one was fresh. Raises Unreachable or Denied."""
        async with self._one_at_a_time:
            if self._held and self._held.text != refused.text:
                return self._held
            self._held = None
            if refused.fresh:
                return None
            got = await self._fetched()
            if isinstance(got, Trouble):
                raise got.error
            return got

    async def check(self) -> list[Problem]:
        """For `supportbot check`: why there would be no token, or a new refresh token could not be kept."""
        async with self._one_at_a_time:
            got = await self._fetched()
        if isinstance(got, Trouble):
            return [got.problem]
        kept = self._settings.refresh_token and self._settings.refresh_token.file
        if kept and not os.access(kept.parent, os.W_OK):
            mend = "Give the daemon's user the right to write there."
            return [Problem(f"{self.where}.refresh_token", f"a new one could not be kept in {kept.parent}.", mend)]
        return []

    async def _fetched(self) -> Token | Trouble:
        if self._trouble and time.monotonic() < self._trouble[0]:
            return self._trouble[1]
        asked = time.monotonic()
        try:
            status, body = await self._answer(self._form())
            got = self._judged(status, body, asked)
        except Invalid as error:
            got = Trouble(error.problems[0], later=False)
        except (TimeoutError, OSError, aiohttp.ClientError, Denied) as error:
            got = self._unanswered(error)
        if isinstance(got, Token):
            self._held = replace(got, fresh=False)
        self._trouble = (time.monotonic() + PAUSE, got) if isinstance(got, Trouble) else None
        return got

    def _form(self) -> dict[str, str]:
        """The request's parameters (RFC 6749 §4.4.2, §6); the client's secret among them (§2.3.1)."""
        settings = self._settings
        form = {"grant_type": settings.grant, "client_id": settings.client_id}
        if settings.client_secret:
            form["client_secret"] = settings.client_secret.read(f"{self.where}.client_secret")
        if settings.scope:
            form["scope"] = settings.scope
        if settings.refresh_token:
            form["refresh_token"] = self._unkept or settings.refresh_token.read(f"{self.where}.refresh_token")
        return form

    async def _answer(self, form: dict[str, str]) -> tuple[int, bytes]:
        """Status and body; a body without end is cut. Redirects are not followed: they would take the secret along."""
        secure = self._settings.token_url.startswith("https:")
        async with (
            asyncio.timeout(SECONDS),
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.post(
                self._settings.token_url,
                data=form,
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                ssl=tls.context(self._settings.ca_file) if secure else True,
                allow_redirects=False,
            ) as response,
        ):
            body = bytearray()
            async for piece in response.content.iter_chunked(4096):
                body += piece
                if len(body) > ANSWER_BYTES:
                    break
            return response.status, bytes(body)

    def _unanswered(self, error: Exception) -> Trouble:
        if isinstance(error, Denied):
            return self._trouble_with(f"cannot be asked: {error.what}", error.mend, later=False)
        if isinstance(error, ssl.SSLError):  # aiohttp's, which hides the one that it comes from
            cause = error.__cause__ if isinstance(error.__cause__, ssl.SSLError) else error
            what, mend = tls.in_words(cause)
            return self._trouble_with(f"is not trusted: {what}", mend, later=False)
        why = "in time" if isinstance(error, TimeoutError) else f"({type(error).__name__})"
        return self._trouble_with(f"does not answer {why}.", _REACH, later=True)

    def _trouble_with(self, what: str, mend: str, later: bool) -> Trouble:
        return Trouble(Problem(self.where, f"the token endpoint {self.endpoint} {what}", mend), later)

    def _judged(self, status: int, body: bytes, asked: float) -> Token | Trouble:
        """What an answer of the endpoint means (RFC 6749 §5.1, §5.2)."""
        try:
            values = json.loads(body)
        except (ValueError, RecursionError):
            values = None
        values = values if isinstance(values, dict) else {}
        if status != 200:
            return self._refusal(status, values)
        text = values.get("access_token")
        bearer = str(values.get("token_type", "")).lower() == "bearer"
        if not isinstance(text, str) or not _TOKEN.fullmatch(text) or not bearer:
            return self._trouble_with("answers, but gives no bearer token.", _MEND, later=False)
        self._keep(values.get("refresh_token"))
        life = _life(values.get("expires_in"))
        return Token(text, asked + life - min(MARGIN, life / 5), asked + life)

    def _refusal(self, status: int, values: dict[str, Any]) -> Trouble:
        code = str(values.get("error", ""))
        code = code if _CODE.fullmatch(code) else ""
        number = _MICROSOFT.search(str(values.get("error_description", "")))
        said = ", ".join(filter(None, [str(status), code, number[0] if number else ""]))
        if status >= 500 or status in _LATER or code in _LATER_CODES:
            return self._trouble_with(f"does not work now ({said}).", _REACH, later=True)
        return self._trouble_with(f"refuses us ({said}).", _MENDS.get(code, _MEND), later=False)

    def _keep(self, refresh_token: object) -> None:
        """Store a new refresh token in the place of the old one, which may no longer be taken (RFC 6749 §6)."""
        settings = self._settings
        if not settings.refresh_token or not settings.refresh_token.file:
            return
        if not isinstance(refresh_token, str) or not _TOKEN.fullmatch(refresh_token):
            refresh_token = self._unkept
        try:
            if refresh_token and refresh_token != settings.refresh_token.read(self.where):
                _write(settings.refresh_token.file, refresh_token)
            self._unkept = ""
        except (OSError, Invalid) as error:
            self._unkept = refresh_token
            why = str(error) if isinstance(error, Invalid) else str(error.strerror)
            log.error("a new refresh token cannot be stored; a restart loses it", where=self.where, because=why)


def _life(told: object) -> float:
    """Seconds that a token lasts; some endpoints tell them as text."""
    try:
        life = float(told) if isinstance(told, int | float | str) else PRESUMED_LIFE
    except ValueError:
        life = PRESUMED_LIFE
    return min(max(life, SHORTEST_LIFE), LONGEST_LIFE) if life == life else PRESUMED_LIFE


def _write(file: Path, text: str) -> None:
    """Whole or not at all, and readable for its owner only."""
    handle, aside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # made with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text + "\n")
            out.flush()
            os.fsync(out.fileno())
        Path(aside).replace(file)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
