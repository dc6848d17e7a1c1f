"""The config: every kind of mistake with the message it must produce, all at once; paths, secrets, the shipped file."""

from datetime import time
from pathlib import Path

import pytest

from supportbot import folders
from supportbot.config import Config
from supportbot.config_file import load, read, secrets_of
from supportbot.config_values import Secret
from supportbot.errors import Invalid

BROKEN = sorted((Path(__file__).parent / "broken" / "config").iterdir())
MINIMAL = """
[desk]
address = "Kundcenter@iCentrex.se"
secret = { file = "keys/secret.key" }
[[mailbox]]
name = "a"
host = "h"
user = "u"
auth = { password = { file = "imap.txt" } }
[smtp]
host = "h"
"""


@pytest.mark.parametrize("folder", BROKEN, ids=lambda folder: folder.name)
def test_broken_config_says_what_is_wrong(folder):
    with pytest.raises(Invalid) as caught:
        load(folder / "config.toml")
    assert str(caught.value) == (folder / "expected.txt").read_text().rstrip("\n")
    assert "hemligt-42" not in str(caught.value)


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(Invalid, match="supportbot init"):
        load(tmp_path / "config.toml")


def test_paths_are_relative_to_the_file(tmp_path):
    config = read(MINIMAL, tmp_path / "config.toml")
    assert config.desk.secret.file == tmp_path / "keys/secret.key"
    assert config.mailbox[0].auth.password.file == tmp_path / "imap.txt"
    assert config.rules.folder == tmp_path / "rules"
    assert config.database.url == f"sqlite:///{tmp_path}/supportbot.db"


def test_defaults_are_those_of_the_shipped_file():
    shipped = load(folders.shipped("config.toml"))
    assert shipped.desk.address == "kundcenter@icentrex.se"
    assert shipped.digest.at == [time(7, 45), time(13)]
    assert shipped.limits == Config.model_fields["limits"].default
    assert shipped.desk.hours.weekdays == frozenset(range(5))


def test_every_key_stands_in_the_shipped_file():
    text = folders.shipped("config.toml").read_text()
    sections = [Config, *(type(getattr(load(folders.shipped("config.toml")), name)) for name in Config.model_fields)]
    for section in sections:
        for name, field in getattr(section, "model_fields", {}).items():
            if name != "folder":
                assert (field.alias or name) in text, f"{section.__name__}.{name}"


def test_secrets_are_read_when_used(tmp_path, monkeypatch):
    monkeypatch.setenv("A_SECRET", "s3cret")
    assert Secret(env="A_SECRET").read("x") == "s3cret"
    file = tmp_path / "key"
    with pytest.raises(Invalid, match=r"key is not there. Put back the one .*secrets.token_hex"):
        Secret(file=file).read("desk.secret")
    file.write_text("\n")
    with pytest.raises(Invalid, match="is empty"):
        Secret(file=file).read("desk.secret")
    file.write_text("abc\n")
    assert Secret(file=file).read("desk.secret") == "abc"
    monkeypatch.delenv("A_SECRET")
    with pytest.raises(Invalid, match=r"mailbox a: .*A_SECRET is not set"):
        Secret(env="A_SECRET").read("mailbox a: auth.password")


def test_every_secret_is_listed(tmp_path):
    config = read(MINIMAL, tmp_path / "config.toml")
    assert [where for where, _ in secrets_of(config)] == ["desk.secret", "mailbox a: auth.password"]


def test_the_secrets_of_tokens_are_listed_and_lie_beside_the_file(tmp_path):
    oauth2 = """
[smtp.auth.oauth2]
token_url = "https://login.example/token"
client_id = "desk"
client_secret = { env = "A_SECRET" }
grant = "refresh_token"
refresh_token = { file = "refresh.txt" }
"""
    config = read(MINIMAL + 'user = "u"' + oauth2, tmp_path / "config.toml")
    found = dict(secrets_of(config))
    assert found["smtp.auth.oauth2.client_secret"].env == "A_SECRET"
    assert found["smtp.auth.oauth2.refresh_token"].file == tmp_path / "refresh.txt"
