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
NO_PERSON = re.compile(_NO_REPLY)
"""Those of them behind which no person writes."""

UNSUBSCRIBE = re.compile(
    r"avregistrera|avprenumerera|avsluta (?:din |er )?prenumeration|unsubscribe|opt[- ]out|manage (?:your )?(?:email )?"
    r"(?:preferences|subscription)|avmeld|afmeld|frameld|peruuta (?:uutiskirje|tilaus)|lopeta tilaus|abmelden"
    r"|(?:view|open) (?:this (?:e-?mail|message) )?in (?:your |a )?browser|i webbläsaren|i nettleseren|i din browser"
)
"""What newsletters must offer, in their text."""
OUTLOOK_REPLY_SUBJECT = re.compile(
    r"(?:automatiskt svar|automatic reply|automatisk svar|automatische antwort|automaattinen vastaus"
    r"|r[ée]ponse automatique|automatisch antwoord|respuesta autom[áa]tica|risposta automatica|resposta autom[áa]tica"
    r"|automatyczna odpowiedź|автоматический ответ|自動応答|自动答复|automatická odpověď|sjálfvirkt svar"
    r"|automaatvastus): "
)
"""What Exchange writes before the subject that it answers; nobody types it."""
_AWAY = (
    r"auto[- ]?(?:svar|antwort|reply|response|responder|respuesta|mail|re)",
    r"auto(?:matic|mated) (?:reply|response|mail)",
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
AWAY_SUBJECT = re.compile(rf"\[?(?:{'|'.join(_AWAY)})\]?(?:[:!]| [-(\[:]|$)")
"""How an absence is announced; a person may write it, too, so the text must say it as well."""
AWAY_TEXT = any_of(
    r"(?:jag (?:är|har)|jeg (?:er|har)|i am|i'm|i will be|we are|vi (?:är|har)) .{0,60}"
    r"(?:semester|ledig|föräldra|tjänsteresa|frånvarande|inte på (?:kontoret|plats)|ferie|bortrest"
    r"|out of (?:the )?office|on (?:annual |parental )?leave|on vacation|on holiday|away from)",
    r"(?:ich bin|bin ich) .{0,60}(?:urlaub|nicht im (?:büro|haus)|abwesend|außer haus)",
    r"olen .{0,40}(?:lomalla|poissa|vapaalla)",
    r"(?:tillbaka|åter på plats|åter i tjänst|tilbage|tilbake|back) (?:igen |on |i )?"
    r"(?:den|på|måndag|tisdag|onsdag|torsdag|fredag|mandag|tirsdag|monday|tuesday|wednesday|thursday|friday|\d)",
    r"limited access to (?:my )?e?-?mail",
    r"begränsad tillgång till (?:min )?(?:e-?post|mejl|mail)",
    r"(?:läser|svarar) (?:inte )?(?:på )?(?:min )?(?:mejl|mail|e-?post)",
    r"palaan ",
    r"(?:je suis|nous sommes) .{0,40}(?:absent|en (?:congé|vacances|déplacement))",
    r"(?:estoy|estaré|estou|estarei) .{0,40}(?:vacaciones|fuera de|ausente|férias|fora d)",
    r"(?:sono|sarò) .{0,30}(?:ferie|assente)",
    r"(?:ik ben|wij zijn) .{0,40}(?:vakantie|afwezig)|jestem .{0,40}(?:urlopie|nieobecn)|jsem .{0,40}dovolené",
    r"(?:я )?(?:нахожусь )?в отпуске|休暇|不在",
)
ASKS = re.compile(
    r"\b(?:kan|kunde|skulle|vill) (?:ni|du|dere|i)\b|\b(?:can|could|would) you\b|\b(?:können|könnten) sie\b"
    r"|\bpouvez-vous\b|\bvoitteko\b|\b(?:vi|jag|jeg|we|i) (?:behöver|trenger|need)\b"
)
"""How a person asks us for something: a customer who is away next week has his opening hours changed."""
REPLY_SENTENCE = any_of(
    r"(?:detta|det här|dette) (?:är|er) (?:ett |et )?auto(?:matiskt?|matisk)?[- ]?(?:genererat |generert |genereret )?"
    r"(?:svar|svarsmeddelande|meddelande|melding|besked|mejl|mail)",
    r"(?:detta|det här) (?:meddelandet|mejlet|mailet|meddelande|svaret) (?:har skickats|är skickat|skickas) auto",
    r"tämä on automaattinen (?:vastaus|viesti|poissaoloviesti)",
    r"this is an? auto(?:mated|matic|matically generated|-generated)?[- ]?(?:reply|response|answer|acknowledge?ment)",
    r"this (?:message|e-?mail) (?:was|is|has been) (?:sent automatically|automatically (?:sent|generated))",
    r"(?:dies|das) ist eine automatisch(?:e| generierte) (?:antwort|nachricht|e-mail)",
    r"ceci est une réponse automatique",
    r"esta es una respuesta automática",
    r"dit is een automatisch",
    r"you (?:have )?received this (?:auto|automatic)",
)
"""A sentence of its own in which a robot says what it is."""

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
ACK_SUBJECT = re.compile(
    r"(?!(?:re|sv|vs|aw)(?:\[\d\])?:).{0,60}?(?:"
    rf"(?:vi har|we have|we've) (?:nu |now )?(?:tagit emot|mottagit|received|modtaget|mottatt|got) "
    rf"(?:ditt|din|er|ert|dit|deres|your) (?:{_CASES})"
    r"|(?:ärende|felanmälan|ticket|case|request|incident|sag|sak|anfrage)\W{0,3}[\w-]{0,20}\W{0,3} "
    r"(?:has been |har |är |er |is |wurde )?(?:received|created|logged|registered|opened|mottaget|mottagen|skapat"
    r"|registrerat|registrerad|opprettet|oprettet|modtaget|mottatt|erstellt)"
    r"|olemme vastaanottaneet|ihre anfrage (?:ist eingegangen|wurde)|wir haben ihre"
    rf"|(?:bekräftelse|kvittens|tack för) (?:på )?(?:ditt|din|er) (?:{_CASES})"
    r")"
)
"""How the subject of a ticket system's own confirmation reads; an answer to such a mail begins with Re: and is none."""
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
