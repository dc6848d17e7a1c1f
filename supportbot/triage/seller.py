"""A mail's words -> whether somebody else than iCentrex sold the service to the customer. Pure.

"Vi köpte er växel i våras av Telebutiken", "the contract was signed through a dealer": a word of buying, the service
as what was bought, and a seller after "via", "av", "from". The trap: a telephone is bought too, the former system was
bought of somebody else, and what follows the preposition may be a date, a reason or iCentrex itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from supportbot.triage.phrases import Span
from supportbot.triage.tense import REACH
from supportbot.triage.text import Sentence, Word

NEEDED = ("buying", "service-thing", "by-way-of", "dealer", "former", "marketplace", "if", "not", "device-word")

Here = Mapping[str, tuple[Span, ...]]

_NEAR = 6
"""Words between buying, what is bought, and of whom."""
_NO_SELLERS = """
    er eder ert era oss os us you your yours yourselves dere dykk deres jer jeres icentrex teilta teidan
    dem dom den det de that this hand sig internet
    januari februari mars april maj juni juli augusti september oktober november december
    january february march june july august october
"""
_NOBODY = frozenset(_NO_SELLERS.split())
"""What is no seller though it stands where one would."""
_THEM = frozenset({"dem", "dom", "them", "heilta"})
"""The seller named before in the sentence: "fakturan går till X, det är av dem vi köper växeln"."""
_ARTICLES = frozenset(
    {
        "en",
        "ett",
        "ei",
        "et",
        "a",
        "an",
        "the",
        "var",
        "vart",
        "our",
        "min",
        "my",
        "firman",
        "firma",
        "firmaet",
        "foretaget",
        "butiken",
    }
)
_PLACES = frozenset(
    {"i", "pa", "till", "in", "on", "to", "at", "through", "inne", "til", "fra", "fran", "via", "genom"}
)
"""Before the service, they make it a place or a way."""
_ASKS = frozenset(
    {"har", "hade", "have", "has", "did", "was", "is", "ar", "er", "kan", "vem", "hvem", "who", "olemmeko", "onko"}
)
_BUYS = frozenset((
    "kopte", "kopt", "kopa", "hyr", "hyrde", "leasar", "tecknade", "tecknat", "bought", "buy", "purchased",
    "rent", "rented", "lease", "leased", "signed", "kjopte", "kjopt", "leier", "leide", "tegnet", "kobte",
    "kobt", "lejer", "lejede", "tegnede", "ostimme", "ostin", "hankimme", "tilasimme", "vuokraamme",
))  # fmt: skip
"""What needs no object to tell of a purchase."""
_WE = frozenset({"vi", "jag", "we", "i", "jeg", "ve"})
_OURS = frozenset({"er", "icentrex", "you", "dere", "jer"})
_AT = frozenset({"hos", "pa", "at", "with", "from", "fra"})


def seller(found: Here, read: Sequence[Sentence], new_text: str) -> dict[str, tuple[Span, ...]]:
    """{"another": words} where the text says that another sold the service, {"perhaps": words} where another sold
    something, it is not said what; {} where it says neither.
    """
    told = {"another": _sales(found, read, new_text), "perhaps": _unsaid(found, read, new_text)}
    stated = {value: [span for span in spans if _stated(span, found, read)] for value, spans in told.items()}
    return {value: tuple(dict.fromkeys(spans)) for value, spans in stated.items() if spans}


def _stated(span: Span, found: Here, read: Sequence[Sentence]) -> bool:
    return (
        not _asked(span, read[span.sentence])
        and not any(span.first - REACH <= each.first <= span.last for each in _in(found, "{not}", span.sentence))
        and not any(each.first <= span.first for each in _in(found, "{if}", span.sentence))
    )


def _unsaid(found: Here, read: Sequence[Sentence], new_text: str) -> Iterator[Span]:
    """Bought, with no word of what: "vi köpte av Telebutiken i våras"."""
    for by in found.get("{by-way-of}", ()):
        sentence, number = read[by.sentence], by.sentence
        end = _named(by, found, sentence, new_text)
        named = by.first - (sentence.words[by.last].plain == "kautta") if end == by.last else by.first
        verb = named - 1 - (named > 1 and sentence.words[named - 1].plain in _WE)
        if end is None or verb < 0 or sentence.words[verb].plain not in _BUYS or _in(found, "{device-word}", number):
            continue
        beside = [word.plain for word in sentence.words[max(0, verb - 2) : verb + 2]]
        if not _WE.isdisjoint(beside) or end == by.last:
            yield Span(number, max(0, verb - 1), end)


def _sales(found: Here, read: Sequence[Sentence], new_text: str) -> Iterator[Span]:
    for by in found.get("{by-way-of}", ()):
        sentence, number = read[by.sentence], by.sentence
        end = _named(by, found, sentence, new_text)
        if end is None:
            continue
        verbs = [each for each in _in(found, "{buying}", number) if by.apart(each) <= _NEAR]
        things = [each for each in _in(found, "{service-thing}", number) if _bought(each, found, sentence)]
        name = _name_end(end, sentence, new_text)
        things = [each for each in things if not by.last < each.first <= name]
        for verb, thing in ((verb, thing) for verb in verbs for thing in things):
            first, last = min(verb.first, thing.first, by.first), max(verb.last, thing.last, end)
            if verb.apart(thing) <= _NEAR and last - first <= 2 * _NEAR and not _device(thing, verb, found, sentence):
                yield Span(number, first, last)
                break


def _named(by: Span, found: Here, sentence: Sentence, new_text: str) -> int | None:
    """The last word of the seller's name after the preposition; None where no seller stands there."""
    words = sentence.words
    if words[by.last].plain == "kautta" or words[by.last].plain.endswith("lta"):
        at = by.first - (words[by.last].plain == "kautta")
        named = at > 0 and words[at].plain not in _NOBODY and _capital(words[at], sentence, new_text)
        return by.last if named else None
    at = by.last + 1
    while at < len(words) and words[at].plain in _ARTICLES and not words[at].comma:
        at += 1
    if at < len(words) and words[at].plain in _THEM and any(_capital(each, sentence, new_text) for each in words[1:at]):
        return at
    if at >= len(words) or words[at].comma or words[at].plain in _NOBODY or not words[at].plain[0].isalpha():
        return None
    if any(each.first <= at <= each.last for each in _in(found, "{marketplace}", by.sentence)):
        return None
    dealer = any(at <= each.last <= at + 2 for each in _in(found, "{dealer}", by.sentence))
    if not dealer and not (_capital(words[at], sentence, new_text) and not _of_ours(words, at)):
        return None
    return at


