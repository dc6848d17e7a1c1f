"""The words by which robots are known where headers do not say it: tables only. Pure.

Each is looked for in text that `squash` has made alike. The trap: customers of a telephony desk write about "autosvar",
"frånvaro" and "svarsmeddelanden", and a mail that is taken for a robot's is lost; so the tables hold whole formulas,
each says where in a mail it counts, and what a person may write, too, needs a second sign.
"""

import re

_ALIKE = (("\u2019", "'"), ("\u2010", "-"), ("\u2011", "-"), ("\u2013", "-"))


def squash(text: str, limit: int = 20_000) -> str:
    """Case, white space, dashes and typographic apostrophes made alike."""
    text = text[:limit]
    if not text.isascii():
        for sign, plain in _ALIKE:
            text = text.replace(sign, plain)
    return " ".join(text.casefold().split())


def any_of(*formulas: str) -> re.Pattern[str]:
    return re.compile("|".join(formulas))


_NO_REPLY = (
    r"(?:.*[-_.+])?(?:no|do[-_.]?not)[-_.]?(?:reply|answer|respond)(?:[-_.+].*)?"
    r"|(?:.*[-_.])?(?:svara?[-_.]?(?:ej|inte)|(?:ej|inget|ingen|ikke)[-_.]?svar|ei[-_.]?vasta(?:ta|usta))(?:[-_.+].*)?"
    r"|nagios|zabbix|cron|(?:mail-?)?daemon|mailman|listserv|listproc|majordomo|voicemail|wordpress|www-data|apache"
    r"|auto-?mail|nobody"
)
ROBOT = re.compile(
    _NO_REPLY + r"|(?:nicht|keine)[-_.]?antwort(?:en)?|auto[-_.]?(?:mailer|reply|responder|confirm)|autosvar"
    r"|notifications?|notify|alerts?|monitor(?:ing)?|bounces?(?:[-+].*)?|.+-(?:request|bounces?|owner|return)|owner-.+"
)
"""Local parts that are never answered (RFC 3834 §2, RFC 5230 §4.6)."""
CHALLENGE = re.compile(
    r"(?:bekräfta|verifiera) (?:din|er) (?:avsändar)?adress|confirm your (?:e-?mail|sender) address|bevisa att du är"
    r"|prove (?:that )?you are (?:a )?human|(?:har stoppats|is being held|has been held)"
    r" .{0,40}(?:filter|bekräft|confirm)"
)
"""A spam filter asks the sender of a mail to show itself; answered, it would ask again."""
LIST_PATH = re.compile(r"owner-.+|.+-(?:request|owner)")
"""Local parts of a return path by which lists send; `bounces+…` is none: by it programs send what persons wrote."""
AGGREGATE_SUBJECT = re.compile(r"report[ -]domain: \S+ submitter: ")
"""RFC 7489 §7.2.1.1, RFC 8460 §5.3: a daily report on DMARC or TLS, as a domain's owner orders it."""
NO_PERSON = re.compile(_NO_REPLY)
"""Those of them behind which no person writes."""
DEVICE = re.compile(
    r"(?:.*[-_.])?(?:alarm|larm|alerts?|monitor(?:ing)?|status|uptime|kuma|prtg|icinga|grafana|check_?mk|nas"
    r"|synology|qnap"
    r"|fax|scanner|skanner|skrivare|printer|kopiator|ups|apc|dect(?:[-_]manager)?|ata|pbx|vakt|overvåking|overvaking"
    r"|overvågning|valvonta|hälytys|halytys|überwachung|ueberwachung|sensor|hiss|lift|elevator)\d{0,4}"
)
"""Local parts from which devices and programs write, and people of an alarm centre."""
DEVICE_NAME = any_of(
    r"prtg network monitor", r"uptime ?kuma", r"uptimerobot", r"zabbix", r"nagios", r"icinga", r"grafana", r"check_?mk",
    r"synology\b", r"qnap\b", r"truenas\b", r"proxmox\b", r"hylafax", r"freepbx", r"3cx\b",
    r"microsoft forms", r"power automate", r"typeform", r"google forms", r"wordpress", r"jotform",
)  # fmt: skip
"""How they name themselves in From."""
ALARM_SUBJECT = re.compile(
    r"\[.{1,60}\]|\*\* ?(?:problem|recovery|host|service)|(?:larm|alarm|alert|varning|warning|critical|resolved"
    r"|firing|hälytys|driftlarm)\b ?[:!\d(]|fax (?:mottaget|received|modtaget|mottatt)\b|.{0,60}\b(?:offline"
    r"|online|is down"
    r"|is up|på batteri|on battery)\b"
)
"""How the subject of a machine's mail begins."""

