"""Whole mails: what a person would see, and nothing that raises."""

import dataclasses
import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supportbot.mail.dates import read_date
from supportbot.mail.ids import read_id, read_ids
from supportbot.mail.message import Desk, ParsedMail
from supportbot.mail.parse import parse

SHARED = Path(__file__).parents[2] / ".." / "shared"
DESK = Desk(addresses=("kundcenter@icentrex.se",), authserv_id="mx.icentrex.se")
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2028\u2029]")
MANY_LINES = ("text", "new_text", "quoted", "signature")

HEAD = "From: Anna <anna@exempel.se>\r\nTo: kundcenter@icentrex.se\r\nSubject: =?utf-8?q?Fel_p=C3=A5?= växel\r\n"


def mail(rest: str, head: str = HEAD) -> bytes:
    return (head + rest).encode()


def multipart(kind: str, *parts: str) -> bytes:
    return mail(
        f"Content-Type: multipart/{kind}; boundary=b\r\n\r\n" + "".join(f"--b\r\n{p}\r\n" for p in parts) + "--b--"
    )


PLAIN = "Content-Type: text/plain; charset=utf-8\r\n\r\nVi kan inte ringa ut."
RICH = "Content-Type: text/html; charset=utf-8\r\n\r\n<p>Vi kan inte ringa <b>ut</b>.</p>"
IMAGE = "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0="
INNER = "Content-Type: message/rfc822\r\n\r\nFrom: Bo <bo@annan.se>\r\nSubject: Inre\r\n\r\nDet inre felet."


@pytest.mark.parametrize(
    ("content", "text", "files"),
    [
        (mail("\r\nHej"), "Hej", []),
        (multipart("alternative", PLAIN, RICH), "Vi kan inte ringa ut.", []),
        (multipart("alternative", "\r\n \r\n", RICH), "Vi kan inte ringa ut.", []),
        (mail(RICH), "Vi kan inte ringa ut.", []),
        (
            multipart("mixed", PLAIN, IMAGE, "\r\nHälsningar Bo"),
            "Vi kan inte ringa ut. Hälsningar Bo",
            ["attachment-1.png"],
        ),
        (multipart("mixed", PLAIN, RICH), "Vi kan inte ringa ut.", []),
        (multipart("related", RICH, IMAGE), "Vi kan inte ringa ut.", ["attachment-1.png"]),
        (multipart("mixed", PLAIN, INNER), "Vi kan inte ringa ut.", ["Inre.eml"]),
        (
            multipart("mixed", PLAIN, "Content-Disposition: attachment; filename=../logg.txt\r\n\r\nlogg"),
            "Vi kan inte ringa ut.",
            ["logg.txt"],
        ),
        (multipart("signed", PLAIN, "Content-Type: application/pgp-signature\r\n\r\nx"), "Vi kan inte ringa ut.", []),
        (
            mail("Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\nVi kan in \r\nte ringa"),
            "Vi kan inte ringa",
            [],
        ),
        (mail("Content-Type: text/enriched\r\n\r\n<bold>Fel</bold> här << nu"), "Fel här < nu", []),
        (
            mail("Content-Type: text/calendar\r\n\r\nBEGIN:VEVENT\r\nSUMMARY:Möte\r\nEND:VEVENT"),
            "Möte",
            ["attachment-1.ics"],
        ),
    ],
)
def test_the_text_is_the_one_that_a_reader_shows(content: bytes, text: str, files: list[str]) -> None:
    read = parse(content, DESK)
    assert " ".join(read.text.split()) == text
    assert [file.name for file in read.attachments] == files
    assert read.sender and read.sender.address == "anna@exempel.se" and read.subject == "Fel på växel"


@pytest.mark.parametrize(
    ("content", "oddity"),
    [
        (
            multipart("alternative", PLAIN, "Content-Type: text/html\r\n\r\n<p>AKUT: hela kontoret står still</p>"),
            "different things",
        ),
        (multipart("encrypted", "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1"), "encrypted"),
        (multipart("signed", PLAIN), "signed"),
        (mail("Content-Type: message/partial; id=1; number=1; total=2\r\n\r\nFrom: x@y.se\r\n\r\nhej"), "never joined"),
        (mail("Date: igår\r\n\r\nhej"), "unreadable Date"),
        (mail("\r\nhej", head="To: a@b.se\r\n"), "no From"),
        (mail("Content-Type: text/plain; charset=hex\r\n\r\nhej"), "unknown charset"),
    ],
)
def test_what_is_odd_is_said(content: bytes, oddity: str) -> None:
    assert any(oddity in said for said in parse(content, DESK).oddities)


