"""Learn rules/reader.json from rules/cases: python tools/train_reader.py [--rules DIR].

Needs NumPy and SciPy, which the program itself does not. Each question is a ridge regression on the answers, weighed so
that each answer counts alike, on the features of supportbot.triage.features; cut to the weights that matter, and
calibrated on writers that were left out: a temperature and a bias for each answer, so that "0.8" is right in eight of
ten cases. There are fewer cases than features, so it is solved between the cases, and what a writer's cases would have
been told had they been left out follows from the same inverse, without learning anew (docs/decisions/007).
The trap: cases of one writer resemble each other, so nothing may be measured on a writer who was learned from.
"""

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import log_softmax, softmax

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from supportbot import folders
from supportbot.triage import reader
from supportbot.triage.facts import Facts, of_text
from supportbot.triage.features import DEVICE_NAMES, GROUPS, Features, features
from supportbot.triage.rulebook import RuleBook, build
from supportbot.triage.vocabulary import QUESTIONS

SHARES = {"word": 1.0, "pair": 0.7, "part": 1.2, "stem": 0.6, "near": 0.5, "said": 0.4, "fact": 0.7, "device": 0.5}
"""How much each group of features weighs."""
OWN_SHARES = {
    "kind": {"fact": 0.5},
    "urgent": {"fact": 0.8},
    "billable_reason": {},
    "category": {"fact": 0.45},
}
"""Question -> the groups that weigh otherwise there. All chosen by leaving one writer out."""
STIFFNESS = {"kind": 1.6, "urgent": 1.6, "billable_reason": 1.6, "category": 3.0}
"""How dearly a weight must be bought."""
SEEN = 3
"""Cases that a feature must stand in."""
LIGHTEST = 1.3
"""Weights below this share of their answer's typical weight (its root mean square) are cut."""
LOOSE = 2.0
"""How dearly a calibrating bias must be bought."""
TABLES = {each.reads: table for table, each in QUESTIONS.items()}


OF_A_DEVICE = frozenset({"unapproved_hardware", "not_purchased", "not_provisioned"})


@dataclass(frozen=True, slots=True)
class Case:
    writer: str
    source: str
    features: Features
    labels: Mapping[str, str | None]
    """Question -> answer; None where the question is not asked of this case."""


def read_cases(files: Mapping[str, str], book: RuleBook) -> list[Case]:
    """The cases of rules/cases/*.jsonl, read as the program reads a mail."""
    return [case_of(row, told_in(row, book), book) for row in rows_of(files)]


def rows_of(files: Mapping[str, str]) -> list[dict[str, Any]]:
    return [json.loads(line) for _, text in sorted(files.items()) for line in text.splitlines() if line.strip()]


def told_in(row: Mapping[str, Any], book: RuleBook) -> Facts:
    return of_text(row["subject"], row["text"], row["language"], book.index).given(row.get("given", {}))


def case_of(row: Mapping[str, Any], told: Facts, book: RuleBook) -> Case:
    found, answers = features(told), answers_of(row["labels"])
    if answers["billable_reason"] in OF_A_DEVICE and _by_record(found, told, book):
        answers["billable_reason"] = None
    return Case(row["writer"], row["source"], found, answers)


def _by_record(found: Features, told: Facts, book: RuleBook) -> bool:
    """Whether a charge may rest on the registry's record of a device that is named.

    No text shows that, so none is learned from: else whoever names a model would be charged.
    """
    named = not found["word"].keys().isdisjoint(DEVICE_NAMES)
    return named and book.answer("billable", told.places).answer == "none"


def answers_of(labels: Mapping[str, Any]) -> dict[str, str | None]:
    """The right answer to each question, by the names that rules use; only a fault is urgent or billable.

    A bounce is known by its headers and is no answer that a text could have.
    """
    fault = labels["kind"] == "fault"
    category = labels.get("category")
    return {
        "kind": labels["kind"] if labels["kind"] in QUESTIONS["kind"].answers else None,
        "urgent": ("urgent" if labels["urgent"] else "not_urgent") if fault else None,
        "billable_reason": (labels["billable_reason"] or "none") if fault else None,
        "category": category[0] if isinstance(category, list) else category,
    }


