"""The sender's own words -> whether they take up another mail, that stands below or hangs on theirs. Pure.

Then it belongs to what is said now; else it is an earlier exchange. The trap: "se nedan" may stand beside "strunta i",
"VS:" forwards in Danish and answers in Finnish, and a mail that says nothing may be an answer that was sent empty.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from supportbot.mail.addresses import is_ours
from supportbot.mail.contact import RULE, is_sent_from
from supportbot.mail.header_blocks import ADDRESS, Start
from supportbot.mail.lines import Line, from_plain, squeeze
from supportbot.mail.signature import is_greeting, split_signature
from supportbot.mail.wording import (
    ANSWERS_BELOW,
    ATTACHED,
    BOTH_SUBJECTS,
    FORWARD_SUBJECTS,
    NOT_TAKEN_UP,
    REPLY_SUBJECTS,
    TAKEN_UP,
)

BEFORE = 30
"""Signs before a word that takes up what stands below, within which it may be taken back."""
_PREFIX = re.compile(r"\s*(?:\[[^\]]{0,60}\]\s*)*([^\W\d_]{1,16})\s?(?:\[\d+\]|\(\d+\))?\s?[:：]")


@dataclass(frozen=True, slots=True)
class Known:
    """What the headers say that helps to take the body apart."""

    sender: str = ""
    """The From field as shown, which helps to tell a signature."""
    ours: Collection[str] = ()
    """The desk's addresses in lower case: their mail is no forward to us, unless the program says so."""
    subject: str = ""
    """Its first "VB:" or "SV:" tells whether a mail below is forwarded, where Outlook writes both alike."""
    opens: bool = False
    """Neither an answer nor a forward, by its headers: what looks like a quote is mostly the sender's own."""


def _low(own: Sequence[Line]) -> str:
    return " ".join(line.bare for line in own).lower()


def says(own: Sequence[Line], phrases: Iterable[str]) -> bool:
    low = _low(own)
    return any(phrase in low for phrase in phrases)


def all_blank(lines: Sequence[Line]) -> bool:
    return all(line.blank for line in lines)


def is_taken_up(begun: Start, own: Sequence[Line], quote: Sequence[Line], after: Sequence[Line], known: Known) -> bool:
    """Whether the mail that begins below the own words is forwarded, and not just answered."""
    if begun.kind == "forward":
        return True
    ours = any(is_ours(found[0], known.ours) for found in ADDRESS.finditer(begun.fields.get("from", "")))
    if is_pasted(own, known) and not (ours and any(line.level for line in quote)):
        return True
    if ours:
        return False  # an answer to us that was sent empty
    prefix = _prefix(known.subject)
    if prefix in FORWARD_SUBJECTS or (prefix == "vs" and _is_videresendt(begun, quote)):
        return True
    said = _is_a_word(own) and (begun.sent or prefix in REPLY_SUBJECTS)
    if _says_nothing(own) and not said:
        return all_blank(after) and (begun.kind != "attribution" or not any(line.level for line in quote))
    low = _low(own)
    return any(_takes_up(phrase, low) for phrase in TAKEN_UP) and not says(own, ANSWERS_BELOW)


def _says_nothing(own: Sequence[Line], sender: str = "") -> bool:
    """Whether the sender wrote no more than a greeting and a signature."""
    text, _ = split_signature(squeeze(own), sender, may_be_all=True)
    words = " ".join(line.bare for line in text if not is_greeting(line.bare) and not is_sent_from(line.bare))
    return not words.strip("-_=* .")


def attached_is_meant(new_text: str, known: Known) -> bool:
    """Whether a mail that hangs on this one is what is meant: by the subject, the own words, or for want of any."""
    own = from_plain(new_text)
    return _prefix(known.subject) in FORWARD_SUBJECTS or says(own, ATTACHED) or _says_nothing(own, known.sender)


def is_pasted(own: Sequence[Line], known: Known) -> bool:
    """Whether a first mail leads to what stands below ("vi fick det här från Telia:"): nothing of it is to be lost."""
    if not known.opens:
        return False
    above = next((line.bare for line in reversed(own) if not line.blank and not RULE.match(line.bare)), "")
    return above.endswith(":")


def _is_videresendt(begun: Start, quote: Sequence[Line]) -> bool:
    """ "VS:" forwards in Norwegian and Danish and answers in Finnish: whose header lines stand below tells which."""
    head = [line.bare.lower() for line in quote[: begun.size]]
    return begun.kind != "attribution" and any(text.startswith("fra:") for text in head)


def _takes_up(phrase: str, low: str) -> bool:
    """Whether the phrase stands there without a word before it that says that the mail is about something else."""
    at = low.find(phrase)
    while at >= 0:
        clause = low[max(0, at - BEFORE) : at].rpartition(".")[2]
        if not any(other in clause for other in NOT_TAKEN_UP):
            return True
        at = low.find(phrase, at + 1)
    return False


def opens(subject: str) -> bool:
    """Whether a subject begins like that of a first mail: neither "SV:" nor "VB:" nor what stands for them."""
    return _prefix(subject) not in REPLY_SUBJECTS | FORWARD_SUBJECTS | BOTH_SUBJECTS


def _prefix(subject: str) -> str:
    """The first "VB" or "Re" of a subject, small; what a gateway put before it in brackets does not count."""
    found = _PREFIX.match(subject[:200])
    return found[1].lower() if found else ""


def _is_a_word(own: Sequence[Line]) -> bool:
    """A greeting that is all there is, without a comma: "Hello" is then an answer, "Hej!" or "Hej, … Mvh" is none."""
    said = [line.bare for line in own if not line.blank and not RULE.match(line.bare)]
    return len(said) == 1 and said[0][-1:].isalpha() and is_greeting(said[0]) and not is_sent_from(said[0])
