"""A line of a mail -> whether it is the name of a person, or of the person who sent it.

Pure. The trap: a mail that ends in a capital word ("AKUT", "Växeln") is not signed by it, and one that is signed "anna"
has no capital at all; so some words are never names, and the From field tells whose name is written small.
"""

import re

from supportbot.mail.wording import GREETINGS, NOT_NAMES, PARTICLES
from supportbot.mail.wording_names import GIVEN_NAMES

_DOMAIN = re.compile(r"@[\w.-]+")
_NO_NAMES = PARTICLES | NOT_NAMES | GREETINGS
_WORD = re.compile(r"\w+")
_TITLE = re.compile(r"(.{2,40}?)\s{0,2}(?:,|\(|\||/|–| - )\s{0,2}(.{2,50})$")
_PLACE = re.compile(
    r"([^\W\d_]+(?<!en)(?<!et)(?<!na)(?<!ar)(?<!or)(?: [A-ZÅÄÖ]\w+)?) (?:i|på|från|hos|vid|in|at|from) (.{2,30})$"
)


def names_in(sender: str) -> frozenset[str]:
    """The words of a From field, small: of the name and of the address, not of its domain."""
    words = re.findall(r"[^\W\d_]+", _DOMAIN.sub(" ", sender[:500].lower()))
    return frozenset([word for word in words if len(word) > 1]) - _NO_NAMES


def is_own_name(text: str, names: frozenset[str]) -> bool:
    """Whether a line begins with one of the sender's names."""
    first = _WORD.search(text)
    return first is not None and first[0].lower() in names


def may_be_own(text: str, names: frozenset[str]) -> bool:
    """Whether a line holds one of the sender's names, begins with a common given name, or is an initial ("D.")."""
    words = _WORD.findall(text.lower())
    known = not names.isdisjoint(words) or (bool(words) and words[0] in GIVEN_NAMES)
    return known or (len(words) == 1 and len(words[0]) == 1)


def is_name(text: str, names: frozenset[str]) -> bool:
    """One to four capitalised words, perhaps with a title behind a comma; or words of the sender's own name."""
    text = text.strip(" *_,/–-!")
    text = text[:-1] if re.fullmatch(r"[A-ZÅÄÖ]\.", text) else text
    if not text or len(text) > 60 or re.search(r"[?:;]|\w\w[.!]$|\d{3}", text.partition(",")[0]):
        return False
    title = _TITLE.match(text) or _PLACE.match(text)
    words = (title[1] if title else text).strip(" .").split()
    if not words or len(words) > 5 or (title and len(title[2].split()) > 5):
        return False
    low = [word.lower().strip(".,") for word in words]
    if any(word in NOT_NAMES for word in low):
        return False
    if len(text) == 1 and text.isupper():
        return True
    if low[0] in names and len(words) <= 3 and all(word in names or len(word) < 2 for word in low):
        return True
    capital = [word[:1].isupper() for word, small in zip(words, low, strict=True) if small not in PARTICLES]
    return bool(capital) and capital[0] and words[0][:1].isupper() and all(capital)
