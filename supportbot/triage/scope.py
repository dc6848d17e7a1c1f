"""A mail's words -> how many it hits: all, most, some; and whether the rest works. Pure.

Numbers are compared: "34 av 52", "åtta av tolv", "none of the 14". The trap: "tre av våra fyra" may be the part that
works, so a share counts only with words of failing in the same sentence or the next; the rules ask for those.
"""

from collections.abc import Iterator, Mapping, Sequence

from supportbot.triage.phrases import Span
from supportbot.triage.text import Sentence

NEEDED = ("others-work", "share", "everyone", "nobody", "narrow", "only-way")

_OF = frozenset({"av", "of", "af", "ut", "utav"})
_OUT = frozenset({"ud", "ut", "out"})
_SKIPPED = frozenset(
    {"vara", "de", "dom", "the", "our", "vare", "vores", "totalt", "hela", "sammanlagt", "them", "us", "os", "oss"}
)
_PEOPLE = frozenset({"oss", "os", "us", "vara", "vare", "vores", "our", "dem", "them", "de", "the", "meista", "meidan"})
_SITS = frozenset({"sitter", "sidder", "sit", "star", "stand"})
_WITHOUT = frozenset({"utan", "without", "uten", "uden", "ilman"})
_BUT = frozenset({"utom", "forutom", "but", "except", "unntatt", "undtagen", "paitsi"})
_EACH = frozenset({"varje", "every", "each", "hver", "hvert", "jokainen", "joka"})
"""Said of times as well as of people: "every ten minutes"."""
_WORKS = frozenset(
    {
        "fungerar", "funkar", "gar", "svarar", "ringer", "lever", "klarar", "works", "work", "working", "answer",
        "fine", "ok", "registered", "online", "active", "up", "registrerade", "registreret", "registrert", "anslutna",
        "uppkopplade", "virker", "fungerer", "toimii", "toimivat",
    }
)  # fmt: skip
_NOT = frozenset(["inte", "ej", "icke", "not", "ikke", "ei", "eivat", "doesn", "don", "aren", "isn"])
_REACH = 3
"""Words that may stand between a negation and the rest that it denies."""
_CREW = 4
"""From so many on "alla fyra" are a workplace, and not the lamps of one telephone."""
_NUMBERS = {
    word: value
    for value, words in {
        1: "en ett one", 2: "tva två two to kaksi", 3: "tre three kolme", 4: "fyra four fire",
        5: "fem five viisi",
        6: "sex six seks kuusi", 7: "sju seven syv", 8: "atta eight atte otte", 9: "nio nine ni", 10: "tio ten ti",
        11: "elva eleven elleve", 12: "tolv twelve", 13: "tretton thirteen tretten", 14: "fjorton fourteen fjorten",
        15: "femton fifteen femten", 16: "sexton sixteen seksten", 17: "sjutton seventeen sytten",
        18: "arton eighteen atten", 19: "nitton nineteen nitten", 20: "tjugo twenty tjue tyve", 25: "tjugofem",
        30: "trettio thirty tredive",
        40: "fyrtio forty", 50: "femtio fifty", 60: "sextio sixty", 100: "hundra hundred",
    }.items()
    for word in words.split()
}  # fmt: skip
_PARTS = {
    "tredjedelar": 3, "thirds": 3, "tredjedeler": 3, "tredjedele": 3, "fjardedelar": 4, "quarters": 4, "fjerdedeler": 4,
    "fjerdedele": 4, "femtedelar": 5, "fifths": 5,
}  # fmt: skip
_PER_CENT = frozenset(["procent", "percent", "prosent", "prosenttia"])
_HALF = frozenset(
    {"halften", "halva", "manga", "flesta", "merparten", "majoriteten", "half", "most", "many", "flertalet"}
)


def shares(sentences: Sequence[Sentence]) -> Iterator[tuple[str, Span]]:
    """("most" or "some", where) for every "so many of so many", and for "half", "most", "many".

    "counted" beside "most" where it is said in numbers.
    """
    for number, sentence in enumerate(sentences):
        words = [word.plain for word in sentence.words]
        for at, form in enumerate(words):
            if form in _HALF or _is_most(words, at):
                yield "most", Span(number, at, at)
            if form not in _OF or at == 0:
                continue
            before = at - 2 if words[at - 1] in _OUT and at > 1 else at - 1
            part, after = _value(words[before]), _skip(words, at + 1)
            whole = _value(words[after]) if after < len(words) else None
            if part and whole and part <= whole:
                span, is_most = Span(number, before, after), 2 * part >= whole and whole > 2
                yield "most" if is_most else "some", span
                if is_most and not _are_well(words[after + 1 : after + 5]):
                    yield "counted", span