@dataclass(frozen=True, slots=True)
class Table:
    """Cases x features, group by group, each row of a group of length one; and how telling each feature is."""

    cases: Sequence[Case]
    names: Mapping[str, list[str]]
    telling: Mapping[str, Any]
    blocks: Mapping[str, Any]
    alike: Mapping[str, Any]
    """Group -> cases x cases: the cosine of their features."""

    @classmethod
    def of(cls, cases: Sequence[Case]) -> "Table":
        names, telling, blocks, alike = {}, {}, {}, {}
        for group in GROUPS:
            names[group], telling[group], blocks[group] = _block(group, cases)
            alike[group] = (blocks[group] @ blocks[group].T).toarray()
        return cls(cases, names, telling, blocks, alike)


def _block(group: str, cases: Sequence[Case]) -> tuple[list[str], Any, Any]:
    """The features that are seen often enough, how telling they are, and how far they stand in each case."""
    seen = Counter(name for case in cases for name in case.features[group])
    names = sorted(name for name, times in seen.items() if times >= SEEN)
    telling = np.array([1.0 + math.log((1 + len(cases)) / (1 + seen[name])) for name in names])
    column = {name: at for at, name in enumerate(names)}
    entries = [
        (row, column[name], (1.0 + math.log(times)) * telling[column[name]])
        for row, case in enumerate(cases)
        for name, times in case.features[group].items()
        if name in column
    ]
    rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
    block = csr_matrix((values, (rows, columns)), shape=(len(cases), len(names)))
    length = np.sqrt(np.asarray(block.multiply(block).sum(axis=1)).ravel())
    return names, telling, block.multiply((1.0 / np.where(length > 0, length, 1.0))[:, None]).tocsr()


@dataclass(frozen=True, slots=True)
class Learned:
    """What the cases teach about one question."""

    answers: tuple[str, ...]
    weights: Mapping[str, Any]
    """Group -> features x answers."""
    bias: Any
    left_out: Any
    """Cases x answers: the scores of each case had its writer been left out."""
    asked: Any
    """The rows of the cases that the question is asked of."""
    right: Any
    """Their answers' columns."""


def learn(cases: Sequence[Case], made_of: str = "") -> dict[str, Any]:
    """The model of these cases, calibrated within them. `made_of`: fingerprint of the cases' files."""
    table = Table.of(cases)
    learned = {question: _learn(table, question) for question in STIFFNESS}
    calibrated = {question: _calibrated(each.left_out[each.asked], each.right) for question, each in learned.items()}
    return _written(table, learned, calibrated, made_of)


def unseen(cases: Sequence[Case]) -> list[dict[str, dict[str, float]]]:
    """For each case the likelihoods that a reader gives who has learned, and was calibrated, without its writer."""
    table = Table.of(cases)
    writers = np.array([case.writer for case in cases])
    found: list[dict[str, dict[str, float]]] = [{} for _ in cases]
    for question in STIFFNESS:
        each = _learn(table, question)
        for writer in sorted(set(writers)):
            others = writers[each.asked] != writer
            warmth, bias = _calibrated(each.left_out[each.asked[others]], each.right[others])
            rows = np.nonzero(writers == writer)[0]
            likely = softmax(warmth * each.left_out[rows] + bias, axis=1)
            for row, numbers in zip(rows, likely, strict=True):
                rounded = (round(float(number), 3) for number in numbers)
                found[row][question] = dict(zip(each.answers, rounded, strict=True))
    return found


def _learn(table: Table, question: str) -> Learned:
    """Ridge regression between the cases: (alike + 1 + stiffness / weight) spoken = right or wrong."""
    asked = np.array([row for row, case in enumerate(table.cases) if case.labels[question] is not None])
    wanted = [str(table.cases[row].labels[question]) for row in asked]
    answers = tuple(each for each in QUESTIONS[TABLES[question]].answers if each in wanted)
    right = np.array([answers.index(each) for each in wanted])
    truth = np.where(right[:, None] == np.arange(len(answers)), 1.0, -1.0)
    rare = len(right) / (len(answers) * np.bincount(right)[right])
    shares = _shares(question)
    alike = 1.0 + sum(shares[group] ** 2 * table.alike[group] for group in GROUPS)
    system = alike[np.ix_(asked, asked)] + np.diag(STIFFNESS[question] / rare)
    inverse = cho_solve(cho_factor(system), np.eye(len(asked)))
    spoken = inverse @ truth
    weights = {group: shares[group] * (table.blocks[group][asked].T @ spoken) for group in GROUPS}
    left_out = _left_out(table, asked, alike, inverse, spoken, truth)
    return Learned(answers, weights, spoken.sum(axis=0), left_out, asked, right)


