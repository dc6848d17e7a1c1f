"""A mail's text -> sentences of words, each with its place in the text and the keys it may be found by. Pure.

The trap: offsets. Nothing here may change the text; folding and stemming happen beside it, so that
`text[word.start:word.end]` is always what the sender wrote. What is longer than LIMIT is not read: a rule must
decide about a letter, not about an attached novel, and no input may take long.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import snowballstemmer

LIMIT = 8_000
"""Code points of a text that are read: some 1,200 words, twice the longest letter that says anything of its own."""
NUMBERS = 300
"""Groups of digits in a text that is judged; what goes on is a list or a log."""
SENTENCES = 400
LONG = 60
"""Letters of a word that is remembered from mail to mail."""
LONGEST = 50
"""Words of one sentence; what runs on is cut there, so that the work stays linear in the length of the text."""
STEMMED = 1_200
"""Different words that are stemmed for one text; further ones are found by their own form only."""

_ALGORITHMS = {"sv": "swedish", "en": "english", "no": "norwegian", "da": "danish", "fi": "finnish"}
_STEMMERS = {language: snowballstemmer.stemmer(name) for language, name in _ALGORITHMS.items()}

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_OWN_LETTERS = frozenset("åäöæø")
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_INVISIBLE}]|(?<=\d)[.,:](?=\d))*")
_CLAUSE = re.compile(r"[,;:–—()/]| - ")
"""What may stand between two clauses."""
_STOP = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*+(?=\s|$)|\n\s*\n|\n(?=\s*(?:[-*•–]|\d+[.)]))|\n")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:t\.ex|bl\.a|m\.m|s\.k|f\.d|ca|c:a|kl|nr|no|tel|tlf|dvs|d\.v\.s|etc|jfr|ev|inkl|resp|e\.g|i\.e|org|Mr|"
    r"Ms|Dr|\d{1,2})\.$",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_GAP = re.compile(r"\s{40,}")
_LETTERS = str.maketrans({"ø": "o", "æ": "a", "ß": "ss", "đ": "d", "ł": "l"} | dict.fromkeys(_INVISIBLE))
_UNSEEN = str.maketrans(dict.fromkeys(_INVISIBLE))


class Word(NamedTuple):
    """One word: its place in the text, and the keys that a phrase can find it by. A tuple: a mail has hundreds."""

    start: int
    end: int
    form: str
    """Lower case, without invisible characters; in a text without å ä ö æ ø, "~" and the folded word."""
    stem: str
    """The key of its stem in the mail's language ("sv:ring"); the form itself where it was not stemmed."""
    plain: str
    """The folded word, whatever the text's letters."""
    comma: bool = False
    """A comma, semicolon, colon or dash stands before it: another clause may begin here."""


@dataclass(frozen=True, slots=True)
class Sentence:
    words: tuple[Word, ...]
    start: int
    end: int
    asked: bool
    """It ends with a question mark."""
    subject: bool = False
    """It is the mail's subject: its offsets are not offsets in the new text."""


def fold(word: str) -> str:
    """Lower case, no accents and rings, no zero-width characters: VÄXELN, växeln and vaxeln are the same."""
    return (_folded if len(word) <= LONG else _folded.__wrapped__)(word)


@lru_cache(maxsize=16_384)
def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    lowered = unicodedata.normalize("NFKD", word.lower().translate(_LETTERS))
    return "".join(letter for letter in lowered if not unicodedata.combining(letter)).translate(_LETTERS)


def lower(word: str) -> str:
    """Lower case and without accents, but with the letters å ä ö æ ø, which tell words apart: når, när."""
    return (_lowered if len(word) <= LONG else _lowered.__wrapped__)(word)


@lru_cache(maxsize=16_384)
def _lowered(word: str) -> str:
    plain = unicodedata.normalize("NFC", word.lower().translate(_UNSEEN))
    return plain if plain.isascii() else "".join(each if each in _OWN_LETTERS else fold(each) for each in plain)


def _stemmed(word: str, language: str) -> str:
    return (_stem if len(word) <= LONG else _stem.__wrapped__)(word, language)


@lru_cache(maxsize=16_384)
def _stem(word: str, language: str) -> str:
    stemmer, plain = _STEMMERS.get(language), lower(word)
    return plain if stemmer is None or len(plain) > 40 else str(stemmer.stemWord(plain))


