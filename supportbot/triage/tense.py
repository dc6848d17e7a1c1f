"""One sentence's phrases -> when it holds (state), how it is meant (mood), and what in it is denied. Pure.

The concepts that are looked at stand in rules/words.toml. The trap: "sedan i går" is present although "i går" is
past, and "inte bara" denies nothing; a sentence that names both a past and a present is taken as present, because
an outage overlooked costs more than one looked at in vain.
"""

import re
from collections.abc import Mapping, Sequence

from supportbot.triage.phrases import Span
from supportbot.triage.text import Sentence, fold

NEEDED = ("not", "nobody", "now", "past", "solved", "fear", "ask-cause", "believe", "urgent", "obliged")
"""Concepts without which sentences cannot be judged."""

REACH = 3
"""Words that may stand between a negation and what it denies."""

_WANTED = 2
"""Words that may stand between "must" and what is to be."""
_ONLY = frozenset({"bara", "only", "bare", "kun", "vain", "minst"})
_COPULA = frozenset(
    {
        "ar",
        "er",
        "is",
        "det",
        "it",
        "gor",
        "den",
        "detta",
        "this",
        "dette",
        "saken",
        "blir",
        "har",
        "on",
        "ole",
        "arendet",
    }
)
_VERB = re.compile(r"(?:er|ar|or|as|[dgkprt]s)$")
"""The present tense and its passive, which open a question in Swedish, Norwegian and Danish."""
_ASKING = """
    kan kunde skulle är har vet finns går hur vad vem var vart varför vilken vilket vilka får måste om
    fick blev hade gick
    can could would is are do does how what which who when where why may might
    kunne hvordan hva hvem hvor hvilken hvad hvornår må skal voisiko voiko voisitteko onko kuinka miten mikä milloin
"""
_ASKS = frozenset(fold(word) for word in _ASKING.split())
"""Words that open a question."""


_TAKES_BACK = re.compile(
    r"^(?:nej |no |nei |nej men )?(?:det|den|saken|it|this|dette) (?:ar|gor|stammer|er|gjor|gjelder|is|does|isn|doesn)"
    r"(?: det| den| dette)? ?(?:inte|ikke|not|t|ikke det|ikke)\b"
)


def takes_back(sentence: Sentence) -> bool:
    """The whole sentence says no to the one before: "Det är det inte.", "Det gör den inte.", "It isn't."."""
    return len(sentence.words) <= 5 and bool(_TAKES_BACK.match(" ".join(word.plain for word in sentence.words)))


def state(number: int, here: Mapping[str, tuple[Span, ...]]) -> str:
    """When what the sentence says holds: present, solved, past, feared."""
    solved = _in(here, "{solved}", number)
    negations, nobody = _in(here, "{not}", number), _in(here, "{nobody}", number)
    wanted = _in(here, "{obliged}", number)
    done = [span for span in solved if not _follows(span, wanted) and not _refused(span, negations, nobody)]
    if any(not denied(span, negations, None) for span in done):
        return "solved"
    if _in(here, "{fear}", number):
        return "feared"
    if _in(here, "{past}", number) and not _in(here, "{now}", number):
        return "past"
    return "present"


def _follows(span: Span, wanted: Sequence[Span]) -> bool:
    """It is only to be so: "måste vara löst i dag"."""
    return any(0 <= span.first - each.last - 1 <= _WANTED for each in wanted)


def _refused(span: Span, negations: Sequence[Span], nobody: Sequence[Span]) -> bool:
    """What stands in it or beside it turns it round: "nu fungerar inte knapparna", "nu svarar ingen igen"."""
    inside = [*negations, *(each for each in nobody if each.first > span.first)]  # "inget mer behövs" says it itself
    if any(span.first <= each.first <= span.last for each in inside):
        return True
    follows = any(each.first == span.last + 1 for each in (*negations, *nobody))
    return follows or any(each.last == span.first - 1 for each in nobody)


def mood(number: int, sentence: Sentence, here: Mapping[str, tuple[Span, ...]]) -> str:
    """Asserted, believed or asked. A statement that merely ends in "?" ("Ingen når oss?") is asserted."""
    if _in(here, "{ask-cause}", number) and sentence.asked:
        return "asked"
    if sentence.asked and _is_question(sentence):
        return "asked"
    if _in(here, "{believe}", number):
        return "believed"
    return "asserted"


def _is_question(sentence: Sentence) -> bool:
    """A question word or a verb opens it or its last clause: "Tappar vi samtal då?", "…, så hur hänger det ihop?"."""
    opening = [word.plain for word in sentence.words[:3]]
    opening += [each.plain for n, word in enumerate(sentence.words) if word.comma for each in sentence.words[n : n + 2]]
    return any(form in _ASKS for form in opening) or bool(_VERB.search(opening[0]))


def denied(span: Span, negations: Sequence[Span], sentence: Sentence | None) -> bool:
    """Whether a negation in the same clause turns the phrase round: before it, or in "akut är det inte".

    `negations` are those of the phrase's sentence; without `sentence`, clauses and copulas are not looked at.
    """
    return any(_turns(negation, span, sentence) for negation in negations)


def _turns(negation: Span, span: Span, sentence: Sentence | None) -> bool:
    before = span.first - negation.last - 1
    if 0 <= before <= REACH and not _broken(sentence, negation.last + 1, span.first):
        return sentence is None or sentence.words[negation.last + 1].plain not in _ONLY
    after = negation.first - span.last - 1
    if sentence is None or not 0 < after <= REACH or _broken(sentence, span.last + 1, negation.first):
        return False
    return all(word.plain in _COPULA for word in sentence.words[span.last + 1 : negation.first])


def all_denied(places: Mapping[str, tuple[Span, ...]], sentences: Sequence[Sentence]) -> frozenset[Span]:
    """Every place of a phrase that is denied. Who denies once that it is urgent has not claimed it elsewhere."""
    negations: dict[int, list[Span]] = {}
    for negation in places.get("{not}", ()):
        negations.setdefault(negation.sentence, []).append(negation)
    spans = {span for name, found in places.items() if name != "{not}" for span in found if span.sentence in negations}
    turned = {span for span in spans if denied(span, negations[span.sentence], sentences[span.sentence])}
    claims = places.get("{urgent}", ())
    back = {number - 1 for number, sentence in enumerate(sentences) if number and takes_back(sentence)}
    follows = any(
        negation.first == span.last + 1 and not _broken(sentences[span.sentence], negation.first, negation.first)
        for span in claims
        for negation in negations.get(span.sentence, ())
        if not _only(sentences[span.sentence], negation.last + 1)
    )
    if follows or any(span in turned or span.sentence in back for span in claims):
        turned.update(claims)
    return frozenset(turned)


def _only(sentence: Sentence, at: int) -> bool:
    """What follows is more, not less: "inte bara"."""
    return at < len(sentence.words) and sentence.words[at].plain in _ONLY


def _broken(sentence: Sentence | None, first: int, last: int) -> bool:
    return sentence is not None and any(word.comma for word in sentence.words[first : last + 1])


def _in(here: Mapping[str, tuple[Span, ...]], concept: str, number: int) -> tuple[Span, ...]:
    return tuple(span for span in here.get(concept, ()) if span.sentence == number)
