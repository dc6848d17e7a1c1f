"""Phrases of the rules -> one index, and a sentence -> which phrases stand in it, and where. Pure.

A phrase is words in order. A word stands for its inflected forms, `tail*` for any ending or compound tail, `*head`
for any compound that ends so, `=form` for that form only, `^word` for one
that opens a clause, `…` for up to three words between, `{name}` for any word or phrase of that concept
(rules/words.toml). The trap: speed. Each phrase waits under its rarest word, so that a thousand rules cost a
sentence no more than the few phrases whose rarest word it holds.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from supportbot.triage.text import Sentence, Word, fold, lower, stems

GAP = 3
"""Words that one `…` may skip."""
PLACES = 200
"""Places of one concept in a mail, about; no letter says a thing more often."""
KNOWN = 16_384
"""Words whose elements are remembered from mail to mail."""

SYNTAX = {
    "word": "the word and its inflected forms, with or without å ä ö",
    "=word": "that form only",
    "^word": "the word where it opens a sentence or a clause",
    "tail*": "every word that begins so: any ending, any compound",
    "*head": "every word that ends so",
    "…": f"up to {GAP} words between",
    "{concept}": "any word or phrase of that concept in words.toml",
}
_TOKEN = re.compile(r"\{[\w-]+\}|…|\.\.\.|\^?[*=]?[^\W_](?:[^\W_]|(?<=\d)[.,:](?=\d))*\*?")


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a phrase: what may stand there, and how many words may be skipped before it."""

    kind: str
    """"word", "begins", "ends" or "concept"."""
    keys: frozenset[str]
    gap: int = 0
    opens: bool = False
    """It must open a sentence or a clause."""


@dataclass(frozen=True, slots=True)
class Phrase:
    text: str
    elements: tuple[Element, ...]

    @property
    def concepts(self) -> frozenset[str]:
        return frozenset(key for each in self.elements if each.kind == "concept" for key in each.keys)


class Span(NamedTuple):
    """Words `first` to `last` (inclusive) of sentence number `sentence`. A tuple: a mail has hundreds."""

    sentence: int
    first: int
    last: int

    def apart(self, other: "Span") -> int:
        """How many words away the other one is: 0 where they overlap, very many in another sentence."""
        return max(other.first - self.last, self.first - other.last, 0) if other.sentence == self.sentence else 10_000


Places = Mapping[str, tuple[Span, ...]]
"""Concept or phrase -> where it stands."""


@lru_cache(maxsize=32_768)
def parse(text: str) -> Phrase:
    """The phrase that a text means. Raises ValueError, in words for its author, where it means none."""
    elements: list[Element] = []
    gap = 0
    for token in _TOKEN.findall(text):
        if token in ("…", "..."):
            gap += GAP
            continue
        element = _element(token.removeprefix("^"), gap if elements else 0)
        elements.append(replace(element, opens=token.startswith("^")))
        gap = 0
    if not elements:
        raise ValueError(f"the phrase {text!r} holds no word")
    return Phrase(text, tuple(elements))


def _element(token: str, gap: int) -> Element:
    if token.startswith("{"):
        return Element("concept", frozenset({token[1:-1]}), gap)
    if token.startswith("="):
        return Element("word", _forms(token[1:]), gap)
    if token.endswith("*"):
        return Element("begins", _forms(token.strip("*")), gap)
    if token.startswith("*"):
        return Element("ends", frozenset({lower(token[1:]), fold(token[1:])}), gap)
    return Element("word", stems(token), gap)


def _forms(word: str) -> frozenset[str]:
    return frozenset({lower(word), f"~{fold(word)}"})


Key = int | str
"""What may stand somewhere: the number of an element that words fit, or a concept ("{name}")."""
Place = tuple[int, int]
"""First and last word of a sentence."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A phrase of several elements; `owner` is the concept it belongs to, or its own text."""

    owner: str
    keys: tuple[Key, ...]
    gaps: tuple[int, ...]
    """For each key, the words that may be skipped before it."""
    other: Key
    """The key that is rarest but for the one it waits under: most phrases are done with by a look for it."""


