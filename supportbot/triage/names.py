"""Company names -> an index that finds them in a text, as people write them. Pure.

People drop the legal form, "&" and å ä ö, add a possessive s, stop after two words of a long name, and misspell. The
trap: names are made of everyday words ("Vi & Våra Partner", "Brf Solen"). So one word counts only with its legal form,
alone on a line, or capitalised inside a sentence, and a part of a name only where it is some one customer's.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from supportbot.triage.text import fold

_LEGAL_FORMS = """
    ab aktiebolag aktiebolaget hb handelsbolag kb kommanditbolag brf bostadsrattsforening
    bostadsrattsforeningen ef eko ek ekonomisk for forening ideell stiftelse stiftelsen publ filial enskild
    firma as asa ans aps oy oyj ltd limited inc llc plc gmbh sarl bv nv
"""
LEGAL_FORMS = frozenset(_LEGAL_FORMS.split())
"""Words of a name that say what kind of body it is; folded. Cut at both ends of a name only."""
_EVERYDAY = """
    akut akuten arbete bank bageri bil bilar borgen brand bygg byggnad butik bageriet bolaget byran butiken
    cafe cafeet center centralen centrum class club data dag design direkt digital dator el energi event
    express fastighet finans fisk foretaget forskolan forening foreningen fritid frisor gruppen garden hall
    handel halsa hem hotell hotellet hus huset hyra ide import industri invest jour jouren kaffe kansli kassan
    klinik kliniken klubben konsult konsulten kontakt kontor kontoret kraft kundtjanst kyrkan kok lager
    ledning linjen logistik lokal maleri media mobil motor musik mobler natverk nord norr nytt ny oss park
    partner partners personal plan plat post press produkt projekt radio redovisning resor restaurang
    restaurangen revision rum sakerhet salong salongen service skola skolan sol solutions spa stad station
    stal start stockholm goteborg malmo uppsala studio support svensk svenska sverige sweden nordic norden
    system systems syd soder south north east west taxi team teknik telefon tele telekom tjanst tjanster
    trading transport tra tradgard tid union utbildning vard vaxel vaxeln vast oster ost verkstad verkstan
    verkstaden vatten vi webb world sjukgymnastik advokat advokatfirman akeri tandlakare tandlakarna
    bilverkstan elfirman rorfirman sagverk resebyran redovisningsbyran trafik vardcentralen veterinarklinik
"""
EVERYDAY = frozenset(_EVERYDAY.split())
"""Words that name a trade, a place or a thing before they name a company; folded."""
_CONNECTORS = frozenset({"och", "and", "og", "ja"})
_PREPOSITIONS = frozenset(("i", "pa", "vid", "av", "in", "at", "of", "the", "by", "for", "og", "och", "med"))
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_PAIR = re.compile(r"([^\W_]+)\s*(?:&|\boch\b|\band\b)\s*([^\W_]+)")
_MOST_OWNERS = 8
_MOST_COMPARISONS = 60
_ALIKE = 90.0
_WORDS_READ = 5_000


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text: whose it may be, and where it stands. `whole` False: a part of the name, or misspelt."""

    ids: tuple[str, ...]
    start: int
    end: int
    whole: bool


class _Word(NamedTuple):
    """A word of a text; a tuple, because a mail has hundreds and each is made for every mail."""

    form: str
    bare: str
    """Without a possessive s."""
    start: int
    end: int
    capital: bool


class NameIndex:
    """Built once from (id, name) pairs; every question costs by the length of the text, not by the number of names."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        self._whole: dict[str, tuple[str, ...]] = {}
        self._parts: dict[str, tuple[str, ...]] = {}
        self._by_word: dict[str, tuple[str, ...]] = {}
        self._longest: dict[str, int] = {}
        self._cores: dict[str, tuple[str, ...]] = {}
        for owner, name in names:
            core = core_words(name)
            if core:
                self._add(owner, name, core)

    def _add(self, owner: str, name: str, core: tuple[str, ...]) -> None:
        key, owners = " ".join(core), (owner,)
        _put(self._whole, key, owners)
        self._cores[owner] = (*self._cores[owner], key) if owner in self._cores else (key,)
        for part in (core, *_parts_of(name, core)):
            if len(part) > self._longest.get(part[0], 0):
                self._longest[part[0]] = len(part)
            _put(self._parts, key if part is core else " ".join(part), owners)
        for word in _telling(core):
            _put(self._by_word, word, owners)

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Whole names, and parts of two words or more; the longest at each place, none inside another."""
        words, found, free = _words(text), [], 0
        for place, word in enumerate(words):
            longest = max(self._longest.get(word.form, 0), self._longest.get(word.bare, 0))
            if not longest or place < free:
                continue
            mention, width = self._at(text, words, place, longest)
            if mention:
                found.append(mention)
                free = place + width
        return tuple(found)

    def _at(self, text: str, words: Sequence[_Word], place: int, longest: int) -> tuple[Mention | None, int]:
        first = words[place]
        for width in range(min(longest, len(words) - place), 0, -1):
            run = words[place : place + width]
            for key in _keys(run):
                if (ids := self._whole.get(key)) and _stands_as_name(text, words, place, width):
                    return Mention(ids, first.start, run[-1].end, True), width
                ids = self._parts.get(key, ())
                capitals = all(word.capital for word in run)
                if len(ids) == 1 and capitals and (width > 1 or _stands_as_name(text, words, place, width)):
                    return Mention(ids, first.start, run[-1].end, False), width
        return None, 0

    def within(self, text: str, ids: Container[str]) -> tuple[Mention, ...]:
        """Single telling words of the names of these few: to pick between customers that are suspected already."""
        found = []
        for word in _words(text):
            owners = {one for form in (word.form, word.bare) for one in self._by_word.get(form, ()) if one in ids}
            if len(owners) == 1 and word.capital:
                found.append(Mention(tuple(owners), word.start, word.end, False))
        return tuple(found)

    def alike(self, text: str) -> tuple[Mention, ...]:
        """Misspelt names of two words or more; only those that share a rare word with the text are compared."""
        words, compared = _words(text), 0
        found: list[Mention] = []
        for place, word in enumerate(words):
            for owner in {one for form in (word.form, word.bare) for one in self._by_word.get(form, ())}:
                for core in self._cores[owner]:
                    compared += 1
                    if compared > _MOST_COMPARISONS:
                        return tuple(found)
                    mention = _nearest(owner, core, words, place)
                    if mention:
                        found.append(mention)
        return tuple(found)


