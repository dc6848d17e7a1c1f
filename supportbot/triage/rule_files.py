"""The texts of rules/*.toml -> terms, concepts and rules, and every mistake in them with file, line and rule. Pure.

The trap: a person who mends one mistake wants to see them all. Nothing here stops at the first one but broken TOML,
and that stops only its own file.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from rapidfuzz import process

from supportbot import toml_words
from supportbot.errors import Invalid, Problem
from supportbot.triage.conditions import PHRASE_SOURCES, PHRASE_WORDS, Condition
from supportbot.triage.phrases import Phrase, parse
from supportbot.triage.rule import Concept, Doubt, Example, Rule, Terms
from supportbot.triage.vocabulary import FACTS, QUESTIONS

TERMS, CONCEPTS = "terms.toml", "words.toml"
NOT_OURS = frozenset({"questions.toml", "reader.json"})
"""Files of the same folder that are no rules: another room reads the questions, reader.py what was learned."""

BOUNDS = {
    "overrules_below": "a rule whose answer the reader finds less likely than this is passed over (0 to 1)",
    "unsure_below": "an answer that the reader finds less likely than this is marked for a person to look at (0 to 1)",
    "overrules_from": "mails of fewer words than this are not for the reader to overrule a rule in (a whole number)",
}
"""What a file may say under [reader]."""
_RULE_KEYS = ("name", "answer", "because", "clause", "sure", "when", "unless", "matches", "near_misses")


@dataclass(slots=True)
class Written:
    """All that the files say, and what is wrong with them."""

    terms: Terms = field(default_factory=Terms)
    concepts: dict[str, Concept] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    defaults: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, Doubt] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def blame(self, where: str, what: str, mend: str = "") -> None:
        self.problems.append(Problem(where, what, mend))


def read(files: Mapping[str, str]) -> Written:
    """What the files say. Never raises: mistakes are in `problems`."""
    written = Written()
    tables = {name: _toml(name, text, written) for name, text in sorted(files.items()) if name not in NOT_OURS}
    for needed in (TERMS, CONCEPTS):
        if needed not in tables:
            written.blame(needed, "is missing from the rules' folder.")
    _read_terms(tables.pop(TERMS, {}), files.get(TERMS, ""), written)
    _read_concepts(tables.pop(CONCEPTS, {}), files.get(CONCEPTS, ""), written)
    for name, table in tables.items():
        _read_rules(name, table, files[name], written)
    missing = [table for table in QUESTIONS if table not in written.defaults]
    if missing and not written.problems:
        written.blame("rules", f"no file asks: {', '.join(missing)}.", "Each question needs a file with its default.")
    return written


def _toml(name: str, text: str, written: Written) -> dict[str, Any]:
    try:
        return toml_words.tables(name, text)
    except Invalid as error:
        written.problems.extend(error.problems)
        return {}


def _read_terms(table: Mapping[str, Any], text: str, written: Written) -> None:
    lines = _lines(text, "clause")
    clauses: dict[str, str] = {}
    for number, row in enumerate(_tables(table, "clause")):
        where = f"{TERMS}:{_at(lines, number)}"
        if not (isinstance(row.get("id"), str) and isinstance(row.get("text"), str)):
            written.blame(where, "a clause needs an `id` and its `text`.")
        elif row["id"] in clauses:
            written.blame(where, f"clause {row['id']} stands here twice.")
        else:
            clauses[row["id"]] = row["text"]
    services = table.get("services", [])
    if not _strings(services):
        written.blame(TERMS, "`services` must be a list of the services' names.")
        services = []
    written.terms = Terms(clauses, tuple(services), str(table.get("section", "")))


def _read_concepts(table: Mapping[str, Any], text: str, written: Written) -> None:
    lines = _lines(text, "concept")
    for number, row in enumerate(_tables(table, "concept")):
        where = f"{CONCEPTS}:{_at(lines, number)}"
        name, words = row.get("name"), row.get("words")
        if not isinstance(name, str) or not _strings(words) or not words or not isinstance(row.get("means"), str):
            written.blame(where, "a concept needs a `name`, what it `means`, and a list of `words`.")
            continue
        if name in written.concepts:
            written.blame(where, f"concept {name!r} stands here twice.")
        phrases = tuple(_phrases(words, f"{where} concept {name!r}", written))
        written.concepts[name] = Concept(name, row["means"], phrases)


def _phrases(texts: Iterable[str], where: str, written: Written) -> Iterator[Phrase]:
    for text in texts:
        try:
            phrase = parse(text)
        except ValueError as error:
            written.blame(where, f"{error}.")
            continue
        for name in phrase.concepts - written.concepts.keys():
            written.blame(where, f"there is no concept {{{name}}} above it.", _meant_concept(name, written.concepts))
        yield phrase


def _read_rules(file: str, table: Mapping[str, Any], text: str, written: Written) -> None:
    names = [key for key, value in table.items() if isinstance(value, list)]
    for name in names:
        if name not in QUESTIONS:
            written.blame(
                f"{file}:{_at(_lines(text, name), 0)}", f"unknown question {name!r}.", _meant(name, QUESTIONS)
            )
    asked = [name for name in names if name in QUESTIONS]
    if len(asked) > 1:
        written.blame(file, f"asks {' and '.join(asked)}.", "One file asks one question.")
    for key in table.keys() - {"default", "reader", *names}:
        written.blame(file, f"unknown key {key!r}.", _meant(key, ("default", "reader")))
    for question in asked:
        written.doubts[question] = _doubt(file, table.get("reader", {}), written)
        _read_question(file, question, table, text, written)


def _doubt(file: str, table: Any, written: Written) -> Doubt:
    """The bounds under [reader]: how far this file's answers yield to the learned reader."""
    bounds: dict[str, float] = {}
    words = 0
    for key, number in table.items() if isinstance(table, dict) else [("reader", table)]:
        if key not in BOUNDS:
            written.blame(file, f"unknown key {key!r} under [reader].", _meant(key, BOUNDS))
        elif key == "overrules_from":
            if not isinstance(number, int) or isinstance(number, bool) or number < 0:
                written.blame(file, f"reader.{key} must be a whole number of words.")
            else:
                words = number
        elif not _likelihood(number):
            written.blame(file, f"reader.{key} must be a number from 0 to 1.")
        else:
            bounds[key] = float(number)
    return Doubt(**bounds, overrules_from=words)


