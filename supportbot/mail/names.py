"""What a mail calls its files -> names that are safe to show, and never a path. Pure.

The trap is the order: first decode, then clean, then cut the path off (reliability TH17: a check before cleaning let
`.htaccess` with a zero-width sign through). A name is shown to people only; nothing is ever stored under it.
"""

import re
import unicodedata
from urllib.parse import unquote

from supportbot.mail.clean import clean_line
from supportbot.mail.encoded import decode_words
from supportbot.mail.message import Headers

_PERCENT = re.compile(r"%(25|2e|2f|5c|00|3a)", re.IGNORECASE)
_PATH = re.compile(r"[/\\\u2044\u2215\u29f8\uff0f\ufe68\uff3c]")
_DRIVE = re.compile(r"^[A-Za-z]:")
_BREAKS = re.compile(r"[\r\n]+")
_UNSAFE = re.compile(r'[<>:"|?*]')
_LONGEST = 120
_LONGEST_RAW = 8000
_EXTENSIONS = {
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/ms-tnef": ".dat",
    "application/rtf": ".rtf",
    "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls",
    "application/json": ".json",
    "application/xml": ".xml",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "image/bmp": ".bmp",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/tiff": ".tif",
    "image/webp": ".webp",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "text/xml": ".xml",
    "video/mp4": ".mp4",
}


def declared_name(disposition: dict[str, str], type_params: dict[str, str], headers: Headers) -> str | None:
    """The name that a part gives itself, cleaned; "" where it gives one of which nothing is left; None for none."""
    raw = disposition.get("filename") or disposition.get("name") or type_params.get("name")
    if raw is None and "filename" not in disposition and not headers.get("Content-Location"):
        return None
    if not raw:
        raw = headers.get("Content-Location") or ""
        raw = raw.split("?")[0] if "://" in raw[:12] else raw
    return safe_name(raw)


def safe_name(raw: str) -> str:
    """One line, without path, drive, control or invisible signs, at most 120 characters; "" when nothing is left."""
    name = clean_line(_BREAKS.sub("_", decode_words(raw[:_LONGEST_RAW])), _LONGEST_RAW)
    for _ in range(3):  # encoded twice is a known way around a check
        name = _PERCENT.sub(lambda sign: unquote(sign[0]).replace("\0", ""), name)
    name = unicodedata.normalize("NFKC", name) if _looks_fullwidth(name) else name
    name = _DRIVE.sub("", _PATH.split(name)[-1])
    name = clean_line(_UNSAFE.sub("_", name), _LONGEST_RAW).strip(". ") if name.strip(". ") else ""
    return _shortened(name)


def numbered_name(number: int, kind: str) -> str:
    """A name for the part that has none: `attachment-2.png`."""
    return f"attachment-{number}{_EXTENSIONS.get(kind, '')}"


def _looks_fullwidth(name: str) -> bool:
    return any("\uff00" <= sign <= "\uff5e" or sign in "\u2024\u2025\u2026" for sign in name)


def _shortened(name: str) -> str:
    """The extension says what it is, so it stays."""
    if len(name) <= _LONGEST:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 12:
        return clean_line(name, _LONGEST)
    return f"{clean_line(stem, _LONGEST - len(extension) - 1)}.{extension}"
