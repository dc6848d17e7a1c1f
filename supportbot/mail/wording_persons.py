"""The words by which a person is known in a mail that sounds like a machine's: tables, and whether any fits. Pure.

Customers of a telephony desk order absences ("Semester: koppla mitt nummer till Eva") and complain of automatic replies
("Automatic reply: not played"). Who tells us what fails, or what to do, is no absent one; looked for in text that
`squash` has made alike. The trap: absences say "svarar inte på mejl", "kontakta Eva" and "I no longer work here", so a
fault needs the verb of a thing, and a wish needs a thing of telephony.
"""

import re

from supportbot.mail.wording_automatic import any_of

ASKS = re.compile(
    r"\b(?:kan|kunde|skulle|vill) (?:ni|du|dere|i)\b|\b(?:can|could|would) you\b|\b(?:können|könnten) sie\b"
    r"|\bpouvez-vous\b|\bvoitteko\b|\b(?:vi|jag|jeg|we|i) (?:behöver|trenger|need)\b"
    r"|\b(?:tack på förhand|på forhånd ta(?:k|kk)|thanks in advance|kiitos etukäteen|im voraus)\b"
)
"""How a person asks us for something: a customer who is away next week has his opening hours changed."""

_THINGS = (
    r"(?:\w{0,20}(?:nummer|nummeret|numret|nummret|samtal|anknytning|telefon|telefonen|telefoner|mobil|mobilen|kön|köer"
    r"|talsvar|talsvaret|hälsning|hälsningen|autosvar|autosvaret|svarsmeddelande|brevlåda|växel|växeln|linje"
    r"|linjen|öppettider"
    r"|anrop|samtaler|samtalene|opkald|køen|lokalnummer|omstilling|hilsen)\b"
    r"|\b(?:calls?|numbers?|extensions?|phones?|lines?|mobile|queue|greeting|voicemail|opening hours|ivr)\b"
    r"|\b(?:numero|puhelu|puhelime|puhelin|alanumero|jono|linja|liittymä)\w{0,12}"
    r"|\b\w{0,20}(?:nummer|anrufe|rufe|durchwahl|telefon|leitung|warteschlange)\b|\bme to\b)"
)
DIRECTS = re.compile(
    r"\b(?:koppla|vidarekoppla|styr om|hänvisa|ställ (?:om|in|av|på)|sätt (?:in|på|över|upp|av)|slå (?:på|av)"
    r"|lägg (?:in|till|över|på|upp|\w+)|ta (?:bort|över|ner)|stäng(?: av)?|ändra|byt(?: ut)?|flytta|spärra|säg upp"
    r"|skicka|aktivera|avaktivera|uppdatera|beställ|plocka bort"
    r"|sett (?:over|opp|på|inn)|viderekoble|viderestil|viderestill|kople?|koble|omstille?|still? om|legg (?:inn"
    r"|til|over)"
    r"|læg|fjern|slett?|steng|luk|endre|ændr|flytt?|sæt"
    r"|käännä|kääntäkää|siirrä|siirtäkää|ohjaa|ohjatkaa|poista|poistakaa|sulje|sulkekaa|lisää|lisätkää|vaihda|muuta"
    r"|leiten sie|leite|stellen sie|schalten sie|richten sie|ändern sie|löschen sie|entfernen sie|bitte leiten"
    r"|(?:re)?set|forward|redirect|divert|route|transfer|switch|move|change|add|remove|delete|cancel|disable|enable"
    r"|turn (?:on|off)|point|put|send|let|close|update)\b"
    r"(?:(?!mail|mejl|message|besked|fråg|ärende|enquir|question|request)[^.!?]){0,40}?"
    rf"{_THINGS}"
)
"""A thing to do to a thing of telephony; "forward your message to the phone desk" is none."""