@lru_cache(maxsize=16_384)
def stems(word: str) -> frozenset[str]:
    """Every key that a word of a rule stands for: its form, and its stem in each language, with and without marks.

    A stem has its language before it: an English "order" must not meet a Swedish "ord". Keys that begin with "~" are
    for texts without å ä ö æ ø: only there may "nar" be "når", which in other texts would be taken for "när".
    """
    plain = fold(word)
    found = {lower(word), f"~{plain}"}
    for language in _STEMMERS:
        marked = _stemmed(word, language)
        found |= {f"{language}:{marked}", f"~{language}:{fold(marked)}", f"~{language}:{_stemmed(plain, language)}"}
    return frozenset(found)


def judged(text: str) -> str:
    """The beginning of a text that is judged: LIMIT code points, and no more than NUMBERS groups of digits."""
    text = text[:LIMIT]
    beyond = next(islice(_DIGITS.finditer(text), NUMBERS, None), None)
    return text[: beyond.start()] if beyond else text


def squeezed(text: str) -> str:
    """The text with its long gaps cut short, for patterns that would go through a gap again from each place in it."""
    return _GAP.sub(lambda gap: gap[0][:40], text)


def sentences(text: str, language: str, beginnings: frozenset[str] | None = None) -> tuple[Sentence, ...]:
    """The sentences of a text, in order.

    `beginnings` are the first three letters of all words that anybody will look for: only words that begin so
    are stemmed, which is what keeps a mail within a millisecond or two. None: all are.
    """
    text = text[:LIMIT]
    keys = _Keys(language, beginnings, not _OWN_LETTERS.isdisjoint(text.lower()))
    found: list[Sentence] = []
    for start, end in _spans(text):
        words = tuple(_words(text, start, end, keys))
        asked = text[start:end].rstrip("\"'”’)] \n").endswith("?")
        for first in range(0, len(words), LONGEST):
            part = words[first : first + LONGEST]
            found.append(Sentence(part, part[0].start, end if part[-1] is words[-1] else part[-1].end, asked))
        if len(found) >= SENTENCES:
            break
    return tuple(found[:SENTENCES])


class _Keys(dict[str, tuple[str, str, str]]):
    """Word -> (form, stem, plain) for one text; stems those worth it, up to STEMMED different ones."""

    def __init__(self, language: str, beginnings: frozenset[str] | None, marked: bool) -> None:
        super().__init__()
        self.language, self.beginnings, self.marked = language, beginnings, marked

    def __missing__(self, word: str) -> tuple[str, str, str]:
        worth = self.beginnings if len(self) < STEMMED else frozenset()
        made = _made if len(word) <= LONG else _made.__wrapped__
        self[word] = found = made(word, self.language, self.marked, worth)
        return found


@lru_cache(maxsize=16_384)
def _made(word: str, language: str, marked: bool, beginnings: frozenset[str] | None) -> tuple[str, str, str]:
    plain = fold(word)
    form = lower(word) if marked else f"~{plain}"
    again = fold(form.removeprefix("~"))
    if beginnings is not None and plain[:3] not in beginnings:
        return form, form, again
    stem = f"{language}:{_stemmed(word, language)}"
    return form, stem if marked else f"~{fold(stem)}", again


def _words(text: str, start: int, end: int, keys: _Keys) -> Iterator[Word]:
    last = start
    for match in _WORD.finditer(text, start, end):
        first, after = match.span()
        between = text[last:first]
        comma = between != " " and last > start and _CLAUSE.search(between) is not None
        yield Word(first, after, *keys[match[0]], comma)
        last = after


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence begins and ends: at . ! ? and at a line break that is not a mere wrapping of the line."""
    start = 0
    for match in _STOP.finditer(text):
        if match[0] == "\n" and _wrapped(text, match.start()):
            continue
        if match[0].startswith(".") and _ABBREVIATION.search(text[max(start, match.start() - 8) : match.start() + 1]):
            continue
        if match.end() > start:
            yield start, match.end()
        start = match.end()
    if start < len(text):
        yield start, len(text)


def _wrapped(text: str, at: int) -> bool:
    """A mail program broke the line here: it is long, or the next goes on in lower case after no greeting."""
    line = text[text.rfind("\n", max(0, at - 1_000), at) + 1 : at].rstrip()
    following = text[at + 1 : at + 2]
    if not line or line[-1] in ".!?:,;":
        return bool(line) and line[-1] == "," and len(line) > 40
    return len(line) > 55 or (following.islower() and len(line) > 25)
