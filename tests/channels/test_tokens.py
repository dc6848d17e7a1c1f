"""Tokens over a real endpoint: kept, renewed in time, one request at a time; and every way in which it gives none."""

import asyncio
import json
import ssl

import pytest
from aiohttp import web
from servers.identity import REFRESH, SECRET, Identity
from servers.scripted import CLOSE, HANG, Scripted

from supportbot.channels import tokens as tokens_module
from supportbot.channels.tokens import Tokens
from supportbot.config_values import OAuth2
from supportbot.errors import Denied, Unreachable

WHERE = "smtp.auth.oauth2"


@pytest.fixture
async def identity():
    async with Identity() as started:
        yield started


async def test_a_token_is_fetched_once_and_kept(identity, tmp_path):
    tokens = Tokens(identity.section(tmp_path), WHERE)
    got = await asyncio.gather(*(tokens.current() for _ in range(5)))
    assert len({token.text for token in got}) == 1
    assert [token.fresh for token in got] == [True, False, False, False, False]
    assert identity.known(got[0].text) == "user 0"
    assert got[0].text not in repr(got[0])
    secret = {"client_id": "desk", "client_secret": SECRET}
    assert identity.asked == [{"grant_type": "client_credentials", "scope": "mail"} | secret]


@pytest.mark.parametrize(
    ("told", "life"),
    [
        (3600, 3600),
        ("3599", 3599),
        (600, 600),
        (None, 3600),
        ("soon", 3600),
        ([], 3600),
        (-1, 5),
        (0, 5),
        (1e12, 86400),
    ],
)
async def test_how_long_a_token_lasts(identity, tmp_path, told, life):
    identity.answers = [(200, json.dumps({"access_token": "t", "token_type": "bearer", "expires_in": told}))]
    token = await Tokens(identity.section(tmp_path), WHERE).current()
    assert token.ends - token.due == pytest.approx(min(300, life / 5))
    assert tokens_module._life(told) == life


async def test_renewed_before_it_ends(identity, tmp_path, monkeypatch):
    monkeypatch.setattr(tokens_module, "MARGIN", 1e9)
    monkeypatch.setattr(tokens_module, "SHORTEST_LIFE", 0.5)
    identity.answers = [(200, json.dumps({"access_token": "short", "token_type": "Bearer", "expires_in": 0.5}))]
    tokens = Tokens(identity.section(tmp_path), WHERE)
    assert (await tokens.current()).text == "short"
    await asyncio.sleep(0.41)  # a fifth of its life is left
    assert identity.known((await tokens.current()).text)


async def test_while_the_endpoint_is_down_the_old_token_serves_until_its_end(identity, tmp_path, monkeypatch):
    monkeypatch.setattr(tokens_module, "SHORTEST_LIFE", 0.5)
    monkeypatch.setattr(tokens_module, "PAUSE", 0.0)
    short = (200, json.dumps({"access_token": "short", "token_type": "Bearer", "expires_in": 0.5}))
    identity.answers = [short, (503, ""), (503, "")]
    tokens = Tokens(identity.section(tmp_path), WHERE)
    await tokens.current()
    await asyncio.sleep(0.42)
    kept = await tokens.current()
    assert (kept.text, kept.fresh) == ("short", False)
    assert kept.due == kept.ends  # not asked again and again
    await asyncio.sleep(0.1)
    with pytest.raises(Unreachable, match="503"):
        await tokens.current()


async def test_a_refused_token_is_replaced_once(identity, tmp_path):
    tokens = Tokens(identity.section(tmp_path), WHERE)
    await tokens.current()
    kept = await tokens.current()
    both = await asyncio.gather(tokens.instead_of(kept), tokens.instead_of(kept))
    assert [token.fresh for token in both] == [True, False]
    assert both[0].text == both[1].text != kept.text
    assert len(identity.asked) == 2
    assert await tokens.instead_of(both[0]) is None
    assert (await tokens.current()).text != both[0].text


def refusal(code, **more):
    return json.dumps({"error": code, "error_description": f"the secret {SECRET} is wrong"} | more)


MICROSOFT = {"error_description": f"AADSTS7000215: Invalid client secret provided {SECRET}. Trace ID: x"}
GIVEN = {"access_token": "x", "token_type": "Bearer"}


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (500, "", Unreachable, "does not work now (500)"),
        (503, "<html>", Unreachable, "does not work now (503)"),
        (429, refusal("slow_down"), Unreachable, "(429, slow_down)"),
        (400, refusal("temporarily_unavailable"), Unreachable, "temporarily_unavailable"),
        (401, refusal("invalid_client"), Denied, "refuses us (401, invalid_client). Check client_id and client_secret"),
        (401, refusal("invalid_client", **MICROSOFT), Denied, "(401, invalid_client, AADSTS7000215)"),
        (400, refusal("invalid_grant"), Denied, "sign in anew"),
        (400, refusal("unauthorized_client"), Denied, "tenant"),
        (400, refusal("invalid_scope"), Denied, "Check scope"),
        (400, refusal("unsupported_grant_type"), Denied, "Check grant"),
        (400, refusal(f"odd {SECRET}"), Denied, "refuses us (400). Check token_url"),
        (400, "[" * 50_000, Denied, "refuses us (400)"),
        (403, "", Denied, "refuses us (403)"),
        (404, "<html>", Denied, "Check token_url"),
        (200, "<html>", Denied, "gives no bearer token"),
        (200, "[]", Denied, "gives no bearer token"),
        (200, json.dumps(GIVEN | {"token_type": "mac"}), Denied, "gives no bearer token"),
        (200, json.dumps(GIVEN | {"access_token": ["x"]}), Denied, "gives no bearer token"),
        (200, json.dumps(GIVEN | {"access_token": "a\x01b"}), Denied, "gives no bearer token"),
        (200, json.dumps(GIVEN | {"access_token": "a\r\nA1 LOGOUT"}), Denied, "gives no bearer token"),
        (200, json.dumps(GIVEN | {"access_token": "x" * 20_000}), Denied, "gives no bearer token"),
    ],
)
async def test_no_token(identity, tmp_path, status, body, error, words):
    identity.answers = [(status, body)]
    tokens = Tokens(identity.section(tmp_path), WHERE)
    with pytest.raises(error) as caught:
        await tokens.current()
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"{WHERE}: the token endpoint 127.0.0.1 ")
    assert SECRET not in str(caught.value)
    with pytest.raises(error):  # who asks at once again is told the same, and the endpoint is not asked
        await tokens.current()
    assert len(identity.asked) == 1


