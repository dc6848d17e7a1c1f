"""The text of rules/*.toml -> RuleBook, or all its problems at once; and RuleBook + Places -> answers. Pure.

One file asks one question, is read from top to bottom, and its first rule that matches answers; where none does, the
default that the file states holds. The trap: a rule is only as good as its examples. Each has at least one mail that
it must answer itself (not an earlier rule: that one is "shadowed") and one near miss that it must leave alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from supportbot.errors import Invalid, Problem
from supportbot.triage import examples, rule_files
from supportbot.triage import reader as readers
from supportbot.triage.conditions import (
    PHRASE_SOURCES,
    SENTENCE_SOURCES,
    WORDS,
    Condition,
    Places,
    holds,
    holds_in,
    sentences_with,
)
from supportbot.triage.facts import NEEDED
from supportbot.triage.phrases import SYNTAX, Index, Span
from supportbot.triage.phrases import build as build_index
from supportbot.triage.reader import Reader
from supportbot.triage.rule import Concept, Doubt, Rule, Terms
from supportbot.triage.vocabulary import FACTS, QUESTIONS


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds, and the words that it holds for; or, with `stopped`, one that an `unless` cancelled."""

    rule: Rule
    spans: tuple[Span, ...]
    stopped: Condition | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a file answers: `match` is None where its default holds."""

    answer: str
    match: Match | None
    passed_over: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class _Order:
    """The rules of one question, in their order, each under the phrases of which it needs one."""

    rules: tuple[Rule, ...]
    by_phrase: Mapping[str, tuple[int, ...]]
    always: tuple[int, ...]
    """Those that need no phrase."""

    def likely(self, places: Places) -> Iterator[Rule]:
        """The rules that may hold: all others lack their words."""
        numbers = set(self.always)
        for phrase in places.phrases:
            numbers.update(self.by_phrase.get(phrase, ()))
        return (self.rules[number] for number in sorted(numbers))


def _order(rules: Sequence[Rule]) -> _Order:
    by_phrase: dict[str, list[int]] = {}
    always: list[int] = []
    for number, rule in enumerate(rules):
        needed = next((each.values for each in rule.when if each.source in ("text", "mail")), None)
        if needed is None:
            always.append(number)
        for phrase in needed or ():
            by_phrase.setdefault(phrase, []).append(number)
    return _Order(tuple(rules), {phrase: tuple(each) for phrase, each in by_phrase.items()}, tuple(always))


@dataclass(frozen=True, slots=True)
class RuleBook:
    terms: Terms
    rules: tuple[Rule, ...]
    """All rules: file by file, each file in its order."""
    defaults: Mapping[str, str]
    """Question -> the answer that its file states for a mail that no rule matches."""
    concepts: Mapping[str, Concept]
    index: Index
    reader: Reader | None = None
    doubts: Mapping[str, Doubt] = field(default_factory=dict)
    """Question -> how far its rules yield to the reader; a question whose file says nothing does not yield."""
    orders: Mapping[str, "_Order"] = field(init=False)
    """Question -> its rules, and which of them to try."""

    def __post_init__(self) -> None:
        orders = {question: _order(self.asked(question)) for question in QUESTIONS}
        object.__setattr__(self, "orders", orders)

    def asked(self, question: str) -> tuple[Rule, ...]:
        """The rules of one question, in the order in which they are tried."""
        return tuple(rule for rule in self.rules if rule.question == question)

    def answer(self, question: str, places: Places) -> Answer:
        """The first rule's answer to a question, with those before it that an `unless` or the reader cancelled."""
        passed: list[Match] = []
        for rule in self.orders[question].likely(places):
            match = try_rule(rule, places)
            if match is None:
                continue
            doubt = match.stopped or self._doubt(rule, places)
            if doubt is None:
                return Answer(rule.answer, match, tuple(passed))
            passed.append(replace(match, stopped=doubt))
        return Answer(self.defaults[question], None, tuple(passed))

    def likelihood(self, question: str, answer: str, places: Places) -> float | None:
        """How likely the reader finds an answer; None where it was not asked."""
        return places.readings.get(QUESTIONS[question].reads, {}).get(answer)

    def _doubt(self, rule: Rule, places: Places) -> Condition | None:
        """The reader's veto. What the registry records, or a rule is sure of, is not for it to doubt; its own word
        yields to a likelier one (but for the default, which needs no rule).
        """
        reads = places.readings.get(QUESTIONS[rule.question].reads, {})
        likely = reads.get(rule.answer)
        if likely is None or rule.sure or any(_recorded(each) for each in rule.when):
            return None
        if any(each.source.startswith("reads.") for each in rule.when):
            bound = max(each for answer, each in reads.items() if answer != self.defaults[rule.question])
        else:
            doubt = self.doubts.get(rule.question, Doubt())
            bound = doubt.overrules_below if places.words >= doubt.overrules_from else 0.0
        source = f"reads.{QUESTIONS[rule.question].reads}.{rule.answer}"
        return Condition(source, "below", (), bound) if likely < bound else None

    def tries(self, rule: Rule, places: Places) -> bool:
        """Whether the rule holds by itself, whatever stands above it."""
        match = try_rule(rule, places)
        return match is not None and match.stopped is None

    def test(self) -> tuple[Problem, ...]:
        """Run every example and near miss of every rule; () when all are as their rules say."""
        return examples.test(self)


