"""Facts of a mail + what was learned from rules/cases -> how likely each answer is, and because of which words. Pure.

The reader is one more fact of triage: rules ask it (`when.reads.urgent.urgent.at_least = 0.6`), a rule file may let it
pass over rules that it finds unlikely, and neither needs more than plain numbers. A model is the JSON text that
tools/train_reader.py writes: for each feature how telling it is and what it speaks for, for each question a bias.
The trap: likelihoods are read by people, so they are calibrated on writers that were left out, and rounded.

A mail has a thousand features. So the weights of a feature are one whole number (lanes.py): in the first lane how
telling it is (inverse document frequency), squared; then for each column how far it speaks for it (above 0) or against
it. All in millionths, for the model's numbers are whole thousandths and are multiplied with each other.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from supportbot.errors import Invalid, Problem
from supportbot.triage.facts import Facts
from supportbot.triage.features import GROUPS, MOST, facts_of, features, parts_of, plain_words
from supportbot.triage.lanes import Lanes
from supportbot.triage.phrases import Span
from supportbot.triage.text import LONG

FILE = "reader.json"
FORMAT = 1
UNIT = 1000.0
"""The model's numbers are whole thousandths."""
KNOWN = 16_384
"""Words whose parts' weights are remembered from mail to mail."""
SHOWN = 3
"""Places of the mail that are shown for one reading."""

Readings = Mapping[str, Mapping[str, float]]
"""Question -> answer -> likelihood from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What was learned: scores are sums of weights, likelihoods their softmax."""

    answers: Mapping[str, tuple[str, ...]]
    """Question -> its answers; their columns follow each other, question by question."""
    bias: tuple[float, ...]
    shares: Mapping[str, float]
    """Group of features -> its share in a score."""
    lanes: Lanes
    """One, and one for each column."""
    weights: Mapping[str, Mapping[str, int]]
    """Group -> feature -> what it weighs, packed."""
    cases: str = ""
    """fingerprint() of the cases it was learned from."""
    parts: dict[str, int] = field(default_factory=dict, repr=False, compare=False)
    """Words met lately -> what all of their parts weigh together: most of a mail's features are parts of words."""

    def read(self, told: Facts) -> Readings:
        """How likely each answer to each question is, to three decimals. Linear in the length of the text."""
        scores = list(self.bias)
        counted = features(told)
        for group in GROUPS:
            known, times = self.weights[group], counted[group]
            sums = self._of_parts(times, counted["word"]) if group == "part" else _sums(known, times)
            self._add(group, sums, scores)
        found: dict[str, Mapping[str, float]] = {}
        column = 0
        for question, answers in self.answers.items():
            likely = _softmax(scores[column : column + len(answers)])
            found[question] = dict(zip(answers, likely, strict=True))
            column += len(answers)
        return found

    def _add(self, group: str, sums: Mapping[int, int], scores: list[float]) -> None:
        """Add a group's share to the scores; `sums`: how often a feature stands there -> what all such weigh."""
        found = [(1.0 + math.log(times), self.lanes.unpacked(packed)) for times, packed in sums.items() if packed]
        length = math.sqrt(sum(often * often * lanes[0] for often, lanes in found)) * UNIT
        for often, lanes in found if length else ():
            share = self.shares[group] * often / length
            for column in range(len(scores)):
                scores[column] += share * lanes[1 + column]

    def _of_parts(self, counted: Mapping[str, int], words: Mapping[str, int]) -> Mapping[int, int]:
        """What parts of words weigh: whole words' parts at once, then those that stand there more than once apart."""
        known = self.weights["part"]
        again = {part: times for part, times in counted.items() if times > 1 and part in known}
        sums = _sums(known, again)
        every = sum(min(times, MOST) * self._parts(word) for word, times in words.items())
        sums[1] = every - sum(times * known[part] for part, times in again.items())
        return sums

    def _parts(self, word: str) -> int:
        """What the parts of a word weigh together."""
        packed = self.parts.get(word)
        if packed is None:
            known = self.weights["part"]
            packed = sum(known[part] for part in parts_of(word) if part in known)
            if len(self.parts) >= KNOWN:
                self.parts.clear()
            if len(word) <= LONG:
                self.parts[word] = packed
        return packed

    def because(self, told: Facts, question: str, answer: str) -> tuple[Span, ...]:
        """The words that weighed most for an answer, against the question's other answers: at most three places."""
        if answer not in self.answers.get(question, ()):
            return ()
        before = list(self.answers).index(question)
        first = sum(len(answers) for answers in list(self.answers.values())[:before])
        columns = slice(1 + first, 1 + first + len(self.answers[question]))
        at = self.answers[question].index(answer)

        @cache
        def lead(group: str, packed: int) -> float:
            weights = self.lanes.unpacked(packed)[columns]
            return self.shares[group] * (weights[at] - sum(weights) / len(weights))

        words, facts = self.weights["word"], self.weights["fact"]
        placed = {number: plain_words(sentence) for number, sentence in enumerate(told.sentences)}
        known = set().union(*placed.values())
        leads = {word: lead("word", words.get(word, 0)) + lead("part", self._parts(word)) for word in known}
        weighed = {Span(number, at, at): leads[word] for number, here in placed.items() for at, word in enumerate(here)}
        for name, span in facts_of(told):
            if span and name in facts:
                weighed[span] = weighed.get(span, 0.0) + lead("fact", facts[name])
        best = sorted((span for span in weighed if weighed[span] > 0), key=lambda span: (-weighed[span], span))
        return tuple(sorted(_apart(best)))


