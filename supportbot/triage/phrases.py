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

from supportbot.triage.text import Sentence, Word, fold, lower, stems

GAP = 3
"""Words that one `…` may skip."""

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

    def fits(self, word: Word) -> bool:
        """Whether a beginning or an ending fits; words are found by their keys."""
        if self.kind == "begins":
            return any(word.form.startswith(key) for key in self.keys)
        return any(word.form.endswith(key) for key in self.keys)


@dataclass(frozen=True, slots=True)
class Phrase:
    text: str
    elements: tuple[Element, ...]

    @property
    def concepts(self) -> frozenset[str]:
        return frozenset(key for each in self.elements if each.kind == "concept" for key in each.keys)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Words `first` to `last` (inclusive) of sentence number `sentence`."""

    sentence: int
    first: int
    last: int


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


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A phrase under its rarest element; `owner` is the concept it belongs to, or its own text."""

    owner: str
    phrase: Phrase
    rarest: int


@dataclass(frozen=True, slots=True)
class Index:
    """All phrases, by the key of the rarest word of each. Concepts are levels: a level uses those before it."""

    levels: tuple["_Level", ...]
    beginnings: frozenset[str]
    """First three letters of every word looked for (see text.sentences)."""

    def find(self, sentences: Sequence[Sentence]) -> dict[str, tuple[Span, ...]]:
        """Every concept ("{name}") and phrase (its text) that stands in the sentences, with its places."""
        found: dict[str, set[Span]] = defaultdict(set)
        for number, sentence in enumerate(sentences):
            here: dict[str, list[tuple[int, int]]] = {}
            line = _line(sentence)
            for level in self.levels:
                for owner, spans in level.find(line, here).items():
                    here[owner] = list(dict.fromkeys([*here.get(owner, ()), *spans]))
            for owner, places in here.items():
                found[owner].update(Span(number, first, last) for first, last in places)
        return {owner: tuple(sorted(spans)) for owner, spans in found.items()}


@dataclass(frozen=True, slots=True)
class _Level:
    by_word: dict[str, list[_Waiting]] = field(default_factory=dict)
    by_beginning: dict[str, list[_Waiting]] = field(default_factory=dict)
    by_ending: dict[str, list[_Waiting]] = field(default_factory=dict)
    by_concept: dict[str, list[_Waiting]] = field(default_factory=dict)
    lengths: list[int] = field(default_factory=lambda: [1, 0])
    """The shortest and the longest beginning or ending that is looked for."""

    def add(self, waiting: _Waiting) -> None:
        rarest = waiting.phrase.elements[waiting.rarest]
        where = {"word": self.by_word, "begins": self.by_beginning, "ends": self.by_ending, "concept": self.by_concept}
        for key in rarest.keys:
            where[rarest.kind].setdefault(key, []).append(waiting)
            if rarest.kind in ("begins", "ends"):
                shortest, longest = self.lengths
                self.lengths[:] = [min(shortest if longest else len(key), len(key)), max(longest, len(key))]

    def find(self, line: "_Line", here: Mapping[str, list[tuple[int, int]]]) -> dict[str, list[tuple[int, int]]]:
        found: dict[str, list[tuple[int, int]]] = {}
        seen: set[int] = set()
        for waiting in self._candidates(line, here):
            if id(waiting) in seen:
                continue
            seen.add(id(waiting))
            for span in _spans(waiting.phrase.elements, line, here):
                found.setdefault(waiting.owner, []).append(span)
        return found

    def _candidates(self, line: "_Line", here: Mapping[str, list[tuple[int, int]]]) -> Iterator[_Waiting]:
        shortest, longest = self.lengths
        for key in line.places:
            yield from self.by_word.get(key, ())
        for form in line.forms:
            for length in range(shortest, min(longest, len(form)) + 1):
                yield from self.by_beginning.get(form[:length], ())
                yield from self.by_ending.get(form[-length:], ())
        for concept in tuple(here):
            yield from self.by_concept.get(concept[1:-1], ())


