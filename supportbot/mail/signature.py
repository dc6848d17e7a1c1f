"""The sender's own lines -> their text and their signature.

Pure. A signature is a closing ("Mvh Anna" and what follows), a block of name, company and telephone, a delimiter
("-- ") and what follows, "Skickat från min iPhone", a legal footer. The trap: a sentence below "Mvh", such as a PS,
is text, and a signature that would take everything is none: when unsure, it stays.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from supportbot.mail.lines import Line
from supportbot.mail.persons import is_name, is_own_name, names_in
from supportbot.mail.wording import (
    DEVICES,
    DISCLAIMERS,
    GREETINGS,
    SENT_FROM,
    SIGN_OFFS,
    THANKS,
    by_first_sign,
    words,
)

OF_MINE = ("my ", "min ", "mitt ", "a ")
MAX_TAIL = 60
"""Lines looked at from the end: a signature is never longer."""

_SIGN_OFFS, _SENT_FROM = by_first_sign(SIGN_OFFS), by_first_sign(SENT_FROM)
RULE = re.compile(r"[-_=*—–─~. ]{3,}$")
_DELIMITER = re.compile(r"(?:--|—|__|–)\s?$")
_RULING = frozenset("-_=*—–─~. ")
_CONTACT = re.compile(
    r"[^\s@]{1,64}@[^\s@]{1,255}|https?://|\bwww\.|\b(?:tel|tfn|tlf|telefon|mobil|mob|phone|cell|fax|växel|direkt|org\.?\s?nr|"
    r"momsreg\.?\s?nr|vat|skype|e-?post|e-?mail|mail|web|webb|arb|adress|besök|post|bankgiro|bg|hemsida|kontakt)\b\.?\s{0,3}[:.|]?\s{0,3}[+\d(]"
    r"|^\s*(?:[a-zå]{1,10}[.:]?\s*)?\+?\(?\d[\d\s()/.–-]{6,}$|\b\d{3}\s?\d\d\s+[A-ZÅÄÖ]",
    re.IGNORECASE,
)
_COMPANY = re.compile(r"\b(?:AB|HB|KB|AS|A/S|ApS|Oy|Ltd|Inc|LLC|GmbH|BV|SA)\b\.?|ek\. för|\bBrf\b|förening", re.UNICODE)
_AFTERTHOUGHT = re.compile(r"(?:ps|p\.s|obs|nb|edit|eftertanke|förresten|btw)\b[.:!]?", re.IGNORECASE)
_ENDS = tuple(sign + bracket for sign in ".?!…:" for bracket in ("", ")"))
"""Of a sentence."""
# Where a new word may begin without a space: in lower case before a capital, or behind the end of a sentence.
_GLUED = re.compile(r"(?<=[^\W_A-ZÅÄÖ])(?=[A-ZÅÄÖ])|(?<=[.!?)…])(?=[A-ZÅÄÖ])|(?<=[.!?)…] )(?=[A-ZÅÄÖ])")
_HYPHENATED = re.compile(r"\w[\w-]*")
_ADDRESSING = words(
    """
    ni er du dig ditt din era ert jag mig vi vår you your me my we please kan could can dere jeg jer
    """
)
_CLAIMS = words("är har går kan kommer fungerar funkar fastnar inte ej ikke is has was can does works not")
"""Words that make a sentence of "Skickat från min telefon …"."""
_SLASH = re.compile(r"(?:/{1,2}|-|–|—|~|//)\s?(?=[^\W\d_])")


def split_signature(
    lines: Sequence[Line], sender: str = "", *, may_be_all: bool = False
) -> tuple[list[Line], list[Line]]:
    """(text, signature). `sender` is the name of the From field, which tells a name that is written small.

    What would leave no text is no signature, unless `may_be_all` says that the text stands elsewhere (a forward).
    """
    body = [Line(""), *lines] if may_be_all else list(lines)
    footer = _cut_footer(body)
    if not _has_words(body) and not may_be_all:
        said = all(is_sent_from(line.bare) or line.blank for line in footer)
        return (body, footer) if said else (list(lines), [])
    names = names_in(sender)
    begin, end = _find(body, names)
    if (
        begin < end
        and not _has_words(body[:begin] + body[end:])
        and not (may_be_all and _is_plain(body[begin:end], names))
    ):
        begin = min(begin + 1, end) if body[begin].bare.lower().strip(" ,.!") in THANKS else end
    gap = [Line("")] if body and body[-1].blank else []
    return [*body[:begin], Line(""), *body[end:]], [*body[begin:end], *gap, *footer]


def is_greeting(text: str) -> bool:
    """Whether a line is nothing but a greeting ("Hej Kundcenter,")."""
    first = _HYPHENATED.search(text)
    if first is None or first[0].lower() not in GREETINGS:
        return first is None
    words = _HYPHENATED.findall(text.lower())
    return len(words) < 3 or (len(words) <= 5 and words[1] in GREETINGS)


def _has_words(lines: Sequence[Line]) -> bool:
    return any(not is_greeting(line.bare) for line in lines if not line.blank)


def _cut_footer(body: list[Line]) -> list[Line]:
    """Take legal footers and "sent from my …" off the end; gives what was taken. Linear: rules can fill a mail."""
    taken: list[Line] = []
    while body:
        end = _end(body)
        last = body[end - 1].bare if end else ""
        begin = end - 1
        if end and not _is_rule(last) and not is_sent_from(last):
            text = body[end - 1].text
            cut = _glued_sent_from(text)
            begin = end if cut else _paragraph_start(body)
            if cut:
                body[end - 1 : end] = [replace(body[end - 1], text=text[:cut].rstrip()), Line(text[cut:])]
            elif begin == 0 or not _is_disclaimer(" ".join(line.bare for line in body[begin:end])[:2000]):
                break
        taken += reversed(body[max(0, begin) :])
        del body[max(0, begin) :]
    return taken[::-1]


def _paragraph_start(body: Sequence[Line]) -> int:
    """Where the last paragraph begins, or its last MAX_TAIL lines."""
    end = begin = _end(body)
    while begin > max(0, end - MAX_TAIL) and not body[begin - 1].blank:
        begin -= 1
    return begin


def _glued_sent_from(text: str) -> int:
    """Where "Skickat från min Galaxy" begins that a program glued to the end of the last sentence; 0: nowhere."""
    borders = (found.start() for found in _GLUED.finditer(text, max(0, len(text) - 80)))
    return next((at for at in borders if is_sent_from(text[at:])), 0)


def is_sent_from(text: str) -> bool:
    """ "Skickat från min iPhone", "Get Outlook for iOS" and the like: short, no sentence, a device or program."""
    if text[:1].isalpha() and text[0].lower() not in _SENT_FROM:
        return False
    low = text.lower().lstrip("*_[<").strip("\u2068\u2069\u202a\u202b\u202c ")
    if len(low) > 140 or low.rstrip("*_").endswith("?"):
        return False
    if (
        low.rstrip("*_").endswith(".")
        and not low.startswith("get ")
        and not _CLAIMS.isdisjoint(low.rstrip("*_.").split())
    ):
        return False
    phrase = next((phrase for phrase in _SENT_FROM.get(low[:1], ()) if low.startswith(phrase)), None)
    if phrase is None:
        return False
    rest = low[len(phrase) :].partition("<")[0]
    if "," in rest and not any(device in rest.partition(",")[0] for device in DEVICES):
        return False
    said = rest.split()
    return len(said) <= 7 and (any(device in low for device in DEVICES) or rest.lstrip().startswith(OF_MINE))


def _is_disclaimer(text: str) -> bool:
    low = text.lower().lstrip("*_- ")
    begins = low.startswith(DISCLAIMERS)
    if not begins and len(low) <= 60:
        return False
    hits = sum(phrase in low for phrase in DISCLAIMERS)
    return (begins and (hits > 1 or len(low) > 90 or "miljö" in low)) or (hits >= 2 and len(low) > 60)


def _find(body: Sequence[Line], names: frozenset[str]) -> tuple[int, int]:
    """Where the signature begins and ends; the same number twice where there is none."""
    count = len(body)
    first = max(1, count - MAX_TAIL)
    bare = [line.bare for line in body[first:]]
    marked = next((at for at in range(first, count) if body[at].mark == "signature"), count)
    delimited = next((at for at, text in enumerate(bare, first) if _DELIMITER.match(text)), count)
    begin = min(marked, delimited)
    if begin < count and _ends(body, begin):
        above = _closing(body[:begin], names)
        return (above[0], count) if above[1] == len(_rstrip(body[:begin])) else (begin, count)
    ruled = next((at for at in range(count - 1, first - 1, -1) if _is_rule(bare[at - first])), count)
    if ruled < count and all(_is_contact_like(line.bare) for line in body[ruled + 1 :] if not line.blank):
        above = _closing(body[:ruled], names)
        return (above[0], count) if above[1] > above[0] and above[1] == len(_rstrip(body[:ruled])) else (ruled, count)
    return _closing(body, names)


def _is_plain(block: Sequence[Line], names: frozenset[str]) -> bool:
    """Whether a block is a signature beyond doubt: closed by "Mvh", with a telephone, or in the sender's name."""
    first = block[0].bare
    return (
        _starting_phrase(first.lower()) is not None
        or first.startswith("/")
        or is_own_name(first, names)
        or any(_CONTACT.search(line.bare) for line in block)
    )


