"""The sender's own lines -> their text and their signature.

Pure. A signature is a closing ("Mvh Anna" and what follows), a block of name, company and telephone, a delimiter
("-- ") and what follows, "Skickat från min iPhone", a legal footer. The trap: a sentence below "Mvh", such as a PS,
is text, and a signature that would take everything is none: when unsure, it stays.
"""

import re
from collections.abc import Sequence
from operator import attrgetter

from supportbot.mail.contact import (
    ADDRESSING,
    AFTERTHOUGHT,
    COMPANY,
    CONTACT,
    RULING,
    is_claim,
    is_contact_like,
    is_fact,
    is_rule,
    is_sent_from,
    is_slogan,
    is_told,
    tells_hours,
)
from supportbot.mail.lines import Line
from supportbot.mail.name_block import MAX_TAIL, block_of_names, end_of, paragraph_start
from supportbot.mail.persons import is_name, is_own_name, names_in
from supportbot.mail.wording import (
    DISCLAIMERS,
    GREETINGS,
    SIGN_OFFS,
    THANKS,
    by_first_sign,
)

_SIGN_OFFS = by_first_sign(SIGN_OFFS)
_THANKS = frozenset(THANKS)
_DELIMITER = re.compile(r"(?:--|—|__|–)\s?$")
# Where a new word may begin without a space: in lower case before a capital, or behind the end of a sentence.
_GLUED = re.compile(r"(?<=[^\W_A-ZÅÄÖ])(?=[A-ZÅÄÖ])|(?<=[.!?)…])(?=[A-ZÅÄÖ])|(?<=[.!?)…] )(?=[A-ZÅÄÖ])")
_HYPHENATED = re.compile(r"\w[\w-]*")
_ALSO_ASKS = frozenset({"vänligen", "vennligst", "venligst"})
_BETWEEN = " ,.!/|:;()"
"""Signs between sign-offs and names."""
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
        begin = min(begin + 1, end) if body[begin].bare.lower().strip(" ,.!") in _THANKS else end
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
        end = end_of(body)
        last = body[end - 1].bare if end else ""
        begin = end - 1
        if end and not is_rule(last) and not is_sent_from(last):
            text = body[end - 1].text
            cut = _glued_sent_from(text)
            begin = end if cut else paragraph_start(body)
            if cut:
                body[end - 1 : end] = [
                    Line(text[:cut].rstrip(), body[end - 1].level, body[end - 1].mark),
                    Line(text[cut:]),
                ]
            elif begin == 0 or not _is_disclaimer(" ".join(line.bare for line in body[begin:end])[:2000]):
                break
        taken += reversed(body[max(0, begin) :])
        del body[max(0, begin) :]
    return taken[::-1]


def _glued_sent_from(text: str) -> int:
    """Where "Skickat från min Galaxy" begins that a program glued to the end of the last sentence; 0: nowhere."""
    borders = (found.start() for found in _GLUED.finditer(text, max(0, len(text) - 80)))
    return next((at for at in borders if is_sent_from(text[at:])), 0)


def _is_disclaimer(text: str) -> bool:
    low = text.lower().lstrip("*_- ")
    begins = low.startswith(DISCLAIMERS)
    if not begins and len(low) <= 60:
        return False
    hits = sum(map(low.__contains__, DISCLAIMERS))
    return (begins and (hits > 1 or len(low) > 90 or "miljö" in low)) or (hits >= 2 and len(low) > 60)


def _find(body: Sequence[Line], names: frozenset[str]) -> tuple[int, int]:
    """Where the signature begins and ends; the same number twice where there is none."""
    count = len(body)
    first = max(1, count - MAX_TAIL)
    bare = [line.bare for line in body[first:]]
    if RULING.isdisjoint([text[:1] for text in bare]) and not any(map(attrgetter("mark"), body)):
        return _closing(body, names)
    marked = next((at for at in range(first, count) if body[at].mark == "signature"), count)
    delimited = next((at for at, text in enumerate(bare, first) if _DELIMITER.match(text)), count)
    begin = min(marked, delimited)
    end = _afterthought(body, begin)
    if begin < count and _ends(body[:end], begin):
        above = _closing(body[:begin], names)
        return (above[0], end) if above[0] < above[1] == len(_rstrip(body[:begin])) else (begin, end)
    ruled = next((at for at in range(count - 1, first - 1, -1) if is_rule(bare[at - first])), count)
    if ruled < count and all(is_contact_like(line.bare) for line in body[ruled + 1 :] if not line.blank):
        above = _closing(body[:ruled], names)
        return (above[0], count) if above[0] < above[1] == len(_rstrip(body[:ruled])) else (ruled, count)
    return _closing(body, names)


def _is_plain(block: Sequence[Line], names: frozenset[str]) -> bool:
    """Whether a block is a signature beyond doubt: closed by "Mvh", with a telephone, or in the sender's name."""
    first = block[0].bare
    return (
        _starting_phrase(first.lower()) is not None
        or first.startswith("/")
        or is_own_name(first, names)
        or any(CONTACT.search(line.bare) for line in block)
    )


