"""Trees of parts: what is broken is read as it was meant, and held against the standard library where nothing is."""

import email
from email.message import EmailMessage

import pytest

from supportbot.mail.charsets import decode, mend
from supportbot.mail.encoded import decode_words
from supportbot.mail.flowed import unflow
from supportbot.mail.mime import MOST_DEEP, MOST_PARTS, read_tree
from supportbot.mail.names import safe_name
from supportbot.mail.params import parameters
from supportbot.mail.transfer import take_uuencoded, undo


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        ("växeln".encode(), "utf-8", "växeln"),
        ("växeln".encode("latin-1"), "utf-8", "växeln"),
        ("växeln".encode(), "iso-8859-1", "växeln"),
        ("växeln".encode(), None, "växeln"),
        ("500 € – ”nu” på växeln".encode("cp1252"), "iso-8859-1", "500 € – ”nu” på växeln"),
        ("fel på".encode("cp1252"), "us-ascii", "fel på"),
        ("鎔基 中文".encode("gb18030"), "gb2312", "鎔基 中文"),
        (b"+AOU-", "utf-7", "å"),
        ("テスト".encode("iso2022_jp"), "iso-2022-jp", "テスト"),
        ("växel".encode("utf-16"), "utf-16", "växel"),
        (b"plain", "utf-16", "plain"),
        (b"\xef\xbb\xbfhej", None, "hej"),
        ("växel".encode(), "hex", "växel"),
        ("växel".encode(), "idna", "växel"),
        ("växel".encode(), "unicode_escape", "växel"),
        ("växel".encode(), "a\0b", "växel"),
        (b"\xff\xfe\xfd", "utf-8", "ÿþý"),
        (b"\x81", "windows-1252", "\ufffd"),
    ],
)
def test_charsets_are_what_the_bytes_say(content: bytes, charset: str | None, text: str) -> None:
    assert decode(content, charset)[0] == text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("FrÃ¥n vÃ¤xeln â€“ nu", "Från växeln – nu"),
        ("”Å” och ”Ä” är bokstäver", "”Å” och ”Ä” är bokstäver"),
        ("SÃO PAULO", "SÃO PAULO"),
        ("Ã–ppet", "Öppet"),
    ],
)
def test_utf8_read_as_latin1_is_mended(given: str, text: str) -> None:
    assert mend(given)[0] == text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("=?utf-8?b?UHJvYmxlbSBtZWQgdsOkeGVsbg==?=", "Problem med växeln"),
        ("Re: =?utf-8?q?v=C3?= =?utf-8?q?=A4xel?= nu", "Re: växel nu"),
        ("=?utf-8?B?w6TDpMO?= =?utf-8?B?k?=", "äää"),
        ("=?iso-8859-1?q?f=E5r?==?utf-8?q?_=C3=A5?=", "får å"),
        ("=?utf-8?q?Fel p=C3=A5 v=C3=A4xel?", "Fel på växel?"),
        ("=?utf-8*sv?q?v=C3=A4xel?=", "växel"),
        ("=?unicode_escape?q?=5Cud800?=", "\\ud800"),
        ("=?utf-8?b?****?=", ""),
        ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        ("a =?utf-8?q?b?= c", "a b c"),
    ],
)
def test_encoded_words(given: str, text: str) -> None:
    assert decode_words(given) == text


