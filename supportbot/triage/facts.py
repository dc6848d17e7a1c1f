"""ParsedMail + what the registry knows of it -> Facts: all that a rule may ask. Pure.

Sentence by sentence (state, mood, denied) and for the mail as a whole (scope, blame, device, sender …). The trap:
offsets. A place in the new text is evidence that a person can look up; a place in the subject has no offset.

The learned reader is one more fact: `readings` maps a question ("urgent") to its answers and how sure the reader is
of each (0 to 1); a rule asks `when.reads.urgent.urgent.at_least = 0.9` and is cited like any other.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from supportbot.mail.message import ParsedMail
from supportbot.triage import blame, impact, scope, tense, topic
from supportbot.triage.conditions import Places
from supportbot.triage.phrases import Index, Span
from supportbot.triage.text import Sentence, sentences

Given = Mapping[str, Sequence[str]]
"""Facts that the registry or the headers know: fact -> its values."""

_REPLY = re.compile(r"\s*(?:sv|re|aw|antw|vs|ref)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
"""The subject of an answer is the old mail's: no word of what its sender writes now."""
_TOLD = {"hard": "{hard-fault}", "soft": "{symptom}"}
_NO_INFORMATION = ("{ask-cause}", "{ask-help}")
_NOT_TOLD = ("{if}", "{ask}", "{order-strong}", "{selling}")

_OWN = ("hard-fault", "symptom", "if", "ask", "ask-help", "ask-indirect", "order-strong", "selling", "mild")
NEEDED = frozenset((*tense.NEEDED, *scope.NEEDED, *blame.NEEDED, *impact.NEEDED, *topic.NEEDED, *_OWN))
"""Concepts that rules/words.toml must hold for facts to be told."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a mail says, in places; and the texts that the places are places of."""

    places: Places
    sentences: tuple[Sentence, ...]
    subject: str
    new_text: str

    def words(self, span: Span) -> tuple[str, int | None, int | None]:
        """The words at a place, with their offsets in the new text; None, None where they stand in the subject."""
        sentence = self.sentences[span.sentence]
        start, end = sentence.words[span.first].start, sentence.words[span.last].end
        if sentence.subject:
            return self.subject[start:end], None, None
        return self.new_text[start:end], start, end

    def given(self, values: Given) -> "Facts":
        """The same facts and those that the text cannot show: device, sender, nature."""
        told = {**self.places.facts, **{fact: dict.fromkeys(each, ()) for fact, each in values.items()}}
        return replace(self, places=replace(self.places, facts=told))

    def with_readings(self, readings: Mapping[str, Mapping[str, float]]) -> "Facts":
        """The same facts and what the learned reader says of them."""
        return replace(self, places=replace(self.places, readings=readings))


def facts(
    mail: ParsedMail,
    index: Index,
    readings: Mapping[str, Mapping[str, float]] | None = None,
) -> Facts:
    """All facts that a mail's own text shows; `readings` are the learned reader's."""
    return of_text(mail.subject, mail.new_text, mail.language, index, readings)


def of_text(
    subject: str,
    new_text: str,
    language: str,
    index: Index,
    readings: Mapping[str, Mapping[str, float]] | None = None,
) -> Facts:
    """The facts of a bare text, as an example of a rule is one."""
    spoken = language if language != "other" else "sv"
    subject = "" if _REPLY.match(subject) else subject
    head = tuple(_of_subject(each) for each in sentences(subject[:400], spoken, index.beginnings))
    read = head + sentences(new_text, spoken, index.beginnings)
    found = index.find(read)
    states = tuple(tense.state(number, found) for number in range(len(read)))
    moods = tuple(tense.mood(number, sentence, found) for number, sentence in enumerate(read))
    told: dict[str, Mapping[str, tuple[Span, ...]]] = {
        "scope": scope.scope(found, read),
        "blame": blame.blame(found, moods, states),
        "over": _over(states, found, read),
        "topic": topic.topic(found, read),
    }
    negated = tense.all_denied(found, read)
    told["told"] = _told(found, states, moods, negated)
    told["impact"] = impact.impact(found, read, states, moods)
    told["asks"] = _asks(found, moods, read)
    places = Places(found, states, moods, negated, told, readings or {})
    return Facts(places, read, subject, new_text)


def _of_subject(sentence: Sentence) -> Sentence:
    return Sentence(sentence.words, sentence.start, sentence.end, sentence.asked, subject=True)


def _over(
    states: tuple[str, ...], found: Mapping[str, tuple[Span, ...]], read: tuple[Sentence, ...]
) -> dict[str, tuple[Span, ...]]:
    """Whether the mail tells of something that is over: a sentence says so, and none after it names a new fault."""
    solved = [number for number, state in enumerate(states) if state == "solved" and not read[number].subject]
    if not solved:
        return {"no": ()}
    shown = tuple(span for span in found.get("{solved}", ()) if span.sentence in solved)
    return {"yes": shown}


def _told(
    found: Mapping[str, tuple[Span, ...]], states: tuple[str, ...], moods: tuple[str, ...], negated: frozenset[Span]
) -> dict[str, tuple[Span, ...]]:
    """The faults that the mail states as present: not asked, imagined, over, or the reason of an order."""
    aside = {span.sentence for concept in _NOT_TOLD for span in found.get(concept, ())}
    stated = {n for n in range(len(states)) if states[n] == "present" and moods[n] != "asked" and n not in aside}
    shown = {
        value: tuple(span for span in found.get(concept, ()) if span.sentence in stated and span not in negated)
        for value, concept in _TOLD.items()
    }
    return {value: spans for value, spans in shown.items() if spans}


def _asks(
    found: Mapping[str, tuple[Span, ...]], moods: tuple[str, ...], read: tuple[Sentence, ...]
) -> dict[str, tuple[Span, ...]]:
    """Whether the mail asks for information (not for help, and not whose fault it is), and does little else."""
    aside = {span.sentence for concept in _NO_INFORMATION for span in found.get(concept, ())}
    asked = [n for n, mood in enumerate(moods) if mood == "asked" and n not in aside and not read[n].subject]
    indirect = found.get("{ask-indirect}", ())
    if not asked and not indirect:
        return {"no": ()}
    whole = [n for n, sentence in enumerate(read) if not sentence.subject and len(sentence.words) > 2]
    return {"yes": indirect, "mostly": indirect} if 2 * len(asked) >= len(whole) > 0 else {"yes": indirect}