UNSUBSCRIBE = re.compile(
    r"avregistrera|avprenumerera|avsluta (?:din |er )?prenumeration|unsubscribe|opt[- ]out|manage (?:your )?(?:email )?"
    r"(?:preferences|subscription)|avmeld|afmeld|frameld|peruuta (?:uutiskirje|tilaus)|lopeta tilaus|abmelden"
    r"|(?:view|open) (?:this (?:e-?mail|message) )?in (?:your |a )?browser|i webbläsaren|i nettleseren|i din browser"
)
"""What newsletters must offer, in their text."""
_OUTLOOK = (
    r"automatiskt svar|automatic reply|automatisk svar|automatische antwort|automaattinen vastaus"
    r"|r[ée]ponse automatique|automatisch antwoord|respuesta autom[áa]tica|risposta automatica|resposta autom[áa]tica"
    r"|automatyczna odpowiedź|автоматический ответ|自動応答|自动答复|automatická odpověď|sjálfvirkt svar"
    r"|automaatvastus"
)
OUTLOOK_REPLY_SUBJECT = re.compile(rf"(?:{_OUTLOOK}) ?: ")
"""What Exchange writes before the subject that it answers; in French, and in some languages more, with a space."""
REPLY_PREFIX = re.compile(
    rf"(?:{_OUTLOOK}|auto[- ]?(?:svar|antwort|reply|response|responder)"
    rf"|out[- ]of[- ](?:the[- ])?office(?: auto-?reply)?"
    r"|ooo|frånvaro(?:meddelande|besked)?|fravær(?:ende|smelding|sbesked)?|abwesen(?:d|heitsnotiz)|poissa) ?: "
)
"""What a program writes before the subject that it answers: sure, where a header says that it does answer one."""
_AWAY = (
    r"auto[- ]?(?:svar|antwort|reply|response|responder|respuesta|mail|re)",
    r"auto(?=:)|auto(?:matic|mated) (?:reply|response|mail)",
    r"automatiskt (?:svar|svarsmeddelande|meddelande|mail|mejl)|automatisk svar|automaattinen poissaoloviesti",
    r"out[- ]of[- ](?:the[- ])?office(?: auto-?reply| reply)?|ooo|vacation",
    r"(?:i'm |i am |currently )?(?:on (?:vacation|(?:annual )?leave|holiday|parental leave)|away)",
    r"frånvaro(?:meddelande|besked)?|frånvarande|(?:ej|inte) på kontoret|ej anträffbar",
    r"semester|föräldraledig|tjänstledig",
    r"fravær(?:ende|smelding|sbesked|sassistent)?|ikke (?:til stede|på kontoret)|ute av kontoret|ferie",
    r"poissa|poissaoloilmoitus|lomalla",
    r"abwesend|abwesenheits(?:notiz|assistent|meldung)|nicht im büro|urlaub",
    r"absence du bureau|absente?|afwezig(?:heidsassistent)?|fuera de (?:la )?oficina|ausente|fuori (?:sede|ufficio)",
    r"poza biurem|nieobecn(?:y|a|ość)|fora do escritório|férias|mimo kancelář|nepřítomen|házon kívül|irodán kívül",
    r"автоответ|не в офисе|нет на работе|в отпуске|不在|自動応答|自动回复|外出",
)
AWAY_SUBJECT = re.compile(
    rf"\[?(?:{'|'.join(_AWAY)})\]?(?:[:!]| [-(\[:]| (?:re|sv|aw):|$)"
    r"|[^:]{3,40} (?:is out of (?:the )?office|är (?:inte på kontoret|frånvarande)|er (?:ikke på kontoret|fraværende))"
)
"""How an absence is announced; a person may write it, too, so the text must say it as well."""
AWAY_TEXT = any_of(
    r"(?:jag (?:är|har)|jeg (?:er|har|holder)|i am|i'm|i will be|we are|vi (?:är|har)) .{0,60}"
    r"(?:semester|ledig|föräldra|tjänsteresa|frånvarande|inte på (?:kontoret|plats)|ferie|bortrest"
    r"|out of (?:the )?office|on (?:annual |parental )?leave|on vacation|on holiday|away from)",
    r"(?:ich bin|bin ich) .{0,60}(?:urlaub|nicht im (?:büro|haus)|abwesend|ausser haus)",
    r"olen .{0,40}(?:lomalla|poissa|vapaalla)",
    r"(?:tillbaka|åter på plats|åter i tjänst|tilbage|tilbake|back) (?:igen |on |i )?"
    r"(?:den|på|måndag|tisdag|onsdag|torsdag|fredag|mandag|tirsdag|monday|tuesday|wednesday|thursday|friday|\d)",
    r"limited access to (?:my )?e?-?mail",
    r"begränsad tillgång till (?:min )?(?:e-?post|mejl|mail)",
    r"no longer (?:work|employed|with)|(?:mailbox|inbox|address) is (?:not|no longer) (?:monitored|in use)",
    r"(?:har slutat|arbetar inte längre|jobbar inte längre|er sluttet|arbejder ikke længere|jobber ikke lenger) ",
    r"(?:läser|svarar) (?:inte )?(?:på )?(?:min )?(?:mejl|mail|e-?post)",
    r"palaan ",
    r"(?:je suis|nous sommes) .{0,40}(?:absent|en (?:congé|vacances|déplacement))",
    r"(?:estoy|estaré|estou|estarei) .{0,40}(?:vacaciones|fuera de|ausente|férias|fora d)",
    r"(?:sono|sarò) .{0,30}(?:ferie|assente)",
    r"(?:ik ben|wij zijn) .{0,40}(?:vakantie|afwezig)|jestem .{0,40}(?:urlopie|nieobecn)|jsem .{0,40}dovolené",
    r"(?:я )?(?:нахожусь )?в отпуске|休暇|不在",
)
ANSWER_SENTENCE = any_of(
    r"(?:detta|det här|dette|det her) (?:är|er) (?:ett |et )?auto(?:matiskt?|matisk)?[- ]?"
    r"(?:genererat |generert |genereret |skapat )?(?:svar|svarsmeddelande|svarsbesked)",
    r"(?:detta|det här) svaret (?:har skickats|är skickat|skickas) auto",
    r"tämä on automaattinen (?:vastaus|poissaoloviesti)",
    r"this is an? auto(?:mated|matic|matically generated|-generated)?[- ]?(?:reply|response|answer|acknowledge?ment)",
    r"(?:dies|das) ist eine automatisch(?:e| generierte) antwort",
    r"ceci est une réponse automatique",
    r"esta es una respuesta automática",
    r"dit is een automatisch(?:e|) (?:antwoord|reactie)",
    r"you (?:have )?received this (?:auto|automatic)[a-z]{0,3}[- ]?(?:reply|response)",
)
"""A sentence of its own in which a robot says that it answers."""
MESSAGE_SENTENCE = any_of(
    r"(?:detta|det här|dette|det her|denne) (?:är|er) (?:ett |et |en )?auto(?:matiskt?|matisk)?[- ]?"
    r"(?:genererat |generert |genereret |skapat )?(?:meddelande|melding|besked|meddelelse|mejl|mail|utskick)",
    r"(?:detta|det här) (?:meddelandet|mejlet|mailet|meddelande|mejl|mail) (?:har skickats|är skickat|skickas) auto",
    r"tämä on automaattinen viesti",
    r"this is an? auto(?:mated|matic|matically generated|-generated)?[- ]?(?:message|e-?mail|notification|alert)",
    r"this (?:message|e-?mail|notification) (?:was|is|has been) (?:sent automatically|automatically (?:sent"
    r"|generated))",
    r"(?:dies|das) ist eine automatisch(?:e| generierte) (?:nachricht|e-mail)",
    r"ceci est un (?:message|e-mail) automatique",
    r"dit is een automatisch(?:e|) (?:bericht|e-mail)",
    r"you (?:have )?received this (?:auto|automatic)",
)
"""The same of a message, which may be an alarm: it answers only where more says so."""

