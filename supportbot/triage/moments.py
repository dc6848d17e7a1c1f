"""A text -> since when something fails, in its own words: "sedan i går kl 14", "since 9 am". Pure.

The trap: "at two sites" names no hour, so an hour in words counts only where nothing is counted by it.
"""

import re
from collections.abc import Iterator

from supportbot.triage.numbers import flat

_LABEL = (
    r"(?:tid(?:punkt)? for felet|tidpunkt|tidspunkt|time of (?:the )?fault|since|sedan|siden|"
    r"felet borjade|started)\s*:"
)
_DAY = (
    r"(?:(?:man|tis|ons|tors|fre|lor|son)dag(?:s|en|ens)?|i(?:gar|morse|dag|natt)|"
    r"i (?:forrgar|morse|dag|natt|kvall|gar(?:kvall)?(?: (?:kvall|morse|eftermiddag|formiddag|natt))?)|"
    r"forra veckan|(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today|this morning|last (?:week|night|\w+day)|"
    r"lunch|midnatt|midnight|noon|\d{1,2}[./]\d{1,2}|\d{4}-\d{2}-\d{2}|"
    r"\d{1,2}(?::?[ae])? (?:jan|feb|mar|apr|maj|may|jun|jul|aug|sep|okt|oct|nov|dec)\w*)"
)
_HOUR = "(?:halv )?(?:ett|tva|tre|fyra|fem|sex|sju|atta|nio|tio|elva|tolv)"
_EN_HOUR = (
    "(?:(?:half|quarter) past |quarter to )?(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"\d{1,2})"
)
_HALF_DAY = r"(?:[ap]\.m\.|[ap]m\b)"
_AT = r"(?:(?:ca|cirka|circa|kl|klockan|around|at|about|runt|vid)\.?\s*)"
_ALONE = (
    r"(?=\s*(?:[.:](?!\d)|[,;!?)\n]|$)|\s+(?:this|today|yesterday|last|on|sharp|and|when|it|we|all|every\w*|nothing|nobody|the|"
    r"or so|i morse|i dag|idag|i gar|igar|i kvall|i \w+dags|pa (?:morgonen|formiddagen|eftermiddagen|kvallen|natten)|"
    r"slutade|dog|tystnade|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b)"
)
"""What follows an hour that counts nothing: not "at two sites"."""
_CLOCK = (
    rf"(?:{_AT}{{0,3}}\d{{1,2}}(?:[.:]\d{{2}})?\s?{_HALF_DAY}|{_AT}{{0,3}}{_EN_HOUR} o.?clock\b|"
    rf"{_AT}{{0,3}}\d{{1,2}}[.:]\d{{2}}(?!\d|[./]\d)|(?:kl|klockan)\.?\s*(?:\d{{1,2}}|{_HOUR})\b|"
    rf"(?:at|around|about|vid|runt|kring) (?:{_EN_HOUR}|{_HOUR})\b{_ALONE})"
)
_NEAR = rf"(?:{_CLOCK}|(?:vid|at|about|around|runt|kring) (?:{_EN_HOUR}|{_HOUR})\b)"
"""Beside a day: "i går vid tolv började"."""
_THEN = rf"(?:{_DAY}|{_CLOCK})(?:[ ,]+(?:{_DAY}|{_NEAR})){{0,3}}"
_SINCE = re.compile(
    r"\b(?:sedan|sen|since|fran och med|siden|fra)\s+(?:ungefar |ca |omkring |about |around |i )?"
    rf"(?:{_THEN}|(?<!fra )(?:{_EN_HOUR}|{_HOUR})\b{_ALONE}(?:[ ,]+{_THEN})?)|\b(?:i |pa )?{_DAY}[ ,]+{_NEAR}"
)
_BEGAN = re.compile(
    r"\b(?:borjade|slutade|markte|upptackte|hande|intraffade|uppstod|dog|slocknade|forsvann|started|stopped|began|"
    r"noticed|happened|died|broke|crashed|dropped|went (?:dead|down|silent|quiet|dark|blank|off)|begyndte|begynte|"
    r"startet|stoppet|sluttet|skjedde|skete|alkoi|loppui|huomasin)\b[^.!?\n]{0,25}?"
    rf"\b(?P<day>(?:i |pa |on )?(?:{_DAY}|{_CLOCK})"
    rf"(?:[ ,]+(?:{_DAY}|{_CLOCK}|efter lunch|fore lunch|after lunch)){{0,3}})"
)
"""A day or an hour behind the word that says that something began or ended."""
_HOUR_TOLD = re.compile(
    rf"\b(?:at|about|around)(?: about| around)? (?:{_EN_HOUR} o.?clock\b|\d{{1,2}}(?:[.:]\d{{2}})?\s?{_HALF_DAY}|"
    rf"\d{{1,2}}:\d{{2}}(?!\d|[./]\d)|{_EN_HOUR}\b{_ALONE})"
)
_OTHER_HOUR = re.compile(
    r"\b(?:call|ring|reach|available|back|please|can you|meet\w*|tomorrow|next|open\w*|clos\w*|starts?|shift|hours|"
    r"every|each|always|usually|often|until|till|before|by|between|will|shall|need|now|going|was to|alive)\b"
)
"""In the sentence of an hour that is no fault's: an appointment, a habit."""


def time_of_fault(text: str) -> str:
    """What stands after a label such as "Since:", else the first "sedan i går kl 14", else when it began."""
    smooth = flat(text)
    label = re.search(rf"(?:^|\n)\s*[-*]?\s*(?:{_LABEL})\s*([^\n]{{2,80}})", smooth)
    if label:
        return text[label.start(1) : label.end(1)].strip().rstrip(".")
    if since := _SINCE.search(smooth):
        return text[since.start() : since.end()].strip()
    if began := _BEGAN.search(smooth):
        return text[began.start("day") : began.end("day")].strip()
    return next((text[start:end].strip() for start, end in _hours(smooth)), "")


def _hours(smooth: str) -> Iterator[tuple[int, int]]:
    """English hours of the clock in sentences that arrange nothing: "At nine all phones were mute"."""
    for sentence in re.finditer(r"[^.!?\n]+(?:[.](?!\s|$)[^.!?\n]*)*+.?", smooth):
        told = _HOUR_TOLD.search(smooth, sentence.start(), sentence.end())
        if told and not _OTHER_HOUR.search(sentence[0]):
            yield told.span()
