"""Learn rules/reader.json from rules/cases: python tools/train_reader.py [--rules DIR].

Needs scikit-learn, which the program itself does not. For each question a logistic regression with balanced classes is
fitted on the features of supportbot.triage.features, cut to the weights that matter, and calibrated on writers that
were left out: a temperature and a bias for each answer, so that "0.8" is right in eight of ten cases. The trap: cases
of one writer resemble each other, so nothing may be measured on a writer who was learned from.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from supportbot import folders
from supportbot.triage import reader
from supportbot.triage.facts import of_text
from supportbot.triage.features import GROUPS, Features, features
from supportbot.triage.rulebook import RuleBook, build
from supportbot.triage.vocabulary import QUESTIONS

SHARES = {"word": 1.0, "pair": 0.7, "part": 1.0, "fact": 0.7, "device": 0.5}
"""How much each group of features weighs; chosen by leaving one writer out."""
STRENGTH = {"kind": 2.0, "urgent": 2.0, "billable_reason": 2.0, "category": 2.0}
"""Inverse of the regularisation."""
SEEN = 3
"""Cases that a feature must stand in."""
LIGHTEST = 0.9
"""Weights below this share of their answer's typical weight (its root mean square) are cut."""
LOOSE = 2.0
"""How dearly a calibrating bias must be bought."""
TABLES = {each.reads: table for table, each in QUESTIONS.items()}


@dataclass(frozen=True, slots=True)
class Case:
    writer: str
    source: str
    features: Features
    labels: Mapping[str, str | None]
    """Question -> answer; None where the question is not asked of this case."""


def read_cases(files: Mapping[str, str], book: RuleBook) -> list[Case]:
    """The cases of rules/cases/*.jsonl, read as the program reads a mail."""
    rows = [json.loads(line) for _, text in sorted(files.items()) for line in text.splitlines() if line.strip()]
    return [_case(row, book) for row in rows]


def _case(row: Mapping[str, Any], book: RuleBook) -> Case:
    told = of_text(row["subject"], row["text"], row["language"], book.index).given(row.get("given", {}))
    return Case(row["writer"], row["source"], features(told), answers_of(row["labels"]))


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


def learn(cases: Sequence[Case], made_of: str = "") -> dict[str, Any]:
    """The model of these cases, calibrated within them. `made_of`: fingerprint of the cases' files."""
    table = Table.of(cases)
    fitted = _fit(table, range(len(cases)))
    return _written(fitted, _calibrations(table, fitted.answers), made_of)


@dataclass(frozen=True, slots=True)
class Table:
    """Cases x features, group by group: 1 + ln(how often)."""

    cases: Sequence[Case]
    names: list[tuple[str, str]]
    counted: Any

    @classmethod
    def of(cls, cases: Sequence[Case]) -> "Table":
        found = {(group, name) for case in cases for group in GROUPS for name in case.features[group]}
        names = sorted(found, key=lambda each: (GROUPS.index(each[0]), each[1]))
        column = {name: at for at, name in enumerate(names)}
        entries = [
            (row, column[group, name], 1.0 + np.log(times))
            for row, case in enumerate(cases)
            for group in GROUPS
            for name, times in case.features[group].items()
        ]
        rows, columns, values = zip(*entries, strict=True)
        return cls(cases, names, csr_matrix((values, (rows, columns)), shape=(len(cases), len(names))))


@dataclass(frozen=True, slots=True)
class Fitted:
    names: list[tuple[str, str]]
    telling: Any
    matrix: Any
    """All cases of the table x the features that were learned, as Reader.read weighs them."""
    answers: dict[str, tuple[str, ...]]
    weights: dict[str, Any]
    """Question -> answers x features."""
    bias: dict[str, Any]

    def scores(self, question: str, rows: Sequence[int]) -> Any:
        return self.matrix[rows] @ self.weights[question].T + self.bias[question]


def _fit(table: Table, rows: Sequence[int]) -> Fitted:
    """What these cases teach."""
    seen = np.asarray((table.counted[rows] > 0).sum(axis=0)).ravel()
    kept = np.nonzero(seen >= SEEN)[0]
    telling = 1.0 + np.log((1 + len(rows)) / (1 + seen[kept]))
    names = [table.names[at] for at in kept]
    matrix = _matrix(table.counted[:, kept], names, telling)
    answers, weights, bias = {}, {}, {}
    for question, strength in STRENGTH.items():
        asked = [row for row in rows if table.cases[row].labels[question] is not None]
        wanted = [str(table.cases[row].labels[question]) for row in asked]
        answers[question] = tuple(each for each in QUESTIONS[TABLES[question]].answers if each in wanted)
        weights[question], bias[question] = _regression(matrix[asked], wanted, answers[question], strength)
    return Fitted(names, telling, matrix, answers, weights, bias)