@pytest.mark.parametrize(
    ("value", "word", "params"),
    [
        ('text/plain; charset="utf-8"; format=flowed', "text/plain", {"charset": "utf-8", "format": "flowed"}),
        ("text/plain; name*", "text/plain", {}),
        ("text/plain charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ("attachment; filename*0*=utf-8''p%C3%A5; filename*1*=%20v.pdf", "attachment", {"filename": "på v.pdf"}),
        ("attachment; filename*1=b.txt; filename*0=a", "attachment", {"filename": "ab.txt"}),
        ('attachment; filename="C:\\tmp\\a.doc"', "attachment", {"filename": "C:\\tmp\\a.doc"}),
        ("attachment; filename=a b.pdf; filename=c.pdf", "attachment", {"filename": "a b.pdf"}),
        ("attachment; filename=a.txt; filename*=utf-8''%C3%A5.txt", "attachment", {"filename": "å.txt"}),
    ],
)
def test_parameters(value: str, word: str, params: dict[str, str]) -> None:
    assert parameters(value) == (word, params)


@pytest.mark.parametrize("value", [";" * 16_000, 'x; a="' + "\\" * 16_000, "x;" + "(a)" * 5000, "x;" + "a=" * 8000])
def test_parameters_are_read_in_one_pass(value: str) -> None:
    assert len(parameters(value)[1]) <= 1


@pytest.mark.parametrize(
    ("content", "encoding", "decoded"),
    [
        (b"aGVq", "base64", b"hej"),
        (b"aGVq\r\naGVq\r\n", "BASE64", b"hejhej"),
        (b"aGVq=\naGVq", "base64", b"hejhej"),
        (b"aGVqaG", "base64", b"hejh"),
        (
            b"RmVsIHDDpSB2w6R4ZWxu!!!\r\n-- \r\nSignatur fran en gateway\r\nA=",
            "base64",
            "Fel på växeln".encode() + b"\n-- \nSignatur fran en gateway",
        ),
        (b"Inte alls kodat", "base64", b"Inte alls kodat"),
        (b"p=C3=A5= \nx=zz", "quoted-printable", b"p\xc3\xa5x=zz"),
        (b"begin 644 x\n#:&5J\n`\nend\n", "x-uuencode", b"hej"),
        (b"hej", "rot13", b"hej"),
        (b"", "base64", b""),
    ],
)
def test_transfer_encodings(content: bytes, encoding: str, decoded: bytes) -> None:
    assert undo(content, encoding)[0] == decoded


def test_a_uuencoded_file_leaves_the_text() -> None:
    text, files = take_uuencoded("Hej\nbegin 644 ../../x\n#:&5J\n`\nend\nslut")
    assert text == "Hej\n\nslut"
    assert [(file.name, file.content) for file in files] == [("../../x", b"hej")]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("rapport.pdf", "rapport.pdf"),
        ("../../../../etc/cron.d/x", "x"),
        ("..\\..\\windows\\x.dll", "x.dll"),
        ("C:autoexec.bat", "autoexec.bat"),
        ("..%2f..%2fpasswd", "passwd"),
        ("%252e%252e%252fx", "x"),
        ("．．／ｘ", "x"),
        ("\u200b.htaccess", "htaccess"),
        ("fil\x00.exe\r\n.txt", "fil.exe_.txt"),
        ("=?utf-8?q?p=C3=A5.txt?=", "på.txt"),
        ("..", ""),
        ("", ""),
        ("\u202egpj.exe", "gpj.exe"),
        ("a" * 4000 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_names_of_files_are_names_and_no_paths(raw: str, name: str) -> None:
    assert safe_name(raw) == name


@pytest.mark.parametrize(
    ("text", "flowed"),
    [
        ("en rad som \nfortsätter\nny", "en rad som fortsätter\nny"),
        ("> citat som \n> fortsätter\nsvar", "> citat som fortsätter\nsvar"),
        ("> citat \nsvar", "> citat \nsvar"),
        ("text \n-- \nAnna", "text \n-- \nAnna"),
        (" From", "From"),
    ],
)
def test_flowed_lines_are_joined(text: str, flowed: str) -> None:
    assert unflow(text) == flowed


def test_delsp_takes_the_space_that_marks_the_break() -> None:
    assert unflow("fort \nsätter", delete_space=True) == "fortsätter"


HEAD = b"From: a@exempel.se\r\nSubject: Hej\r\n"
PART = b"Content-Type: text/plain; charset=utf-8\r\n\r\nInre text"


@pytest.mark.parametrize(
    "content",
    [
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n' + PART + b"\r\n--x--\r\n",
        b"Content-Type: multipart/mixed\r\n\r\n--x\r\n" + PART + b"\r\n--x--\r\n",
        b'Content-Type: multipart/mixed; boundary="y"\r\n\r\n--x\r\n' + PART + b"\r\n--x--\r\n",
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n' + PART,
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x  \r\n' + PART + b"\r\n--x",
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
        b"--x\r\n" + PART + b"\r\n--x--\r\n--x--",
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\nInre text',
        b"Content-Type: /;=;*=;\r\n\r\nInre text",
        b"Content-Type: text/plain; name*\r\n\r\nInre text",
        b"Content-Transfer-Encoding: base64\r\n\r\nSW5yZSB0ZXh0",
    ],
)
def test_the_text_is_found_however_the_tree_is_broken(content: bytes) -> None:
    root, _ = read_tree(HEAD + content)
    assert root.headers.get("subject") == "Hej"
    assert _texts(root) == ["Inre text"]


@pytest.mark.parametrize(
    ("content", "subject", "text"),
    [
        (b"From a Tue Nov 21\nSubject: Hej\n\nText", "Hej", "Text"),
        (b"Detta ar ingen rubrik\r\nSubject: Hej\r\n\r\nText", "Hej", "Text"),
        (b"\xef\xbb\xbf\r\n\r\nSubject: Hej\r\n\r\nText", "Hej", "Text"),
        (b"Subject: Hej\rX-Command: close\r\n\r\nText", "Hej X-Command: close", "Text"),
        (b"Subject: Hej\r\rText", "Hej", "Text"),
        (b"Subject: Hej\r\r\nX-A: b\r\r\n\r\r\nText", "Hej", "Text"),
        (b"Subject: Hej\nText utan tom rad\n\nmer", "Hej", "Text utan tom rad\n\nmer"),
        (b"Subject: Hej\r\n du\r\n\r\nText", "Hej du", "Text"),
        ("Subject: På\r\n\r\nText".encode(), "På", "Text"),
        ("Subject: На\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\nText".encode("koi8-r"), "На", "Text"),
        (b"Bara en text\n\nutan rubriker", None, "Bara en text\n\nutan rubriker"),
        (b"", None, ""),
    ],
)
def test_headers_are_told_from_text(content: bytes, subject: str | None, text: str) -> None:
    root, _ = read_tree(content)
    assert root.headers.get("Subject") == subject
    assert root.text == text


def test_depth_and_number_of_parts_are_bounded_and_said() -> None:
    deep, oddities = read_tree(b"Content-Type: message/rfc822\n\n" * 5000 + b"Subject: x\n\ny")
    depth = 0
    while deep.parts:
        deep, depth = deep.parts[0], depth + 1
    assert depth == MOST_DEEP and any("deeper" in oddity for oddity in oddities)
    many, oddities = read_tree(b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\nhej\n" * 1000 + b"--x--")
    assert len(many.parts) < MOST_PARTS and any("parts" in oddity for oddity in oddities)


def test_a_second_from_is_seen_beyond_the_limit_of_fields() -> None:
    root, _ = read_tree(b"From: a@x.se\n" + b"X-A: b\n" * 2000 + b"From: b@x.se\n\nhej")
    assert root.headers.all("From") == ("a@x.se", "b@x.se") and len(root.headers.fields) < 1100


def test_well_formed_mail_is_read_as_the_standard_library_reads_it() -> None:
    mail = EmailMessage()
    mail["Subject"] = "Fel på växeln"
    mail.set_content("Hej på dig\n")
    mail.add_alternative("<p>Hej på dig</p>\n", subtype="html")
    mail.add_attachment(bytes(range(256)), maintype="image", subtype="png", filename="bild å.png")
    inner = EmailMessage()
    inner.set_content("Inre")
    mail.add_attachment(inner)
    content = mail.as_bytes()
    ours = list(_walk(read_tree(content)[0]))
    theirs = list(email.message_from_bytes(content).walk())
    assert [part.type for part in ours] == [part.get_content_type() for part in theirs]
    for part, other in zip(ours, theirs, strict=True):
        if not other.is_multipart():
            assert part.content == other.get_payload(decode=True)
    assert [part.name for part in ours if part.name] == ["bild å.png"]


def _walk(part):  # type: ignore[no-untyped-def]
    yield part
    for child in part.parts:
        yield from _walk(child)


def _texts(root) -> list[str]:  # type: ignore[no-untyped-def]
    return [part.text.strip() for part in _walk(root) if part.text and part.text.strip()]
