"""The last lines of a mail -> where the block of name, company and telephone begins that closes it. Pure.

The trap: a list of colleagues to be added looks the same, so a colon above, or names with numbers, make it text.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from supportbot.mail.contact import COMPANY, CONTACT, is_advert, is_claim, is_contact_like, is_rule, tells_hours
from supportbot.mail.lines import Line
from supportbot.mail.persons import is_name, is_own_name, may_be_own

MAX_TAIL = 60
"""Lines looked at from the end: a signature is never longer."""
MAX_BLOCK = 14
"""Lines of a block that closes a mail without "Mvh", blank ones not counted."""

_POINTS_BELOW = re.compile(
    r"\b(?:nedan|nedanstående|below|nedenfor|nedenstående|alapuolella)[.!]?$"
    r"|\b(?:gäller|heter|är|var|vara|blir|kontakta|gärna|till|åt|för|hos|is|are|be|to|for|contact|named|gjelder|gælder"
    r"|hedder|er|koskee|on)$",
    re.IGNORECASE,
)
"""How a line leads to what stands below without a colon: by a word for it, or in the middle of a sentence."""
_SENTENCE_END = re.compile(r"[.!?)…]$")
_BARS = re.compile(r"\s[|·•]\s")
_NUMBER = re.compile(r"(?:\d[\s()/.–-]{0,3}){6,}")


def end_of(body: Sequence[Line]) -> int:
    """Behind the last line that is not blank."""
    end = len(body)
    while end and body[end - 1].blank:
        end -= 1
    return end


def paragraph_start(body: Sequence[Line]) -> int:
    """Where the last paragraph begins, or its last MAX_TAIL lines."""
    end = begin = end_of(body)
    while begin > max(0, end - MAX_TAIL) and not body[begin - 1].blank:
        begin -= 1
    return begin


def block_of_names(body: Sequence[Line], names: frozenset[str]) -> int:
    """Where the closing paragraphs of name, title, company and telephone begin; the end where there are none."""
    count = begin = len(body)
    at = count
    for _ in range(5):
        start = paragraph_start(body[:at])
        if start <= 0:
            break
        paragraph = [line.bare for line in body[start:at] if not line.blank]
        if not paragraph or not all(map(_may_close, paragraph)) or len(paragraph) > 12:
            break
        if is_name(paragraph[0], names) and not _continues(body, start, paragraph, names):
            begin = start
        elif begin < count or not any(CONTACT.search(text) or COMPANY.search(text) for text in paragraph):
            break
        at = start
    if begin == count:
        begin = count - 1 if _is_card(body, names) else _last_name_line(body, names)
    begin = min(begin, _advertised(body, names))
    block = body[begin:]
    return begin if _signs(block, names) and not _is_list(block) and not _is_led_to(body, begin, names) else count


def _signs(block: Sequence[Line], names: frozenset[str]) -> bool:
    """Whether a block tells who writes: the sender's name or initial, a company or a telephone.

    No list of words knows all that a mail may end in: "Driftstopp", "Kvarstår", "Malmö". A stranger's name that is left
    in the text does no harm.
    """
    return not names or any(
        may_be_own(line.bare, names) or CONTACT.search(line.bare) or COMPANY.search(line.bare) for line in block
    )


def _is_led_to(body: Sequence[Line], begin: int, names: frozenset[str]) -> bool:
    """Whether a colon or "enligt nedan" stands above strangers and numbers: the mail is about them."""
    if not names or any(is_own_name(line.bare, names) for line in body[begin:]):
        return False
    for line in reversed(body[max(0, begin - MAX_BLOCK) : begin]):
        if _leads(line.bare):
            return True
        if not line.blank and not _may_close(line.bare):
            return False
    return False


def _may_close(text: str) -> bool:
    return (is_contact_like(text) and not is_claim(text)) or tells_hours(text)


def _is_card(body: Sequence[Line], names: frozenset[str]) -> bool:
    """ "Eva Ek | Säljare | Eks Bygg AB | 070-174 00 00": all of it in the last line, the sender's own name first."""
    text = body[-1].bare if body else ""
    first, *others = _BARS.split(text)
    known = any(CONTACT.search(part) or COMPANY.search(part) or _NUMBER.search(part) for part in others)
    signed = is_own_name(first, names) and is_name(first, names) and not is_claim(text)
    return known and signed and not _continues(body, len(body) - 1, [text], names)


def _advertised(body: Sequence[Line], names: frozenset[str]) -> int:
    """Where a block begins that says more than an address: name, company, telephone, and a word for the company.

    The sender's own name opens it, or any name with company and telephone below; the end where there is none.
    """
    count = end_of(body)
    below: list[str] = []
    found = len(body)
    reached = False
    for at in range(count - 1, 0, -1):
        text = body[at].bare
        if not text:
            continue
        if len(below) >= 2 and is_name(text, names) and _opens(body, at, below, names):
            found = at
            if not is_own_name(text, names):
                break
        if len(below) >= MAX_BLOCK or not (is_advert(text, reached) or is_rule(text) or tells_hours(text)):
            break
        below.append(text)
        reached = reached or CONTACT.search(text) is not None or _NUMBER.search(text) is not None
    return found


def _opens(body: Sequence[Line], at: int, below: Sequence[str], names: frozenset[str]) -> bool:
    above = next((body[i].bare for i in range(at - 1, -1, -1) if not body[i].blank), "")
    if above.endswith(":") or (above[:1] in "-–•*" and above):
        return False
    contact = any(CONTACT.search(text) or _NUMBER.search(text) for text in below)
    company = any(COMPANY.search(text) for text in below)
    if is_own_name(body[at].bare, names):
        return contact or company
    apart = body[at - 1].blank or bool(_SENTENCE_END.search(above))
    return contact and company and apart and not COMPANY.search(body[at].bare)


def _is_list(block: Sequence[Line]) -> bool:
    """Several people, each with a number, are those whom the mail is about."""
    texts = [line.bare for line in block if not line.blank]
    people = [
        is_name(name, frozenset()) and len(name.split()) > 1 and _NUMBER.fullmatch(number) is not None
        for name, number in pairwise(texts)
    ]
    return sum(people) > 1


def _continues(body: Sequence[Line], at: int, paragraph: Sequence[str], names: frozenset[str]) -> bool:
    """A name below a colon or "enligt nedan", or in a list of names, is what the mail is about."""
    above = next((body[i].bare for i in range(at - 1, -1, -1) if not body[i].blank), "")
    return _leads(above) or (
        len(paragraph) > 2
        and all(is_name(text, frozenset()) and not COMPANY.search(text) for text in paragraph)
        and not names
    )


def _leads(text: str) -> bool:
    return text.endswith(":") or _POINTS_BELOW.search(text) is not None


def _last_name_line(body: Sequence[Line], names: frozenset[str]) -> int:
    """A name, and up to three lines of title, company and telephone, directly below the end of a sentence."""
    count = len(body)
    for at in range(count - 1, max(0, count - 5), -1):
        text, above = body[at].bare, body[at - 1].bare
        if not text or not above or above.endswith(":") or not (at == count - 1 or is_contact_like(body[at + 1].bare)):
            break
        if is_claim(text):
            break
        if is_name(text, names) and (_SENTENCE_END.search(above) or is_own_name(text, names)):
            return at
    return count
