"""The makes of telephones, headsets and adapters that people name, as data: how each is written, what it makes. Pure.

Sources: domain.md §5.4 (patterns; IEEE's public list of MAC prefixes) and the trade. The trap: a pattern is `telling`
only where neither make nor device's word need stand beside the model ("SPA504", not "8841"), and some makes are words.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Make:
    name: str
    kind: str
    """What it mostly makes: the kind of a device of which nothing but the make is said."""
    written: tuple[str, ...] = ()
    """Other ways to write it, folded; frequent misspellings among them."""
    telling: str = ""
    """Pattern of model names that stand for themselves."""
    beside: str = ""
    """Pattern of model names that need the make or a device's word beside them."""
    oui: tuple[str, ...] = ()
    """First six hex digits of its MAC addresses."""
    also: tuple[str, ...] = ()
    """Words that make it something else than a telephone when they stand beside it: a Cisco switch."""
    ordinary: bool = False
    """Also an everyday word or a person's name: only capitalised, inside a sentence, as it is written."""


MAKES = (
    Make("Yealink", "desk_phone", ("yelink", "yaelink", "yeahlink", "yealinc", "yearlink", "jealink"),
         r"T[2-5]\d[A-Z](?:\s?E2)?|W[5-9]\d[PBH]|CP9\d\d|WH6\d|BH7\d|VP59|EXP?[45]\d",
         r"T[2-5]\d|W[5-9]\d",
         ("001565", "249AD8", "3497D7", "44DBD2", "644F56", "805E0C", "805EC0", "B061A9", "C4FC22", "EC1DA9",
         "F01653")),
    Make("Poly", "desk_phone", ("polycom", "soundpoint", "soundstation"),
         r"VVX\s?-?\d{3}|Edge\s?[BE]\d{2,3}|CCX\s?\d{3}|Rove\s?[BR]?\d{2}|SoundPoint(?:\s?IP)?\s?\d{3}",
         r"Trio\s?(?:8\d{3}|C60)|[BE]\d{3}", ("0004F2", "482567", "64167F")),
    Make("Plantronics", "headset", ("plantronic", "plantronix"), r"CS5\d0|Savi\s?\d{3,4}|Blackwire\s?\d{3,4}",
         r"Voyager(?:\s?\w{1,6})?",
         ("000389", "00197F", "00237F", "0CE0E4", "385C76", "48C1AC", "8C9B2D", "BCF292", "E422A5", "F4B688")),
    Make("Snom", "desk_phone", ("snomm",), r"snom\s?\d{3}", r"D[1378]\d{2}|M[2-9]\d{1,2}|C520", ("000413", "1C7126")),
    Make("Cisco", "desk_phone", ("sisco", "linksys"),
         r"SPA\s?-?\d{3}[A-Z]?|CP-?[78][89]\d{2}|[78][89]\d{2}-3PCC|ATA\s?19[0-2]",
         r"[78][89]\d{2}", also=("switch", "router", "brandvagg", "firewall", "accesspunkt", "meraki", "webex",
         "wifi", "palo")),
    Make("Mitel", "desk_phone", ("aastra", "mittel"), r"6[789]\d{2}i|MiVoice\s?\w{0,5}", r"6[789]\d{2}|5\d{3}e?",
         ("00085D", "0010BC", "08000F", "1400E9")),
    Make("Gigaset", "dect", ("gigasett", "giggaset", "siemens gigaset"),
         r"N\d{3}\s?(?:IP|DM)(?:\s?PRO)?|S\d{3}H|SL\d{3}H?",
         r"N[5-8]\d0|S\d{3}|C\d{3}[A-Z]?|Maxwell(?:\s?\w{1,4})?", ("002104", "14B370", "589EC6", "7C2F80")),
    Make("Grandstream", "desk_phone", ("grandstrem", "grand stream"),
         r"HT[78]\d{2}|GXP\s?\d{4}|GRP\s?\d{4}|WP8\d{2}|DP7[2-7]\d", "",
         ("000B82", "144CFF", "C074AD", "EC74D7")),
    Make("Jabra", "headset", ("jabbra", "gn netcom"), r"Evolve\s?2?\s\d{2}(?:\s?UC)?|Evolve2(?:\s?\d{2})?|Biz\s?\d{4}",
         r"Evolve|Engage(?:\s?\d{2})?|Speak\s?2?\s?\d{2,3}|Elite(?:\s?\w{1,4})?|Pro\s?9\d{2}|Link\s?\d{3}",
         ("0007A4", "001317", "00168F", "001A45", "001D82", "002378", "08C8C2", "1C48F9", "305075", "501AA5", "50C275",
          "50C2ED", "50C971", "6CFBED", "70BF92", "745C4B")),
    Make("EPOS", "headset", ("sennheiser", "senheiser"), r"(?:IMPACT\s)?SDW\s?\d{2,4}",
         r"(?:IMPACT\s)?(?:SC|SD|MB)\s?\d{2,4}|ADAPT\s?\d{3}|IMPACT(?:\s?\d{2,4})?",
         ("001694", "8449EE", "98D93D")),
    Make("Logitech", "headset", ("logitek", "logitec"), r"H\d{3}e", r"H\d{3}|Zone(?:\s?\w{1,8})?"),
    Make("Panasonic", "dect", ("panasonik",), r"KX-?[A-Z]{2,4}\d{2,4}[A-Z]*", r"TG[A-Z]?\d{3,4}"),
    Make("Fanvil", "desk_phone", ("fanvill",), r"", r"X\d{1,3}[A-Z]{0,2}|V6\d|H\d[A-Z]?", ("0C383E",)),
    Make("Konftel", "conference", ("konftell",), r"", r"\d{2,3}(?:IP|W|Wx)?|Ego"),
    Make("Spectralink", "dect", ("spectralinc",), r"Butterfly", r"7\d{3}|8\d{3}", ("0013D1", "00907A")),
    Make("Ascom", "dect", (), r"", r"[di]\d{2,3}", ("00013E", "000B92")),
    Make("RTX", "dect", (), r"", r"8\d{3}", ("00087B",)),
    Make("Avaya", "desk_phone", (), r"", r"[19]\d{3}[A-Z]?|J1\d{2}"),
    Make("Alcatel", "desk_phone", ("alcatel lucent",), r"", r"[48]\d{3}s?"),
    Make("Unify", "desk_phone", ("openscape", "openstage"), r"OpenStage\s?\d{2}|OpenScape\s?\w{2,5}", "",
         ordinary=True),
    Make("Audiocodes", "desk_phone", ("audio codes",), r"MP-?1\d{2}", r"4\d{2}HD"),
    Make("Patton", "ata", (), r"SmartNode\s?\w{2,6}", "", ordinary=True),
    Make("Doro", "desk_phone", (), r"", r"\d{3,4}[A-Z]?", ordinary=True),
    Make("Ericsson", "desk_phone", ("ericson",), r"Dialog\s?\d{4}", r"DT\d{3}"),
    Make("2N", "door_phone", (), r"Helios\s?\w{0,5}", r"IP\s?(?:Verso|Base|Force|Style)\w*"),
    Make("Axis", "door_phone", (), "", r"A8\d{3}-?\w{0,3}", ordinary=True),
    Make("Brother", "fax", (), r"", r"(?:MFC|FAX)-?\w{3,8}", ordinary=True),
    Make("Siemens", "desk_phone"),
    Make("Bose", "headset"),
    Make("HyperX", "headset", ("hyper x",)),
    Make("AirPods", "headset", ("airpod",)),
)  # fmt: skip