def _likelihood(number: Any) -> TypeGuard[int | float]:
    return isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number <= 1


def _read_question(file: str, question: str, table: Mapping[str, Any], text: str, written: Written) -> None:
    default, answers = table.get("default"), QUESTIONS[question].answers
    if question in written.defaults:
        written.blame(file, f"the question {question!r} is asked in another file too.")
    if default not in answers:
        written.blame(
            file, f"the default answer {default!r} is none of: {', '.join(answers)}.", _meant(default, answers)
        )
    written.defaults[question] = str(default)
    lines = _lines(text, question)
    seen: set[str] = set()
    for number, row in enumerate(_tables(table, question)):
        where = f"{file}:{_at(lines, number)} rule {row.get('name', '?')!r}"
        if row.get("name") in seen:
            written.blame(where, "has the name of another rule.")
        seen.add(str(row.get("name")))
        written.rules.append(_rule(question, row, where, written))


def _rule(question: str, row: Mapping[str, Any], where: str, written: Written) -> Rule:
    answers = QUESTIONS[question].answers
    for key in row.keys() - set(_RULE_KEYS):
        written.blame(where, f"unknown key {key!r}.", _meant(key, _RULE_KEYS))
    for key in ("name", "because"):
        if not isinstance(row.get(key), str) or not row[key]:
            written.blame(where, f"has no `{key}`.")
    if row.get("answer") not in answers:
        written.blame(where, f"unknown answer {row.get('answer')!r}.", _meant(row.get("answer"), answers))
    clause = row.get("clause")
    if clause is not None and clause not in written.terms.clauses:
        written.blame(where, f"clause {clause!r} is in no file.", _meant(clause, written.terms.clauses))
    if not isinstance(row.get("sure", False), bool):
        written.blame(where, "`sure` must be true or false.")
    when = tuple(_conditions(row.get("when"), where, written))
    unless = tuple(_conditions(row.get("unless"), where, written))
    if not when:
        written.blame(where, "has no `when`.")
    elif not any(each.source == "text" for each in when) and any(
        each.source in ("around", "state", "mood", "denied") for each in (*when, *unless)
    ):
        written.blame(where, "speaks of a sentence without saying which.", "Add when.text.mentions_any.")
    return Rule(
        question=question,
        name=str(row.get("name", "?")),
        answer=str(row.get("answer")),
        because=str(row.get("because", "")),
        clause=clause if isinstance(clause, str) else None,
        when=when,
        unless=unless,
        matches=_examples(row.get("matches"), "example (`matches`)", where, written),
        near_misses=_examples(row.get("near_misses"), "near miss (`near_misses`)", where, written),
        where=where,
        sure=row.get("sure") is True,
    )


def _conditions(table: Any, where: str, written: Written, source: str = "") -> Iterator[Condition]:
    """The conditions under `when` or `unless`. reads.<question>.<answer>.at_least is one level deeper."""
    if table is None:
        return
    if not isinstance(table, dict):
        written.blame(where, "`when` and `unless` are written when.<fact>.<word> = value.")
        return
    for name, words in table.items():
        if name == "reads" and isinstance(words, dict):
            yield from _readings(words, where, written)
        elif name not in PHRASE_SOURCES and name not in FACTS:
            written.blame(where, f"unknown fact {name!r}.", _meant(name, [*PHRASE_SOURCES, *FACTS, "reads"]))
        elif not isinstance(words, dict):
            written.blame(where, f"{name} needs a word and a value.", f"For example {name}.is_any = […].")
        else:
            yield from (
                each for word, value in words.items() if (each := _condition(name, word, value, where, written))
            )


