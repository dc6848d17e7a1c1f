"""Address headers -> plain addresses, or nothing. Pure.

Strict on purpose: one plain form is read (`anna@x.se`, `Anna <anna@x.se>`, `anna@x.se (Anna)`), and everything else is
nobody's, for a wrong guess is somebody else's identity (reliability TH11, TH12; CVE-2023-27043). The trap: the
standard library takes `alice@icentrex.se <x@evil.example>` for Alice. Each sign is read once (linear).
"""

import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import idna

from supportbot.mail.clean import clean_line
from supportbot.mail.encoded import decode_words
from supportbot.mail.message import Address

MOST_ADDRESSES = 2000
_SHORT = 200
"""Signs of a list whose addresses are kept."""
_TOKEN = re.compile(
    r"""\s+|"(?P<quoted>(?:[^"\\]|\\.)*+)(?P<closed>"?)|<(?P<angle>[^<>]*)>|\(|[,;:]"""
    r"""|=\?[^?\s]{1,40}\?[bBqQ]\?[^?\s]{0,2000}\?=(?=[\s<(,]|$)|[^\s"<>,;:()]+|.""",
    re.DOTALL,
)
_PLAIN = re.compile(r"([\w .'&-]*)<([\w.+-]+@[\w.-]+)>")
"""`Anna Svensson <anna@x.se>`, as most are: it cannot pretend, and need not be taken apart sign by sign."""
_UNQUOTED = re.compile(r"""([^<>@"=()\\:]{1,200}[,;][^<>@"=()\\:;,]{1,200})<([^<>@\s]{1,64}@[^<>@\s]{1,255})>""")
"""`Svensson, Anna <anna@x.se>`, as careless programs write it: with one "@" in it, it can name nobody else."""
_PARENTHESIS = re.compile(r"[()]|\\.", re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*")
_LOOK_ALIKES = frozenset("асеорхуіјѕһӏԁԛԝαορνικ")
"""Cyrillic and Greek letters that are drawn like Latin ones (UTS 39)."""


@dataclass(slots=True)
class _Mailbox:
    """What stands between two commas."""

    words: list[str] = field(default_factory=list)
    """Outside brackets, quotation marks gone."""
    bare: list[str] = field(default_factory=list)
    """Those of the words that stood there without quotation marks."""
    angles: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    broken: bool = False

    @property
    def empty(self) -> bool:
        return not (self.words or self.angles or self.broken)


def one_address(values: Sequence[str]) -> Address | None:
    """The address of a header that must hold just one: one field (or the same one twice) with one plain address."""
    values = _different(values)
    if len(values) != 1:
        return None
    if plain := _PLAIN.fullmatch(values[0]):
        return _named(plain[2], " ".join(plain[1].split()))
    if unquoted := _UNQUOTED.fullmatch(values[0].strip()):
        return _named(unquoted[2], " ".join(unquoted[1].split()))
    boxes = list(_mailboxes(values[0], one=True))
    return _read(boxes[0]) if len(boxes) == 1 else None


def addresses(value: str) -> tuple[Address, ...]:
    """Those of a list that are plain, at most 2000; groups count by their members."""
    return _of_short(value) if len(value) <= _SHORT else _of_list(value)


@lru_cache(maxsize=500)
def _of_short(value: str) -> tuple[Address, ...]:
    """Kept: the desk's own address stands in every mail, and each list is asked for more than once."""
    return _of_list(value)


def _of_list(value: str) -> tuple[Address, ...]:
    found: list[Address] = []
    for box in _mailboxes(value):
        if (address := _read(box)) is not None:
            found.append(address)
        if len(found) == MOST_ADDRESSES:
            break
    return tuple(found)


def plain_address(spec: str) -> str | None:
    """`local@domain` with a lower-case A-label domain (RFC 5890), or None if it is anything but plain."""
    local, at, domain = spec.rpartition("@")
    if not at or "=?" in spec or len(local) > 64 or not _LOCAL.fullmatch(local):
        return None
    ascii_domain = _a_label(domain)
    if ascii_domain is None or len(local) + 1 + len(ascii_domain) > 254:
        return None
    return f"{local}@{ascii_domain}"


def is_ours(address: str, ours: Container[str]) -> bool:
    """Whether it is one of the desk's addresses (lower case), or a plus-address of one (RFC 5233)."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" in ours or address.lower() in ours


def pretence(values: Sequence[str]) -> str:
    """Why a From pretends to be somebody, in words; "" where it does not (reliability R28, TH11)."""
    values = _different(values)
    if len(values) > 1:
        return "The mail has two From fields."
    if values and _PLAIN.fullmatch(values[0]):
        return ""
    for box in _mailboxes(values[0], one=True) if values else ():
        if any("=?" in word and "@" in word[word.rfind("?=") :] for word in (*box.bare, *box.angles)):
            return "The address in From is encoded, so that it can be taken for another."
        said = {word.lower().strip("'") for word in (*_spoken(box), *box.angles)}
        if len(said) > 1 or (box.broken and said):
            return "From holds one address beside another."
    return ""


def remarks(sender: Address) -> tuple[str, ...]:
    """What a person should know of an address: a name or domain that can be mistaken for another."""
    found = []
    shown = re.search(r"[\w.+-]{1,64}@[\w.-]{1,190}\w", sender.name) if "@" in sender.name else None
    if shown and shown[0].lower() != sender.address.lower():
        found.append("the sender's name shows another address than the sender's own")
    if _looks_like_another(sender.domain):
        found.append(f"the sender's domain {sender.domain} is written in letters that look like others")
    return tuple(found)


def _different(values: Sequence[str]) -> tuple[str, ...]:
    """A field that a gateway wrote twice, sign for sign, says one thing."""
    return tuple(dict.fromkeys(value.strip() for value in values))


def _mailboxes(value: str, one: bool = False) -> Iterator[_Mailbox]:
    """`one`: a group, which a single address cannot be, counts as broken."""
    box, position = _Mailbox(), 0
    while position < len(value):
        token = _TOKEN.match(value, position)
        if token is None:
            break
        position, sign = token.end(), token[0]
        if sign == "(":
            position = _comment(value, token.end(), box)
        elif sign in (",", ";"):
            if not box.empty:
                yield box
            box = _Mailbox()
        elif sign == ":":
            box = _Mailbox(broken=True, words=box.words, bare=box.bare) if one or box.angles else _Mailbox()
        else:
            _add(box, token)
    if not box.empty:
        yield box


def _spoken(box: _Mailbox) -> list[str]:
    """What is an address outside brackets, quotation marks and encoded words."""
    return [word for word in box.bare if "@" in word and not word.startswith("=?")]


def _add(box: _Mailbox, token: re.Match[str]) -> None:
    sign = token[0]
    if sign.isspace():
        return
    if sign in ("<", ">", ")") or token["closed"] == "" or box.angles:  # nothing may follow the brackets
        box.broken = True
    if token["angle"] is not None:
        box.angles.append(token["angle"].strip())
    elif token["quoted"] is not None:
        box.words.append(_QUOTED_PAIR.sub(r"\1", token["quoted"]))
    else:
        box.words.append(sign)
        box.bare.append(sign)


def _comment(value: str, start: int, box: _Mailbox) -> int:
    """Where the comment that begins before `start` ends (RFC 5322 §3.2.2: it nests)."""
    depth = 1
    for sign in _PARENTHESIS.finditer(value, start):
        depth += {"(": 1, ")": -1}.get(sign[0], 0)
        if depth == 0:
            box.comments.append(value[start : sign.start()])
            return sign.end()
    box.broken = True
    return len(value)


def _read(box: _Mailbox) -> Address | None:
    if box.broken or len(box.angles) > 1:
        return None
    if box.angles:
        spec = box.angles[0]
        if any(word.strip("'").lower() != spec.lower() for word in _spoken(box)):
            return None
    elif len(box.words) == 1 and box.bare:
        spec = box.bare[0]
    else:
        return None
    name = " ".join(box.words) if box.angles else ""
    return _named(spec, name or " ".join(box.comments))


def _named(spec: str, name: str) -> Address | None:
    address = plain_address(spec)
    return None if address is None else Address(name=shown_name(name), address=address)


def shown_name(raw: str) -> str:
    """A display name as a reader sees it, in one line."""
    return clean_line(decode_words(clean_line(raw, 1000))).strip("'\" ")


def _a_label(domain: str) -> str | None:
    domain = domain.lower()
    if not domain.isascii():
        try:
            domain = idna.encode(unicodedata.normalize("NFC", domain)).decode("ascii")
        except (idna.IDNAError, UnicodeError, ValueError, IndexError):
            return None
    return domain if len(domain) <= 253 and _DOMAIN.fullmatch(domain) else None


def _looks_like_another(domain: str) -> bool:
    if "xn--" not in domain:
        return False
    for label in domain.split("."):
        try:
            letters = [sign for sign in idna.decode(label) if sign.isalpha()]
        except (idna.IDNAError, UnicodeError, ValueError, IndexError):
            return True
        scripts = {unicodedata.name(sign, "?").split()[0] for sign in letters}
        if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}:
            return True
        if letters and _LOOK_ALIKES.issuperset(letters):
            return True
    return False
