"""A line at the end of a mail -> whether it could stand in a signature: telephone, address, slogan, rule. Pure.

The trap: what is short and no sentence may be the fault itself ("DET ÄR AKUT", "VÄXELN NERE"): `is_claim` knows those.
"""

import re

from supportbot.mail.wording import DEVICES, SENT_FROM, by_first_sign, words

_SENT_FROM = by_first_sign(SENT_FROM)
OF_MINE = ("my ", "min ", "mitt ", "a ")
RULE = re.compile(r"[-_=*—–─~. ]{3,}$")
RULING = frozenset("-_=*—–─~. ")
"""What a rule, and a signature's delimiter, begins with."""
CONTACT = re.compile(
    r"[^\s@]{1,64}@[^\s@]{1,255}|https?://|\bwww\.|\b(?:tel|tfn|tlf|telefon|mobil|mob|phone|cell|fax|växel|direkt|org\.?\s?nr|"
    r"momsreg\.?\s?nr|vat|skype|e-?post|e-?mail|mail|web|webb|arb|adress|besök|post|bankgiro|bg|hemsida|kontakt)\b\.?\s{0,3}[:.|]?\s{0,3}[+\d(]"
    r"|^\s*(?:[a-zå]{1,10}[.:]?\s*)?\+?\(?\d[\d\s()/.–-]{6,}$|\b\d{3}\s?\d\d\s+[A-ZÅÄÖ]",
    re.IGNORECASE,
)
COMPANY = re.compile(r"\b(?:AB|HB|KB|AS|A/S|ApS|Oy|Ltd|Inc|LLC|GmbH|BV|SA)\b\.?|ek\. för|\bBrf\b|förening", re.UNICODE)
REGISTERED = re.compile(
    r"\bHRB\s?\d|\bGeschäftsführ|\bAmtsgericht\b|\bUSt-?Id|\bF-skatt|\bsäte\b|\borg\.?\s?(?:nr|nummer)\b|\bmomsreg|\bVAT\b"
    r"|\bCVR\b|\bY-tunnus|\bForetaksregister|\bcompany (?:no|number|reg)|\bregistered (?:in|office)|\bKvK\b|\bSIRET\b",
    re.IGNORECASE,
)
"""What the law bids companies write below their mails."""
AFTERTHOUGHT = re.compile(r"(?:ps|p\.s|obs|nb|edit|eftertanke|förresten|btw)\b[.:!]?", re.IGNORECASE)
_ENDS = tuple(sign + bracket for sign in ".?!…:" for bracket in ("", ")"))
"""Of a sentence."""
ADDRESSING = words(
    """
    ni er du dig ditt din era ert jag mig vi vår you your me my we please kan could can dere jeg jer
    """
)
_CLAIMS = words("är har går kan kommer fungerar funkar fastnar inte ej ikke is has was can does works not")
"""Words that make a sentence of "Skickat från min telefon …"."""