def _recorded(condition: Condition) -> bool:
    return condition.source == "device" and set(condition.values) != {"named"}


def words(book: "RuleBook | None" = None) -> str:
    """Every question, answer, fact, value and word that a rule may use, a sentence each; with a book, its concepts."""
    lines: list[str] = []
    for table, question in QUESTIONS.items():
        lines.append(f"question [[{table}]]: {question.asks}")
        lines += [f"    answer {answer}: {meaning}" for answer, meaning in question.answers.items()]
    lines += [f"phrases stand in {name}: {meaning}" for name, meaning in PHRASE_SOURCES.items()]
    lines += [f"in a phrase {sign}: {meaning}" for sign, meaning in SYNTAX.items()]
    for name, fact in FACTS.items():
        lines.append(f"fact {name}: {fact.tells}")
        lines += [f"    value {value}: {meaning}" for value, meaning in fact.values.items()]
    lines += [f"word {name}: {meaning}" for name, meaning in WORDS.items()]
    lines += [f"under [reader], {name}: {meaning}" for name, meaning in rule_files.BOUNDS.items()]
    lines += [f"concept {{{name}}}: {each.means}" for name, each in (book.concepts if book else {}).items()]
    return "\n".join(lines)


def try_rule(rule: Rule, places: Places) -> Match | None:
    """The rule's match, cancelled or not; None where its `when` does not hold at all."""
    shown: list[Span] = []
    for condition in rule.when:
        if condition.source in SENTENCE_SOURCES:
            continue
        spans = holds(condition, places)
        if spans is None:
            return None
        shown.extend(spans)
    if any(condition.source in SENTENCE_SOURCES for condition in rule.when):
        return _try_sentences(rule, places, tuple(shown))
    return Match(rule, tuple(shown), next((each for each in rule.unless if holds(each, places) is not None), None))


def _try_sentences(rule: Rule, places: Places, shown: tuple[Span, ...]) -> Match | None:
    stopped: Match | None = None
    first = next(condition for condition in rule.when if condition.source == "text")
    for number, spans in sorted(sentences_with(first, places).items()):
        evidence = _evidence(rule, number, spans, places)
        if evidence is None:
            continue
        by = next((each for each in rule.unless if holds_in(each, number, spans, places) is not None), None)
        if by is None:
            return Match(rule, evidence + shown)
        stopped = stopped or Match(rule, evidence + shown, by)
    return stopped


def _evidence(rule: Rule, number: int, spans: tuple[Span, ...], places: Places) -> tuple[Span, ...] | None:
    """The places of all that the rule asks of that sentence, or None."""
    evidence = list(spans)
    for condition in rule.when:
        if condition.source in SENTENCE_SOURCES:
            more = holds_in(condition, number, spans, places)
            if more is None:
                return None
            evidence.extend(more)
    return tuple(dict.fromkeys(evidence))


def build(files: Mapping[str, str], *, test: bool = True) -> RuleBook:
    """The rule book of `files` (name -> text of the TOML file; "reader.json", if any, is the learned reader).

    With `test`, the rules' examples are run too, which takes about a second. Raises errors.Invalid with every
    problem found: where it stands, what is wrong, how to mend it.
    """
    written = rule_files.read(files)
    for name in sorted(NEEDED - written.concepts.keys()):
        written.blame(rule_files.CONCEPTS, f"lacks the concept {name!r}, which facts are told by.", "Put it back.")
    reader = _reader(files, written)
    if written.problems:
        raise Invalid(written.problems)
    phrases = {
        phrase.text: phrase
        for rule in written.rules
        for condition in (*rule.when, *rule.unless)
        for phrase in rule_files.phrases_of(condition)
    }
    book = RuleBook(
        terms=written.terms,
        rules=tuple(written.rules),
        defaults=written.defaults,
        concepts=written.concepts,
        index=build_index({name: each.phrases for name, each in written.concepts.items()}, phrases.values()),
        reader=reader,
        doubts=written.doubts,
    )
    problems = book.test() if test else ()
    if problems:
        raise Invalid(problems)
    return book


def _reader(files: Mapping[str, str], written: rule_files.Written) -> Reader | None:
    """The learned reader among the files; its mistakes go to `written`."""
    if readers.FILE not in files:
        return None
    try:
        reader = readers.load(files[readers.FILE])
    except Invalid as error:
        written.problems.extend(error.problems)
        return None
    known = {each.reads: each.answers for each in QUESTIONS.values()}
    for question, answers in reader.answers.items():
        for wrong in set(answers) - set(known.get(question, ())):
            written.blame(readers.FILE, f"answers {wrong!r} to {question!r}, which no rule knows.", "Train it again.")
    return reader
