"""What real names and numbers -> invented ones of the same form. Pure.

Numbers are from ranges that nobody has: PTS's telephone numbers for books and films, example domains (RFC 2606),
addresses for documentation (RFC 5737), organisation numbers that are not given out. The trap: the same original must
get the same stand-in throughout a mail, and two originals two; and no stand-in may be computed back, so it is chosen
by a keyed hash.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from stdnum import luhn


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


WOMEN = _words(
    """
    Anna Maria Eva Karin Kristina Lena Sara Emma Kerstin Malin Ingrid Marie Jenny Hanna Birgitta Linda Susanne
    Elin Annika Monica Johanna Sofia Anita Helena Ulla Inger Maja Camilla Ida Julia Elsa Sandra Alice Astrid Moa
    Lisa Gunilla Barbro Siv Agneta Therese Frida Amanda Matilda Lovisa Ebba Klara Wilma Stina Petra Josefin Ellen
    Carina Yvonne Marianne Britt Gun Viveka Pernilla Tove Linnea Saga Selma Cecilia Charlotte Louise Caroline Victoria
    Jessica Emelie Mikaela Rebecca Madeleine Ann-Marie Ann-Sofie Ann-Britt Annelie Anneli Katarina Margareta Elisabeth
    Solveig Ingela Åsa Ylva Lotta Mona Nina Tina Fatima Amina Leila Maryam Zahra Aisha Olga Irina Natalia
    Ingeborg Silje Marit Kari Hilde Randi Mette Kirsten Lone Hanne Pia Päivi Riitta Tuula Aino Kaisa
    Mary Jane Emily Sarah Susan Karen Laura Rachel Hannah Olivia Sophie Kate Lucy Helen Nora Beatrice Bea
    """
)
MEN = _words(
    """
    Erik Lars Karl Anders Johan Nils Lennart Emil Jonas Mikael Fredrik Peter Thomas Daniel Andreas Magnus
    Mats Bengt Jan-Erik Lars-Erik Hans Ulf Patrik Stefan Leif Göran Christer Mattias Marcus Niklas Tobias Martin
    Jakob Oskar Viktor Gustav Filip Simon Robert Håkan Roland Rolf Kjell Tommy Kenneth Jörgen Roger Sven Olof Gunnar
    Ingemar Bertil Börje Sture Torbjörn Kristian Christian Rickard Linus Albin Hugo Oliver William Elias Lucas
    Samuel Joakim Jimmy Johnny Conny Ronny Tony Janne Lasse Kalle Pelle Micke Nisse Olle Jocke Henrik Arne Dennis
    Ali Ahmed Mohammed Omar Hassan Yusuf Ibrahim Amir Reza Dragan Goran Piotr Andrzej Sergei Igor
    Ole Knut Bjørn Geir Trond Svein Jens Søren Niels Henning Jukka Timo Matti Antti Juha Pekka Kari-Pekka
    John James David Michael Richard Paul Andrew Kevin Brian Steven George Edward Harry Jack Charles Kenny Ian
    """
)
TWOFOLD = frozenset(
    _words("My Per Bo Tom Max Will May Mark Jan Stig Sten Björn Rose Eli Kim Alex Axel Love Sam Gun Kari")
)
"""Names that are words, too, or no one sex's: a name only before a surname, or where the person is known."""
SURNAMES = _words(
    """
    Ekdal Almlöf Rosenlund Hedman Björklund Nordin Forslund Sandell Wikström Holmqvist Lindahl Söderlund Backman
    Åkerblom Norling Bylund Fransson Viklund Hallin Sjödin Tornberg Brolin Ahlgren Kjellberg Östman Vestin
    """
)
COMPANIES = ("Almlunden", "Björkvik", "Ekhagen", "Granåsen", "Hasselbo", "Lindgården", "Rönnlid", "Sälgfors", "Videby")
TRADES = ("Glas", "Bygg", "Kontor", "Handel", "Teknik", "Service", "Design", "Trä")
STREETS = ("Exempelgatan", "Provgatan", "Mönstervägen", "Skissgatan", "Modellvägen")
TOWNS = ("Exempelstad", "Provby", "Mönsterås by", "Skisstad")
_AREAS = (("08", "46500400"), ("031", "3900600"), ("040", "6280400"), ("0980", "319200"))
"""PTS's landline numbers for fiction: each area code with the first of a hundred."""
_MOBILE = ("070", "1740605")
_GROUPS = {"08": (3, 3, 2), "031": (3, 2, 2), "040": (3, 2, 2), "0980": (2, 2, 2), "070": (3, 2, 2)}