_FAULTS = words(
    """
    inte ej ingen inga inget ingenting aldrig icke ikke not no cannot can't don't doesn't nothing nobody never fel
    felet trasig trasiga död dött döda nere ner dog kass slut fungerar funkar strular krånglar laggar brister ringa
    telefon telefonen telefoner telefonerna telefoni telefonin växel växeln kö kön linje linjen linjerna samtal
    samtalen lur luren headset uppkoppling nät nätet internet wifi router routern app appen inloggning dead down
    broken fails failed phone phones phoneline calls call line lines outage virker fungerer fejl feil nede ring
    ringer vikka rikki toimi toimii kaputt defekt nicht kein keine
    """
)
_SAYS = _FAULTS | words(
    """
    jag mig mitt min mina ni er ert era jeg meg dere i'm me my ska skall skulle vill måste önskar behövs
    hjälp gäller också även dessutom also too hjälpa snälla vänligen tack beställa beställer lägg lägga byt byta
    ändra please help need want must should apua haluan meillä geht gehen bitte ich
    """
)
"""Words of a fault, a denial, a wish, or of the sender: no slogan has them, and no address."""
_MAYBE = words("är har kan kommer får går blir behöver var is are has have can er kan har sind ist")
_OFFER = re.compile(
    r"\b(?:dygnet runt|jour\w{0,12}|24\s?/\s?7|24\s?h|round the clock|døgnet rundt|ring 11[24]|ringe?s in|anmäle?s)\b"
)
_OFFERED = words("ring ringa call phone telefon fel")
"""What a company bids its own customers do, beside an _OFFER."""
_TO_CUSTOMERS = (words("vi we wir"), words("du dig din ditt dina you your dich dir ihr sie"))
_FACT = re.compile(
    r"\b(?:fel(?:et)? (?:gäller|började|finns|är)|gäller|gjelder|gælder|koskee|berör\w*|affected|berørt\w*|strular"
    r"|krånglar|numret är|felanmäl[td]\w*|mac(?:-adress)?:? (?:[0-9a-f]{2}[:.-]?){3}|serienummer:? \w|portkod|dörrkod"
    r"|adress för besök|ärende(?:nummer)?\b.{0,30}\d{4})"
)
"""What only the matter has, and no signature."""
_URGENT = words(
    "akut akuta brådskande bråttom kritiskt viktigt urgent critical haster mycket väldigt jätte so very super"
)
_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?")
_LABEL = re.compile(r"[^\W\d_]+(?:\.? ?[ /-] ?[^\W\d_]+)?\s{0,3}[:.]?\s{0,3}[+(]?\d[\d\s()/.–-]{4,}$")
_TELEPHONE = re.compile(r"\d[\d\s()/.–-]{6,}")
_PARTED = re.compile(r"\s{0,3}[|·•;,]\s{0,3}|\s{3}")
"""What stands between several things on one line of a signature."""
_WORKS = re.compile(
    r"(?:(?:jag|i|jeg|ich) )?(?:normalt |oftast )?(?:(?:jobbar|arbetar|arbeider|arbejder|jobber|work|arbeite)\b"
    r"|(?:(?:är|am|i'm|i’m|er|bin) )?(?:(?:tjänst|föräldra)?ledig|(?:i )?(?:foreldre)?permisjon|on leave"
    r"|(?:på )?semester)\b"
    r"|(?:arbetstid|arbetsdag|telefontid|öppettid|arbeidstid|arbejdstid|working (?:day|hour))\w*)"
)
_DAYS = re.compile(
    r"\b(?:(?:mån|tis|ons|tors|fre|lör|sön|man|tirs|tor|lør)(?:dagar\w*|dager\w*|dage)?"
    r"|(?:mon|tue|wed|thu|fri|sat|sun|tues|wednes|thurs|satur)(?:days)?|\w+dag(?:ar)?(?:\s?[-–]\s?| till )\w+dag(?:ar)?"
    r"|vardagar|weekdays|till och med|t\.?o\.?m|until|deltid|halvtid|part[ -]time|udda veckor|jämna veckor"
    r"|\d{1,2}(?:[.:]\d\d)?\s?[-–]\s?\d{1,2})\b|\d ?(?:%|procent|percent)"
)
_ASIDE = re.compile(
    r"\b(?:öppe[tn]|öppna|open|åbent|åpent|vardagar|weekdays|telefontid)\b.*\d|ursäkta|excuse|undskyld|prenumere|subscri|abonner"
)
"""Hours of a company, pardon for mistakes in writing, the footer of a list."""
_OF_HOURS = words("jag i i'm inte ej icke ikke jeg ich nicht not")
"""Words of a claim that stand where somebody says when he works, too."""


def is_claim(text: str) -> bool:
    """Whether a line could be what the mail is about, and not a slogan, a title or an address.

    Names of things that fail, denials, wishes and "I" are claims, and so is a sentence, but for one that speaks as "we"
    to "you", as companies do of themselves. A number with its label ("Växel 08-465 004 00") is none, nor several.
    """
    if "@" in text or "www." in text.lower() or "http" in text or _LABEL.match(text):
        return False
    low = text.lower()
    said = set(_WORD.findall(low))
    if said and said <= _URGENT:
        return True  # "AKUT!!!", "Mycket brådskande": nothing is named that could be offered
    says = _SAYS - _OFFERED if _OFFER.search(low) else _SAYS
    if said & says:
        said = set(_WORD.findall(" ".join(part for part in _PARTED.split(low) if not _LABEL.match(part))))
    if said & says:
        return True
    return not said.isdisjoint(_MAYBE) and not all(said & one for one in _TO_CUSTOMERS)