def _name_end(at: int, sentence: Sentence, new_text: str) -> int:
    """The last of the capital words from `at` on: a seller's name may hold the word for what it sells."""
    words = sentence.words
    while at + 1 < len(words) and not words[at + 1].comma and _capital(words[at + 1], sentence, new_text):
        at += 1
    return at


def _capital(word: Word, sentence: Sentence, new_text: str) -> bool:
    return not sentence.subject and new_text[word.start : word.start + 1].isupper()


def _of_ours(words: Sequence[Word], at: int) -> bool:
    """A person of iCentrex: "genom Johan hos er", "through Anna at iCentrex"."""
    following = [word.plain for word in words[at + 1 : at + 5]]
    return any(first in _AT and second in _OURS for first, second in pairwise(following))


def _device(thing: Span, verb: Span, found: Here, sentence: Sentence) -> bool:
    """What was bought is a telephone named before: "headsetet svarar inte i växeln, köpt via …"."""
    apart = any(word.comma for word in sentence.words[thing.last + 1 : verb.first + 1])
    return apart and any(each.first < verb.first for each in _in(found, "{device-word}", thing.sentence))


def _bought(thing: Span, found: Here, sentence: Sentence) -> bool:
    """It may be what was bought: not the former system, nor the place of something else ("a call in the system")."""
    if any(0 <= thing.first - each.last <= 2 for each in _in(found, "{former}", thing.sentence)):
        return False
    at = thing.first - 1
    while at > 0 and sentence.words[at].plain in _ARTICLES:
        at -= 1
    return at < 0 or sentence.words[at].plain not in _PLACES


def _asked(span: Span, sentence: Sentence) -> bool:
    """The question is this clause's own: in "vi köpte den av X, vem ska vi ringa?" it is the next one's."""
    goes_on = any(word.comma for word in sentence.words[span.last + 1 :])
    opens = sentence.words[0].plain in _ASKS or span.first == 0
    return sentence.asked and (opens or not goes_on)


def _in(found: Here, concept: str, number: int) -> tuple[Span, ...]:
    return tuple(span for span in found.get(concept, ()) if span.sentence == number)
