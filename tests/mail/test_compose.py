"""Whatever the strings, what leaves is one sound mail to one recipient, the same bytes for the same arguments."""

import base64
import itertools
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import getaddresses

import pytest

from supportbot.mail.compose import (
    Letter,
    LetterAttachment,
    compose,
    downgrade,
    needs_8bit,
    new_message_id,
    read_return_path,
    return_path,
)
from supportbot.mail.message import Address

US = Address("iCentrex kundcenter", "kundcenter@icentrex.se")
ANNA = Address("Anna Åkesson", "anna@kund.se")
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ID = new_message_id("ack", 10042, "icentrex.se", b"secret", b"nonce")


def _composed(letter: Letter) -> bytes:
    return compose(letter, ID, US, NOW)


def _header(content: bytes, name: str) -> str:
    return str(make_header(decode_header(message_from_bytes(content)[name])))


def _sound(content: bytes) -> None:
    assert not re.search(rb"[^\r]\n|\r[^\n]", content)
    assert max(map(len, content.split(b"\r\n"))) <= 998
    head = content.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    for word in re.findall(rb"=\?utf-8\?B\?([^?]*)\?=", head):
        assert len(word) <= 63
        base64.b64decode(word).decode()


NAMES = [
    "Anna Åkesson",
    'Kund, "VD" <vd@kund.se>',
    "victim@x.se, Kund",
    "Åsa, asa@x.se",
    "plain name",
    "back\\slash",
    "=?utf-8?q?victim=40x.se=2C?=",
    "😀" * 60,
    "å" * 300,
    "a\r\nBcc: x@y.se",
    "a\u2028b\x00\u202ec",
    "",
    "山田 太郎",
]
SUBJECTS = [
    "",
    "Växeln",
    "x" * 900,
    "å" * 900,
    "Hej\r\nBcc: x@y.se\r\n\r\nbody",
    "=?utf-8?q?Hej=0D=0ABcc:_x@y?=",
    "\ud800\x85\u2029",
    "👩‍👩‍👧 " * 99,
]


@pytest.mark.parametrize(("name", "subject"), list(itertools.product(NAMES, SUBJECTS)))
def test_no_name_or_subject_breaks_a_mail(name: str, subject: str) -> None:
    letter = Letter(Address(name, "anna@kund.se"), subject, "Hej", reply_to=Address(name, "svar@icentrex.se"))
    content = _composed(letter)
    _sound(content)
    for policy_ in (policy.compat32, policy.default):
        mail = message_from_bytes(content, policy=policy_)
        assert [address for _, address in getaddresses([mail["To"]])] == ["anna@kund.se"]
        assert mail["Bcc"] is None and mail["Cc"] is None
    assert message_from_bytes(content, policy=policy.default)["To"].addresses[0].addr_spec == "anna@kund.se"


@pytest.mark.parametrize("name", ["Anna Åkesson", 'Kund, "VD"', "victim@x.se, Kund", "Å, b@c.se", "back\\slash"])
def test_a_name_reads_back_as_it_was(name: str) -> None:
    mail = message_from_bytes(_composed(Letter(Address(name, "a@b.se"), "x", "y")), policy=policy.default)
    assert mail["To"].addresses[0].display_name == name


def test_the_headers_that_every_mail_has() -> None:
    letter = Letter(ANNA, "Ärende [ICX-1-A]", "Hej", auto_submitted="auto-replied", precedence_bulk=True, loop="a.b.c")
    mail = message_from_bytes(_composed(letter))
    expected = {
        "Message-ID": f"<{ID}>",
        "Date": "Mon, 23 Nov 2026 09:30:00 +0000",
        "From": "iCentrex kundcenter <kundcenter@icentrex.se>",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
        "Precedence": "bulk",
        "X-Supportbot-Loop": "a.b.c",
        "MIME-Version": "1.0",
    }
    assert {name: mail[name] for name in expected} == expected
    assert all(len(mail.get_all(name)) == 1 for name in [*expected, "To", "Subject"])
    assert message_from_bytes(_composed(Letter(ANNA, "x", "y")))["Precedence"] is None


def test_ids_go_out_verbatim_in_one_line() -> None:
    outlook = "AM0PR0402MB3905" + "A" * 60 + "@AM0PR0402MB3905.eurprd04.prod.outlook.com"
    exchange = "[abc@microsoft.com]"
    content = _composed(Letter(ANNA, "x", "y", in_reply_to=outlook, references=(exchange, outlook)))
    assert f"\r\nIn-Reply-To: <{outlook}>\r\n".encode() in content
    assert f"\r\nReferences: <{exchange}> <{outlook}>\r\n".encode() in content


def test_too_many_references_keep_the_first_and_the_last_and_bad_ones_go() -> None:
    many = tuple(f"{n}.{'x' * 80}@a.se" for n in range(50))
    content = _composed(
        Letter(ANNA, "x", "y", in_reply_to="last@a.se", references=(*many, "två@a.se", "a b@c", "a>\r\nBcc: x"))
    )
    _sound(content)
    ids = message_from_bytes(content)["References"].split()
    assert (ids[0], ids[-1]) == (f"<{many[0]}>", "<last@a.se>") and len(ids) > 5
    assert all(one.isascii() and one.endswith("@a.se>") for one in ids)


@pytest.mark.parametrize(
    "text",
    ["Hej", "Åäö €\n\n-- \nrad", "x" * 5000, "山田" * 900, "", ".\n..\nFrom x\n", "a\r\nb\rc\u2028d", "tab\t \n"],
)
def test_a_text_survives_in_seven_bits(text: str) -> None:
    content = _composed(Letter(ANNA, "x", text, html=f"<p>{text}</p>"))
    _sound(content)
    assert content.isascii()
    mail = message_from_bytes(content)
    assert mail.get_content_type() == "multipart/alternative"
    plain, html = (part.get_payload(decode=True).decode() for part in mail.get_payload())
    wanted = re.sub("\r\n|\r|\u2028", "\n", text).rstrip("\n")
    assert plain.replace("\r\n", "\n") == wanted + "\n"
    assert html.startswith("<p>")