_QUOTE = r"^[ \t]{0,4}(?:>|\*?(?:från|from|fra|von|lähettäjä|de|da|van|od)\*?: |-{4,}|_{6,}"
_SKREV = r"|[^\n]{0,150}(?:skrev|wrote|schrieb|kirjoitti)[^\n]{0,80}:[ \t]*$"
_PLAIN_QUOTE = re.compile(f"{_QUOTE})", re.IGNORECASE | re.MULTILINE)
_ANY_QUOTE = re.compile(f"{_QUOTE}{_SKREV})", re.IGNORECASE | re.MULTILINE)


def first_quote(text: str) -> re.Match[str] | None:
    """Roughly where an earlier mail begins, for what newtext.py takes for a forward, or does not know."""
    low = text.lower()
    introduced = "skrev" in low or "wrote" in low or "schrieb" in low or "kirjoitti" in low
    return (_ANY_QUOTE if introduced else _PLAIN_QUOTE).search(text)


_CASES = (
    "ärende|mejl|mail|e-post|meddelande|förfrågan|felanmälan|fråga|request|ticket|message|e-?mail|enquiry|inquiry|query"
    "|case|henvendelse|sag|sak|besked|forespørsel|melding|support request"
)
_ANSWERING = r"(?:re|sv|vs|aw)(?:\[\d\])? ?:"
ANSWERING = re.compile(_ANSWERING)
"""How the subject of an answer begins."""
_NO_ANSWER = rf"(?!{_ANSWERING})"
ACK_SUBJECT = re.compile(
    rf"{_NO_ANSWER}.{{0,60}}?(?:"
    rf"(?:vi har|we have|we've) (?:nu |now )?(?:tagit emot|mottagit|received|modtaget|mottatt|got) "
    rf"(?:ditt|din|er|ert|dit|deres|your) (?:{_CASES})"
    r"|olemme vastaanottaneet|ihre anfrage (?:ist eingegangen|wurde)|wir haben ihre"
    rf"|(?:bekräftelse|kvittens|tack för) (?:på )?(?:ditt|din|er) (?:{_CASES})"
    r")"
)
"""How the subject of a ticket system's own confirmation reads; an answer to such a mail begins with Re: and is none."""
CASE_SUBJECT = re.compile(
    rf"{_NO_ANSWER}.{{0,60}}?"
    r"(?:ärende|felanmälan|ticket|case|request|incident|sag|sagen|sak|anfrage)\W{0,3}[\w-]{0,20}\W{0,3} "
    r"(?:has been |har |är |er |is |wurde )?(?:received|created|logged|registered|opened|mottaget|mottagen|skapat"
    r"|registrerat|registrerad|opprettet|oprettet|modtaget|mottatt|erstellt)"
)
"""The same of a ticket: whether it is ours or our work, the text says."""
ACK_TEXT = any_of(
    r"(?:has been|was) (?:logged|registered|received|created)",
    r"(?:we have|we've|vi har) (?:nu |now )?(?:tagit emot|mottagit|received|modtaget|mottatt) "
    r"(?:ditt|din|er|ert|dit|your)",
    r"har (?:fått|registrerats|tilldelats|fået) .{0,30}nummer",
    r"(?:skickas?|skickats|sendt|sent|lähetetty|versendet) automati",
    r"automati\w{1,10} (?:sent|sendt|skicka\w{1,3}|generat\w{1,4}|genererat|message|meddelande)",
    r"type your reply above this line",
    r"skriv (?:ditt )?svar ovanför",
)
"""What the text of a confirmation says in its first lines."""