def _is_rule(text: str) -> bool:
    return text[:1] in _RULING and RULE.match(text) is not None


def _rstrip(body: Sequence[Line]) -> Sequence[Line]:
    return body[: _end(body)]


def _end(body: Sequence[Line]) -> int:
    """Behind the last line that is not blank."""
    end = len(body)
    while end and body[end - 1].blank:
        end -= 1
    return end


def _ends(body: Sequence[Line], begin: int) -> bool:
    """What stands below a delimiter is a signature, unless it is long or holds an afterthought."""
    below = [line.bare for line in body[begin + 1 :] if not line.blank]
    return len(below) <= 25 and not any(_AFTERTHOUGHT.match(text) for text in below)


def _closing(body: Sequence[Line], names: frozenset[str]) -> tuple[int, int]:
    """The sign-off or the block of names at the end, without an afterthought that follows it."""
    body = _rstrip(body)
    count = len(body)
    for at in range(count - 1, max(0, count - MAX_TAIL), -1):
        if _is_sign_off(body, at, names):
            end = _end_of_block(body, at)
            if end is not None:
                return at, end
    at = _block_of_names(body, names)
    return at, count


def _is_sign_off(body: Sequence[Line], at: int, names: frozenset[str]) -> bool:
    text = body[at].bare
    low = text.lower().lstrip("/*–- ").strip()
    if not low or len(low) > 70 or "?" in low:
        return False
    slash = _SLASH.match(text)
    if slash and is_name(text[slash.end() :], names) and not _in_list(body, at):
        return True
    phrase = _starting_phrase(low)
    if phrase is not None:
        rest = low[len(phrase) :].strip(" ,.!/:;()")
        return len(rest.split()) <= 5 and not (low.endswith(("?", ":")) and rest) and not _is_sentence_rest(rest)
    thanks = low.strip(" ,.!")
    thanked = thanks in THANKS or (
        thanks.startswith(("tack för ", "thanks for ", "takk for ", "tak for ")) and len(thanks.split()) <= 5
    )
    return thanked and at + 1 < len(body) and is_name(_next(body, at + 1), names)


