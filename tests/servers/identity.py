"""An OAuth2 endpoint on 127.0.0.1 -> tokens for who shows the right secrets, and introspection for Dovecot (RFC 7662).

async with Identity() as identity:
    identity.life = 6                                    # seconds that it says the next tokens last
    section = identity.section(tmp_path)                 # the config that points to it
    identity.known(token)                                # who it is valid for, None: for nobody

What it must do wrong is put into `answers`: a (status, body) each, or a coroutine function, in turn.
"""

import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from supportbot.config_values import OAuth2

SECRET = "hemlig-klient-42"
REFRESH = "hemlig-uppdatering-42"

Answer = tuple[int, str] | Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Identity:
    user: str = "user 0"
    life: float = 3600
    rotates: bool = False
    """Give a new refresh token each time, and take the old one no more."""
    answers: list[Answer] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    """Every request for a token."""
    introspected: int = 0
    port: int = 0
    refresh_token: str = REFRESH
    _valid: dict[str, tuple[str, float]] = field(default_factory=dict)
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> "Identity":
        app = web.Application()
        app.router.add_post("/token", self._token)
        app.router.add_route("*", "/introspect", self._introspect)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def section(self, folder: Path, **changed: Any) -> OAuth2:
        """An oauth2 section with the right secrets, which it writes into `folder`."""
        (folder / "client.txt").write_text(SECRET)
        values = {
            "token_url": f"http://127.0.0.1:{self.port}/token",
            "client_id": "desk",
            "client_secret": {"file": folder / "client.txt"},
            "scope": "mail",
            "grant": "client_credentials",
        }
        if changed.get("grant") == "refresh_token":
            (folder / "refresh.txt").write_text(self.refresh_token)
            values["refresh_token"] = {"file": folder / "refresh.txt"}
        return OAuth2.model_validate(values | changed)

    def known(self, token: str) -> str | None:
        user, ends = self._valid.get(token, ("", 0.0))
        return user if time.monotonic() < ends else None

    def withdraw(self) -> None:
        """No token that was given is valid any more."""
        self._valid.clear()

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if self.answers:
            answer = self.answers.pop(0)
            if callable(answer):
                return await answer(request)
            return web.Response(status=answer[0], text=answer[1], content_type="application/json")
        if (form.get("client_id"), form.get("client_secret")) != ("desk", SECRET):
            return web.json_response({"error": "invalid_client"}, status=401)
        given: dict[str, Any] = {}
        if form["grant_type"] == "refresh_token":
            if form.get("refresh_token") != self.refresh_token:
                return web.json_response({"error": "invalid_grant"}, status=400)
            if self.rotates:
                self.refresh_token = given["refresh_token"] = secrets.token_urlsafe(20)
        token = secrets.token_urlsafe(40)
        self._valid[token] = (self.user, time.monotonic() + self.life)
        return web.json_response(
            {"access_token": token, "token_type": "Bearer", "expires_in": int(self.life)} | given,
        )

    async def _introspect(self, request: web.Request) -> web.StreamResponse:
        self.introspected += 1
        user = self.known(str((await request.post()).get("token", "")))
        return web.json_response({"active": True, "username": user} if user else {"active": False})


def dovecot_settings(identity: Identity) -> dict[str, Any]:
    """What a Dovecot needs to ask this endpoint about tokens: `mechanisms`, `extra`, `files` of servers.dovecot."""
    asks = (
        f"introspection_url = http://127.0.0.1:{identity.port}/introspect\n"
        "introspection_mode = post\nusername_attribute = username\nactive_attribute = active\nactive_value = true\n"
    )
    extra = "passdb {\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = FOLDER/oauth2.conf\n}\n"
    return {"mechanisms": "plain login xoauth2 oauthbearer", "extra": extra, "files": {"oauth2.conf": asks}}
