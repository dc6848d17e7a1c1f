"""Bytes and the charset they claim -> text, as a mail reader would show it. Pure.

The claim is often wrong: UTF-8 called Latin-1, Latin-1 called UTF-8, gb18030 called gb2312, no claim at all. The trap:
Python's codec registry also knows names that are no charset (hex, idna, unicode_escape, undefined) and that raise or
make lone surrogates, so only the names of a table are ever looked up (reliability TH24).
"""

import codecs
import re

_CODECS = {
    "utf-8": ("utf8", "unicode-1-1-utf-8", "utf8mb4", "cp65001", "unicode-2-0-utf-8"),
    "cp1252": ("iso-8859-1", "latin1", "latin-1", "iso8859-1", "iso88591", "windows-1252", "cp-1252", "x-cp1252",
               "ansi", "windows-1252-1", "l1", "ibm819", "cp819"),
    "iso8859-2": ("iso-8859-2", "latin2"),
    "iso8859-3": ("iso-8859-3",),
    "iso8859-4": ("iso-8859-4",),
    "iso8859-5": ("iso-8859-5",),
    "iso8859-6": ("iso-8859-6",),
    "iso8859-7": ("iso-8859-7",),
    "iso8859-8": ("iso-8859-8", "iso-8859-8-i", "iso-8859-8-e"),
    "cp1254": ("iso-8859-9", "windows-1254", "latin5"),
    "iso8859-10": ("iso-8859-10",),
    "cp874": ("iso-8859-11", "tis-620", "windows-874"),
    "iso8859-13": ("iso-8859-13",),
    "iso8859-14": ("iso-8859-14",),
    "iso8859-15": ("iso-8859-15", "latin-9", "latin9"),
    "iso8859-16": ("iso-8859-16",),
    "cp1250": ("windows-1250",),
    "cp1251": ("windows-1251",),
    "cp1253": ("windows-1253",),
    "cp1255": ("windows-1255",),
    "cp1256": ("windows-1256",),
    "cp1257": ("windows-1257",),
    "cp1258": ("windows-1258",),
    "koi8-r": ("koi8r",),
    "koi8-u": ("koi8u",),
    "mac-roman": ("macintosh", "x-mac-roman"),
    "cp437": ("ibm437",),
    "cp850": ("ibm850",),
    "cp852": ("ibm852",),
    "cp865": ("ibm865",),
    "cp866": ("ibm866",),
    "gb18030": ("gb2312", "gbk", "gb-2312", "cp936", "x-gbk", "gb2312-80"),
    "big5hkscs": ("big5", "big5-hkscs", "cp950"),
    "euc-jp": ("eucjp", "x-euc-jp"),
    "cp932": ("shift-jis", "shift_jis", "sjis", "x-sjis", "windows-31j"),
    "iso2022-jp-ext": ("iso-2022-jp", "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-3"),
    "cp949": ("euc-kr", "ks_c_5601-1987", "ks-c-5601-1987", "ksc5601", "windows-949"),
    "iso2022-kr": ("iso-2022-kr",),
    "utf-7": ("unicode-1-1-utf-7", "utf7"),
    "utf-16": ("utf16", "unicode", "ucs-2", "iso-10646-ucs-2"),
    "utf-16-le": ("utf-16le",),
    "utf-16-be": ("utf-16be",),
    "utf-32": ("utf32",),
    "utf-32-le": ("utf-32le",),
    "utf-32-be": ("utf-32be",),
}  # fmt: skip
_CODEC_OF = {alias: codec for codec, aliases in _CODECS.items() for alias in (codec, *aliases)}
_UNDECLARED = frozenset({"", "us-ascii", "ascii", "ansi-x3.4-1968", "default", "unknown", "unknown-8bit", "binary"})
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DOUBLE_BYTES = re.compile(rb"\x1b\$[@B]([!-~]*)(?:\x1b\([BJ])?")
_SHIFTING = ("utf-7", "iso2022")
_MOST_STRAY = 2000
"""Above so many bytes that are no UTF-8 the whole is taken as Windows-1252: fitting them in one by one is slow."""

