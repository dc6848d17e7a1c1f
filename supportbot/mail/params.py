"""The value of Content-Type or Content-Disposition -> its word and its parameters (RFC 2045 §5.1, RFC 2231). Pure.

The trap is time: the standard library needs seconds for 20 kB of semicolons; this reads each sign once.
"""

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from supportbot.mail.charsets import decode

_MAIN = re.compile(r"\s*([^;\s]*)")
_PARAMETER = re.compile(r";\s*([^=;\s\"]{1,100})\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"?|([^;]*))", re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
_PIECE = re.compile(r"([^*]+)\*(?:(\d{1,3})(\*)?)?")
_MOST = 200
_OFTEN = 80
"""Signs of a value that is likely to come again."""


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """The word before the first `;` in lower case, and the parameters by lower-case name; of two, the first counts."""
    if not value:
        return "", {}
    if len(value) > _OFTEN or "boundary" in value:
        return _parameters(value)
    word, found = _known(value)
    return word, dict(found)


@lru_cache(maxsize=500)
def _known(value: str) -> tuple[str, dict[str, str]]:
    """Kept: mails say the same few short things of their parts."""
    return _parameters(value)


def _parameters(value: str) -> tuple[str, dict[str, str]]:
    main = _MAIN.match(value)
    word, rest = (main[1].lower(), value[main.end() :]) if main else ("", "")
    if "=" not in rest:
        return word, {}
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for count, found in enumerate(_PARAMETER.finditer(";" + rest)):
        if count == _MOST:
            break
        name, text = found[1].lower(), _unquoted(found)
        if "*" in name and (piece := _PIECE.fullmatch(name)):
            index = int(piece[2] or 0)
            pieces.setdefault(piece[1], {}).setdefault(index, (text, not piece[2] or bool(piece[3])))
        else:
            plain.setdefault(name, text)
    plain.update({name: _continued(found) for name, found in pieces.items()})
    return word, plain


def _unquoted(found: re.Match[str]) -> str:
    """Only quotation marks and backslashes lose their backslash: careless senders give `C:\\path\\file.doc`."""
    if found[2] is not None:
        return _ESCAPED.sub(r"\1", found[2])
    return found[3].strip()


def _continued(pieces: dict[int, tuple[str, bool]]) -> str:
    """RFC 2231 §3 and §4.1: the pieces in order, percent signs decoded, in the charset that the first one names."""
    first, encoded = pieces[min(pieces)]
    charset: str | None = None
    if encoded and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
    content = b""
    for index in sorted(pieces):
        text, encoded = pieces[index]
        text = first if index == min(pieces) else text
        content += unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
    return decode(content, charset)[0]
