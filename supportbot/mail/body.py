"""The tree of a mail -> its body in plain text and in HTML, and its files, as a mail reader would choose. Pure.

The trap: "the first text/plain" is wrong for most mail: a mailer writes text around its pictures, calls an empty plain
part an alternative, hangs logs on as text, and signs or encrypts the whole.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from supportbot.mail import html, tnef
from supportbot.mail.flowed import unflow
from supportbot.mail.html_source import Source
from supportbot.mail.message import Attachment, Part
from supportbot.mail.names import numbered_name, safe_name
from supportbot.mail.transfer import take_uuencoded

MOST_FILES = 200
_SHOWN = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown", "message/partial"})
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"})
_OF_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status", "message/feedback-report",
                         "message/disposition-notification", "text/rfc822-headers",
                         "message/global-headers"})  # fmt: skip
_CALENDAR_LINE = re.compile(r"^(SUMMARY|LOCATION|DESCRIPTION|COMMENT)(?:;[^:\n]*)?:(.*)$", re.MULTILINE)
_ENRICHED_TAG = re.compile(r"<(?:param>[^<]{0,200}</param|/?[A-Za-z][A-Za-z-]{0,59})>", re.IGNORECASE)
_ARMOUR = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Z][A-Za-z]{1,20}: [^\n]*\n){0,5}\n?"
    r"|^-----BEGIN PGP SIGNATURE-----\n(?:[^\n]{0,100}\n){0,60}?-----END PGP SIGNATURE-----\n?",
    re.MULTILINE,
)
_PICTURE = re.compile(
    r"\[cid:[^\]\s]{3,200}\]"
    r"|\[[^\[\]]{0,400}?(?:AI-genererat innehåll kan vara felaktigt|AI-generated content may be incorrect"
    r"|AI-generert innhold kan være feil|AI-genereret indhold kan være forkert"
    r"|Tekoälyllä luotu sisältö voi olla virheellistä)\.?\]"
)
"""What Outlook writes into plain text where a picture stands."""
_WORD = re.compile(r"\w{2,}")
_COMPARED = 50_000
"""Signs of each text that are compared with the other."""
_LINES = 50
"""How many are looked for, each in all of the HTML."""
_TELLING = 20
"""Signs of a line that is worth looking for."""


@dataclass(slots=True)
class Body:
    """What a reader sees (either may be None), and what hangs on it."""

    plain: str | None = None
    html: Source | None = None
    differs: bool = False
    """Plain text and HTML say different things, and both are shown."""
    files: list[Attachment] = field(default_factory=list)
    mails: list[Part] = field(default_factory=list)
    """Roots of attached mails that are forwarded, not those that a report returns."""
    oddities: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Piece:
    plain: str | None
    html: str | None


def read_body(root: Part) -> Body:
    body = Body()
    pieces = [piece for piece in _pieces(root, body, False) if (piece.plain or piece.html or "").strip()]
    pieces = _without_repetition(pieces, body)
    if any(piece.html for piece in pieces):
        body.html = Source("\n".join(piece.html or f"<pre>{escape(piece.plain or '')}</pre>" for piece in pieces))
    if pieces and (len(pieces) > 1 or pieces[0].plain is not None):
        body.plain = "\n".join(_plain_of(piece) for piece in pieces)
    if not pieces:
        body.plain = _calendar_text(root)
    return _compared(body)


def _compared(body: Body) -> Body:
    """Where plain text and HTML say different things, both are shown: a rule must not miss what one of them says."""
    if body.html is None or not body.plain or _is_repeated(body.plain, body.html):
        return body
    plain = _words(body.plain)
    if len(plain) < 3:
        return body
    certain = body.html.surely_shown().intersection(body.plain[:_COMPARED].lower().split())
    if _are_alike(plain, _words(" ".join(certain)) & plain):
        return body
    seen = html.text_of(body.html.lines())
    rich = _words(seen)
    if len(rich) < 3 or body.plain.split() == seen.split() or _are_alike(min(plain, rich, key=len), plain & rich):
        return body
    body.oddities.append("the plain text and the HTML say different things")
    if "html" in plain:  # "your program cannot show HTML" is no message
        body.plain = None
    else:
        body.differs = True
    return body


def _is_repeated(plain: str, rich: Source) -> bool:
    """Whether the HTML surely shows so many whole lines of the plain text that both are alike.

    The first and the last word of a line may go on in another element, so they count for nothing. Words are counted as
    cheaply as can be: of what is shown too few, of the rest too many ("a@b.se" has at most as many as fit into it).
    """
    if len(plain) > _COMPARED:
        return False
    shown: set[str] = set()
    others: list[str] = []
    for line in plain.split("\n", _LINES):
        said = line.lstrip("> ")
        if len(said) > _TELLING and rich.repeats(said):
            words = said.lower().split()
            shown.update(words[1:-1])
            others += (words[0], words[-1])
        else:
            others.append(said)
    if not shown:
        return False
    certain = len([word for word in shown if len(word) > 1 and word.isalpha()])
    rest = sum([1 if word.isalpha() else (len(word) + 1) // 3 for word in set(" ".join(others).split())])
    return certain >= 0.3 * (certain + rest)


def _are_alike(words: set[str], shared: set[str]) -> bool:
    return len(shared) >= 0.3 * len(words)


def _pieces(part: Part, body: Body, report: bool) -> Iterator[_Piece]:
    """The texts in the order in which they are shown; everything else goes to the files."""
    kind = part.type
    if kind == "multipart/alternative":
        yield from _alternative(part, body, report)
    elif kind.startswith("multipart/"):
        if kind == "multipart/signed":
            body.oddities.append("signed by the sender; the signature was not checked")
        if kind == "multipart/encrypted":
            body.oddities.append("encrypted, cannot be read")
        for child in part.parts:
            yield from _pieces(child, body, report or kind == "multipart/report")
    elif _is_shown(part):
        if part.name is not None:
            _add_file(body, part.name, kind, part.content)
        yield _piece(part, body)
    elif not (kind in _SIGNATURES or (kind in _OF_REPORTS and report)):
        _hang(part, body, report)


def _is_shown(part: Part) -> bool:
    if part.disposition == "attachment" or part.type not in _SHOWN:
        return False
    return part.name is None or (part.disposition == "inline" and part.type == "text/plain")


def _piece(part: Part, body: Body) -> _Piece:
    text = part.text or ""
    if part.type == "message/partial":
        body.oddities.append("a fragment of a larger mail (message/partial); fragments are never joined")
    if part.type == "text/html":
        return _Piece(None, text)
    if part.type in ("text/enriched", "text/richtext"):
        return _Piece(_without_tags(text), None)
    if part.params.get("format", "").lower() == "flowed":
        text = unflow(text, delete_space=part.params.get("delsp", "").lower() == "yes")
    if "-----BEGIN PGP SIGNED MESSAGE-----" in text:
        text = _ARMOUR.sub("", text).replace("\n- -", "\n-")  # RFC 9580 §7: a dash at the head of a line is escaped
        body.oddities.append("signed by the sender; the signature was not checked")
    text, files = take_uuencoded(_PICTURE.sub("", text) if "[" in text else text)
    for file in files:
        body.oddities.append("a uuencoded file inside the text")
        _add_file(body, safe_name(file.name), "application/octet-stream", file.content)
    return _Piece(text, None)


def _alternative(part: Part, body: Body, report: bool) -> Iterator[_Piece]:
    """The same text several times over (RFC 2046 §5.1.4): the plain one, and the last HTML."""
    found = [_joined(list(_pieces(child, body, report))) for child in part.parts]
    plain = next((piece.plain for piece in found if (piece.plain or "").strip()), None)
    rich = next((piece.html for piece in reversed(found) if (piece.html or "").strip()), None)
    if plain or rich:
        yield _Piece(plain, rich)


def _joined(pieces: list[_Piece]) -> _Piece:
    if len(pieces) == 1:
        return pieces[0]
    plain = [piece.plain for piece in pieces if piece.plain]
    rich = [piece.html for piece in pieces if piece.html]
    return _Piece("\n".join(plain) or None, "\n".join(rich) or None)


def _plain_of(piece: _Piece) -> str:
    return piece.plain if piece.plain is not None else html.to_text(piece.html or "")


def _without_repetition(pieces: list[_Piece], body: Body) -> list[_Piece]:
    """Plain text and its HTML side by side in multipart/mixed, as careless programs send them, are one text."""
    if len(pieces) != 2 or pieces[0].html or pieces[1].plain or not pieces[1].html:
        return pieces
    plain, rich = _words(pieces[0].plain or ""), _words(html.to_text(pieces[1].html))
    if plain and len(plain & rich) > 0.8 * len(plain | rich):
        body.oddities.append("plain text and HTML side by side, not as alternatives")
        return [_Piece(pieces[0].plain, pieces[1].html)]
    return pieces


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text[:_COMPARED].lower()))


def _hang(part: Part, body: Body, report: bool) -> None:
    """A part that is not shown in the text: a file, a mail, or something that only its program can read."""
    kind, name = part.type, part.name
    if kind in _SEALED:
        signed = "signed" in part.params.get("smime-type", "")
        body.oddities.append("signed in a way that hides the text" if signed else "encrypted, cannot be read")
    if kind == "message/external-body":
        body.oddities.append("a part that lies elsewhere (message/external-body); nothing is fetched")
    if kind == "application/ms-tnef" or (name or "").lower() == "winmail.dat":
        inner = tnef.files(part.content)
        body.oddities.append("an Outlook container (winmail.dat); its files are named, its text is not read")
        for file_name, content in inner:
            _add_file(body, safe_name(file_name), "application/octet-stream", content)
        if inner:
            return
    if part.parts and kind.startswith("message/"):
        if report:
            return
        body.mails.append(part.parts[0])
        name = name or (safe_name(part.parts[0].headers.get("Subject") or "") or "message") + ".eml"
    _add_file(body, name, kind, part.content)


def _add_file(body: Body, name: str | None, kind: str, content: bytes) -> None:
    if len(body.files) == MOST_FILES:
        body.oddities.append(f"more than {MOST_FILES} files, the rest is not listed")
    if len(body.files) < MOST_FILES:
        shown = name or numbered_name(len(body.files) + 1, kind)
        body.files.append(Attachment(shown, kind, len(content), hashlib.sha256(content).hexdigest()))


def _without_tags(text: str) -> str:
    """RFC 1896: commands in angle brackets, `<<` for one, a single line break is a space."""
    text = _ENRICHED_TAG.sub("", text.replace("<<", "\0")).replace("\0", "<")
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text)


def _calendar_text(root: Part) -> str | None:
    """What an invitation or its answer says, where nothing else does (RFC 5545 §3.1)."""
    for part in _walk(root):
        if part.type == "text/calendar" and part.text:
            unfolded = re.sub(r"\n[ \t]", "", part.text)
            lines = [value.replace("\\n", "\n").replace("\\,", ",") for _, value in _CALENDAR_LINE.findall(unfolded)]
            return "\n".join(line for line in lines if line.strip()) or None
    return None


def _walk(part: Part) -> Iterator[Part]:
    yield part
    if part.type.startswith("multipart/"):
        for child in part.parts:
            yield from _walk(child)