_CONTINUATION = "".join(sorted({bytes([b]).decode("cp1252", "ignore") or chr(b) for b in range(0x80, 0xC0)}))
_MISREAD = re.compile(
    f"[\u00c3][{_CONTINUATION}]|\u00c2[\u00a0-\u00bf]|\u00e2[\u20ac\u201a\u201e][{_CONTINUATION}]"
    f"|\u00f0\u0178[{_CONTINUATION}]{{2}}"
)
"""UTF-8 that somebody read as Windows-1252: `Ã¥` for å, `â€™` for ’, `ðŸ˜€`. Ä and Å lead too, but before a closing
quotation mark they are Swedish."""


def decode(content: bytes, declared: str | None) -> tuple[str, str]:
    """The text, never raising, and in words what was wrong with the claim ("" where nothing was)."""
    name = declared or ""
    if name not in _CODEC_OF:
        name = name.strip().strip("'\"").lower().replace(" ", "")
    codec = _CODEC_OF.get(name)
    if codec is None:
        text, used = _guessed(content)
        if name in _UNDECLARED:
            return text, "" if content.isascii() else f"no charset declared, read as {used}"
        return text, f"unknown charset {name[:40]!r}, read as {used}"
    if codec == "utf-8":
        return _as_utf8(content)
    if codec.startswith(("utf-16", "utf-32")) and b"\0" not in content:
        return _guessed(content)[0], f"declared {name}, but is not"
    return _as_declared(content, codec, name)


def is_known(charset: str | None) -> bool:
    """Whether it is the name of a charset, in small letters."""
    return charset in _CODEC_OF


def mend(text: str) -> tuple[str, bool]:
    """Text in which UTF-8 was read as Latin-1 or Windows-1252 somewhere on its way, mended; whether it was."""
    if "\u00c3" not in text and "\u00c2" not in text and "\u00e2\u20ac" not in text and "\u00f0\u0178" not in text:
        return text, False
    mended = _MISREAD.sub(lambda found: _reread(found.group()), text)
    return mended, mended != text


def _reread(signs: str) -> str:
    raw = b"".join(sign.encode("cp1252", "ignore") or sign.encode("latin-1", "ignore") for sign in signs)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return signs


def _guessed(content: bytes) -> tuple[str, str]:
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return content[len(mark) if codec == "utf-8" else 0 :].decode(codec, "replace"), codec
    if b"\x1b$B" in content or b"\x1b$@" in content:
        return content.decode("iso2022_jp_ext", "replace"), "iso-2022-jp"
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    text = _as_utf8(content)[0]
    return text, "windows-1252"


def _as_utf8(content: bytes) -> tuple[str, str]:
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError:
        pass
    text = content.decode("utf-8", "replace")
    if text.count("\ufffd") > _MOST_STRAY:
        return content.decode("cp1252", "replace"), "declared utf-8, but is not; read as windows-1252"
    return content.decode("utf-8", "supportbot.windows-1252"), "declared utf-8, but holds bytes that are not"


def _as_declared(content: bytes, codec: str, name: str) -> tuple[str, str]:
    """Single-byte text that is valid UTF-8 is UTF-8; double-byte text only where the declared charset fails."""
    single = codec.startswith(("cp12", "iso8859", "koi8", "mac", "cp8", "cp437"))
    if single and not content.isascii():
        try:
            return content.decode("utf-8"), f"declared {name}, but is utf-8"
        except UnicodeDecodeError:
            pass
    try:
        return content.decode(codec), ""
    except UnicodeError:
        pass
    if not codec.startswith(_SHIFTING):
        try:
            return content.decode("utf-8"), f"declared {name}, but is utf-8"
        except UnicodeDecodeError:
            pass
    if codec.startswith("iso2022-jp"):
        return _with_maker_signs(content), f"not all of it is {name}"
    return content.decode(codec, "replace"), f"not all of it is {name}"


def _with_maker_signs(content: bytes) -> str:
    """ISO-2022-JP with the makers' own signs (row 13: №, ①), which the standard lacks and JIS X 0213 has."""
    plain = _DOUBLE_BYTES.sub(
        lambda found: bytes(byte | 0x80 for byte in found[1]).decode("euc_jis_2004", "replace").encode(), content
    )
    return plain.decode("utf-8", "replace")


def _stray_as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("supportbot.windows-1252", _stray_as_windows_1252)