def _shares(question: str) -> dict[str, float]:
    return {**SHARES, **OWN_SHARES[question]}


def _left_out(table: Table, asked: Any, alike: Any, inverse: Any, spoken: Any, truth: Any) -> Any:
    """Scores of each case by what the others' cases teach.

    With the block B of the inverse for a writer's own cases, what the rest would have spoken is what all spoke less
    inverse[rest, own] B^-1 spoken[own]; the writer's cases of which the question is not asked are scored by it, too.
    """
    writers = np.array([case.writer for case in table.cases])
    scores = np.zeros((len(table.cases), truth.shape[1]))
    for writer in sorted(set(writers)):
        own = np.nonzero(writers[asked] == writer)[0]
        rest = np.nonzero(writers[asked] != writer)[0]
        taught = spoken[own]
        if len(own):
            taught = np.linalg.solve(inverse[np.ix_(own, own)], spoken[own])
        by_rest = spoken[rest] - inverse[np.ix_(rest, own)] @ taught
        rows = np.nonzero(writers == writer)[0]
        scores[rows] = alike[np.ix_(rows, asked[rest])] @ by_rest
    return scores


def _calibrated(scores: Any, right: Any) -> tuple[float, Any]:
    def loss(numbers: Any) -> float:
        likely = log_softmax(numbers[0] * scores + numbers[1:], axis=1)
        return float(-likely[np.arange(len(right)), right].sum() + LOOSE * (numbers[1:] ** 2).sum())

    found = minimize(loss, np.array([1.0] + [0.0] * scores.shape[1]), method="L-BFGS-B").x
    return float(found[0]), found[1:]


def _written(
    table: Table, learned: Mapping[str, Learned], calibrated: Mapping[str, tuple[float, Any]], made_of: str
) -> dict[str, Any]:
    questions = list(learned)
    bias = np.concatenate([learned[each].bias * calibrated[each][0] + calibrated[each][1] for each in questions])
    typical = {each: _typical(learned[each]) for each in questions}
    weights: dict[str, dict[str, list[int]]] = {}
    for group in GROUPS:
        matrix = [
            np.where(np.abs(each.weights[group]) < LIGHTEST * typical[question], 0.0, each.weights[group])
            * (_shares(question)[group] / SHARES[group] * calibrated[question][0])
            for question, each in learned.items()
        ]
        whole = np.rint(np.hstack(matrix) * reader.UNIT).astype(int)
        weights[group] = {
            name: _numbers(table.telling[group][at], whole[at]) for at, name in enumerate(table.names[group])
        }
    return {
        "format": reader.FORMAT,
        "cases": made_of,
        "answers": {each: list(learned[each].answers) for each in questions},
        "bias": [int(each) for each in np.rint(bias * reader.UNIT)],
        "shares": SHARES,
        "weights": weights,
    }


def _typical(learned: Learned) -> Any:
    """The root mean square of the weights that speak for each answer."""
    return np.sqrt(np.mean(np.vstack(list(learned.weights.values())) ** 2, axis=0))


def _numbers(telling: float, whole: Any) -> list[int]:
    """[telling, column, weight, column, weight …]"""
    numbers = [round(float(telling) * reader.UNIT)]
    for column in np.nonzero(whole)[0]:
        numbers += [int(column), int(whole[column])]
    return numbers


def as_text(model: Mapping[str, Any]) -> str:
    """The model as JSON, a feature a line, so that a change can be read."""
    head = {key: value for key, value in model.items() if key != "weights"}
    lines = [f"{json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    groups = [f"{json.dumps(group)}: {{\n{_group(each)}\n}}" for group, each in model["weights"].items()]
    return "{\n" + "\n".join(lines) + '\n"weights": {\n' + ",\n".join(groups) + "\n}\n}\n"


def _group(weights: Mapping[str, Iterable[int]]) -> str:
    return ",\n".join(
        f"{json.dumps(name, ensure_ascii=False)}:{json.dumps(each, separators=(',', ':'))}"
        for name, each in weights.items()
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rules", type=Path, default=ROOT / "rules")
    folder = options.parse_args().rules
    files = folders.read_cases(folder)
    book = build(
        {name: text for name, text in folders.read_rules(folder).items() if name.endswith(".toml")}, test=False
    )
    cases = read_cases(files, book)
    text = as_text(learn(cases, reader.fingerprint(files)))
    (folder / reader.FILE).write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(cases)} cases, {len(text) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
