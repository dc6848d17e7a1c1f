"""Moments, ages, names and long texts -> the words that a letter uses for them. Pure.

The trap is the greeting: a display name may be a company, a role or an insult. Only a first name that the address
itself bears out is used; "Hej!" is never wrong.
"""

import re
import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

from supportbot.mail.message import Address
from supportbot.mail.wording import words

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MOST_READ = 8000
"""Signs of a mail's text that are looked at for a quotation."""

_DAYS = {
    "sv": ("måndagen", "tisdagen", "onsdagen", "torsdagen", "fredagen", "lördagen", "söndagen"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
# fmt: off
_MONTHS = {
    "sv": ("januari", "februari", "mars", "april", "maj", "juni",
           "juli", "augusti", "september", "oktober", "november", "december"),
    "en": ("January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December"),
}
# fmt: on
_AGES = {
    "sv": (("minut", "minuter"), ("timme", "timmar"), ("dag", "dagar"), "nyss"),
    "en": (("minute", "minutes"), ("hour", "hours"), ("day", "days"), "just now"),
}


def in_words(moment: datetime, language: str) -> str:
    """An aware moment in Stockholm's time: "tisdagen den 24 november 2026 kl. 9.14"."""
    local = moment.astimezone(STOCKHOLM)
    day, month = _DAYS[language][local.weekday()], _MONTHS[language][local.month - 1]
    if language == "sv":
        return f"{day} den {local.day} {month} {local.year} kl. {local.hour}.{local:%M}"
    return f"{day} {local.day} {month} {local.year} at {local:%H:%M}"


def age(since: datetime, now: datetime, language: str) -> str:
    """How long ago, in its largest whole unit: "3 timmar"."""
    minutes = int((now - since).total_seconds()) // 60
    minute, hour, day, just_now = _AGES[language]
    for size, (one, many) in ((1440, day), (60, hour), (1, minute)):
        if minutes >= size:
            count = minutes // size
            return f"{count} {one if count == 1 else many}"
    return just_now


def cut(text: str, limit: int) -> str:
    """One line of at most `limit` characters, cut after a word where one ends near."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = line[:limit].rpartition(" ")[0]
    return (head if len(head) > limit // 2 else line[: limit - 1]).rstrip(" ,;:") + "…"


def said(text: str, most_lines: int = 25, most_signs: int = 1500) -> tuple[str, ...]:
    """The lines of what somebody wrote, for a quotation: cut, runs of empty lines made one."""
    lines: list[str] = []
    for line in text.strip()[:most_signs].splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    whole = len(lines) <= most_lines and len(text.strip()) <= most_signs
    return tuple(lines if whole else [*lines[:most_lines], "[…]"])


_NAME = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


def first_name(who: Address, customer: str | None = None) -> str:
    """The first name of a person, where name and address agree ("Anna Berg" <anna.berg@…>); else ""."""
    name = " ".join(who.name.split())
    if "," in name:
        last, _, first = name.partition(",")
        name = f"{first.strip()} {last.strip()}"
    parts = name.split()
    if not 1 <= len(parts) <= 4 or not all(_NAME.fullmatch(part) and part[0].isupper() for part in parts):
        return ""
    first, folded = parts[0], _folded(parts[0])
    box = _folded(who.address.partition("@")[0])
    local = {*re.split(r"[._+\d-]+", box), *re.split(r"[._+\d]+", box.replace("-", ""))}
    named = re.split(r"\W+", _folded(customer or ""))
    if len(first) < 2 or len(first) > 20 or first.isupper() or folded in _ROLES or folded in named:
        return ""
    return first if folded.replace("-", "") in local else ""


_ROLES = words(
    """
    info support kundtjanst kundcenter kundservice reception receptionen ekonomi faktura fakturor it drift jour
    jouren helpdesk servicedesk admin administration kontakt kontoret vaxel vaxeln order inkop butik butiken lager
    service office contact sales invoice hello mail post noreply felanmalan larm sjukhus klinik kliniken skola
    skolan styrelse styrelsen kansli kansliet expedition expeditionen kassa kassan lagret ekonomin
    ekonomiavdelningen redovisning redovisningen loner personal personalen hr butikerna verkstad verkstan
    verkstaden kok koket bar baren restaurang restaurangen hotell hotellet kontor huvudkontoret ledning ledningen
    vd chef chefen team teamet grupp gruppen avdelning avdelningen vaktmastare vaktmastaren vaktmasteri
    vaktmasteriet fastighet forvaltning forvaltningen forvaltare forening foreningen brf valberedningen bokning
    bokningen bestallning kundsupport kundtjansten supporten salj saljare forsaljning marknad produktion
    produktionen transport logistik godsmottagning godsmottagningen larmet vakt vakten sakerhet teknik tekniker
    teknikern driften serviceverkstad sekreterare sekretariat sekretariatet registrator forskola forskolan rektor
    rektorn mottagning mottagningen apotek apoteket bibliotek biblioteket kyrkan pastorsexpeditionen telefonist
    telefonisten telefoni inkopare projekt utbildning board accounts accounting finance billing warehouse store
    shop desk frontdesk front secretary management manager staff operations booking bookings enquiries customer
    customerservice kundeservice resepsjon resepsjonen styret bestyrelsen regnskap toimisto asiakaspalvelu
    technical facilities
    """
)
"""Who is greeted by no name, folded: roles, groups and places that write under their own name."""


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
