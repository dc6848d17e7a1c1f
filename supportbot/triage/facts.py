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
from supportbot.triage import blame, doing, haste, impact, origin, others, scope, seller, tense, topic
from supportbot.triage.conditions import Places
from supportbot.triage.phrases import Index, Span
from supportbot.triage.text import Sentence, Word, sentences

Given = Mapping[str, Sequence[str]]
"""Facts that the registry or the headers know: fact -> its values."""

_REPLY = re.compile(r"\s*(?:sv|re|aw|antw|vs|ref)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
"""The subject of an answer is the old mail's: no word of what its sender writes now."""
_TOLD = {"hard": "{hard-fault}", "soft": "{symptom}"}
_BUT = ("{others-work}", "{narrow}", "{another-fault}")
"""Beside these, that all is well is said of the rest."""
_NO_INFORMATION = ("{ask-cause}", "{ask-help}")
_NOT_TOLD = ("{if}", "{ask}", "{order-strong}", "{selling}")

_VITAL = ("{main-number}", "{safety}", "{only-way}", "{caller}")
"""In their sentence, a place where nobody answers is the customer's own."""
_A_NUMBER = frozenset({"numret", "nummer", "nummeret", "number", "numeroon"})
"""Any number, not surely the main one."""
_THERE = frozenset(["dar", "dit", "der", "dit", "there", "where", "hvor", "jossa", "siella"])
_REFUSED = 2
"""Words between a verb and the negation that turns it round."""
_ANSWERS = frozenset(["svarar", "svara", "answers", "answer", "svarer", "svare", "vastaa", "tar", "picks"])

_OWN = (
    "hard-fault",
    "symptom",
    "if",
    "ask",
    "ask-help",
    "ask-indirect",
    "order-strong",
    "selling",
    "mild",
    "sole-firm",
    "own-test",
    "one-person",
    "all-well",
    "another-fault",
    "one-place",
    "nobody-reaches",
    "foreign-works",
)
NEEDED = frozenset(
    (
        *tense.NEEDED,
        *scope.NEEDED,
        *blame.NEEDED,
        *doing.NEEDED,
        *haste.NEEDED,
        *impact.NEEDED,
        *origin.NEEDED,
        *others.NEEDED,
        *seller.NEEDED,
        *topic.NEEDED,
        *_OWN,
    )
)
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
    found = others.without(_of_all(_of_one(_of_ours(_working(index.find(read)), read))), read)
    states = _taken_back(tuple(tense.state(number, found) for number in range(len(read))), read)
    moods = tuple(tense.mood(number, sentence, found) for number, sentence in enumerate(read))
    found = scope.without_the_rest(found, states, read)
    told: dict[str, Mapping[str, tuple[Span, ...]]] = {
        "scope": scope.scope(found, read),
        "over": _over(states, found, read),
        "topic": topic.topic(found, read),
    }
    negated = tense.all_denied(found, read)
    told["blame"] = blame.blame(found, moods, negated)
    told["origin"] = origin.origin(found, moods, negated)
    told["doing"] = doing.doing(found, moods, negated)
    told["told"] = {} if _all_well(found, states) else _told(found, states, moods, negated, told["blame"])
    told["impact"] = impact.impact(found, read, states, moods)
    told["seller"] = seller.seller(found, read, new_text)
    told["haste"] = haste.haste(found, read, states, moods, negated, new_text)
    told["asks"] = _asks(found, moods, read)
    places = Places(found, states, moods, negated, told, readings or {}, sum(len(each.words) for each in read))
    return Facts(places, read, subject, new_text)


def _of_one(found: Mapping[str, tuple[Span, ...]]) -> Mapping[str, tuple[Span, ...]]:
    """The same places, without the one person's line where it is the firm's, or where it only tried the number.

    In a firm of one, "ingen når mig" is said of the firm; and "provat från min mobil" is no fault of that mobile.
    """
    tried = {span.sentence for span in found.get("{own-test}", ())}
    own = tuple(span for span in found.get("{one-person}", ()) if span.sentence not in tried)
    return {**found, "{one-person}": () if found.get("{sole-firm}") else own}


def _of_ours(found: Mapping[str, tuple[Span, ...]], read: tuple[Sentence, ...]) -> Mapping[str, tuple[Span, ...]]:
    """The same places, without nobody answering somewhere else: "det numret går till arkivet, där ingen svarar"."""
    vital = [span for concept in _VITAL for span in found.get(concept, ())]
    ours = {span.sentence for span in vital if read[span.sentence].words[span.last].plain not in _A_NUMBER}
    reaching = tuple(
        span
        for span in found.get("{nobody-reaches}", ())
        if span.sentence in ours or not _elsewhere(read[span.sentence].words[max(0, span.first - 1) : span.last + 2])
    )
    return {**found, "{nobody-reaches}": reaching} if reaching != found.get("{nobody-reaches}", ()) else found


def _working(found: Mapping[str, tuple[Span, ...]]) -> Mapping[str, tuple[Span, ...]]:
    """The same places, without equipment that is not the service's and does not work: "kortterminalen går inte"."""
    spans = found.get("{foreign-works}", ())
    refused = found.get("{not}", ())
    works = tuple(span for span in spans if not any(span.apart(each) <= _REFUSED for each in refused))
    return {**found, "{foreign-works}": works} if works != spans else found


def _elsewhere(words: Sequence[Word]) -> bool:
    forms = {word.plain for word in words}
    return not _THERE.isdisjoint(forms) and not _ANSWERS.isdisjoint(forms)


def _of_all(found: Mapping[str, tuple[Span, ...]]) -> Mapping[str, tuple[Span, ...]]:
    """The same places, without an outage of calls to one country or kind of number: "kan inte ringa till Polen"."""
    one = {span.sentence for span in found.get("{one-place}", ())}
    if not one:
        return found
    reaching = tuple(span for span in found.get("{nobody-reaches}", ()) if span.sentence not in one)
    return {**found, "{nobody-reaches}": reaching}


def _taken_back(states: tuple[str, ...], read: tuple[Sentence, ...]) -> tuple[str, ...]:
    """What the next sentence says no to is imagined: "Hon ropar att allt är dött. Det är det inte."."""
    back = {number for number, sentence in enumerate(read[1:]) if tense.takes_back(sentence)}
    return tuple("feared" if number in back else state for number, state in enumerate(states))


def _of_subject(sentence: Sentence) -> Sentence:
    return Sentence(sentence.words, sentence.start, sentence.end, sentence.asked, subject=True)


def _over(
    states: tuple[str, ...], found: Mapping[str, tuple[Span, ...]], read: tuple[Sentence, ...]
) -> dict[str, tuple[Span, ...]]:
    """Whether the mail tells of something that is over: a sentence says so, and none after it names a new fault."""
    solved = [number for number, state in enumerate(states) if state == "solved" and not read[number].subject]
    if not solved:
        return {"no": ()}
    later = {
        span.sentence
        for span in found.get("{hard-fault}", ())
        if span.sentence > solved[-1] and states[span.sentence] == "present"
    }
    if later:
        return {"no": ()}
    shown = tuple(span for span in found.get("{solved}", ()) if span.sentence in solved)
    return {"yes": shown}


def _all_well(found: Mapping[str, tuple[Span, ...]], states: tuple[str, ...]) -> bool:
    """Whether no fault is told, whatever words of faults stand there: "Inget är trasigt, jag undrar bara"."""
    rest = {span.sentence for concept in _BUT for span in found.get(concept, ())}
    said = [span.sentence for span in found.get("{all-well}", ()) if span.sentence not in rest]
    return any(states[number] == "present" for number in said)


def _told(
    found: Mapping[str, tuple[Span, ...]],
    states: tuple[str, ...],
    moods: tuple[str, ...],
    negated: frozenset[Span],
    blamed: Mapping[str, tuple[Span, ...]],
) -> dict[str, tuple[Span, ...]]:
    """The faults that the mail states as present: not asked, imagined, over, or the reason of an order.

    Who says whose doing it is tells of a fault too, whatever words it is told in.
    """
    aside = {span.sentence for concept in _NOT_TOLD for span in found.get(concept, ())}
    stated = {n for n in range(len(states)) if states[n] == "present" and moods[n] != "asked" and n not in aside}
    shown = {
        value: tuple(span for span in found.get(concept, ()) if span.sentence in stated and span not in negated)
        for value, concept in _TOLD.items()
    }
    causes = (*blamed.get("customer", ()), *blamed.get("third_party", ()))
    shown["hard"] += tuple(span for span in causes if span.sentence in stated)
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