def _condition(source: str, word: str, value: Any, where: str, written: Written) -> Condition | None:
    known = PHRASE_WORDS if source in PHRASE_SOURCES else ("is", "is_any")
    if word not in known:
        written.blame(where, f"unknown word {source}.{word}.", _meant(word, known))
        return None
    values = [value] if isinstance(value, str) and word == "is" else value
    if not _strings(values) or not values:
        written.blame(where, f"{source}.{word} must be {'a text' if word == 'is' else 'a list of texts'}.")
        return None
    if source in PHRASE_SOURCES:
        return Condition(source, word, tuple(each.text for each in _phrases(values, where, written)))
    for wrong in (each for each in values if each not in FACTS[source].values):
        written.blame(where, f"{source} is never {wrong!r}.", _meant(wrong, FACTS[source].values))
    return Condition(source, word, tuple(values))


def _readings(table: Mapping[str, Any], where: str, written: Written) -> Iterator[Condition]:
    asked = {each.reads: each.answers for each in QUESTIONS.values()}
    for question, answers in table.items():
        if question not in asked or not isinstance(answers, dict):
            written.blame(where, f"the reader is not asked {question!r}.", _meant(question, asked))
            continue
        for answer, words in answers.items():
            number = words.get("at_least") if isinstance(words, dict) else None
            if answer not in asked[question]:
                written.blame(where, f"{question} is never {answer!r}.", _meant(answer, asked[question]))
            elif not _likelihood(number):
                written.blame(where, f"reads.{question}.{answer} needs at_least = a number from 0 to 1.")
            else:
                yield Condition(f"reads.{question}.{answer}", "at_least", (), float(number))


def _examples(listed: Any, called: str, where: str, written: Written) -> tuple[Example, ...]:
    """Texts, or tables { text, given } where a fact of the registry or a reading is part of the example."""
    if not listed or not isinstance(listed, list):
        written.blame(where, f"has no {called}.")
        return ()
    examples = []
    for each in listed:
        row = {"text": each} if isinstance(each, str) else each
        given = row.get("given", {}) if isinstance(row, dict) else None
        if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not isinstance(given, dict):
            written.blame(where, f"an {called} is a text, or {{ text = …, given = {{ fact = [value] }} }}.")
            continue
        given = dict(given)
        reads = _given_readings(given.pop("reads", {}), where, written)
        for fact, values in given.items():
            if fact not in FACTS or not _strings(values) or set(values) - set(FACTS[fact].values):
                written.blame(where, f"the example gives {fact} = {values}, which cannot be.", _meant(fact, FACTS))
        examples.append(Example(row["text"], {fact: tuple(values) for fact, values in given.items()}, reads))
    return tuple(examples)


def _given_readings(table: Any, where: str, written: Written) -> dict[str, dict[str, float]]:
    """given = { reads.<question>.<answer> = a number from 0 to 1 }"""
    asked = {each.reads: each.answers for each in QUESTIONS.values()}
    reads: dict[str, dict[str, float]] = {}
    for question, answers in table.items() if isinstance(table, dict) else [("reads", {})]:
        known = asked.get(question, {})
        if not known or not isinstance(answers, dict) or not all(map(_likelihood, answers.values())):
            written.blame(where, f"the example gives reads.{question} = {answers}, which cannot be.")
        elif wrong := sorted(set(answers) - set(known)):
            written.blame(where, f"{question} is never {wrong[0]!r}.", _meant(wrong[0], known))
        else:
            reads[question] = {answer: float(number) for answer, number in answers.items()}
    return reads


def _meant(wrong: object, known: Iterable[str]) -> str:
    """ "Did you mean …?" where a known name is near enough."""
    found = process.extractOne(str(wrong), list(known), score_cutoff=60)
    return f"Did you mean {found[0]!r}?" if found else f"Known are: {', '.join(known)}."


def _meant_concept(wrong: str, known: Iterable[str]) -> str:
    """The nearest of very many, as it is written in a phrase."""
    found = process.extractOne(wrong, list(known), score_cutoff=60)
    return f"Did you mean {{{found[0]}}}?" if found else "Known ones: supportbot rules words"


def _lines(text: str, table: str) -> list[int]:
    """The lines on which [[table]] stands."""
    header = re.compile(rf"\s*\[\[\s*{re.escape(table)}\s*\]\]")
    return [number for number, line in enumerate(text.splitlines(), 1) if header.match(line)]


def _at(lines: list[int], number: int) -> int:
    return lines[number] if number < len(lines) else 1


def _tables(table: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = table.get(name, [])
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def phrases_of(condition: Condition) -> Iterator[Phrase]:
    """The phrases of a condition that are more than a single concept."""
    if condition.source in PHRASE_SOURCES:
        for phrase in map(parse, condition.values):
            if not (len(phrase.elements) == 1 and phrase.concepts):
                yield phrase