async def test_a_redirect_is_not_followed(identity, tmp_path):
    async def elsewhere(request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect("/token")

    identity.answers = [elsewhere]
    with pytest.raises(Denied, match=r"refuses us \(307\)"):
        await Tokens(identity.section(tmp_path), WHERE).current()
    assert len(identity.asked) == 1


async def test_an_answer_without_end_is_cut(identity, tmp_path):
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" " * 65536)

    identity.answers = [endless]
    async with asyncio.timeout(5):
        with pytest.raises(Denied, match="gives no bearer token"):
            await Tokens(identity.section(tmp_path), WHERE).current()


@pytest.mark.parametrize("script", [(HANG,), (CLOSE,), ("POST", b"220 smtp.example\r\n", CLOSE)])
async def test_a_lost_line(tmp_path, monkeypatch, script):
    monkeypatch.setattr(tokens_module, "SECONDS", 0.3)
    async with Scripted(*script) as server:
        section = OAuth2.model_validate(settings(f"http://127.0.0.1:{server.port}/token", tmp_path))
        with pytest.raises(Unreachable, match="does not answer"):
            await Tokens(section, WHERE).current()


def settings(token_url, folder, **more):
    (folder / "client.txt").write_text(SECRET)
    secret = {"file": folder / "client.txt"}
    return {"token_url": token_url, "client_id": "d", "client_secret": secret, "grant": "client_credentials"} | more


async def test_nobody_listens_there(tmp_path):
    section = OAuth2.model_validate(settings("http://127.0.0.1:1/token", tmp_path))
    with pytest.raises(Unreachable, match="does not answer"):
        await Tokens(section, WHERE).current()


async def test_a_certificate_that_is_not_trusted(tmp_path, certificate, other_certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.cert_file, certificate.key_file)
    async with Scripted("POST", tls=context) as server:
        for ca_file, words in ((None, "is not trusted"), (other_certificate.ca_file, "certificate is not accepted")):
            section = OAuth2.model_validate(
                settings(f"https://127.0.0.1:{server.port}/token", tmp_path, ca_file=ca_file)
            )
            with pytest.raises(Denied, match=words):
                await Tokens(section, WHERE).current()
        section = OAuth2.model_validate(settings("https://127.0.0.1/", tmp_path, ca_file=certificate.key_file))
        with pytest.raises(Denied, match=r"ca_file .* cannot be read as PEM"):
            await Tokens(section, WHERE).current()
    assert server.lines == []


async def test_a_secret_that_is_not_there(identity, tmp_path):
    section = identity.section(tmp_path)
    (tmp_path / "client.txt").unlink()
    with pytest.raises(Denied, match=r"smtp\.auth\.oauth2\.client_secret: .*is not there. Write the secret into it"):
        await Tokens(section, WHERE).current()
    assert identity.asked == []


async def test_a_new_refresh_token_is_kept_in_its_file(identity, tmp_path):
    identity.rotates = True
    section = identity.section(tmp_path, grant="refresh_token")
    (tmp_path / "refresh.txt").chmod(0o644)
    tokens = Tokens(section, WHERE)
    await tokens.instead_of(await tokens.current())
    assert (tmp_path / "refresh.txt").read_text().strip() == identity.refresh_token != REFRESH
    assert (tmp_path / "refresh.txt").stat().st_mode & 0o777 == 0o600
    assert await Tokens(section, WHERE).check() == []  # another program, later, from the file alone
    assert [form["grant_type"] for form in identity.asked] == ["refresh_token"] * len(identity.asked)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["client.txt", "refresh.txt"]


async def test_a_refresh_token_that_cannot_be_stored_still_serves_this_daemon(identity, tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    identity.rotates = True
    tokens = Tokens(identity.section(tmp_path, grant="refresh_token"), WHERE)
    with monkeypatch.context() as patched:
        patched.setattr(tokens_module, "_write", full)
        await tokens.current()
    assert (tmp_path / "refresh.txt").read_text() == REFRESH
    kept = await tokens.current()
    assert await tokens.instead_of(kept)  # signed in with the new one, and has stored the next
    assert (tmp_path / "refresh.txt").read_text().strip() == identity.refresh_token


async def test_an_endpoint_that_never_replaces_it_leaves_the_file(identity, tmp_path):
    section = identity.section(tmp_path, grant="refresh_token", client_secret=None)
    identity.answers = [(200, json.dumps(GIVEN))]
    before = (tmp_path / "refresh.txt").stat()
    assert await Tokens(section, WHERE).check() == []
    assert (tmp_path / "refresh.txt").stat().st_mtime_ns == before.st_mtime_ns
    assert "client_secret" not in identity.asked[0]