def test_where_plain_and_html_differ_both_are_read() -> None:
    text = parse(multipart("alternative", PLAIN, "Content-Type: text/html\r\n\r\n<p>AKUT: hela kontoret</p>")).text
    assert "Vi kan inte ringa ut." in text and "AKUT" in text


def test_an_attached_mail_is_forwarded_and_stands_for_an_empty_text() -> None:
    read = parse(multipart("mixed", "\r\n", INNER), DESK)
    assert read.forwarded and (read.forwarded.sender, read.forwarded.subject) == ("Bo <bo@annan.se>", "Inre")
    assert read.forwarded.text.strip() == read.new_text.strip() == "Det inre felet."


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", bytes(range(256)) * 16])
def test_nothing_readable_is_for_a_person(content: bytes) -> None:
    assert parse(content).suspicious


@pytest.mark.parametrize(
    ("head", "suspicious"),
    [
        ("From: a@x.se\r\nFrom: b@y.se\r\n", True),
        ("From: lisa@icentrex.se <x@evil.example>\r\n", True),
        ("From: \r\n", False),
        ("From: Anna <anna@exempel.se>\r\n", False),
    ],
)
def test_a_from_that_pretends_is_suspicious(head: str, suspicious: bool) -> None:
    read = parse(mail("\r\nHej", head=head))
    assert bool(read.suspicious) is suspicious
    assert (read.sender is None) is not head.startswith("From: Anna")


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("Tue, 21 Nov 2023 10:00:00 +0100 (CET)", datetime(2023, 11, 21, 9, tzinfo=UTC)),
        ("21 Nov 23 10:00 CET", datetime(2023, 11, 21, 9, tzinfo=UTC)),
        ("Tue, 21 Nov 2023 10:00:00", datetime(2023, 11, 21, 10, tzinfo=UTC)),
        ("2023-11-21T10:00:00Z", datetime(2023, 11, 21, 10, tzinfo=UTC)),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Fri, 1 Dec 99999999999999999999 23:59:59 +0000", None),
        ("Fri, 1 Dec 1905 23:59:59 +0000", None),
        ("9" * 5000, None),
        ("1 Jan 2023 25:61 +9999", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_moments_or_nothing(value: str | None, moment: datetime | None) -> None:
    read = read_date(value)
    assert read == moment and (read is None or read.tzinfo is not None)


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("<a@x>", ("a@x",)),
        ("<[b378@microsoft.com]>", ("[b378@microsoft.com]",)),
        ("<", ()),
        ("<>", ()),
        ("a@x", ("a@x",)),
        ("<a@x> (c) <b@y>\t<a@x>", ("b@y", "a@x")),
        ("<långt\n id@x>", ("långtid@x",)),
        ("<" + "a" * 1100 + "@x>", ()),
    ],
)
def test_ids_lose_their_brackets(value: str, ids: tuple[str, ...]) -> None:
    assert read_ids([value]) == ids
    assert read_id(value) == (ids[0] if ids else None)


def test_the_last_hundred_references_are_kept() -> None:
    assert read_ids([" ".join(f"<{n}@x>" for n in range(300))])[-1] == "299@x"
    assert len(read_ids([" ".join(f"<{n}@x>" for n in range(300))])) == 100


def test_the_null_path_is_told_from_a_missing_one() -> None:
    paths = [
        parse(mail(line + "\r\nhej")).return_path for line in ("Return-Path: <>\r\n", "", "Return-Path: <a@X.se>\r\n")
    ]
    assert paths == ["", None, "a@x.se"]


