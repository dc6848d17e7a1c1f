"""What the reader alone makes of the hostile mails: held against the verdicts that hostile.tsv lists for the daemon.

A verdict follows from the nature of a mail as triage.md maps it, and from what the store knows; the tables below say
what of it the reader decides by itself. Sets: tests/hostile, and the shared one beside this repository where there is
one. The files' example tokens and ids are replaced by valid ones, as tests/hostile_desk.py does for the daemon.
"""

import asyncio
import csv
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hostile_desk import Listed, listed
from hostile_desk import _with as with_examples

from supportbot.mail import thread
from supportbot.mail.compose import new_message_id
from supportbot.mail.message import Desk, Nature, ParsedMail
from supportbot.mail.parse import parse
from supportbot.workers.sandbox import Sandbox, Unread
from supportbot.workers.sandboxed import Read

OWN = Path(__file__).parents[1] / "hostile"
SHARED = Path(__file__).parents[2] / ".." / "shared" / "hostile"
SETS = [folder for folder in (OWN, SHARED) if (folder / "hostile.tsv").is_file()]
KEY = b"a key of this test, 32 bytes long"

NATURES: dict[str, set[Nature]] = {
    "ticket": {"human", "machine"},
    "duplicate": {"human", "machine"},
    "command": {"human"},
    "follow-up": {"human", "machine", "auto_reply", "report"},
    "delivery-event": {"bounce", "report"},
    "ignore": {"auto_reply", "report", "bulk"},
    "quarantine": {"human", "machine", "bounce"},
}
"""By verdict (triage.md). A bounce in quarantine is one that tells of a recipient whom our mail did not have."""
ANSWERED_BY_READER = {"auto", "dsn", "list", "loop"}
"""Classes of mails whose missing acknowledgement the reader decides; in the others it is the limits, the ticket that
they join, the proof of the sender, or that a person must look first."""
TELLS_NOTHING = {"031-dsn-garbage-status.eml": "its status is noise and its original empty: a bounce of who knows what"}
"""The only files in which the reader cannot find what their verdict usually needs."""
MANY_LINES = {"text", "new_text", "quoted", "signature"}
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")


@dataclass(frozen=True, slots=True)
class Hostile:
    """One file: what is listed, and what was read."""

    listed: Listed
    kind: str
    raw: bytes
    mail: ParsedMail
    own_ids: frozenset[str]

    @property
    def verdicts(self) -> set[str]:
        return {verdict for verdict, _ in self.listed.accepted}


@cache
def read_set(folder: Path) -> tuple[Hostile, ...]:
    fixtures = json.loads((folder / "fixtures.json").read_text(encoding="utf-8"))
    with (folder / "hostile.tsv").open(encoding="utf-8", newline="") as lines:
        kinds = {row["file"]: row["class"] for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)}
    examples, ids = valid(fixtures)
    desk = Desk((fixtures["own_address"],), fixtures.get("authserv_id", "mx.icentrex.se"))
    found = []
    for one in listed(folder):
        raw = with_examples(examples, (folder / one.file).read_bytes())
        found.append(Hostile(one, kinds[one.file], raw, parse(raw, desk), ids))
    return tuple(found)


def valid(fixtures: dict[str, Any]) -> tuple[dict[bytes, bytes], frozenset[str]]:
    """Example text in the files -> what is valid under KEY; and the ids of ours among it."""
    own, examples, ids = fixtures["own_address"], {}, set()
    local, _, domain = own.partition("@")
    for number, ticket in fixtures["tickets"].items():
        examples[ticket["token"]] = thread.sign(int(number), KEY)
        examples[f"{local}+{number}@{domain}"] = thread.plus_address(own, int(number), KEY)
        for example, kind in (("ack_message_id", "ack"), ("partner_forward_message_id", "forward")):
            if example in ticket:
                ours = new_message_id(kind, int(number), domain, KEY, f"{kind}{number}".encode())
                examples[ticket[example].strip("<>")] = ours
                ids.add(ours)
    examples["X-ICX-Loop:"] = "X-Supportbot-Loop:"
    examples["FIXTURE_VALID_HMAC"] = thread.seal(int(min(fixtures["tickets"])), KEY, "loop")
    return {example.encode(): ours.encode() for example, ours in examples.items()}, frozenset(ids)