@dataclass(frozen=True, slots=True)
class _Line:
    """One sentence: its words, the places of each key, and its different forms."""

    words: tuple[Word, ...]
    places: dict[str, list[int]]
    forms: frozenset[str]


def _line(sentence: Sentence) -> _Line:
    places: dict[str, list[int]] = {}
    for number, word in enumerate(sentence.words):
        places.setdefault(word.form, []).append(number)
        if word.stem != word.form:
            places.setdefault(word.stem, []).append(number)
    return _Line(sentence.words, places, frozenset(word.form for word in sentence.words))


def _spans(
    elements: Sequence[Element], line: _Line, here: Mapping[str, list[tuple[int, int]]]
) -> list[tuple[int, int]]:
    """(first, last) word of every shortest occurrence: one for each place where it can begin."""
    ways: dict[int, int] = {}
    for number, element in enumerate(elements):
        step: dict[int, int] = {}
        for first, last in _places(element, line, here):
            if number == 0:
                step[last] = max(step.get(last, -1), first)
                continue
            for skipped in range(element.gap + 1):
                begun = ways.get(first - 1 - skipped)
                if begun is not None:
                    step[last] = max(step.get(last, -1), begun)
                    break
        if not step:
            return []
        ways = step
    return [(first, last) for last, first in ways.items()]


def _places(element: Element, line: _Line, here: Mapping[str, list[tuple[int, int]]]) -> Iterator[tuple[int, int]]:
    if element.kind == "concept":
        for key in element.keys:
            yield from here.get("{" + key + "}", ())
        return
    if element.kind == "word":
        numbers = {number for key in element.keys & line.places.keys() for number in line.places[key]}
    else:
        numbers = {number for number, word in enumerate(line.words) if element.fits(word)}
    for number in sorted(numbers):
        if not element.opens or number == 0 or line.words[number].comma:
            yield number, number


def build(concepts: Mapping[str, Iterable[Phrase]], phrases: Iterable[Phrase]) -> Index:
    """The index of all concepts, in their order, and of the rules' own phrases, which come last."""
    entries = [("{" + name + "}", phrase) for name, group in concepts.items() for phrase in group]
    depth: dict[str, int] = {}
    for owner, phrase in entries:
        needs = max((depth.get("{" + name + "}", 0) + 1 for name in phrase.concepts), default=0)
        depth[owner] = max(depth.get(owner, 0), needs)
    rules = [(phrase.text, phrase) for phrase in phrases]
    count = _frequency(phrase for _, phrase in [*entries, *rules])
    levels = [_Level() for _ in range(max(depth.values(), default=0) + 2)]
    for owner, phrase in entries:
        levels[depth[owner]].add(_Waiting(owner, phrase, _rarest(phrase, count)))
    for owner, phrase in rules:
        levels[-1].add(_Waiting(owner, phrase, _rarest(phrase, count)))
    return Index(tuple(levels), _beginnings(phrase for _, phrase in [*entries, *rules]))


def _frequency(phrases: Iterable[Phrase]) -> dict[str, int]:
    count: dict[str, int] = defaultdict(int)
    for phrase in phrases:
        for element in phrase.elements:
            for key in element.keys:
                count[key] += 1
    return count


def _rarest(phrase: Phrase, count: Mapping[str, int]) -> int:
    """The element to wait under: a word before a concept, the seldom used before the common."""

    def cost(number: int) -> tuple[bool, int]:
        element = phrase.elements[number]
        return element.kind == "concept", max(count[key] for key in element.keys)

    return min(range(len(phrase.elements)), key=cost)


def _beginnings(phrases: Iterable[Phrase]) -> frozenset[str]:
    elements = (each for phrase in phrases for each in phrase.elements if each.kind == "word")
    keys = {key.rpartition(":")[2].removeprefix("~")[:3] for each in elements for key in each.keys}
    return frozenset(fold(key)[:3] for key in keys)
