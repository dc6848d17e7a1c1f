"""Measure triage: python tools/eval_triage.py [FOLDER] [--writers D,E] [--misses FIELD].

Without a FOLDER, on the labelled texts of rules/cases, each writer's by a reader that has learned from the others'
only: right answers of the rules alone, of the reader alone and of both, by writer and by language, F1 of urgency and
billing, the share that the reader settled, and the worst 20 misses explained. A minute; needs NumPy and SciPy.

A FOLDER holds mails/, labels.jsonl, registry/ and, where there are any, snippets.jsonl (bare texts with the labels of
their kind, urgency, billing, category); a case's writer is the first letter of its file or id. Measured is the shipped
program: for each field the share of right answers, and the ids that are wrong.

The trap: rules are written with some writers in view, and the shipped reader has learned from all in rules/cases.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import train_reader

from supportbot import folders
from supportbot.mail.message import ParsedMail
from supportbot.mail.parse import parse
from supportbot.triage import registry as registries
from supportbot.triage import rulebook
from supportbot.triage.decide import decide
from supportbot.triage.decision import LABEL, Decision, question_of
from supportbot.triage.facts import Facts
from supportbot.triage.rulebook import Answer, RuleBook
from supportbot.triage.vocabulary import QUESTIONS

OF_SNIPPET = ("kind", "urgent", "billable", "billable_reason", "category")
TABLES = {
    "kind": "kind",
    "urgent": "urgency",
    "billable": "billable",
    "billable_reason": "billable",
    "category": "category",
}
"""Field -> the question that answers it."""
WORST = 20
NOT_JUDGED = ("auto_reply", "bounce", "bulk")


@dataclass
class Tally:
    right: int = 0
    wrong: list[str] = field(default_factory=list)
    hit: int = 0
    missed: int = 0
    false: int = 0

    def add(self, name: str, wanted: Any, got: Any) -> bool:
        """Whether the answer is right."""
        right = _right(wanted, got)
        self.right += right
        if not right:
            self.wrong.append(f"{name} {wanted}->{got}")
        self.hit += wanted is True and got is True
        self.missed += wanted is True and got is not True
        self.false += wanted is False and got is True
        return right

    @property
    def share(self) -> float:
        return self.right / max(1, self.right + len(self.wrong))

    @property
    def f1(self) -> float:
        return 2 * self.hit / max(1, 2 * self.hit + self.missed + self.false)


def _right(wanted: Any, got: Any) -> bool:
    return bool(got in wanted if isinstance(wanted, list) else got == wanted)


def cases(corpus: Path, writers: Sequence[str]) -> Iterator[tuple[str, ParsedMail, dict[str, Any], tuple[str, ...]]]:
    """(id, mail, label, fields that are judged) for every case of those writers."""
    for line in _lines(corpus / "labels.jsonl"):
        if not writers or line["file"][0] in writers:
            yield line["file"], _mail(corpus / "mails" / line["file"]), line, _judged(line, LABEL)
    for line in _lines(corpus / "snippets.jsonl"):
        if not writers or line["id"][0] in writers:
            mail = ParsedMail(
                subject=line["subject"], new_text=line["text"], text=line["text"], language=line["language"]
            )
            label = {**line, "billable": line["billable_reason"] is not None}
            yield line["id"], mail, label, _judged(line, OF_SNIPPET)


def _mail(path: Path) -> ParsedMail:
    return parse(path.read_bytes())


def _judged(line: dict[str, Any], fields: tuple[str, ...]) -> tuple[str, ...]:
    return (
        ("kind", "route")
        if line["kind"] in NOT_JUDGED and "file" in line
        else ("kind",)
        if line["kind"] in NOT_JUDGED
        else fields
    )


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()] if path.exists() else []


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, nargs="?")
    options.add_argument("--writers", default="", help="their first letters, with commas between; all without it")
    options.add_argument("--rules", type=Path, default=ROOT / "rules")
    options.add_argument("--misses", default="", help="fields whose wrong answers are listed with their reasons")
    chosen = options.parse_args()
    writers = [each for each in chosen.writers.split(",") if each]
    if chosen.folder is None:
        on_cases(chosen.rules, writers)
    else:
        on_mails(chosen.folder, writers, rulebook.build(folders.read_rules(chosen.rules), test=False), chosen.misses)


def on_mails(folder: Path, writers: Sequence[str], book: RuleBook, shown: str) -> None:
    """Measure the program as it is on whole mails."""
    known = registries.read({path.name: path.read_text("utf-8") for path in (folder / "registry").iterdir()})
    tallies = {name: Tally() for name in LABEL}
    spent, slowest, count = 0.0, 0.0, 0
    for name, mail, label, fields in cases(folder, writers):
        begun = time.perf_counter()
        decision = decide(mail, known, book, (mail.date or datetime(2026, 9, 2, tzinfo=UTC)).date())
        took = time.perf_counter() - begun
        spent, slowest, count = spent + took, max(slowest, took), count + 1
        for each in fields:
            if not tallies[each].add(name, label[each], getattr(decision, each)) and each in shown.split(","):
                _show(tallies[each].wrong[-1], mail, decision, each)
    for name, tally in tallies.items():
        scored = f"  F1 {tally.f1:.3f}" if name in ("urgent", "billable") else ""
        total = tally.right + len(tally.wrong)
        print(
            f"{name:16}{tally.share:.3f} of {total}{scored}  {' '.join(each.split()[0] for each in tally.wrong)}"[:260]
        )
    print(f"{count} cases, {1000 * spent / max(1, count):.2f} ms each, slowest {1000 * slowest:.1f} ms")


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled text, by the rules alone, the reader alone and both."""

    row: dict[str, Any]
    told: Facts
    """With the readings of a reader who never saw its writer."""
    answers: dict[str, dict[str, Answer]]
    """"rules" and "both" -> question -> what the rule book answers."""

    def values(self, by: str) -> dict[str, Any]:
        """The fields of a label, as rules, reader or both would have them."""
        said = self._read() if by == "reader" else {name: each.answer for name, each in self.answers[by].items()}
        fault = said["kind"] == "fault"
        reason = said["billable"] if fault and said["billable"] != "none" else None
        found = {"kind": said["kind"], "urgent": fault and said["urgency"] == "urgent", "billable": reason is not None}
        return {**found, "billable_reason": reason, "category": said["category"]}

    def _read(self) -> dict[str, str]:
        read = {table: self.told.places.readings[QUESTIONS[table].reads] for table in TABLES.values()}
        return {table: max(likely, key=lambda each: likely[each]) for table, likely in read.items()}

    def wanted(self) -> dict[str, Any]:
        """The label's fields that are judged. A bounce is known by its headers: no text alone can be one."""
        label = {**self.row["labels"]}
        label["billable"] = label.get("billable_reason") is not None
        fields = () if label["kind"] == "bounce" else _judged(label, OF_SNIPPET)
        return {field: label[field] for field in fields}

    def settled(self, field: str) -> bool:
        """Whether the reader's word decided: its own rule answers, or it overruled a rule above the one that does."""
        answer = self.answers["both"][TABLES[field]]
        own = answer.match is not None and any(each.source.startswith("reads.") for each in answer.match.rule.when)
        return own or any(each.stopped and each.stopped.source.startswith("reads.") for each in answer.passed_over)

    def surely_wrong(self, field: str) -> float:
        """How much likelier than the right answer the wrong one was found."""
        likely = self.told.places.readings[QUESTIONS[TABLES[field]].reads]
        right = train_reader.answers_of(self.row["labels"])[QUESTIONS[TABLES[field]].reads]
        return likely.get(self.answers["both"][TABLES[field]].answer, 0.0) - likely.get(str(right), 0.0)


