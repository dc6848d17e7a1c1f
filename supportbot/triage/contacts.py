"""A telephone number in a text -> whether it is the one to ring back on; where the text is signed with it. Pure.

The trap: the same words stand before the number that fails: "telefon 040-… är död" is no contact, nor is "ring 040-… så
hör ni felet" or "ingen når oss på 040-…".
"""

import re

from supportbot.mail.persons import is_name, is_own_name
from supportbot.triage.numbers import flat

_BEFORE = 90
"""Characters before a number that may say whose it is."""
_STOP = re.compile(r"(?:[!?;\n]|(?<!\bkl)(?<!\bca)(?<!\btel)(?<!\btfn)(?<!\btlf)(?<!\bmob)(?<!\bnr)\.)(?:\s|$)")
"""The end of a sentence, which an abbreviation's full stop is not."""
_BETWEEN = re.compile(r"(?:[^\d\n]|(?<!\d)\d{1,2}(?!\d)){0,30}$")
"""What may stand between the words and the number: "ring Anna efter kl. 9 på 070-…"."""
_RING = (
    r"\bring\b|\b(?:kontakta|ta kontakt med|sms:?a|messa)\b|"
    r"\b(?:hor av (?:dig|er)|aterkom(?:mer)?) (?:till (?:mig|oss) )?pa\b|"
    r"(?:^|[,:(–—-]\s*|\b(?:please|pls|just|so|or|instead|(?:can|could) you|you (?:can|could))(?: please)? )call\b"
    r"(?! (?:forw|transf|div|rout|qual|queue|cent|group|pick|wait|park|hist|log|rec|flow|traf|ident))|"
    r"\b(?:(?:kan|kunde|far|bor|vill) (?:ni|du|nagon)|(?:ni|du|nagon) (?:kan|kunde|far|bor))(?: \w+)? ringa\b|"
    r"\bsnalla? och ringer?\b"
)
"""An invitation to ring: only what stands right before it denies it."""
_REACH = (
    r"\b(?:call|phone|text|ringa|ringe|kontakte|messa) (?:garna )?(?:me|us|mig|mej|meg|oss|os)\b|\bnas\b|\btraffas\b|"
    r"\bna(?:r|s)?(?: (?:ni|du|man|bast|enklast|lattast|alltid))* (?:mig|mej|meg|oss)\b|"
    r"\b(?:reach|contact) (?:me|us)\b|\bget hold of (?:me|us)\b"
)
"""Words that a denial anywhere in their clause turns round: "ingen når oss på …"."""
_NAMED = (
    r"\b(?:kontakt|contact|mobil|telefon|tel|tlf|tfn|phone|mobile|cell|direkt|vx|vaxel)"
    r"(?:telefon|nummer|nr|person|phone)?(?: (?:phone|number|person|nummer|nr))?\b"
)
_INVITED = re.compile(f"(?P<ring>{_RING})|(?P<reach>{_REACH})")
_LABEL = re.compile(_NAMED)
_ASIDE = re.compile(r",\s|\s[-–—]\s|\b(?:men|but|sa|so|utan|och|and|og|dock|eller|or|please|vanligen|snalla)\s")
"""Where a denial of what stands before it ends."""
_NOT = re.compile(
    r"\b(?:inte|ej|aldrig|ingen|inga|not|never|nobody|no one|cannot|can.t|can not|don.t|ikke|"
    r"kunder\w*|customers|callers)\b"
)
_NOT_RING = re.compile(
    r"\b(?:inte|ej|aldrig|not|never|don.t|doesn.t|won.t|will|would|ikke|testa|prova|try|att|to|they|phones?|lines?|"
    r"handsets|extensions|all)\s*$"
)
_ELSEWHERE = re.compile(r"\b(?:inte|ej|aldrig|not|never|ikke|fran|from|fra|men|but|and|och|nar|when)\b")
"""Between the invitation and the number: "ring inte min mobil", "ring från 040-…"."""
_DECLINED = re.compile(r"\b(?:ring (?:inte|ej|aldrig|ikke)|(?:do not|don.t|never) (?:call|ring))\b[^\d\n]{0,30}$")
_TRIAL = re.compile(
    r"[,.\s]{0,3}(?:(?:sa|och|for att|and|so|to|then|og)\s+)?(?:(?:kan|kommer|far|will|can|ska)\s+)?"
    r"(?:(?:ni|du|man|you|dere|de)(?:.ll)?\s+)?(?:(?:kan|kommer|far|will|can|ska)\s+)?(?:att\s+)?"
    r"(?:hor(?:a|s|er)?|lyssna\w*|kopplas|hamnar|hear|listen|see|test\w*|prova|marker|notice)\b"
)
"""After a number that is to be rung to hear the fault."""
_FAILS = re.compile(
    r"\s*\)?\s*(?!(?:ar|is) (?:bast|enklast|lattast|alltid|best|easiest|always)|(?:gar|works) (?:bra|fint|fine|best)|"
    r"(?:har|svarar) (?:jag|vi)|(?:gar|kan) (?:det )?(?:bra|alltid))"
    r"(?:ar|is|har|has|gar|funkar|fungerar?|svarar|ringer|slutade?|slutat|does|doesn.t|can|can.t|cannot|kan|tappar|"
    r"bryt\w*|virker|er|blev|dog|piper|brusar|startar|stopp\w*|went|goes|died|drops?|strular|krang\w*)\b"
)
"""After a number of which something is told: it is the sentence's subject, and no label makes it a contact."""
_SLASHED = re.compile(r"(?:^|(?<=[\s.!?]))/{1,2}\s?[^\W\d_]+(?:[ ,.-]{1,3}[^\W\d_]+){0,4}[\s,.:–-]*$")
_TITLED = re.compile(r"[\s,.:–-]*\b(?:tel|tfn|tlf|mobil|mob|telefon|phone|mobile|direkt)?[\s,.:–-]*$", re.IGNORECASE)


