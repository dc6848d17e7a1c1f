"""Strings from outside -> strings that are safe to store, show, log and put into a mail of ours. Pure.

Every string that a mail gives us goes through here (reliability TH10, TH12, TH25, TH26). The trap is time: normalising
a long run of combining marks is quadratic in the standard library, so such runs are cut first (UAX 15, stream-safe).
"""

import re
import unicodedata
from collections.abc import Callable
from itertools import takewhile

_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_INVISIBLE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e007f"
)
"""C0 and C1 controls, soft hyphen, bidi and format controls, tags (which can hide a text), non-characters."""
_JOINED = "[\u0590-\u1fff\u2190-\ufefe\U00010000-\U0001ffff]"
"""Scripts and emoji in which a joiner (ZWJ, ZWNJ) means something; between Latin letters it only hides a word."""
_GONE = re.compile(f"[{_INVISIBLE}]|(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})")
_FIXED_SPACES = re.compile("[\xa0\u2007\u202f]")
_MARKS = re.compile(r"[^\w\s\x00-\u02ff]{31,}")
"""Where a run of combining marks too long for any language can stand (a mark is no word character)."""
_MOST_MARKS = 30
_COMBINING_JOINER = "\u034f"
"""The one sign of _INVISIBLE that Unicode calls printable."""
_NOT_WESTERN = re.compile("[^\x00-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_TAME = bytes(byte for byte in range(256) if chr(byte).isprintable() or chr(byte) in "\t\n")
"""Of Latin-1: what stands in nearly all mail, and is clean as it stands."""
_TYPED = "’”“–…€•—‘"
"""What else programs and people often write, and is clean, too."""
_HIDDEN = re.compile(f"[\t\n\ud800-\udfff\u200c\u200d\u2028\u2029{_INVISIBLE}]")
_EXTENDS = re.compile("[\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")
_REGIONAL = re.compile("[\U0001f1e6-\U0001f1ff]")


def clean_line(value: str, limit: int = 250) -> str:
    """One line: NFC, no controls or line breaks, white space squashed, at most `limit` characters.

    The cut falls between what a reader sees as characters: a letter keeps its marks, an emoji its joiners.
    """
    if len(value) > 8 * limit + 1000:  # what is cut anyway need not be read
        value = value[: 8 * limit + 1000]
    if not (value.isprintable() if value.isascii() else _is_tame(value)):
        value = _normal(_GONE.sub("", _LINE_BREAKS.sub(" ", _paired(value)).replace("\n", " ").replace("\t", " ")))
    return _cut(" ".join(value.split()), limit).rstrip()


def clean_text(value: str) -> str:
    """A body: LF for every line break; tab kept; no other controls; NFC; plain spaces for fixed ones. Linear."""
    if "\r" in value:
        value = value.replace("\r\r\n", "\n").replace("\r\n", "\n")
    unmarked = value.replace("\ufeff", "")  # Apple's quotes begin with it
    if _is_tame(unmarked):
        return unmarked
    if value.replace("\n", "").replace("\t", "").isprintable() and _COMBINING_JOINER not in value:
        return value if _is_western(value) else _normal(value)
    value = _GONE.sub("", _paired(_LINE_BREAKS.sub("\n", value)))
    return _normal(_FIXED_SPACES.sub(" ", value))


def _escape(sign: str) -> str:
    return sign.encode("unicode_escape", "surrogatepass").decode("ascii")


def visible(value: str, written: Callable[[str], str] = _escape) -> str:
    r"""For logs and terminals: every control, line break and invisible sign as \n, \x1b, \u202e … (or as `written`)."""
    return _HIDDEN.sub(lambda found: written(found[0]), value)


def _paired(value: str) -> str:
    """Surrogate pairs become the sign that they mean, lone ones U+FFFD."""
    if not _SURROGATES.search(value):
        return value
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _normal(value: str) -> str:
    return unicodedata.normalize("NFC", _MARKS.sub(lambda run: _without_heaps(run.group()), value))


def _is_tame(value: str) -> bool:
    """All of it in _TAME or _TYPED, found out in a fraction of the time that the questions below take."""
    try:
        return not value.encode("latin-1").translate(None, _TAME)
    except UnicodeEncodeError:
        for sign in _TYPED:
            value = value.replace(sign, "")
    try:
        return not value.encode("latin-1").translate(None, _TAME)
    except UnicodeEncodeError:
        return False


def _is_western(value: str) -> bool:
    """All of it in Windows-1252: then it is NFC as it stands, and most mail is spared the slower way."""
    if value.isascii():
        return True
    try:
        value.encode("latin-1")  # faster than to look for what it cannot write
    except UnicodeEncodeError:
        return _NOT_WESTERN.search(value) is None
    return True


def _without_heaps(run: str) -> str:
    kept, marks = [], 0
    for sign in run:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= _MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def _cut(value: str, limit: int) -> str:
    if len(value) <= limit:
        return value
    end = limit
    while end > max(limit - 40, 1) and _belongs_together(value, end):
        end -= 1
    return value[:end]


def _belongs_together(value: str, at: int) -> bool:
    """Whether a cut before `value[at]` would tear one visible character apart (UAX 29, the common cases)."""
    before, after = value[at - 1], value[at]
    if before == "\u200d" or _EXTENDS.match(after) or unicodedata.category(after)[0] == "M":
        return True
    if not (_REGIONAL.match(before) and _REGIONAL.match(after)):
        return False
    letters = sum(1 for _ in takewhile(_REGIONAL.match, reversed(value[:at])))
    return letters % 2 == 1  # a flag is two regional letters