def _is_most(words: Sequence[str], at: int) -> bool:
    """ "Två tredjedelar", "three quarters", "80 procent"."""
    before = _value(words[at - 1]) if at else None
    if words[at] in _PER_CENT or list(words[at : at + 2]) == ["per", "cent"]:
        return before is not None and 50 <= before <= 100
    parts = _PARTS.get(words[at])
    return before is not None and parts is not None and 2 * before >= parts


def _are_well(following: Sequence[str]) -> bool:
    """It is the part that works: "tre av fyra telefoner fungerar"."""
    return bool(_WORKS.intersection(following)) and not _NOT.intersection(following)


def everybody(places: Mapping[str, tuple[Span, ...]], sentences: Sequence[Sentence]) -> Iterator[Span]:
    """Where a whole crew is counted: "alla nio", "ingen av oss sexton", "vi sitter tio man", "alla utom två"."""
    for concept in ("{everyone}", "{nobody}"):
        for span in places.get(concept, ()):
            words = [word.plain for word in sentences[span.sentence].words]
            if words[span.last] in _EACH:
                continue
            after = span.last + 1
            if after < len(words) and words[after] in _BUT and concept == "{everyone}":
                yield Span(span.sentence, span.first, after)
                continue
            of = after < len(words) and words[after] in _OF and concept == "{nobody}"
            after = _skip(words, after + of)
            ours = words[after - 1] in _PEOPLE and of
            counted = (_value(words[after]) or 0) >= _CREW if after < len(words) else False
            if counted and (of or concept == "{everyone}"):
                yield Span(span.sentence, span.first, after)
            elif ours:
                yield Span(span.sentence, span.first, after - 1)
    for number, sentence in enumerate(sentences):
        words = [word.plain for word in sentence.words]
        for at in range(1, len(words)):
            if words[at - 1] in _SITS and (_value(words[at]) or 0) >= _CREW:
                yield Span(number, at - 1, at)
            elif words[at] in _WITHOUT and any((_value(form) or 0) >= _CREW for form in words[max(0, at - 2) : at]):
                yield Span(number, max(0, at - 2), at)


def _skip(words: Sequence[str], at: int) -> int:
    """The first word from `at` on that is no article and no pronoun."""
    while at < len(words) and words[at] in _SKIPPED:
        at += 1
    return at


_REST = ("{others-work}", "{share}", "{narrow}")


def without_the_rest(
    places: Mapping[str, tuple[Span, ...]], states: Sequence[str], sentences: Sequence[Sentence]
) -> Mapping[str, tuple[Span, ...]]:
    """The same places, without a rest that does not work ("inte kommer fram", "not one of us") or was only then.

    "Bara en väg in" is no share of the ways either.
    """
    refused = [*places.get("{not}", ()), *places.get("{nobody}", ()), *places.get("{only-way}", ())]
    kept = {
        concept: tuple(
            span
            for span in places[concept]
            if states[span.sentence] != "past" and not any(_refuses(each, span, sentences) for each in refused)
        )
        for concept in _REST
        if concept in places
    }
    return {**places, **kept}


def _refuses(negation: Span, span: Span, sentences: Sequence[Sentence]) -> bool:
    if negation.sentence != span.sentence:
        return False
    if negation.first <= span.last and span.first <= negation.last:
        return True
    if not 0 <= span.first - negation.last - 1 <= _REACH:
        return False
    between = sentences[span.sentence].words[negation.last + 1 : span.first + 1]
    return not any(word.comma for word in between)


def _value(form: str) -> int | None:
    return int(form) if form.isascii() and form.isdigit() and len(form) < 7 else _NUMBERS.get(form)


def scope(places: Mapping[str, tuple[Span, ...]], sentences: Sequence[Sentence]) -> dict[str, tuple[Span, ...]]:
    """The values of the fact `scope` with the words that show them."""
    found: dict[str, tuple[Span, ...]] = {}
    for value, span in shares(sentences):
        found[value] = (*found.get(value, ()), span)
    if whole := tuple(everybody(places, sentences)):
        found["all"] = whole
    for value, concept in (("others_work", "{others-work}"), ("some", "{share}")):
        if places.get(concept):
            found[value] = (*found.get(value, ()), *places[concept])
    return found