RECEIVED = any_of(
    r"(?:we have|we've|vi har|vi bekrefter at vi har|vi bekræfter at vi har) (?:nu |now |nå )?(?:tagit emot"
    r"|mottagit|fått"
    r"|received|modtaget|mottatt|fået) (?:ditt|din|er|ert|dit|deres|jeres|your)\b",
    rf"\byour (?:{_CASES})\b.{{0,60}}(?:has been|was|is being) (?:received|logged|registered|created|reviewed)",
    rf"\b(?:tack för|takk for|tak for|thank you for|thanks for) (?:att du kontaktar|contacting|(?:ditt|din|er"
    rf"|ert|dit|deres"
    rf"|jeres|your) (?:{_CASES}))\b",
    r"olemme vastaanottaneet|kiitos (?:viestistäsi|viestistänne|yhteydenotosta)",
    r"ihre (?:anfrage|nachricht|e-mail) (?:ist|wurde)|wir haben ihre|danke für ihre|dank für ihre",
    r"merci (?:de|pour) votre|nous avons (?:bien )?reçu votre",
    r"\b(?:ditt|din|ert|er|dit|deres|jeres) (?:\w+ )?(?:ärende|mejl|felanmälan|förfrågan|henvendelse|sag|sak)\b.{0,60}"
    r"(?:har |er |är )(?:nu )?(?:mottagi?t|mottaget|registrera[dt]|skapats|modtaget|mottatt|oprettet|opprettet"
    r"|registreret)",
)
"""That a mail of ours has arrived. Other than an alarm, a confirmation speaks of "your" mail."""
YOURS = re.compile(r"\b(?:ditt|din|ert|er|dit|deres|jeres|your|ihre?|viestinne|pyyntönne|votre)\b")
ASSIGNED = any_of(
    r"\b(?:tilldelat?s?|tilldelad|tilldelade|tildelt|delegerats?|skickats) (?:till )?(?:er|dig|jer|dere|deg"
    r"|oss)\b(?! (?:nummer|handl|ärende|sag))",
    r"\bassigned to (?:you|your)\b(?! the number)|\b(?:er|är) (?:oprettet|opprettet|skapat) (?:til|till|for|åt) "
    r"(?:jer|dere|er)\b",
    r"\b(?:ihnen|euch) zugewiesen\b|\bosoitettu (?:teille|sinulle)\b",
)
"""Work that a ticket system gives to us: no confirmation of what we asked."""

RECEIPT_SUBJECT = re.compile(
    r"(?:läst|oläst|ej läst|inte läst|lästes inte|read|not read|gelesen|ungelesen|lest|ikke lest|læst|ikke læst|luettu"
    r"|lukematta|lu|non lu|leído|no leído|letto|non letto|lido|gelezen|niet gelezen|return receipt(?: \(displayed\))?"
    r"|read receipt|läskvitto|lesebestätigung|kvittering(?: for lesing)?|lukukuittaus|leveranskvitto|levererat"
    r"|delivered|relayed|vidarebefordrat): "
)
RECEIPT_TEXT = any_of(
    r"(?:your message|ditt meddelande|meddelandet|ihre nachricht|din (?:melding|meddelelse)|din besked|viestisi"
    r"|the message).{0,400}?(?:was read|was displayed|was deleted without being read|lästes|har lästs"
    r"|togs bort utan att läsas|gelesen|ble lest|blev læst|on luettu|luettiin)",
    r"this is a (?:return|read) receipt",
    r"detta är ett (?:läs|kvitto)",
)

RECALL_SUBJECT = re.compile(r"(?:återkalla|recall|rückruf|tilbagekald|tilbakekall|peruuta)[^:]{0,30}: ")