_FAIL = r"(?:inte|ej|icke|ikke|inget|aldrig|aldri|knappt|bare|bara|fel|feil|forkert)"
TELLS = any_of(
    rf"\b(?:fungerar|funkar|ringer|tutar|spelas|spelar|hörs|visas|visar|kopplas|kopplar|syns|sparas|startar|laddar"
    rf"|virker|fungerer|spilles|spiller|afspilles|avspilles|høres|vises|kobles|starter|lagres|gemmes"
    rf"|kommer fram|går (?:fram|igenom|gjennom|igennem))(?: \w+){{0,3}} {_FAIL}\b",
    rf"(?<!jag )(?<!vi )(?<!jeg )\bsvar(?:ar|er?) {_FAIL}\b(?! på (?:mejl|mail|e-?post|meddel|min|din|dit|sms|henv))",
    r"\b(?:går|gick) (?:inte|ej|ikke) (?:an )?(?:att|å|at)? ?(?:logga|logge|ringa?|ringe|ta bort|fjerne?|ändra"
    r"|endre|ændre"
    r"|spela|höra|høre|koppla|koble|sätta|slå|stänga)",
    r"\bkan (?:inte|ej|ikke) (?:längre |lenger |længere )?(?:logga|logge|ringa|ringe|ta bort|höra|høre|koppla"
    r"|koble|slå)",
    r"\b(?:är|ligger|står|er|gått|gick|blev|ble|blir) (?:\w+ )?(?:nere|nede|död|dött|döda|død|døde|stum|stumt"
    r"|stumma|tyst"
    r"|tysta|stille|trasig|trasigt|trasiga|sönder|sönd?rig|ur funktion|ute av drift|ude af drift|defekt|borta)\b",
    r"\b(?:bryts|bröts|brytes|brusar|knastrar|sprakar|hackar|glappar|upptaget|tystnad|stillhet|stilhed)\b",
    r"\b(?:fel|feil|forkert|väärä|falsche[rs]?|wrong|incorrect|old) (?:språk|sprog|meddelande|melding|besked|hälsning"
    r"|hilsen|nummer|tid|text|tekst|röst|ansage|sprache|kieli|viesti|message|greeting|language|number|voice|text|time"
    r"|person|prompt)\w{0,4}\b|\bsäger fel\b|\bläses upp\b|\bligger kvar\b",
    r"\b(?:ingen|inga|ingenting|nobody|no ?one) (?:\w+ ){0,2}(?:når|svarar|svarer|ringer|kommer|får"
    r"|\w{0,12}ton\w{0,4}\b|fram|can|gets|hears)",
    r"\b(?:inringare|den som ringer|de som ringer|kunder(?:na|ne)?|uppringare|callers?|customers?) (?:\w+ ){0,2}"
    r"(?:hör|hører|får|möts|kommer|väntar|hears?|gets?|get|are|is|cannot|can't|complain)",
    r"\b(?:not|never|no longer|nor) (?:being |been )?(?:play(?:ed|ing)|working|ring(?:ing)?|heard|connected"
    r"|registered)\b"
    r"|(?<!i )(?<!we )\b(?:does not|doesn't|do not|don't|did not|didn't|won't|will not|stopped|no longer|never) "
    r"(?:work(?:ing)?s?|ring(?:ing)?s?|play(?:ing|s)?|answer(?:ing)?|connect|register)\b(?! (?:for|at|with|in|here))",
    r"\b(?:is|are|was|were|went|has gone|goes) (?:still |all |completely |totally )?(?:down|dead|broken|out of order"
    r"|silent|mute|faulty|stuck|unreachable|failing|muted)\b|\bcut(?:s|ting)? (?:out|off)\b|\bdrops? (?:out|calls)\b",
    r"\b(?:can't|cannot|can not|unable to|not able to) (?:\w+ )?(?:log|call|dial|hear|make|receive calls|change"
    r"|turn|pick)\b",
    r"\b(?:ei|eivät|eikä) (?:\w+ )?(?:toimi|soi|vastaa|kuulu|kuule|yhdistä|näy)\b|\b(?:rikki|mykkä|epäkunnossa)\b",
    r"\bfunktionier\w{1,3} (?:\w+ ){0,2}nicht\b|\bgeht nicht\b|\bklingelt nicht\b"
    r"|\bist (?:\w+ )?(?:tot|defekt|kaputt|ausgefallen|gestört)\b",
    r"\bfast(?:än)? (?:vi|jag|han|hon|det|den|de|alla)\b|\btrots att\b|\b(?:although|though|even though) (?:i"
    r"|we|it|my|our)"
    r"\b|\bselv ?om (?:jeg|vi|det|han|hun)\b|\bvaikka (?:olen|olemme)\b|\bobwohl (?:ich|wir)\b",
    r"\b(?:felanmälan|driftstopp|driftsstans|avbrott|outage|störning|störung|häiriö|avbrudd|nedbrud)\b",
)
"""What fails, in the words of who uses it."""

