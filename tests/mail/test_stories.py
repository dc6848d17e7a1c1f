"""Mails as customers' programs send them, each with what its story is about: `tests/mails/*.eml` and `.toml`.

A `.toml` says in `about` why the mail is there, and only those values of the ParsedMail that the story tells; a key
that ends in `_has` lists what a text holds.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from supportbot.mail.message import Address, Attachment, Desk, ParsedMail
from supportbot.mail.parse import parse

MAILS = sorted((Path(__file__).parent.parent / "mails").glob("*.eml"))
DESK = Desk(("kundcenter@icentrex.example",), "mx.icentrex.example")


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"], ids=["unix", "smtp"])
@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_story(path: Path, line_end: bytes) -> None:
    wanted = tomllib.loads(path.with_suffix(".toml").read_text("utf-8"))
    mail = parse(path.read_bytes().replace(b"\n", line_end), DESK)
    assert wanted.pop("about")
    assert wanted, "a story says what it is about"
    _holds(mail, wanted)
    assert not mail.suspicious


def test_each_story_has_both_files() -> None:
    folder = MAILS[0].parent
    assert {path.stem for path in MAILS} == {path.stem for path in folder.glob("*.toml")}


def _holds(found: Any, wanted: dict[str, Any]) -> None:
    for key, value in wanted.items():
        if key.endswith("_has"):
            text = getattr(found, key.removesuffix("_has"))
            assert [part for part in value if part not in text] == [], text
        elif value is False and key == "forwarded":
            assert found.forwarded is None
        elif isinstance(value, dict):
            assert getattr(found, key) is not None
            _holds(getattr(found, key), value)
        elif value and isinstance(value, list) and isinstance(value[0], dict):
            assert len(getattr(found, key)) == len(value)
            for one, inner in zip(getattr(found, key), value, strict=True):
                _holds(one, inner)
        else:
            assert _plain(found, key) == value


def _plain(found: ParsedMail, key: str) -> Any:
    """Addresses by their address, files by their name."""
    value = getattr(found, key)
    if isinstance(value, Address):
        return value.address
    if isinstance(value, tuple):
        return [
            one.address if isinstance(one, Address) else one.name if isinstance(one, Attachment) else one
            for one in value
        ]
    return value
