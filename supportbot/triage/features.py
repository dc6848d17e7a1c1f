"""Facts of a mail -> the features that the learned reader weighs, in groups. Pure.

Words and pairs of words say what the cases said; beginnings and parts of words (three to five letters) carry over to
inflections, compounds and slips of the pen that no case held, and beginnings that stand near each other to another
order; the facts and concepts of rules/words.toml carry over to other wordings altogether. The trap: whatever changes
here changes what the weights in rules/reader.json mean, so the reader must be trained again (tools/train_reader.py).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

from supportbot.triage.facts import Facts
from supportbot.triage.makes import MAKES
from supportbot.triage.phrases import Span
from supportbot.triage.text import Sentence, fold

GROUPS = ("word", "pair", "part", "stem", "near", "said", "fact", "device")
"""Each group is brought to length one by itself, so that a long mail's many parts do not drown its few facts."""
NOT_READ = frozenset({"device", "sender", "nature"})
"""Facts that are no facts of the text; the device has its own group."""
PARTS = frozenset(
    f"{{{name}}}"
    for name in (
        *("is", "cannot", "very", "matter", "pressing", "obliged", "mend", "mended", "deadline", "haste-reported"),
        *("buying", "service-thing", "by-way-of", "dealer", "former", "test-thing", "tried"),
    )
)
"""Concepts that mean something together only: what they make together is read, they are not."""
_NUMBER = "0"
_MAKE, _MODEL = "1", "2"
DEVICE_NAMES = frozenset({_MAKE, _MODEL})
"""The words that stand for every make and every model."""
_NAMES = frozenset(
    name for make in MAKES if not make.ordinary for name in (fold(make.name), *make.written) if " " not in name
) | {"vvx", "ccx", "gxp", "grp", "evolve", "evolve2"}
_DIGITS = 2
"""From so many on a word of letters and digits is a model ("T46U"), and not "4G"."""
_OFFICE = frozenset({"m365", "o365"})
_SHORTEST, _LONGEST = 3, 5
_STEM = 5
"""Letters of a word's beginning that stand for all its inflections."""
MOST = 20
"""Times that a word's parts are counted: it must not cost more to say one word without end."""
_NEAR = (2, 3)
"""How many words apart two beginnings are near; next to each other they are a pair already."""

Features = Mapping[str, Mapping[str, int]]
"""Group -> feature -> how often it stands there."""


def features(told: Facts) -> Features:
    """All features of a mail, for the reader and for its training alike."""
    found: dict[str, list[str]] = {group: [] for group in GROUPS}
    for number, sentence in enumerate(told.sentences):
        words = plain_words(sentence)
        stems = [word[:_STEM] for word in words]
        meant = f"{told.places.states[number]} {told.places.moods[number]}"
        found["word"] += words
        found["pair"] += [f"{first} {second}" for first, second in pairwise(words)]
        found["stem"] += stems
        for apart in _NEAR:
            found["near"] += [f"{first} {second}" for first, second in zip(stems, stems[apart:], strict=False)]
        found["said"] += [f"{meant} {stem}" for stem in stems]
    for word, times in Counter(found["word"]).items():
        found["part"] += parts_of(word) * min(times, MOST)
    found["fact"] = list({name for name, _ in facts_of(told)})
    found["device"] = list(set(told.places.facts.get("device", ())))
    return {group: Counter(names) for group, names in found.items()}


def plain_words(sentence: Sentence) -> list[str]:
    """The folded words of a sentence; every number is the same word, and so is every make and every model.

    What the cases' registries said of a model is no property of its name: a reader that learned it would charge
    whoever names one.
    """
    return [_alike(word.plain) if _has_letter(word.form) else _NUMBER for word in sentence.words]


@lru_cache(maxsize=16_384)
def _alike(word: str) -> str:
    if word in _NAMES:
        return _MAKE
    return _MODEL if sum(map(str.isdigit, word)) >= _DIGITS and word not in _OFFICE else word


def _has_letter(form: str) -> bool:
    return form[-1].isalpha() or any(map(str.isalpha, form))


@lru_cache(maxsize=16_384)
def parts_of(word: str) -> tuple[str, ...]:
    """The parts of three to five letters of a word, its beginning and end marked by a space."""
    if word in (_NUMBER, _MAKE, _MODEL):
        return ()
    marked = f" {word} "
    return tuple(
        marked[at : at + length] for length in range(_SHORTEST, _LONGEST + 1) for at in range(len(marked) - length + 1)
    )


def facts_of(told: Facts) -> Iterator[tuple[str, Span | None]]:
    """Every concept with the state and mood it stands in, and every fact of the text; each with its place, if any."""
    places = told.places
    for concept, spans in places.phrases.items():
        if not (concept.startswith("{") and concept.endswith("}")) or concept in PARTS:
            continue
        for span in spans:
            yield concept, span
            yield f"{concept} {places.states[span.sentence]}", span
            if places.moods[span.sentence] != "asserted":
                yield f"{concept} {places.moods[span.sentence]}", span
            if span in places.denied:
                yield f"{concept} denied", span
            if told.sentences[span.sentence].subject:
                yield f"{concept} subject", span
    for fact, values in places.facts.items():
        if fact not in NOT_READ:
            for value, spans in values.items():
                yield f"{fact} {value}", spans[0] if spans else None
    yield from ((f"state {state}", None) for state in dict.fromkeys(places.states))
    yield from ((f"mood {mood}", None) for mood in dict.fromkeys(places.moods))