def core_words(name: str) -> tuple[str, ...]:
    """The words of a name, folded, without connectors and without its legal form at either end."""
    words = map(fold, _WORD.findall(name))
    core = [word for word in words if word not in _CONNECTORS]
    while len(core) > 1 and core[-1] in LEGAL_FORMS:
        core.pop()
    while len(core) > 1 and core[0] in LEGAL_FORMS:
        core.pop(0)
    return tuple(core)


def _parts_of(name: str, core: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """What a long name is shortened to: its beginning, the words before "i Lund" or a number, the pair around "&"."""
    if len(core) > 1 and (core[1] in _PREPOSITIONS or core[1].isdigit()):
        yield core[:1]
    for width in range(2, len(core)):
        if core[width - 1] not in _PREPOSITIONS and not set(core[:width]) <= EVERYDAY:
            yield core[:width]
    pair = _PAIR.search(name) if len(core) > 2 else None
    if pair:
        yield fold(pair[1]), fold(pair[2])


def _telling(core: tuple[str, ...]) -> Iterator[str]:
    """Words that may stand for the whole name where few are suspected: long, of no trade, and not "i Borås"."""
    for before, word in zip(("", *core), core, strict=False):
        if len(word) >= 5 and word not in EVERYDAY and before not in _PREPOSITIONS:
            yield word


def _put(table: dict[str, tuple[str, ...]], key: str, owner: tuple[str]) -> None:
    """Add the owner, a tuple of one; most keys keep that very tuple, which makes a large registry quick to index."""
    owners = table.setdefault(key, owner)
    if owners is not owner and owner[0] not in owners and len(owners) < _MOST_OWNERS:
        table[key] = owners + owner


@lru_cache(maxsize=8)
def _words(text: str) -> tuple[_Word, ...]:
    """The words, connectors left out. Kept for a moment: one mail's text is asked for customers and for partners."""
    shouted = text.upper() == text
    found = []
    for match, _ in zip(_WORD.finditer(text), range(_WORDS_READ), strict=False):
        word = match[0]
        form = fold(word)
        if form not in _CONNECTORS:
            bare = form[:-1].rstrip("'’") if form[-1] == "s" and len(form) > 3 else form
            capital = not shouted and (word[0].isupper() or word[0].isdigit())
            found.append(_Word(form, bare, match.start(), match.end(), capital))
    return tuple(found)


def _keys(run: Sequence[_Word]) -> Iterator[str]:
    last = run[-1]
    begin = "".join(f"{word.form} " for word in run[:-1])
    yield begin + last.form
    if last.bare != last.form:
        yield begin + last.bare


def _stands_as_name(text: str, words: Sequence[_Word], place: int, width: int) -> bool:
    run = words[place : place + width]
    beside = (*words[max(0, place - 1) : place], *words[place + width : place + width + 1])
    if any(word.form in LEGAL_FORMS and _adjoin(word, run) for word in beside):
        return True
    if width == 1:
        word = run[0]
        return word.capital and len(word.form) >= 4 and word.form not in EVERYDAY and not _merely_opens(text, word)
    strange = any(word.form not in EVERYDAY and word.form not in _PREPOSITIONS for word in run)
    letters = sum(len(word.form) for word in run)
    return all(word.capital or word.form in _PREPOSITIONS for word in run) or (strange and letters >= 10)


def _merely_opens(text: str, word: _Word) -> bool:
    """Whether it opens a sentence, where a capital says nothing; not where its line or field holds nothing else."""
    before = text[max(0, word.start - 4) : word.start].rstrip(" \t")
    after = text[word.end : word.end + 4].lstrip(" \t.,")
    opens = not before or before[-1] in "\n\r.:!?>*•–-"
    return opens and bool(after) and after[0] not in "\r\n"


def _adjoin(word: _Word, run: Sequence[_Word]) -> bool:
    return word.form != "for" and (0 <= word.start - run[-1].end <= 2 or 0 <= run[0].start - word.end <= 2)


def _nearest(owner: str, core: str, words: Sequence[_Word], place: int) -> Mention | None:
    width, offset = core.count(" ") + 1, 0
    if width < 2 or len(core) < 10:
        return None
    parts = core.split(" ")
    offset = next((number for number, part in enumerate(parts) if part in (words[place].form, words[place].bare)), 0)
    run = words[max(0, place - offset) : max(0, place - offset) + width]
    if len(run) == width and fuzz.ratio(core, " ".join(word.form for word in run)) >= _ALIKE:
        return Mention((owner,), run[0].start, run[-1].end, False)
    return None