BY_WRITING = {form: make for make in MAKES for form in (make.name.casefold(), *make.written)}
BY_OUI = {prefix: make for make in MAKES for prefix in make.oui}

DEVICE_WORD = re.compile(
    r"telefon|tele?fonn|\bphone|handset|headset|hedset|hedsät|hörlur|horlur|\blur(?:en|ar|arna)?\b|dect|apparat|adapter|"
    r"\bbas(?:en|stationen)?\b|\bbase\b|\bdosan?\b|modell|model\b|puhelin|luuri|tukiasema|\bata\b|serienummer|\bmac\b|"
    r"\bheter den\b|fabrikat",
    re.IGNORECASE,
)

OUTSIDE = {
    "door_phone": r"port(?:tele)?telefon\w*|dörrtelefon\w*|dortelefon\w*|entrételefon\w*|dørtelefon\w*|ovipuhelin\w*|"
    r"door\s?phones?|entry\s?phones?|intercoms?",
    "fax": r"(?:\w+-)?(?:tele)?fax(?:en|ar|arna|ens|maskin\w*|apparat\w*|machines?)?|faksi\w*|faks(?:en|maskin\w*)?",
}
"""Equipment that is outside the service by its kind (T5): what it is called."""
NO_MACHINE = re.compile(
    r"fax\s?-?(?:till|to|via|nummer|nr|tj[äa]nst|funktion|number|service|konto)|"
    r"(?:virtuell\w*|e-?|mejl|mail|digital\w*|web\w*)\s?-?fax",
    re.IGNORECASE,
)
"""The fax *function* is no machine."""