def _sums(known: Mapping[str, int], counted: Mapping[str, int]) -> dict[int, int]:
    """How often a feature stands there -> what all such features weigh."""
    sums: dict[int, int] = {}
    for name in known.keys() & counted.keys():
        times = counted[name]
        sums[times] = sums.get(times, 0) + known[name]
    return dict(sorted(sums.items()))  # scores are added in one order, whatever the set's


def load(text: str) -> Reader:
    """The reader in the text of rules/reader.json. Raises errors.Invalid where it is none."""
    try:
        return _reader(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        mend = "Write it again: python tools/train_reader.py"
        raise Invalid([Problem(FILE, f"is no reader of this version ({error!r}).", mend)]) from None


def _reader(model: Mapping[str, Any]) -> Reader:
    if model["format"] != FORMAT:
        raise ValueError(f"format {model['format']}")
    answers = {question: tuple(each) for question, each in model["answers"].items()}
    bias = tuple(each / UNIT for each in model["bias"])
    if len(bias) != sum(map(len, answers.values())):
        raise ValueError("biases and answers do not fit")
    lanes = Lanes(len(bias) + 1)
    weights = {
        group: {name: lanes.packed(_weight(numbers, len(bias))) for name, numbers in model["weights"][group].items()}
        for group in GROUPS
    }
    shares = {group: float(model["shares"][group]) for group in GROUPS}
    return Reader(answers, bias, shares, lanes, weights, str(model["cases"]))


def _weight(numbers: list[int], columns: int) -> list[int]:
    """[telling, column, weight, column, weight …] -> one number, and one for each column."""
    telling, spoken, speaks = numbers[0], numbers[1::2], numbers[2::2]
    if len(spoken) != len(speaks) or any(not 0 <= column < columns for column in spoken):
        raise ValueError("a weight speaks for no answer")
    weights = [0] * columns
    for column, each in zip(spoken, speaks, strict=True):
        weights[column] = telling * each
    return [telling * telling, *weights]


def fingerprint(cases: Mapping[str, str]) -> str:
    """The SHA-256 of the labelled cases (file name -> text) that a reader is learned from."""
    made = hashlib.sha256()
    for name, text in sorted(cases.items()):
        made.update(f"{name}\0{text}\0".encode())
    return made.hexdigest()


def _softmax(scores: list[float]) -> list[float]:
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return [round(power / total, 3) for power in powers]


def _apart(spans: list[Span]) -> list[Span]:
    """The first few that do not overlap."""
    chosen: list[Span] = []
    for span in spans:
        if not any(
            other.sentence == span.sentence and other.first <= span.last and span.first <= other.last
            for other in chosen
        ):
            chosen.append(span)
        if len(chosen) == SHOWN:
            break
    return chosen