def _in_list(body: Sequence[Line], at: int) -> bool:
    """A dash before a word is a list's where its neighbour has one too, or a colon stands above."""
    above = next((body[i].bare for i in range(at - 1, max(-1, at - 3), -1) if not body[i].blank), "")
    return body[at].bare[:1] in "-–—" and (above[:1] in "-–—•*" or above.endswith(":"))


def _starting_phrase(low: str) -> str | None:
    for phrase in _SIGN_OFFS.get(low[:1], ()):
        if low.startswith(phrase) and not low[len(phrase) : len(phrase) + 1].isalnum():
            rest = low[len(phrase) :].strip(" ,.!-–")
            if not rest or len(phrase) > 2 or low[len(phrase) : len(phrase) + 1] in " ,":
                return phrase
    return None


def _is_sentence_rest(rest: str) -> bool:
    return any(
        word in _ADDRESSING or word in ("är", "var", "har", "inte", "is", "was", "not", "på", "att", "to")
        for word in rest.split()
    )


def _next(body: Sequence[Line], at: int) -> str:
    return next((line.bare for line in body[at : at + 3] if not line.blank), "")


def _end_of_block(body: Sequence[Line], begin: int) -> int | None:
    """The line behind the signature that begins here; None where a real sentence follows at once."""
    seen = 0
    for at in range(begin + 1, len(body)):
        line = body[at]
        if line.blank:
            continue
        text = line.bare
        apart = body[at - 1].blank
        if _AFTERTHOUGHT.match(text):
            return at
        if not _is_contact_like(text) and not (not apart and seen and _is_slogan(text)) and not _is_disclaimer(text):
            return at if apart and seen else None
        seen += 1
    return len(body)


