"""The words of the rules: `when.text.mentions_any = […]` -> a Condition that Facts hold or do not hold. Pure.

A condition asks one source one thing. Sources of phrases are `text` (one sentence of the new text, or the subject),
`around` (that sentence and its neighbours) and `mail` (all of it); `state`, `mood` and `denied` speak of the sentence
in which the text's phrases stand; every other source is a fact of the whole mail. The trap: a list means "any of",
several conditions under `when` mean "all of", several under `unless` mean "any of".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from supportbot.triage.phrases import Span

PHRASE_SOURCES = {
    "text": "one sentence of the new text, or the subject",
    "around": "the sentence in which the text's phrases stand, the one before and the one after",
    "mail": "anywhere in the new text or the subject",
}
WORDS = {
    "mentions_any": "at least one of the phrases stands there (text, around, mail)",
    "mentions_all": "every one of the phrases stands there, in any order (text, around, mail)",
    "is": "the fact has this value",
    "is_any": "the fact has one of these values",
    "at_least": "the reader is at least so sure of the answer, from 0 to 1 (reads.<question>.<answer>)",
}
_SENTENCE = attrgetter("sentence")
PHRASE_WORDS = ("mentions_any", "mentions_all")


@dataclass(frozen=True, slots=True)
class Condition:
    """`source.word = values`, for example text.mentions_any, state.is_any, reads.urgent.urgent.at_least."""

    source: str
    word: str
    values: tuple[str, ...] = ()
    number: float = 0.0

    def __str__(self) -> str:
        shown = ", ".join(self.values) if self.values else f"{self.number:g}"
        return f"{self.source}.{self.word} = {shown}"


@dataclass(frozen=True, slots=True)
class Places:
    """What the conditions look at: where phrases stand, and the facts of each sentence and of the mail."""

    phrases: Mapping[str, tuple[Span, ...]]
    """Phrase or {concept} -> where it stands."""
    states: tuple[str, ...]
    """For each sentence: present, solved, past, feared, future."""
    moods: tuple[str, ...]
    """For each sentence: asserted, asked, believed."""
    denied: frozenset[Span]
    """Places of phrases that a negation in the same clause turns round."""
    facts: Mapping[str, Mapping[str, tuple[Span, ...]]]
    """Fact -> value -> the words that show it."""
    readings: Mapping[str, Mapping[str, float]]
    """Question -> answer -> how sure the learned reader is."""
    words: int = 0
    """How many the mail has, its subject's too."""
    by_sentence: Mapping[int, Mapping[str, tuple[Span, ...]]] = field(default_factory=dict)
    """Sentence -> what stands in it: `phrases` once more, so that no rule need walk through the whole mail."""

    def __post_init__(self) -> None:
        if not self.by_sentence:
            object.__setattr__(self, "by_sentence", by_sentence(self.phrases))


def by_sentence(phrases: Mapping[str, tuple[Span, ...]]) -> dict[int, dict[str, tuple[Span, ...]]]:
    """Sentence -> phrase -> its places in that sentence."""
    found: dict[int, dict[str, tuple[Span, ...]]] = {}
    for phrase, spans in phrases.items():
        for number, group in groupby(spans, _SENTENCE):
            found.setdefault(number, {})[phrase] = tuple(group)
    return found


def sentences_with(condition: Condition, places: Places) -> dict[int, tuple[Span, ...]]:
    """Sentence -> the phrases' places in it, for a condition on `text`."""
    numbers = {span.sentence for phrase in condition.values for span in places.phrases.get(phrase, ())}
    return {number: spans for number in sorted(numbers) if (spans := _stands(condition, number, places))}


def _stands(condition: Condition, number: int, places: Places) -> tuple[Span, ...]:
    """The phrases' places in one sentence; () where the condition does not hold there."""
    here = places.by_sentence.get(number, {})
    if condition.word == "mentions_all":
        return _apart(condition.values, here)
    return tuple(span for phrase in condition.values if phrase in here for span in here[phrase])


def _apart(phrases: tuple[str, ...], here: Mapping[str, tuple[Span, ...]]) -> tuple[Span, ...]:
    """One place for each phrase; () where one is missing or two have only the same words."""
    chosen: list[Span] = []
    for phrase in phrases:
        free = next((span for span in here.get(phrase, ()) if span not in chosen), None)
        if free is None:
            return ()
        chosen.append(free)
    return tuple(chosen)


def holds_in(condition: Condition, number: int, spans: tuple[Span, ...], places: Places) -> tuple[Span, ...] | None:
    """The evidence of a condition on the sentence `number` (or its neighbours), or None where it does not hold."""
    if condition.source == "text":
        return _stands(condition, number, places) or None
    if condition.source == "around":
        found = tuple(_nearby(condition, number, places))
        whole = condition.word == "mentions_any" or len({phrase for phrase, _ in found}) == len(set(condition.values))
        return tuple(span for _, span in found) if found and whole else None
    if condition.source == "state":
        return () if places.states[number] in condition.values else None
    if condition.source == "mood":
        return () if places.moods[number] in condition.values else None
    if condition.source == "denied":
        denied = "yes" if any(span in places.denied for span in spans) else "no"
        return () if denied in condition.values else None
    return holds(condition, places)


def _nearby(condition: Condition, number: int, places: Places) -> Iterator[tuple[str, Span]]:
    near = [here for each in range(number - 1, number + 2) if (here := places.by_sentence.get(each))]
    for phrase in condition.values:
        yield from ((phrase, span) for here in near for span in here.get(phrase, ()))


def holds(condition: Condition, places: Places) -> tuple[Span, ...] | None:
    """The evidence of a condition on the whole mail, or None where it does not hold."""
    if condition.source == "mail":
        found = {phrase: places.phrases.get(phrase, ()) for phrase in condition.values}
        enough = all(found.values()) if condition.word == "mentions_all" else any(found.values())
        return tuple(spans[0] for spans in found.values() if spans) if enough else None
    if condition.word == "at_least":
        _, question, answer = condition.source.split(".")
        return () if places.readings.get(question, {}).get(answer, 0.0) >= condition.number else None
    values = places.facts.get(condition.source, {})
    shown = [values[value] for value in condition.values if value in values]
    return tuple(span for spans in shown for span in spans) if shown else None


SENTENCE_SOURCES = frozenset({"text", "around", "state", "mood", "denied"})
