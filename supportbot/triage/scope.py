"""A mail's words -> how many it hits: all, most, some; and whether the rest works. Pure.

Numbers are compared: "34 av 52", "åtta av tolv", "none of the 14". The trap: "tre av våra fyra" may be the part that
works, so a share counts only with words of failing in the same sentence or the next; the rules ask for those.
"""

from collections.abc import Iterator, Mapping, Sequence

from supportbot.triage.phrases import Span
from supportbot.triage.text import Sentence

NEEDED = ("others-work", "share")

_OF = frozenset({"av", "of", "af", "ut", "utav"})
_SKIPPED = frozenset({"vara", "de", "dom", "the", "our", "vare", "vores", "totalt", "hela", "sammanlagt", "them"})
_NUMBERS = {
    word: value
    for value, words in {
        1: "en ett one", 2: "tva två two to kaksi", 3: "tre three kolme", 4: "fyra four fire",
        5: "fem five viisi",
        6: "sex six seks kuusi", 7: "sju seven syv", 8: "atta eight atte otte", 9: "nio nine ni", 10: "tio ten ti",
        11: "elva eleven elleve", 12: "tolv twelve", 13: "tretton thirteen tretten", 14: "fjorton fourteen fjorten",
        15: "femton fifteen femten", 16: "sexton sixteen", 17: "sjutton seventeen", 18: "arton eighteen",
        19: "nitton nineteen", 20: "tjugo twenty tjue tyve", 25: "tjugofem", 30: "trettio thirty tredive",
        40: "fyrtio forty", 50: "femtio fifty", 60: "sextio sixty", 100: "hundra hundred",
    }.items()
    for word in words.split()
}  # fmt: skip
_HALF = frozenset(
    {"halften", "halva", "manga", "flesta", "merparten", "majoriteten", "half", "most", "many", "flertalet"}
)


def shares(sentences: Sequence[Sentence]) -> Iterator[tuple[str, Span]]:
    """("most" or "some", where) for every "so many of so many", and for "half", "most", "many"."""
    for number, sentence in enumerate(sentences):
        words = [word.plain for word in sentence.words]
        for at, form in enumerate(words):
            if form in _HALF:
                yield "most", Span(number, at, at)
            if form not in _OF or at == 0:
                continue
            part, after = _value(words[at - 1]), at + 1
            while after < len(words) - 1 and words[after] in _SKIPPED:
                after += 1
            whole = _value(words[after]) if after < len(words) else None
            if part and whole and part <= whole:
                yield ("most" if 2 * part >= whole and whole > 2 else "some"), Span(number, at - 1, after)


def _value(form: str) -> int | None:
    return int(form) if form.isascii() and form.isdigit() and len(form) < 7 else _NUMBERS.get(form)


def scope(places: Mapping[str, tuple[Span, ...]], sentences: Sequence[Sentence]) -> dict[str, tuple[Span, ...]]:
    """The values of the fact `scope` with the words that show them."""
    found: dict[str, tuple[Span, ...]] = {}
    for value, span in shares(sentences):
        found[value] = (*found.get(value, ()), span)
    for value, concept in (("others_work", "{others-work}"), ("some", "{share}")):
        if places.get(concept):
            found[value] = (*found.get(value, ()), *places[concept])
    return found