def on_cases(rules: Path, writers: Sequence[str]) -> None:
    """Measure on the labelled texts, one writer left out at a time."""
    files = {name: text for name, text in folders.read_rules(rules).items() if name.endswith(".toml")}
    book = rulebook.build(files, test=False)
    judged = list(_cases(train_reader.rows_of(folders.read_cases(rules)), book))
    print(f"{'':8}{'by':8}" + "".join(f"{field:>17}" for field in OF_SNIPPET))
    for key in ("writer", "language"):
        for value in sorted({each.row[key] for each in judged}):
            if not writers or key != "writer" or value in writers:
                _table(value, [each for each in judged if each.row[key] == value])
    chosen = [each for each in judged if not writers or each.row["writer"] in writers]
    _table("all", chosen)
    shares = (mean(each.settled(field) for each in chosen) for field in OF_SNIPPET)
    print("read settled    " + "".join(f"{share:17.3f}" for share in shares))
    _worst(chosen)


def _cases(rows: list[dict[str, Any]], book: RuleBook) -> Iterator[Judged]:
    told = [train_reader.told_in(row, book) for row in rows]
    read = train_reader.unseen([train_reader.case_of(row, each, book) for row, each in zip(rows, told, strict=True)])
    for row, bare, readings in zip(rows, told, read, strict=True):
        full = bare.with_readings(readings)
        by = {"rules": bare, "both": full}
        tables = dict.fromkeys(TABLES.values())
        answers = {name: {table: book.answer(table, each.places) for table in tables} for name, each in by.items()}
        yield Judged(row, full, answers)


