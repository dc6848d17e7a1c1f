"""Facts of a mail + what was learned from rules/cases -> how likely each answer is, and because of which words. Pure.

The reader is one more fact of triage: rules ask it (`when.reads.urgent.urgent.at_least = 0.6`), a rule file may let it
pass over rules that it finds unlikely, and neither needs more than plain numbers. A model is the JSON text that
tools/train_reader.py writes: for each feature how telling it is and what it speaks for, for each question a bias.
The trap: likelihoods are read by people, so they are calibrated on writers that were left out, and rounded.
"""

import hashlib
import json
import math
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from supportbot.errors import Invalid, Problem
from supportbot.triage.facts import Facts
from supportbot.triage.features import GROUPS, facts_of, features, parts_of, plain_words
from supportbot.triage.phrases import Span

FILE = "reader.json"
FORMAT = 1
UNIT = 1000.0
"""The model's numbers are whole thousandths."""
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
    weights: Mapping[str, Mapping[str, "Weight"]]
    """Group -> feature -> its weight."""
    cases: str = ""
    """fingerprint() of the cases it was learned from."""

    def read(self, told: Facts) -> Readings:
        """How likely each answer to each question is, to three decimals. Linear in the length of the text."""
        scores = list(self.bias)
        for group, counted in features(told).items():
            self._add(group, counted, scores)
        found: dict[str, Mapping[str, float]] = {}
        column = 0
        for question, answers in self.answers.items():
            likely = _softmax(scores[column : column + len(answers)])
            found[question] = dict(zip(answers, likely, strict=True))
            column += len(answers)
        return found

    def _add(self, group: str, counted: Mapping[str, int], scores: list[float]) -> None:
        known = self.weights[group]
        total, sums = 0.0, [0.0] * len(scores)
        for name, times in counted.items():
            weight = known.get(name)
            if weight is None:
                continue
            often = 1.0 if times == 1 else 1.0 + math.log(times)
            total += (often * weight.telling) ** 2
            for column, each in zip(weight.columns, weight.speaks):  # noqa: B905 (as long; there are thousands)
                sums[column] += often * each
        if total:
            share = self.shares[group] / math.sqrt(total)
            for column, each in enumerate(sums):
                scores[column] += share * each

    def because(self, told: Facts, question: str, answer: str) -> tuple[Span, ...]:
        """The words that weighed most for an answer, against the question's other answers: at most three places."""
        if answer not in self.answers.get(question, ()):
            return ()
        start = sum(len(answers) for answers in list(self.answers.values())[: list(self.answers).index(question)])
        columns = range(start, start + len(self.answers[question]))
        column = start + self.answers[question].index(answer)
        weighed: dict[Span, float] = {}
        for span, group, name in _placed(told):
            weight = self.weights[group].get(name)
            if weight:
                weighed[span] = weighed.get(span, 0.0) + self.shares[group] * weight.lead(column, columns)
        best = sorted((span for span in weighed if weighed[span] > 0), key=lambda span: (-weighed[span], span))
        return tuple(sorted(_apart(best)))


@dataclass(frozen=True, slots=True)
class Weight:
    """One feature: how telling it is (inverse document frequency), and which columns it speaks for or against.

    The numbers lie side by side, not as objects: there are a hundred thousand of them, and a mail meets thousands.
    """

    telling: float
    columns: bytes
    speaks: "array[float]"
    """For each of the columns, times `telling`: above 0 for it, below 0 against it."""

    def lead(self, column: int, columns: range) -> float:
        """How much more it speaks for a column than for the question's columns on average."""
        told = dict(zip(self.columns, self.speaks, strict=True))
        return told.get(column, 0.0) - sum(told.get(each, 0.0) for each in columns) / len(columns)


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
    weights = {
        group: {name: _weight(numbers, len(bias)) for name, numbers in model["weights"][group].items()}
        for group in GROUPS
    }
    shares = {group: float(model["shares"][group]) for group in GROUPS}
    return Reader(answers, bias, shares, weights, str(model["cases"]))


def _weight(numbers: list[int], columns: int) -> Weight:
    """[telling, column, weight, column, weight …]"""
    telling = numbers[0] / UNIT
    spoken, speaks = bytes(numbers[1::2]), array("d", (telling * each / UNIT for each in numbers[2::2]))
    if len(spoken) != len(speaks) or any(column >= columns for column in spoken):
        raise ValueError("a weight speaks for no answer")
    return Weight(telling, spoken, speaks)


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


def _placed(told: Facts) -> Iterator[tuple[Span, str, str]]:
    """(place, group, feature) for all features that stand somewhere."""
    for number, sentence in enumerate(told.sentences):
        for at, word in enumerate(plain_words(sentence)):
            span = Span(number, at, at)
            yield span, "word", word
            yield from ((span, "part", part) for part in parts_of(word))
    yield from ((span, "fact", name) for name, span in facts_of(told) if span)


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