@dataclass(slots=True)
class StandIns:
    """The stand-ins of one mail. `seed`: secret, so that nobody finds an original by trying all."""

    seed: bytes
    _given: dict[tuple[str, str], str] = field(default_factory=dict)
    _taken: set[tuple[str, str]] = field(default_factory=set)

    def choose(self, kind: str, original: str, make: Callable[[int], str]) -> str:
        """The stand-in for an original: `make` of a number, another number where it is taken already."""
        key = (kind, original.casefold())
        if key not in self._given:
            first = self._number(kind, key[1])
            tried = (make(first + step) for step in range(100))
            fresh = (each for each in tried if (kind, each) not in self._taken and each.casefold() != key[1])
            self._given[key] = next(fresh, make(first))
            self._taken.add((kind, self._given[key]))
        return self._given[key]

    def _number(self, kind: str, original: str) -> int:
        return int.from_bytes(hmac.digest(self.seed, f"{kind}\0{original}".encode(), hashlib.sha256)[:4])

    def first_name(self, original: str) -> str:
        names = [each for each in (MEN if original in MEN else WOMEN) if ("-" in each) == ("-" in original)] or MEN
        return self.choose("first", original, lambda n: _of(names, n))

    def surname(self, original: str) -> str:
        return self.choose("surname", original, lambda n: _of(SURNAMES, n))

    def company(self, original: str, words: int) -> str:
        """An invented name of one word, or of two."""
        trade = f" {_of(TRADES, self._number('trade', original.casefold()))}" if words > 1 else ""
        return self.choose("company", original, lambda n: _of(COMPANIES, n)) + trade

    def domain(self, original: str) -> str:
        plain = str.maketrans("åäö", "aao")
        return self.choose("domain", original, lambda n: f"{_of(COMPANIES, n).lower().translate(plain)}.example")

    def host(self, original: str) -> str:
        return self.choose("host", original, lambda n: f"203.0.113.{n % 254 + 1}")

    def street(self, original: str) -> str:
        return self.choose("street", original, lambda n: _of(STREETS, n))

    def town(self, original: str) -> str:
        return self.choose("town", original, lambda n: _of(TOWNS, n))

    def telephone(self, digits: str, written: str) -> str:
        """A number that nobody has, written as the original was: `digits` are its digits from the 0 of the area on."""
        area, start = _MOBILE if re.match(r"07[02369]", digits) else _area(digits)
        own = self.choose("telephone", digits, lambda n: str(int(start) + n % 94))
        return _written(area, own, digits, written)

    def organisation(self, digits: str) -> str:
        """Ten digits with a right check digit, of a series that is not given out."""

        def make(number: int) -> str:
            first = f"559999{number % 1000:03}"
            return first + luhn.calc_check_digit(first)

        return self.choose("organisation", digits, make)

    def like(self, original: str) -> str:
        """Other digits and letters in the same places, of the same case."""

        def make(number: int) -> str:
            source = iter(hashlib.sha512(b"%d" % number + self.seed).digest() * (1 + len(original) // 64))
            return "".join(_sign(sign, next(source)) for sign in original)

        return self.choose("like", original, make)


def _of(values: Sequence[str], number: int) -> str:
    return values[number % len(values)]


def _sign(sign: str, number: int) -> str:
    if sign.isdigit():
        return str(number % 10)
    if sign.isascii() and sign.isalpha():
        letter = "ABCDEF"[number % 6]  # a MAC stays a MAC
        return letter if sign.isupper() else letter.lower()
    return sign


def _area(digits: str) -> tuple[str, str]:
    """The fictitious area whose code is as long as this number's seems to be."""
    if digits[:2] == "08":
        return _AREAS[0]
    return next((each for each in _AREAS if digits.startswith(each[0])), _AREAS[3 if digits[2:3] in "5678" else 1])


def _written(area: str, own: str, digits: str, written: str) -> str:
    """The number as the original was written; where they differ in length, as it is usual."""
    new = area + own
    abroad = re.match(r"\s*(?:\+|00)\s*46[\s.-]*(?:\(0\)[\s.-]*)?|\s*46(?=[\s.-]*[1-9])", written)
    prefix = abroad[0] if abroad else ""
    if abroad:
        new = new[1:]
    rest = written[len(prefix) :]
    if sum(sign.isdigit() for sign in rest) == len(new):
        source = iter(new)
        return prefix + "".join(next(source) if sign.isdigit() else sign for sign in rest)
    groups, at = [], 0
    for size in _GROUPS[area]:
        groups.append(own[at : at + size])
        at += size
    code = area[1:] if abroad else area
    return f"{prefix}{code}{' ' if abroad else '-'}{' '.join(groups)}"