def _table(name: str, judged: Sequence[Judged]) -> None:
    for by in ("rules", "reader", "both"):
        tallies = {field: Tally() for field in OF_SNIPPET}
        for each in judged:
            values = each.values(by)
            for asked, wanted in each.wanted().items():
                tallies[asked].add(each.row["source"], wanted, values[asked])
        print(f"{name:8}{by:8}" + "".join(map(_cell, tallies.values())))


def _worst(judged: Sequence[Judged]) -> None:
    """Explain the misses that the reader was surest of."""
    missed = [
        (each, field)
        for each in judged
        for field, wanted in each.wanted().items()
        if field != "billable" and not _right(wanted, each.values("both")[field])
    ]
    missed.sort(key=lambda miss: (-miss[0].surely_wrong(miss[1]), miss[0].row["source"]))
    print(f"\nThe worst {WORST} of {len(missed)} misses:")
    for each, asked in missed[:WORST]:
        answer = each.answers["both"][TABLES[asked]]
        likely = each.told.places.readings[QUESTIONS[TABLES[asked]].reads]
        best = sorted(likely.items(), key=lambda pair: -pair[1])[:3]
        seen = "; ".join(each.told.words(span)[0] for span in answer.match.spans[:3]) if answer.match else ""
        by = answer.match.rule.name if answer.match else "the default"
        print(
            f"{each.row['source']} {asked}: {each.wanted()[asked]} -> {each.values('both')[asked]} by {by} ({seen!r})"
        )
        print(f"    reader: {', '.join(f'{name} {number}' for name, number in best)}", end="")
        print("".join(f"; passed over: {one.rule.name} ({one.stopped})" for one in answer.passed_over[:3]))
        print(f"    {each.row['subject']} || {' '.join(each.row['text'].split())[:300]}")


def _cell(tally: Tally) -> str:
    scored = f" F1 {tally.f1:.3f}" if tally.hit + tally.missed else ""
    return f"{tally.share:.3f}{scored}".rjust(17)


def _show(wrong: str, mail: ParsedMail, decision: Decision, question: str) -> None:
    asked = question_of(question)
    reasons = decision.reasons.get(asked, ())
    shown = "; ".join(f"{each.rule}: {each.words!r}" for each in reasons)
    passed = "; ".join(f"{each.rule} ({each.because[-60:]})" for each in decision.passed_over if each.question == asked)
    print(f"{wrong} | {shown} | passed {passed}\n    {mail.subject} || {' '.join(mail.new_text.split())[:500]}")


if __name__ == "__main__":
    main()