def _is_contact_like(text: str) -> bool:
    """Short and no sentence, or a telephone number, an address, a link."""
    if len(text) < 3 or _is_rule(text) or is_sent_from(text):
        return True
    count = len(text.split())
    if count <= 8 and len(text) <= 80 and not text.rstrip("*_").endswith(_ENDS) and not _AFTERTHOUGHT.match(text):
        return True
    return count <= 20 and not text.endswith(_ENDS) and _CONTACT.search(text) is not None


def _is_slogan(text: str) -> bool:
    words = re.findall(r"\w+", text.lower())
    return (
        len(words) <= 12
        and not _ADDRESSING.intersection(words) - {"vi", "we", "your", "din", "ditt", "vår"}
        and "?" not in text
    )


def _block_of_names(body: Sequence[Line], names: frozenset[str]) -> int:
    """Where the closing paragraphs of name, title, company and telephone begin; the end where there are none."""
    count = begin = len(body)
    at = count
    for _ in range(5):
        start = _paragraph_start(body[:at])
        if start <= 0:
            break
        paragraph = [line.bare for line in body[start:at] if not line.blank]
        if not paragraph or not all(_is_contact_like(text) for text in paragraph) or len(paragraph) > 12:
            break
        if is_name(paragraph[0], names) and not _continues(body, start, paragraph, names):
            begin = start
        elif begin < count or not any(_CONTACT.search(text) or _COMPANY.search(text) for text in paragraph):
            break
        at = start
    if begin == count:
        begin = _last_name_line(body, names)
    return begin


def _continues(body: Sequence[Line], at: int, paragraph: Sequence[str], names: frozenset[str]) -> bool:
    """A name below a colon, or in a list of names, is what the mail is about."""
    above = next((body[i].bare for i in range(at - 1, -1, -1) if not body[i].blank), "")
    return above.endswith(":") or (
        len(paragraph) > 2
        and all(is_name(text, frozenset()) and not _COMPANY.search(text) for text in paragraph)
        and not names
    )


def _last_name_line(body: Sequence[Line], names: frozenset[str]) -> int:
    """A name, and up to three lines of title, company and telephone, directly below the end of a sentence."""
    count = len(body)
    for at in range(count - 1, max(0, count - 5), -1):
        text, above = body[at].bare, body[at - 1].bare
        if not text or not above or above.endswith(":") or not (at == count - 1 or _is_contact_like(body[at + 1].bare)):
            break
        if is_name(text, names) and (re.search(r"[.!?)]$", above) or is_own_name(text, names)):
            return at
    return count