ORIGINAL = b"From: Anna <anna@kund.se>\r\nSubject: V\xc3\xa4xeln\r\n\r\nHej p\xe5 er\r\n--x\r\nslut"


def _forward(content: bytes, name: str = "mail.eml") -> bytes:
    return _composed(Letter(ANNA, "x", "Se bifogat.", attachments=(LetterAttachment(name, content, "message/rfc822"),)))


@pytest.mark.parametrize("original", [ORIGINAL, ORIGINAL.replace(b"\xc3\xa4", b"a").replace(b"\xe5", b"a")])
def test_an_original_goes_out_byte_for_byte(original: bytes) -> None:
    content = _forward(original)
    _sound(content)
    assert b"Content-Type: message/rfc822\r\n" in content
    assert b"\r\n\r\n" + original + b"\r\n--=_" in content
    assert needs_8bit(content) == (not original.isascii())


def test_bare_line_feeds_are_mended_and_that_is_said() -> None:
    content = _forward(ORIGINAL.replace(b"\r\n", b"\n"))
    assert ORIGINAL in content and b"Content-Description: original mail, its line ends made CRLF\r\n" in content


@pytest.mark.parametrize(
    "original", [b"Subject: a\rBcc: x\r\n\r\nb", b"a: b\r\n\r\n\0", b"a: b\r\n\r\n" + b"x" * 999, b""]
)
def test_an_original_that_may_not_stand_in_a_mail_is_a_file(original: bytes) -> None:
    content = _forward(original, "Ärende.eml")
    _sound(content)
    part = message_from_bytes(content).get_payload()[1]
    assert part.get_content_type() == "application/octet-stream" and content.isascii()
    assert part.get_payload(decode=True) == original and part.get_filename() == "Ärende.eml"


def test_a_mail_for_a_server_without_8bitmime() -> None:
    content = _forward(ORIGINAL)
    lower = downgrade(content)
    _sound(lower)
    assert lower.isascii() and lower == downgrade(content) == downgrade(lower)
    part = message_from_bytes(lower).get_payload()[1]
    assert part.get_payload(decode=True) == ORIGINAL and part.get_filename() == "mail.eml"
    assert lower.partition(b"\r\nContent-Type:")[0] == content.partition(b"\r\nContent-Type:")[0]


def test_other_attachments_and_their_names() -> None:
    files = tuple(
        LetterAttachment(name, bytes(range(256)), "application/pdf")
        for name in ("a.pdf", "å ä.pdf", 'q"\r\n.pdf', "😀" * 90, "")
    )
    content = _composed(Letter(ANNA, "x", "y", attachments=(*files, LetterAttachment("x", b"x", "multipart/mixed"))))
    _sound(content)
    parts = message_from_bytes(content).get_payload()[1:]
    assert [part.get_content_type() for part in parts] == ["application/pdf"] * 5 + ["application/octet-stream"]
    assert all(part.get_payload(decode=True) == bytes(range(256)) for part in parts[:5])
    assert [part.get_filename() for part in parts[:2]] == ["a.pdf", "å ä.pdf"]


def test_an_original_cannot_end_the_mail_around_it() -> None:
    boundary = re.search(rb'boundary="([^"]+)"', _forward(b"a: b\r\n\r\nc"))
    assert boundary is not None
    hostile = b"a: b\r\n\r\n--" + boundary[1] + b"--\r\n"
    content = _forward(hostile)
    assert message_from_bytes(content).get_payload()[1].get_content_type() == "message/rfc822"
    assert hostile in content and content.count(b'boundary="' + boundary[1]) == 0


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@", "@b.se", "a b@c.se", "a@b.se,c@d.se", "a@b.se\r\nBcc: x@y", "å@b.se", "a@b.se>", "<a@b.se>"],
)
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="plain address"):
        _composed(Letter(Address("x", address), "x", "y"))


def test_a_date_without_a_zone_and_a_bad_id_are_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        compose(Letter(ANNA, "x", "y"), ID, US, datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="Message-ID"):
        compose(Letter(ANNA, "x", "y"), "a b", US, NOW)


def test_message_ids_are_unguessable_and_pure() -> None:
    assert new_message_id("ack", 10042, "icentrex.se", b"secret", b"nonce") == ID
    assert re.fullmatch(r"ack\.10042\.[a-z2-7]{24}@icentrex\.se", ID)
    others = {new_message_id("ack", 10042, "icentrex.se", key, nonce) for key in (b"a", b"b") for nonce in (b"1", b"2")}
    assert len(others | {ID}) == 5
    assert new_message_id("digest", None, "x.se", b"s", b"n").startswith("digest.")


def test_a_bounce_address_leads_back_to_its_row_and_no_other() -> None:
    path = return_path("kundcenter@icentrex.se", 812, b"key")
    assert path.startswith("kundcenter+b-812-") and path == path.lower()
    assert read_return_path(path, [b"key"]) == read_return_path(f"<{path.upper()}>", [b"new", b"key"]) == 812
    assert read_return_path(path.replace("812", "813"), [b"key"]) is None
    assert read_return_path(path, [b"other"]) is None
    assert read_return_path("kundcenter@icentrex.se", [b"key"]) is None


def test_long_subjects_are_cut_between_signs() -> None:
    assert _header(_composed(Letter(ANNA, "å" * 900, "y")), "Subject") == "å" * 250