@dataclass(slots=True)
class _Elements:
    """The different elements of all phrases that words fit, by number."""

    numbers: dict[Element, int] = field(default_factory=dict)
    tables: dict[str, dict[str, list[int]]] = field(default_factory=lambda: {"word": {}, "begins": {}, "ends": {}})
    """Kind -> key -> numbers."""
    opening: set[int] = field(default_factory=set)
    """Those that fit only where the word opens a sentence or a clause."""
    longest: int = 0
    """Letters of the longest beginning or ending."""
    known: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    """(form, stem) of words met lately -> what they fit: most words of a mail stood in another one."""

    def add(self, element: Element) -> int:
        """The number of the element, whatever may be skipped before it."""
        element = replace(element, gap=0)
        number = self.numbers.setdefault(element, len(self.numbers))
        if number == len(self.numbers) - 1:
            for key in element.keys:
                self.tables[element.kind].setdefault(key, []).append(number)
            if element.opens:
                self.opening.add(number)
            if element.kind != "word":
                self.longest = max(self.longest, *map(len, element.keys))
        return number

    def of(self, word: Word) -> tuple[int, ...]:
        """The numbers of all elements that the word fits."""
        name = (word.form, word.stem)
        numbers = self.known.get(name)
        if numbers is None:
            if len(self.known) >= KNOWN:
                self.known.clear()
            numbers = self.known[name] = tuple(dict.fromkeys(self._fitting(*name)))
        return numbers

    def _fitting(self, form: str, stem: str) -> Iterator[int]:
        words, beginnings, endings = self.tables.values()
        yield from words.get(form, ())
        yield from words.get(stem, ())
        for length in range(1, min(len(form), self.longest) + 1):
            yield from beginnings.get(form[:length], ())
            yield from endings.get(form[-length:], ())


@dataclass(frozen=True, slots=True)
class Index:
    """All phrases, each under its rarest element. What uses no concept is looked up first.

    Concepts are levels: a phrase in which concepts stand is looked up after all phrases of those concepts.
    """

    beginnings: frozenset[str]
    """First three letters of every word looked for (see text.sentences)."""
    elements: _Elements = field(default_factory=_Elements)
    alone: dict[Key, list[str]] = field(default_factory=dict)
    """Element -> owners of the phrases that are this element and no more."""
    plain: dict[Key, list[_Waiting]] = field(default_factory=dict)
    """Element -> phrases of several elements, none of them a concept."""
    levels: tuple[dict[Key, list[_Waiting]], ...] = ()
    """Level by level: element or concept -> phrases in which concepts stand."""

    def find(self, sentences: Sequence[Sentence]) -> dict[str, tuple[Span, ...]]:
        """Every concept ("{name}") and phrase (its text) that stands in the sentences, with its first PLACES places."""
        found: dict[str, list[Span]] = {}
        for number, sentence in enumerate(sentences):
            for owner, places in self._owners(sentence.words).items():
                spans = found.setdefault(owner, [])
                if len(spans) < PLACES:
                    spans += [Span(number, *place) for place in (sorted(set(places)) if len(places) > 1 else places)]
        return {owner: tuple(spans) for owner, spans in found.items()}

    def _owners(self, words: Sequence[Word]) -> dict[str, list[Place]]:
        """Owner -> its places in one sentence, some perhaps twice."""
        here: dict[Key, list[Place]] = self._fitted(words)
        found: dict[str, list[Place]] = {}
        for key in tuple(here):
            for owner in self.alone.get(key, ()):
                found.setdefault(owner, []).extend(here[key])
        _look(self.plain, here, found)
        for level in filter(None, self.levels):
            here.update(found)
            _look(level, here, found)
        return found

    def _fitted(self, words: Sequence[Word]) -> dict[Key, list[Place]]:
        """Element -> the words that fit it."""
        here: dict[Key, list[Place]] = {}
        opening = self.elements.opening
        for at, word in enumerate(words):
            place = (at, at)
            for number in self.elements.of(word):
                if number not in opening or at == 0 or word.comma:
                    here.setdefault(number, []).append(place)
        return here