def _matrix(counted: Any, names: Sequence[tuple[str, str]], telling: Any) -> Any:
    """Each group brought to length one, times its share."""
    blocks = []
    for group in GROUPS:
        own = [at for at, (where, _) in enumerate(names) if where == group]
        block = counted[:, own].multiply(telling[own]).tocsr()
        length = np.sqrt(np.asarray(block.multiply(block).sum(axis=1)).ravel())
        blocks.append(block.multiply((SHARES[group] / np.where(length > 0, length, 1.0))[:, None]))
    return hstack(blocks).tocsr()


def _regression(matrix: Any, wanted: list[str], answers: tuple[str, ...], strength: float) -> tuple[Any, Any]:
    """Weights and biases. There are fewer cases than features, so the cases' own space is enough, and much smaller."""
    values, vectors = np.linalg.eigh((matrix @ matrix.T).toarray())
    kept = values > 1e-9
    basis = vectors[:, kept] / np.sqrt(values[kept])
    fitted = LogisticRegression(C=strength, class_weight="balanced", max_iter=500, tol=1e-4)
    fitted.fit(vectors[:, kept] * np.sqrt(values[kept]), wanted)
    coefficients, bias = fitted.coef_, fitted.intercept_
    if len(fitted.classes_) == 2:
        coefficients, bias = np.vstack([-coefficients / 2, coefficients / 2]), np.array([-bias[0] / 2, bias[0] / 2])
    order = [list(fitted.classes_).index(each) for each in answers]
    weights = (matrix.T @ (basis @ coefficients[order].T)).T
    typical = np.sqrt((weights**2).mean(axis=1, keepdims=True))
    return np.where(np.abs(weights) < LIGHTEST * typical, 0.0, weights), bias[order]


def _calibrations(table: Table, answers: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[float, Any]]:
    """For each question the temperature and the biases that make likelihoods true of writers who were left out."""
    scores: dict[str, list[Any]] = {question: [] for question in STRENGTH}
    right: dict[str, list[int]] = {question: [] for question in STRENGTH}
    for writer in sorted({case.writer for case in table.cases}):
        fitted = _fit(table, [row for row, case in enumerate(table.cases) if case.writer != writer])
        for question in STRENGTH:
            known = answers[question]
            left = [row for row, case in enumerate(table.cases) if case.writer == writer and case.labels[question]]
            if fitted.answers[question] == known:
                scores[question].append(fitted.scores(question, left))
                right[question] += [known.index(str(table.cases[row].labels[question])) for row in left]
    return {question: _calibrated(np.vstack(scores[question]), np.array(right[question])) for question in STRENGTH}


def _calibrated(scores: Any, right: Any) -> tuple[float, Any]:
    def loss(numbers: Any) -> float:
        likely = log_softmax(numbers[0] * scores + numbers[1:], axis=1)
        return float(-likely[np.arange(len(right)), right].sum() + LOOSE * (numbers[1:] ** 2).sum())

    found = minimize(loss, np.array([1.0] + [0.0] * scores.shape[1]), method="L-BFGS-B").x
    return float(found[0]), found[1:]


def _written(fitted: Fitted, calibrated: Mapping[str, tuple[float, Any]], made_of: str) -> dict[str, Any]:
    questions = list(STRENGTH)
    matrix = np.vstack([fitted.weights[each] * calibrated[each][0] for each in questions])
    bias = np.concatenate([fitted.bias[each] * calibrated[each][0] + calibrated[each][1] for each in questions])
    weights: dict[str, dict[str, list[int]]] = {group: {} for group in GROUPS}
    whole = np.rint(matrix * reader.UNIT).astype(int)
    for at, (group, name) in enumerate(fitted.names):
        numbers = [round(float(fitted.telling[at]) * reader.UNIT)]
        for column in np.nonzero(whole[:, at])[0]:
            numbers += [int(column), int(whole[column, at])]
        weights[group][name] = numbers
    return {
        "format": reader.FORMAT,
        "cases": made_of,
        "answers": {each: list(fitted.answers[each]) for each in questions},
        "bias": [int(each) for each in np.rint(bias * reader.UNIT)],
        "shares": SHARES,
        "weights": weights,
    }


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