def every() -> list[Any]:
    return [pytest.param(one, id=one.listed.file) for folder in SETS for one in read_set(folder)]


@pytest.mark.parametrize("one", every())
def test_nature_and_answer_are_those_of_the_verdict(one: Hostile) -> None:
    assert one.mail.nature in set().union(*(NATURES[verdict] for verdict in one.verdicts))
    if one.mail.nature == "bounce":
        assert one.kind == "dsn"
    if one.listed.ack and len({ack for _, ack in one.listed.accepted}) == 1:
        assert (one.mail.nature, one.mail.no_answer) == ("human", "")
        assert one.mail.sender
    elif not one.listed.ack and one.kind in ANSWERED_BY_READER:
        assert one.mail.no_answer


@pytest.mark.parametrize("one", every())
def test_a_sender_who_pretends_is_nobody_and_suspicious(one: Hostile) -> None:
    if one.kind == "from":
        assert (one.mail.sender is not None) == one.listed.ack
    if one.kind in ("from", "mime") and one.listed.verdict == "quarantine" and "ticket" not in one.verdicts:
        assert one.mail.suspicious
    if "quarantine" not in one.verdicts:
        assert not one.mail.suspicious
    if one.listed.verdict == "command":
        assert one.mail.authenticity == "verified"
    elif one.kind == "attack" and one.verdicts == {"quarantine"}:
        assert one.mail.authenticity != "verified"


@pytest.mark.parametrize("one", every())
def test_what_joins_a_ticket_names_it(one: Hostile) -> None:
    proven = thread.prove(one.mail.tokens, [KEY])
    named = one.own_ids.intersection((*one.mail.in_reply_to, *one.mail.references, *one.mail.returned_ids))
    if one.listed.verdict == "follow-up" and len(one.verdicts) == 1:
        assert proven or named
    if one.listed.verdict == "delivery-event" and one.listed.file not in TELLS_NOTHING:
        assert named
    if one.mail.nature == "bounce" and one.listed.file not in TELLS_NOTHING:
        assert one.mail.failed
    if one.kind == "html":  # what stands in a body selects no ticket
        assert not proven


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.parent.name)
def test_no_token_but_a_whole_one_is_read(folder: Path) -> None:
    for one in listed(folder):
        assert parse((folder / one.file).read_bytes()).tokens == (), one.file


@pytest.mark.parametrize("one", every())
def test_every_string_is_safe(one: Hostile) -> None:
    for name, text in strings(one.mail, ""):
        assert unicodedata.is_normalized("NFC", text), name
        assert not BIDI.search(text), name
        allowed = "\n\t" if name in MANY_LINES else ""
        wrong = [sign for sign in text if unicodedata.category(sign) in ("Cc", "Cs") and sign not in allowed]
        assert not wrong, (name, wrong[:5])


def strings(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Every string of a value, with the name of the field that it stands in."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, tuple):
        for each in value:
            yield from strings(each, name)
    elif is_dataclass(value):
        for field in fields(value):
            yield from strings(getattr(value, field.name), field.name)


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.parent.name)
def test_none_needs_two_seconds_or_a_hundred_megabytes(folder: Path) -> None:
    """By the limits of the process that reads them, so it holds on a busy machine, too."""

    async def read() -> list[object]:
        sandbox = Sandbox(cpu_seconds=1, memory_mb=100)  # ends a mail between one second and two
        await sandbox.start()
        try:
            return list(await sandbox.read([Unread(one.raw) for one in read_set(folder)], Desk()))
        finally:
            await sandbox.stop()

    answers = asyncio.run(read())
    lost = [one.listed.file for one, read in zip(read_set(folder), answers, strict=True) if not isinstance(read, Read)]
    assert not lost