MODELS = [
    multipart("alternative", PLAIN, RICH),
    multipart("mixed", PLAIN, IMAGE, INNER),
    mail(
        "Content-Type: text/plain; charset=iso-2022-jp; format=flowed; delsp=yes\r\n\r\nrad \r\n> citat \r\n-- \r\nAnna"
    ),
    mail("Content-Transfer-Encoding: base64\r\nContent-Type: text/plain; name*0*=utf-8''%C3%A5\r\n\r\nVsOkeGVs\r\n"),
    mail(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nTyvärr\r\n--b\r\n"
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b.se\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n\r\n--b--",
        head='From: "Mailer, Daemon" <> (x)\r\nReturn-Path: <>\r\n',
    ),
    mail(
        "References: <a@b> <[c@d]> <\r\nDate: Tue, 21 Nov 2023 10:00:00 +0100\r\nContent-Type: text/html\r\n\r\n"
        "<div>Hej<blockquote>&#0;&#x202e;<p style='display:none'>x</blockquote><table><tr><td>1"
    ),
]
PIECES = [
    b"\r",
    b"\n",
    b"\0",
    b"\xff",
    b'"',
    b"<",
    b">",
    b"(",
    b"=?",
    b"?=",
    b"=",
    b";",
    b"--b",
    b"--",
    b":",
    b"\\",
    b" ",
    b"@",
    b"charset=utf-7",
    b"=?unicode_escape?q?=5Cud800?=",
    b"*0*=",
    b"boundary",
    b"%00",
    b"&#xd800;",
    b"\xed\xa0\x80",
    b"\x1b$B",
]


def test_no_mutant_raises_and_none_lets_a_control_through() -> None:
    chance = random.Random(20)
    for _ in range(400):
        content = bytearray(chance.choice(MODELS))
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(content) + 1)
            cut = chance.choice((0, 0, 1, 3, 30))
            content[at : at + cut] = chance.choice(PIECES) * chance.choice((1, 1, 2, 50))
        assert_sound(parse(bytes(content), DESK))


@pytest.mark.skipif(not SHARED.exists(), reason="the larger sets of mails are not here")
def test_hostile_mails_are_read_without_harm() -> None:
    for path in sorted((SHARED / "hostile").glob("*.eml")):
        assert_sound(parse(path.read_bytes(), DESK))


@pytest.mark.skipif(not SHARED.exists(), reason="the larger sets of mails are not here")
def test_a_public_suite_is_read_as_its_own_reader_reads_it() -> None:
    folder = SHARED / "mail-suites" / "php-mime-mail-parser"
    right = [
        found == wanted
        for case in map(json.loads, (folder / "expected.jsonl").read_text().splitlines())
        for found, wanted in _compared(parse((folder / case["file"]).read_bytes()), case)
    ]
    assert sum(right) >= 0.95 * len(right)


def _compared(read: ParsedMail, case: dict[str, object]) -> Iterator[tuple[object, object]]:
    squashed = " ".join(read.text.split())
    shown = {
        "subject": read.subject,
        "from_addr": read.sender and read.sender.address,
        "from_name": read.sender and read.sender.name,
        "to_addrs": [address.address for address in read.to],
        "text": squashed,
        "n_attachments": len(read.attachments),
    }
    for key, found in shown.items():
        if key in case:
            wanted = case[key]
            yield found, " ".join(wanted.split()) if isinstance(wanted, str) else wanted
    for wanted in case.get("text_has", []):  # type: ignore[attr-defined]
        yield " ".join(wanted.split()) in squashed, True


def assert_sound(read: ParsedMail) -> None:
    for path, text in _strings(read):
        assert not CONTROLS.search(text), (path, text)
        assert "\n" not in text or path in MANY_LINES, path
    assert not any("could not" in oddity for oddity in read.oddities), read.oddities


