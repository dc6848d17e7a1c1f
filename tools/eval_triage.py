"""Measure triage against labelled mails: python tools/eval_triage.py CORPUS_DIR [--writers D,E] [--misses FIELD]
[--leave-writer-out].

CORPUS_DIR holds mails/, labels.jsonl, registry/ and, where there are any, snippets.jsonl (bare texts with the labels of
their kind, urgency, billing, category). The writer of a case is the first letter of its file or id. Prints for each
field the share of right answers, for urgency and billing F1, and the ids that are wrong.

With --leave-writer-out the reader is learned anew for each writer, from rules/cases of all others (half a minute each),
and a table shows the rules alone, the reader alone, and both: what is to be expected of mails of other people. The
trap: the rules were written with all writers but F and U in view, so only these two are fair to them.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from supportbot import folders
from supportbot.mail.message import ParsedMail
from supportbot.mail.parse import parse
from supportbot.triage import reader as readers
from supportbot.triage import registry as registries
from supportbot.triage import rulebook
from supportbot.triage.decide import decide, look
from supportbot.triage.decision import Decision
from supportbot.triage.registry import Registry
from supportbot.triage.rulebook import RuleBook

FIELDS = (
    "kind",
    "customer",
    "purchase",
    "partner",
    "route",
    "urgent",
    "billable",
    "billable_reason",
    "category",
    "language",
)
OF_SNIPPET = ("kind", "urgent", "billable", "billable_reason", "category")
NOT_JUDGED = ("auto_reply", "bounce", "bulk")


@dataclass
class Tally:
    right: int = 0
    wrong: list[str] = field(default_factory=list)
    hit: int = 0
    missed: int = 0
    false: int = 0

    def add(self, name: str, wanted: Any, got: Any) -> None:
        right = got in wanted if isinstance(wanted, list) else got == wanted
        self.right += right
        if not right:
            self.wrong.append(f"{name} {wanted}->{got}")
        self.hit += wanted is True and got is True
        self.missed += wanted is True and got is not True
        self.false += wanted is False and got is True

    @property
    def share(self) -> float:
        return self.right / max(1, self.right + len(self.wrong))

    @property
    def f1(self) -> float:
        return 2 * self.hit / max(1, 2 * self.hit + self.missed + self.false)


def cases(corpus: Path, writers: Sequence[str]) -> Iterator[tuple[str, ParsedMail, dict[str, Any], tuple[str, ...]]]:
    """(id, mail, label, fields that are judged) for every case of those writers."""
    for line in _lines(corpus / "labels.jsonl"):
        if line["file"][0] in writers:
            yield line["file"], _mail(corpus / "mails" / line["file"]), line, _judged(line, FIELDS)
    for line in _lines(corpus / "snippets.jsonl"):
        if line["id"][0] in writers:
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
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("corpus", type=Path)
    options.add_argument("--writers", default="D,E,S,T")
    options.add_argument("--rules", type=Path, default=ROOT / "rules")
    options.add_argument("--misses", default="", help="fields whose wrong answers are listed with their reasons")
    options.add_argument("--leave-writer-out", action="store_true", help="rules, reader and both, on unseen writers")
    chosen = options.parse_args()
    book = rulebook.build(folders.read_rules(chosen.rules), test=False)
    folder = chosen.corpus / "registry"
    known = registries.read({path.name: path.read_text("utf-8") for path in folder.iterdir()})
    if chosen.leave_writer_out:
        leave_writer_out(chosen.corpus, chosen.rules, chosen.writers.split(","), book, known)
        return
    tallies = {name: Tally() for name in FIELDS}
    spent, slowest, count = 0.0, 0.0, 0
    for name, mail, label, fields in cases(chosen.corpus, chosen.writers.split(",")):
        begun = time.perf_counter()
        decision = decide(mail, known, book, _day(mail))
        took = time.perf_counter() - begun
        spent, slowest, count = spent + took, max(slowest, took), count + 1
        for each in fields:
            tallies[each].add(name, label[each], getattr(decision, each))
            if (
                each in chosen.misses.split(",")
                and tallies[each].wrong
                and tallies[each].wrong[-1].startswith(name + " ")
            ):
                _show(tallies[each].wrong[-1], mail, decision, each)
    for name, tally in tallies.items():
        scored = f"  F1 {tally.f1:.3f}" if name in ("urgent", "billable") else ""
        total = tally.right + len(tally.wrong)
        print(
            f"{name:16}{tally.share:.3f} of {total}{scored}  {' '.join(each.split()[0] for each in tally.wrong)}"[:260]
        )
    print(f"{count} cases, {1000 * spent / max(1, count):.2f} ms each, slowest {1000 * slowest:.1f} ms")


def _day(mail: ParsedMail) -> date:
    return (mail.date or datetime(2026, 9, 2, tzinfo=UTC)).date()


def leave_writer_out(corpus: Path, rules: Path, writers: Sequence[str], book: RuleBook, known: Registry) -> None:
    """Print, writer by writer, how right the rules are alone, the reader alone, and both."""
    from train_reader import as_text, learn, read_cases  # needs scikit-learn

    everybody = read_cases(folders.read_cases(rules), book)
    print(f"{'writer':8}{'by':8}" + "".join(f"{name:>17}" for name in OF_SNIPPET) + "   unsure")
    for writer in writers:
        reader = readers.load(as_text(learn([case for case in everybody if case.writer != writer])))
        judged = list(cases(corpus, [writer]))
        for by, one in (
            ("rules", replace(book, reader=None)),
            ("reader", None),
            ("both", replace(book, reader=reader)),
        ):
            tallies = {name: Tally() for name in OF_SNIPPET}
            unsure = 0
            for name, mail, label, fields in judged:
                decision = decide(mail, known, one, _day(mail)) if one else _read_alone(mail, known, book, reader)
                unsure += bool(decision.unsure)
                for each in set(fields) & set(OF_SNIPPET):
                    tallies[each].add(name, label[each], getattr(decision, each))
            print(
                f"{writer:8}{by:8}" + "".join(map(_cell, tallies.values())) + f"   {unsure / len(judged):.3f}",
                flush=True,
            )


def _cell(tally: Tally) -> str:
    scored = f" F1 {tally.f1:.3f}" if tally.hit + tally.missed else ""
    return f"{tally.share:.3f}{scored}".rjust(17)


def _read_alone(mail: ParsedMail, known: Registry, book: RuleBook, reader: readers.Reader) -> Decision:
    """The reader's likeliest answers; what the headers say it need not guess."""
    decision = decide(mail, known, replace(book, reader=None), _day(mail))
    if mail.nature in ("auto_reply", "report", "bounce", "bulk"):
        return decision
    read = reader.read(look(mail, known, book)[1])
    best: dict[str, Any] = {
        question: max(answers, key=lambda each: answers[each]) for question, answers in read.items()
    }
    fault = best["kind"] == "fault"
    reason = best["billable_reason"] if fault and best["billable_reason"] != "none" else None
    urgent = fault and best["urgent"] == "urgent"
    found = {"kind": best["kind"], "category": best["category"], "billable_reason": reason, "urgent": urgent}
    return replace(decision, **found, billable=reason is not None, unsure=())


def _show(wrong: str, mail: ParsedMail, decision: Decision, question: str) -> None:
    asked = "billable" if question == "billable_reason" else question
    reasons = decision.reasons.get(asked, ())  # type: ignore[call-overload]
    shown = "; ".join(f"{each.rule}: {each.words!r}" for each in reasons)
    passed = "; ".join(f"{each.rule} ({each.because[-60:]})" for each in decision.passed_over if each.question == asked)
    print(f"{wrong} | {shown} | passed {passed}\n    {mail.subject} || {' '.join(mail.new_text.split())[:500]}")


if __name__ == "__main__":
    main()