CALLS = any_of(
    r"\b(?:samtal|samtalen|samtaler|samtalene|calls|opkald\w{0,4}|anrop\w{0,4}|puhelu\w{0,6}|numeroni|anrufe?"
    r"|anknytning\w{0,3}"
    r"|extension|lokalnummer\w{0,2}|kön|køen|queue|talsvar\w{0,2}|appen?|app)\b",
    r"\b(?:växeln|telefonen|sentralbordet|omstillingen|switchboard|the phone|vaihde) (?:säger|visar|tror|sier"
    r"|viser|siger|says"
    r"|shows|thinks|still|sanoo|näyttää)\b",
    r"\b(?:mitt|mit|my|mein|vårt|våra|our) (?:\w+ )?(?:nummer|number|phone|telefon\w{0,2}|mobil|linje|line)\b",
)
"""What a person says whose telephone shall behave otherwise while he is away; an absence may say "ring växeln"."""

REPORTS = any_of(
    r"\b(?:vi|jag|jeg|i|we) (?:får|fick|fikk|fik|modtager|mottar|keep getting|get|got) (?:nu |bara |bare |only "
    r"|just |alltid "
    r"|hela tiden |always |varje \w+ |hver \w+ |every \w+ )*(?:ett|en|et|detta|dette|det här|sådan\w*|det|a|an"
    r"|this|these"
    r"|such|mejl|mail|mails|e-?mails?)\b",
    r"\b(?:mejl|mail|e-?mail|meddelande|besked|message)\w* (?:där|hvor|der|that says|where|som säger|med texten)\b",
    r"\b(?:det står|där står|der står|it says)\b",
    r"\bplease (?:fix|look|help|have a look|correct|call me)\b|\bhör av (?:er|dig)\b|\bsince (?:monday|tuesday"
    r"|wednesday"
    r"|thursday|friday|yesterday|this morning|last week)\b|\bsedan i (?:går|morse|\w+dags)\b|\bsiden i (?:går"
    r"|morges)\b",
)
"""How a person shows us what a machine wrote."""

ANSWERED = re.compile(
    r"[:!] ?(?:(?:re|sv|vs|aw)(?:\[\d\])? ?:|\[|.{0,10}\b(?:ticket|ärende|case|sak|sag|tiketti)\W{0,3}\d{4})"
    r"|[:!] .{0,80}\[[a-z]+-\d"
)
"""The subject of a mail of ours behind a prefix: by its own Re:, its ticket in brackets, or its number."""
QUOTED_SUBJECT = re.compile(
    r"[\"'\u201c\u201d\u00ab](?:(?:re|sv|vs|aw)(?:\[\d\])? ?:|\[)[^\"\u201c\u201d\u00bb]{0,200}[\"\u201c\u201d\u00bb]",
    re.IGNORECASE,
)
"""Our subject, quoted in the text: `your message "Re: the phone does not ring" of Monday`."""
SUBJECT_LINE = re.compile(
    r"^[ \t>]{0,8}(?:subject|ämne|emne|aihe|betreff|objet)[ \t]?:.{0,500}", re.IGNORECASE | re.MULTILINE
)
"""The same in a line of a notice's own."""

GREETED = re.compile(
    r"\s*(?:hej|hejsan|hallå|hallo|hei|heisann|hi|hello|dear|good (?:morning|afternoon|day)|god ?(?:morgon|dag|morgen)"
    r"|goddag|moi|terve|guten (?:tag|morgen)|sehr geehrte|bonjour|tjena|tjenare)\b(?! (?:user|användare|customer)\b)"
    r"[^\n.:]{0,40}(?:[,!.\n]|$)",
    re.IGNORECASE,
)
"""How a person begins; looked for at the head of a text that is not squashed."""


def tells_or_asks(words: str) -> bool:
    """Of words that `squash` has made alike: whether a person complains, asks, orders or shows us something."""
    return any(table.search(words) for table in (ASKS, TELLS, DIRECTS, REPORTS))
