"""No secret of the config in a log at DEBUG, in a traceback or in an answer of a command (TH33): the whole
daemon with sign-ins that work and sign-ins that fail, and a database that cannot be reached."""

import asyncio
import base64

import pytest
from daemon_desk import PASSWORD, mail, make_desk, running
from servers.smtp_sink import SmtpSink
from watching import logged

WRONG, SMTP, KEY = "fel-lösen-7Qx", "geheim", "0123456789abcdef"


def forms(secret: str) -> set[str]:
    """A secret as it stands, quoted, and in the base64 of each place of a SASL response (RFC 4616, LOGIN)."""
    raw = secret.encode()
    cut = (base64.b64encode(b"\0" * shift + raw)[4 : -4 or None].decode() for shift in (0, 1, 2))
    return {
        secret,
        repr(secret)[1:-1],
        base64.b64encode(raw).decode().rstrip("="),
        *(part for part in cut if len(part) > 5),
    }


def tells_no_secret(text: str, *more: str) -> None:
    secrets = {form for secret in (PASSWORD, WRONG, SMTP, KEY, *more) for form in forms(secret)}
    assert not [form for form in secrets if form in text], text[-3000:]


async def test_the_forms_are_found_where_they_stand():
    plain = base64.b64encode(f"\0desk\0{PASSWORD}".encode()).decode()
    with pytest.raises(AssertionError):
        tells_no_secret(f"< AUTHENTICATE PLAIN {plain}")
    with pytest.raises(AssertionError):
        tells_no_secret(f'LOGIN desk "{PASSWORD}"')


@pytest.mark.parametrize("wrong", ["imap.txt", "smtp.txt"])
async def test_a_refused_sign_in(tmp_path, server, user, wrong, run):
    """The whole daemon's log while its mailbox or its relay refuses it; then `check` and `status`."""
    log = (tmp_path / "log.txt").open("w+", buffering=1, encoding="utf-8")
    with SmtpSink(users={"desk": SMTP}, tls="starttls", certificate=server.certificate) as sink, log, logged(log):
        await make_desk(tmp_path, server, sink, user)
        (tmp_path / wrong).write_text(WRONG)
        server.deliver(user, [mail("Hej! Telefonen är svart.")])
        async with running(tmp_path, server, sink, user) as daemon:
            wanted = "refused" if wrong == "imap.txt" else "not delivered"
            await daemon.until(lambda: wanted in (tmp_path / "log.txt").read_text(encoding="utf-8"), 30)
        answers = [
            await asyncio.to_thread(run, words, "--config", tmp_path / "config.toml") for words in ("check", "status")
        ]
    text = (tmp_path / "log.txt").read_text(encoding="utf-8") + "".join(answer.out + answer.err for answer in answers)
    assert "password" in text
    tells_no_secret(text)


async def test_a_database_that_is_not_there(tmp_path, server, relay, user, run):
    await make_desk(tmp_path, server, relay, user)
    config, secret = tmp_path / "config.toml", "hemlis-i-adressen-9"
    url = 'url = "sqlite:///supportbot.db"'
    assert url in config.read_text()
    config.write_text(config.read_text().replace(url, f'url = "postgresql+asyncpg://desk:{secret}@127.0.0.1:1/x"'))
    for words in (("status",), ("tickets", "list"), ("check",)):
        answer = await asyncio.to_thread(run, *words, "--config", config)
        assert answer.code == 1
        tells_no_secret(answer.out + answer.err, secret)