def _look(
    waiting: Mapping[Key, Sequence[_Waiting]], here: Mapping[Key, list[Place]], found: dict[str, list[Place]]
) -> None:
    """Add to `found` the places of those phrases that stand here."""
    for key in here:
        for phrase in waiting.get(key, ()):
            if phrase.other in here and (places := _places(phrase, here)):
                found.setdefault(phrase.owner, []).extend(places)


def _places(phrase: _Waiting, here: Mapping[Key, list[Place]]) -> list[Place]:
    """Every shortest occurrence of the phrase: one for each place where it can end."""
    ways: dict[int, int] = {}
    for number, (key, gap) in enumerate(zip(phrase.keys, phrase.gaps, strict=True)):
        step: dict[int, int] = {}
        for first, last in here.get(key, ()):
            begun = first if number == 0 else _begun(ways, first, gap)
            if begun is not None and begun > step.get(last, -1):
                step[last] = begun
        if not step:
            return []
        ways = step
    return [(first, last) for last, first in ways.items()]


def _begun(ways: Mapping[int, int], first: int, gap: int) -> int | None:
    """Where that began which ends nearest before `first`, with at most `gap` words between."""
    for last in range(first - 1, first - 2 - gap, -1):
        if last in ways:
            return ways[last]
    return None


def build(concepts: Mapping[str, Iterable[Phrase]], phrases: Iterable[Phrase]) -> Index:
    """The index of all concepts, in their order, and of the rules' own phrases, which come last."""
    entries = [("{" + name + "}", phrase) for name, group in concepts.items() for phrase in group]
    depth: dict[str, int] = {}
    for owner, phrase in entries:
        needs = max((depth.get("{" + name + "}", 0) + 1 for name in phrase.concepts), default=0)
        depth[owner] = max(depth.get(owner, 0), needs)
    last = max(depth.values(), default=0) + 1
    entries += [(phrase.text, phrase) for phrase in phrases]
    count = _frequency(phrase for _, phrase in entries)
    index = Index(_beginnings(phrase for _, phrase in entries), levels=tuple({} for _ in range(last + 1)))
    for owner, phrase in entries:
        keys = tuple(_key(element, index.elements) for element in phrase.elements)
        rarest, other = _rarest(phrase, count)
        waiting = _Waiting(owner, keys, tuple(element.gap for element in phrase.elements), keys[other])
        if phrase.concepts:
            where = index.levels[depth.get(owner, last)]
        elif len(keys) > 1:
            where = index.plain
        else:
            index.alone.setdefault(keys[0], []).append(owner)
            continue
        where.setdefault(keys[rarest], []).append(waiting)
    return index


def _key(element: Element, elements: _Elements) -> Key:
    return "{" + next(iter(element.keys)) + "}" if element.kind == "concept" else elements.add(element)


def _frequency(phrases: Iterable[Phrase]) -> dict[str, int]:
    count: dict[str, int] = defaultdict(int)
    for phrase in phrases:
        for element in phrase.elements:
            for key in element.keys:
                count[key] += 1
    return count


def _rarest(phrase: Phrase, count: Mapping[str, int]) -> tuple[int, int]:
    """The element to wait under, and the next: a word before a concept, the seldom used before the common."""

    def cost(number: int) -> tuple[bool, int]:
        element = phrase.elements[number]
        return element.kind == "concept", max(count[key] for key in element.keys)

    order = sorted(range(len(phrase.elements)), key=cost)
    return order[0], order[min(1, len(order) - 1)]


def _beginnings(phrases: Iterable[Phrase]) -> frozenset[str]:
    elements = (each for phrase in phrases for each in phrase.elements if each.kind == "word")
    keys = {key.rpartition(":")[2].removeprefix("~")[:3] for each in elements for key in each.keys}
    return frozenset(fold(key)[:3] for key in keys)