def _rstrip(body: Sequence[Line]) -> Sequence[Line]:
    return body[: end_of(body)]


def _afterthought(body: Sequence[Line], begin: int) -> int:
    """Where something more is said below a delimiter and what follows it, apart from that; the end where nothing is."""
    apart = (at for at in range(begin + 3, len(body)) if body[at - 1].blank)
    return next((at for at in apart if AFTERTHOUGHT.match(body[at].bare) or is_told(body[at].bare)), len(body))


def _ends(body: Sequence[Line], begin: int) -> bool:
    """What stands below a delimiter is a signature, unless it is long or holds an afterthought."""
    below = [line.bare for line in body[begin + 1 :] if not line.blank]
    return len(below) <= 25 and not any(AFTERTHOUGHT.match(text) for text in below) and not _parts(body, begin)


def _parts(body: Sequence[Line], begin: int) -> bool:
    """Whether "--" only parts two things that are said: a sign-off stands below the second, or it is plainly said."""
    first = next((at for at in range(begin + 1, len(body)) if _is_sign_off(body, at, frozenset())), 0)
    said = [line.bare for line in body[begin + 1 : first or len(body)] if not line.blank]
    if first:
        return any(is_claim(text) or not is_contact_like(text) for text in said)
    first = next((at for at, text in enumerate(said) if _tells_who(text)), len(said))
    return any(map(is_told, said[:first]))


def _tells_who(text: str) -> bool:
    """A name, a company, a telephone or an address: what follows it is a signature's, whatever it says."""
    return is_name(text, frozenset()) or CONTACT.search(text) is not None or COMPANY.search(text) is not None


def _closing(body: Sequence[Line], names: frozenset[str]) -> tuple[int, int]:
    """The sign-off or the block of names at the end, without an afterthought that follows it."""
    body = _rstrip(body)
    count = len(body)
    for at in range(count - 1, max(0, count - MAX_TAIL), -1):
        if _is_sign_off(body, at, names):
            end = _end_of_block(body, at)
            if end is not None:
                return at, end
    at = block_of_names(body, names)
    return at, count


def _is_sign_off(body: Sequence[Line], at: int, names: frozenset[str]) -> bool:
    text = body[at].bare
    low = text.lower().lstrip("/*–- ").strip()
    if not low or len(low) > (120 if "/" in low else 70) or "?" in low:
        return False
    slash = _SLASH.match(text) if text[0] in "/-–—~" else None
    if slash and is_name(text[slash.end() :], names) and not _in_list(body, at):
        return True
    phrase = _starting_phrase(low)
    if phrase is not None:
        rest = low[len(phrase) :].strip(_BETWEEN)
        if phrase in _ALSO_ASKS and rest[:1].isalpha() and rest[:1] == text[-len(low) :][low.find(rest) :][:1]:
            return False  # "Vänligen återkom": what follows is written small, and no name
        while again := _starting_phrase(rest):
            rest = rest[len(again) :].strip(_BETWEEN)  # "Vänlig hälsning / Best regards": in one language after another
        return len(rest.split()) <= 5 and not (low.endswith(("?", ":")) and rest) and not _is_sentence_rest(rest)
    thanks = low.strip(" ,.!")
    thanked = thanks in _THANKS or (
        thanks.startswith(("tack för ", "thanks for ", "takk for ", "tak for ")) and len(thanks.split()) <= 5
    )
    return thanked and at + 1 < len(body) and is_name(_next(body, at + 1), names)


def _in_list(body: Sequence[Line], at: int) -> bool:
    """A dash before a word is a list's where its neighbour has one too, or a colon stands above."""
    above = next((body[i].bare for i in range(at - 1, max(-1, at - 3), -1) if not body[i].blank), "")
    return body[at].bare[:1] in "-–—" and (above[:1] in "-–—•*" or above.endswith(":"))


def _starting_phrase(low: str) -> str | None:
    phrases = _SIGN_OFFS.get(low[:1], ())
    for phrase in phrases if low.startswith(phrases) else ():
        if low.startswith(phrase) and not low[len(phrase) : len(phrase) + 1].isalnum():
            rest = low[len(phrase) :].strip(" ,.!-–")
            if not rest or len(phrase) > 2 or low[len(phrase) : len(phrase) + 1] in " ,":
                return phrase
    return None


def _is_sentence_rest(rest: str) -> bool:
    return any(
        word in ADDRESSING or word in ("är", "var", "har", "inte", "is", "was", "not", "på", "att", "to")
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
        if AFTERTHOUGHT.match(text) or (apart and is_fact(text)):
            return at
        if tells_hours(text) and (not apart or at + 1 < len(body)):
            continue  # as the last word, below a blank line, it is said to the reader
        if not is_contact_like(text) and not (not apart and seen and is_slogan(text)) and not _is_disclaimer(text):
            return at if apart and seen else None
        seen += 1
    return len(body)