def tells_hours(text: str) -> bool:
    """Whether a line says when somebody works ("Jag jobbar inte fredagar."), as signatures do, and nothing else."""
    low = text.lower()
    if len(low) > 100 or "?" in low or not _WORKS.match(low) or not _DAYS.search(low):
        return False
    return _SAYS.isdisjoint(set(_WORD.findall(low)) - _OF_HOURS)


def is_fact(text: str) -> bool:
    """Whether a line below a signature says what the fault is about: "Felet gäller anknytning 4412"."""
    low = text.lower()
    return _FACT.search(low) is not None and not low.startswith(("vid ", "för "))


def is_told(text: str) -> bool:
    """Whether a line is a plain sentence of what the mail is about; no company's word for itself."""
    if text[-1:] not in ".!" or not 3 <= len(text.split()) <= 20 or is_sent_from(text):
        return False
    low = text.lower()
    said = set(_WORD.findall(low))
    plain = not said.isdisjoint(_FAULTS) and not all(said & one for one in _TO_CUSTOMERS)
    return plain and not _ASIDE.search(low) and not tells_hours(text)


def is_advert(text: str, followed: bool) -> bool:
    """Whether a line is a company's word for itself: short, no claim; urgency only as a thing that is offered.

    A sentence in small letters is one only where telephone or address have `followed` it and it speaks as "we" or to
    "you", offers something or tells hours: "Display svart sedan strömavbrottet." is a fault.
    """
    short = len(text.split()) <= 14 and len(text) <= 120
    told = text.endswith((".", "?")) and not text.isupper() and not (followed and _is_companys(text.lower()))
    return short and not told and not is_claim(text) and not AFTERTHOUGHT.match(text)


def _is_companys(low: str) -> bool:
    spoken = set(_WORD.findall(low))
    offers = (_OFFER, _ASIDE, CONTACT, _TELEPHONE)
    return any(pattern.search(low) for pattern in offers) or any(spoken & one for one in _TO_CUSTOMERS)


def is_rule(text: str) -> bool:
    return text[:1] in RULING and RULE.match(text) is not None


def is_sent_from(text: str) -> bool:
    """ "Skickat från min iPhone", "Get Outlook for iOS" and the like: short, no sentence, a device or program."""
    if text[:1].isalpha() and text[0].lower() not in _SENT_FROM:
        return False
    low = text.lower().lstrip("*_[<(").strip("\u2068\u2069\u202a\u202b\u202c ").rstrip(")>")
    if low[:1] not in _SENT_FROM or len(low) > 140 or low.rstrip("*_").endswith("?"):
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
    rest = low[len(phrase) :].partition("<")[0].partition(". ")[0]  # "… with K-9 Mail. Please excuse my brevity."
    if "," in rest and not any(device in rest.partition(",")[0] for device in DEVICES):
        return False
    said = rest.split()
    return len(said) <= 7 and (any(device in low for device in DEVICES) or rest.lstrip().startswith(OF_MINE))


def is_contact_like(text: str) -> bool:
    """Short and no sentence, or a telephone number, an address, a link."""
    count = len(text.split())
    if count <= 8 and len(text) <= 80 and not text.rstrip("*_").endswith(_ENDS) and not AFTERTHOUGHT.match(text):
        return True
    if len(text) < 3 or is_rule(text) or is_sent_from(text):
        return True
    if count <= 30 and "?" not in text and REGISTERED.search(text) and not is_claim(text):
        return True
    return count <= 20 and not text.endswith(_ENDS) and CONTACT.search(text) is not None


def is_slogan(text: str) -> bool:
    words = re.findall(r"\w+", text.lower())
    return (
        len(words) <= 12
        and not ADDRESSING.intersection(words) - {"vi", "we", "your", "din", "ditt", "vår"}
        and "?" not in text
    )
