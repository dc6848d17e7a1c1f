"""A mail's words -> whether its sender says plainly, of now, that the fault is urgent. Pure.

"Det här är brådskande", "it must be working before noon today": a statement of the sender's own, in the present tense.
It counts whatever else the mail says (triage.md, "urgent"); a lone "AKUT!!!" or "omgående" is no such statement, and
is weighed by the rule after it. The trap: the same words asked, supposed, denied, quoted or told of another day.
"""

import re
from collections.abc import Mapping, Sequence

from supportbot.triage.phrases import Span
from supportbot.triage.text import Sentence

NEEDED = ("haste", "haste-reported", "urgent", "urgent-name", "mild", "if", "mended", "deadline", "obliged")

_QUOTES = re.compile('["“”„«»]')
_SUPPOSES = frozenset(
    {"om", "ifall", "nar", "if", "when", "whenever", "unless", "hvis", "dersom", "jos", "kun", "skulle"}
)
"""Words before a statement that make it a condition: "when it cannot wait"."""
_REACH = 5
"""Words between what must be, what must be done, and by when."""


def haste(
    found: Mapping[str, tuple[Span, ...]],
    read: Sequence[Sentence],
    states: Sequence[str],
    moods: Sequence[str],
    negated: frozenset[Span],
    new_text: str,
) -> dict[str, tuple[Span, ...]]:
    """{"stated": words} where the sender states it; {} where it is denied anywhere, or never stated."""
    if any(span in negated for concept in ("{urgent}", "{haste}") for span in found.get(concept, ())):
        return {}
    aside = {span.sentence for concept in ("{urgent-name}", "{mild}", "{if}") for span in found.get(concept, ())}
    told_of = {span.sentence for span in found.get("{haste-reported}", ())}
    stated = {
        number
        for number, state in enumerate(states)
        if moods[number] != "asked"
        and number not in aside
        and (state == "present" or (state == "past" and number not in told_of))
    }
    spans = [*found.get("{haste}", ()), *_deadlines(found)]
    here = [span for span in spans if span.sentence in stated and not _supposed(span, read[span.sentence])]
    shown = [span for span in here if not _quoted(span, read[span.sentence], new_text)]
    return {"stated": tuple(sorted(set(shown)))} if shown else {}


def _deadlines(found: Mapping[str, tuple[Span, ...]]) -> list[Span]:
    """ "Måste … vara löst … i dag", in any order, near each other."""
    return [
        Span(must.sentence, min(must.first, done.first, day.first), max(must.last, done.last, day.last))
        for must in found.get("{obliged}", ())
        for done in found.get("{mended}", ())
        if must.apart(done) <= _REACH and must.first < done.first
        for day in found.get("{deadline}", ())
        if min(day.apart(done), day.apart(must)) <= _REACH
    ]


def _supposed(span: Span, sentence: Sentence) -> bool:
    return any(word.plain in _SUPPOSES for word in sentence.words[max(0, span.first - 1) : span.first + 1])


def _quoted(span: Span, sentence: Sentence, new_text: str) -> bool:
    """Whether it stands between quotation marks: another's words, or what a voice or a display says."""
    if sentence.subject:
        return False
    start = sentence.words[span.first].start
    line = new_text.rfind("\n", max(0, start - 1_000), start) + 1
    return len(_QUOTES.findall(new_text, line, start)) % 2 == 1
