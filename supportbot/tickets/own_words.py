"""What the program noted, in English -> the same in a language's own words, as far as it has some for it. Pure.

Reasons and failures are stored as they are seen, in English. `noted` in words.txt.j2 holds sentences with holes ({0}: a
ticket, a host), without their full stops; what fills a hole is told in the same way. The trap: a hole may hold a
stranger's words; they are only put in, and what no sentence fits stays as it is.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

_HOLE = re.compile(r"\{(\d)\}")
_BETWEEN = re.compile(r"(?<=[.!?]) ")
DEEPEST = 3
"""Holes within holes: "2 wait: host:25: no answer in time." """


def in_own_words(text: str, sentences: Mapping[str, str]) -> str:
    """Sentence by sentence; the first that fits counts."""
    return " ".join(_told(sentence, sentences, DEEPEST) for sentence in _BETWEEN.split(text))


def _told(text: str, sentences: Mapping[str, str], deepest: int) -> str:
    bare = text.removesuffix(".")
    for english, own in sentences.items() if deepest else ():
        if found := _pattern(english).fullmatch(bare):
            return own.format(*(_told(hole, sentences, deepest - 1) for hole in found.groups())) + text[len(bare) :]
    return text


@lru_cache(maxsize=500)
def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, _HOLE.split(english)[::2])), re.DOTALL)


def unusable(sentences: object) -> Iterator[str]:
    """Sentences that a letter could fail with, and why."""
    if not isinstance(sentences, Mapping):
        yield '"noted" is no list of sentences'
        return
    for english, own in sentences.items():
        if not isinstance(english, str) or not isinstance(own, str):
            yield f'"noted" holds what is no text: {english}'
            continue
        holes = _HOLE.findall(english)
        if holes != [str(place) for place in range(len(holes))]:
            yield f'"noted" numbers the holes of "{english}" otherwise than {{0}}, {{1}}, …'
        elif error := _error(own, len(holes)):
            yield f'"noted" has other holes than "{english}" in its words: {error}'


def _error(own: str, holes: int) -> str:
    try:
        own.format(*[""] * holes)
    except (IndexError, KeyError, ValueError, AttributeError) as error:
        return str(error)
    return ""