def is_invited(text: str, start: int, end: int) -> bool:
    """Whether somebody is asked to ring this number: "ring 070-…", "nås på", "please call"."""
    clause = _clause(text, start)
    said = [one for one in _INVITED.finditer(clause) if _BETWEEN.match(clause, one.end())]
    if not said or _TRIAL.match(flat(text[end : end + 60])):
        return False
    last = said[-1]
    if _ELSEWHERE.search(clause, last.end()):
        return False
    return not (_NOT_RING.search(clause[: last.start()]) if last["ring"] else _NOT.search(_aside(clause, last.start())))


def is_declined(text: str, start: int) -> bool:
    """Whether it shall not be rung: no contact, but not what fails either."""
    return _DECLINED.search(_clause(text, start)) is not None


def is_labelled(text: str, start: int, end: int) -> bool:
    """Whether a label such as "Tel" stands before it, nothing denies it, and it is not what the sentence is about."""
    clause = _clause(text, start)
    said = [one for one in _LABEL.finditer(clause) if _BETWEEN.match(clause, one.end())]
    if not said or _FAILS.match(flat(text[end : end + 40])):
        return False
    return not _NOT.search(_aside(clause, said[-1].start()) + clause[said[-1].end() :])


def signed_from(text: str, starts: list[int], names: frozenset[str]) -> int:
    """Where the last line signs with name and number ("/Ola 070-…"); else the end of the text.

    The mail reader leaves it in the text where it is not sure. `starts` are those of the numbers in the text,
    `names` the sender's.
    """
    line = text.rstrip().rfind("\n") + 1
    first = next((start for start in starts if start >= line), None)
    if first is None or re.search(r"[^\W\d_]{4}", text[first:]):
        return len(text)
    before = text[line:first]
    if len(before) > _BEFORE:
        return len(text)
    if slashed := _SLASHED.search(before):
        return line + slashed.start()
    above = text[:line].rstrip(" \t")
    apart = above.endswith("\n\n") and not above.rstrip().endswith(":")
    return line if apart and is_own_name(before, names) and is_name(_TITLED.sub("", before), names) else len(text)


def _clause(text: str, start: int) -> str:
    """What stands before the number in its sentence, flat."""
    return _STOP.split(flat(text[max(0, start - _BEFORE) : start]))[-1]


def _aside(clause: str, at: int) -> str:
    """The part of the clause before `at` that a denial would have to stand in."""
    return _ASIDE.split(clause[:at])[-1]