def _strings(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _strings(getattr(value, field.name), field.name)
    elif isinstance(value, tuple):
        for item in value:
            yield from _strings(item, path)


def test_a_name_written_small_is_the_signature() -> None:
    content = "From: Berit Ek <b.ek@kund.example>\nSubject: Luren\n\nluren e helt tyst sen i morse\n\nberit\n"
    mail = parse(content.encode())
    assert (mail.new_text, mail.signature) == ("luren e helt tyst sen i morse", "berit")


@pytest.mark.parametrize(
    ("subject", "text", "wanted"),
    [
        ("Telefonerna ringer inte", "Poly VVX 411", "sv"),
        ("Telefonen virker ikke i vores butik", "Hej", "da"),
        ("Problem with our switchboard", "Hej", "en"),
        (
            "Problem med växeln",
            "Our phones have been dead since this morning and nobody at the office can be reached",
            "en",
        ),
    ],
)
def test_the_subject_tells_the_language_of_a_text_that_says_little(subject: str, text: str, wanted: str) -> None:
    assert parse(f"From: a@kund.example\nSubject: {subject}\n\n{text}\n".encode()).language == wanted


def test_two_texts_that_differ_are_each_taken_apart() -> None:
    plain = (
        "Tack, nu fungerar allt.\n\nMvh\nAnna Berg\n\nDen 3 maj 2026 kl. 10:00 skrev Kalle <kalle@x.example>:\n"
        "> Vi kan inte ringa ut, det är akut."
    )
    html = "<p>Nyhetsbrev vecka 48: julklappar, glögg och pepparkakor till hela familjen.</p>"
    kinds = {"text/plain": plain, "text/html": html}
    parts = [f"--b\nContent-Type: {kind}; charset=utf-8\n\n{text}\n" for kind, text in kinds.items()]
    head = "From: Anna Berg <anna@x.example>\nSubject: SV: Fel\nContent-Type: multipart/alternative; boundary=b\n"
    mail = parse(f"{head}\n{''.join(parts)}--b--\n".encode(), DESK)
    assert mail.new_text.startswith("Tack, nu fungerar allt.\n\nNyhetsbrev")
    assert "akut" in mail.quoted and mail.signature == "Mvh\nAnna Berg"


def test_a_zone_that_the_next_field_is_glued_to_is_read() -> None:
    mail = parse(b"Date: Mon, 4 May 2015 17:30:44 +0200Received: from a by b; x\nFrom: a@b.example\n\nHej", DESK)
    assert mail.date is not None and mail.date.isoformat() == "2015-05-04T17:30:44+02:00"


@pytest.mark.parametrize(
    "picture",
    [
        "[cid:image001.png@01DBA1C2.6F0E4E50]",
        "[En bild som visar text, skärmbild\n\nAI-genererat innehåll kan vara felaktigt.]",
        "[A screenshot of a phone\n\nAI-generated content may be incorrect.]",
    ],
)
def test_what_outlook_writes_for_a_picture_is_not_the_senders(picture: str) -> None:
    mail = parse(
        f"From: a@b.example\nContent-Type: text/plain; charset=utf-8\n\nSe här:\n{picture}\nVad är det?".encode(), DESK
    )
    assert mail.new_text.replace("\n", " ").split() == ["Se", "här:", "Vad", "är", "det?"]


def test_a_uuencoded_part_without_its_first_line_is_decoded() -> None:
    head = b"From: a@b.example\nContent-Type: application/x-log; name=a.log\nContent-Transfer-Encoding: x-uuencode\n\n"
    mail = parse(head + b",2&5L;&\\@6F%M;6%D\n`\nend\n", DESK)
    assert [file.size for file in mail.attachments] == [12]


def test_pgp_armour_in_the_text_is_not_the_senders() -> None:
    signed = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nSamtal nekas med 401.\n- -- realm är pbx.x.example\n\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQIzBAEBCgAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n"
    )
    mail = parse(f"From: a@b.example\nContent-Type: text/plain; charset=utf-8\n\n{signed}".encode(), DESK)
    assert mail.text == "Samtal nekas med 401.\n-- realm är pbx.x.example"
    assert any("signed by the sender" in oddity for oddity in mail.oddities)


def test_the_rest_of_a_quoted_line_that_was_wrapped_is_quoted() -> None:
    long = "> Could you please make a test call from the desk phone in the hall to"
    body = f"Ja, det går.\n\nDen 3 maj 2026 kl. 10:00 skrev Bo <bo@x.example>:\n{long}\na mobile\n> and tell us?\n"
    mail = parse(f"From: a@b.example\nSubject: Re: x\n\n{body}".encode(), DESK)
    assert mail.new_text == "Ja, det går."
