"""The words by which machines are known where headers do not say it: tables only. Pure.

Each is looked for in text that `squash` has made alike. The trap: customers of a telephony desk write about "autosvar",
"frånvaro" and "svarsmeddelanden", so a word alone proves nothing; the tables hold whole formulas, and each says where
in a mail it counts.
"""

import re


def squash(text: str, limit: int = 20_000) -> str:
    """Case, white space, dashes and typographic apostrophes made alike."""
    text = text[:limit].translate({0x2019: "'", 0x2010: "-", 0x2011: "-", 0x2013: "-"})
    return " ".join(text.casefold().split())


def _any(*formulas: str) -> re.Pattern[str]:
    return re.compile("|".join(formulas))


DAEMON = re.compile(
    r"(?:mailer?[-_.]?daemon|maildaemon|mail[-_.]?delivery[-_.]?(?:system|subsystem)|bounces?|mmdf|ndr)(?:[-+].*)?"
)
"""Local parts that only mail systems use."""

WEAK_DAEMON = re.compile(r"postmaster|mailmaster|sysadmin|no-?reply|mailer|root|.+-(?:admin|owner)|owner-.+")
"""Local parts that mail systems use, among others."""

DAEMON_NAME = _any(
    r"^mail(?:er)? deliver[y]? (?:sub)?system",
    r"^mailer[- ]daemon",
    r"^system administrator$",
    r"^microsoft outlook$",
    r"^mail administrator$",
    r"^postmaster$",
    r"^interscan",
    r"\bndr\b",
    r"^internet mail delivery$",
)
"""Display names of mail systems."""

ROBOT = re.compile(
    r"(?:.*[-_.+])?(?:no|do-?not|donot)[-_.]?(?:reply|answer|respond)(?:[-_.+].*)?"
    r"|(?:.*[-_.])?(?:svara?[-_.]?(?:ej|inte)|ej[-_.]?svar|noreply|inget[-_.]?svar|ikke[-_.]?svar|ei[-_.]?vastata)(?:[-_.+].*)?"
    r"|(?:nicht|keine)[-_.]?antwort(?:en)?|auto[-_.]?(?:mailer|reply|responder|confirm)|autosvar"
    r"|notifications?|notify|alerts?|alarms?|larm|monitor(?:ing)?|nagios|zabbix|cron|daemon|mailman|bounces?(?:[-+].*)?"
    r"|listserv|listproc|majordomo|.+-(?:request|bounces?|owner|return)|owner-.+|feedback|voicemail|fax"
)
"""Local parts that are never answered (RFC 3834 §2, RFC 5230 §4.6)."""

NO_PERSON = re.compile(
    r"(?:.*[-_.+])?(?:no|do-?not|donot)[-_.]?(?:reply|answer|respond)(?:[-_.+].*)?"
    r"|(?:.*[-_.])?(?:svara?[-_.]?(?:ej|inte)|inget[-_.]?svar|ikke[-_.]?svar|ei[-_.]?vastata)(?:[-_.+].*)?"
    r"|nagios|zabbix|cron|daemon|mailman|listserv|majordomo|voicemail"
)
"""Those of them behind which no person writes."""

ROLE = frozenset({"postmaster", "abuse", "hostmaster", "webmaster", "security", "noc"})
"""Roles that persons and machines share (RFC 2142): a ticket, but no answer (R30). Only the first two are silent."""

BOUNCE_SUBJECT = _any(
    r"undeliver(?:able|ed)", r"returned (?:e?mail|message)", r"delivery (?:status )?notification", r"failure notice",
    r"delivery (?:has )?(?:failure|failed|error|report|delayed|problem)", r"(?:failed|failure) delivery",
    r"(?:mail|message|e-mail).{0,20}(?:could not|cannot|can't|can not) be delivered", r"mail (?:delivery )?(?:system )?error",
    r"mail failed", r"message delivery has failed", r"non-?deliver(?:y|able)", r"(?:message|mail) not delivered",
    r"error sending your mail", r"warning: (?:message|could not send)", r"message .{0,40} delayed", r"mail delivery",
    r"are not (?:a )?member", r"posting .{0,30}(?:rejected|refused)", r"nicht zugestellt", r"delivery problems",
    r"oleverbar", r"olevererad", r"(?:kunde|kan|gick) (?:inte|ej) (?:att )?(?:levereras|leverera|skickas)", r"leveransfel",
    r"ej levererat", r"leveransstatus", r"returnerad post", r"fördröjd leverans", r"har försenats",
    r"(?:kan|kunne|kunde) ikke leveres", r"ikke lever(?:t|et)", r"uleverbar", r"kunne ikke (?:be )?levere", r"leveringsfejl",
    r"toimittam(?:aton|atta)", r"ei (?:voitu|voida|voi) toimittaa", r"toimitus epäonnistui", r"palautettu viesti",
    r"unzustellbar", r"zustellung (?:ist )?fehlgeschlagen", r"zustell(?:ungs)?fehler", r"nicht zugestellte",
    r"non (?:remis|distribu)", r"échec de (?:la )?(?:remise|distribution)", r"onbestelbaar", r"niet bezorgd",
    r"no (?:se )?(?:ha )?(?:entregado|puede entregar)", r"no se puede entregar", r"devuelto", r"non recapit",
    r"recapito non riuscito", r"mancato recapito", r"não (?:foi )?entreg", r"falha (?:na|de) entrega",
    r"niedostarcz", r"nie można dostarczyć", r"zwrot wiadomości", r"не\s?доставлен", r"невозможно доставить",
    r"недоставлен", r"配信(?:不能|エラー|でき|に失敗)", r"送信でき", r"エラーメール", r"配送", r"退信", r"投递失败", r"系统退信",
)  # fmt: skip

BOUNCE_TEXT = _any(
    r"(?:could|can) ?not be delivered", r"(?:was|were|has|have) not (?:yet )?(?:been )?delivered", r"wasn't able to deliver",
    r"(?:was |were )?(?:unable|failed) to deliver", r"did not reach the following", r"delivery to the following",
    r"this is the (?:mail system|postfix program|qmail-send program|mailer-daemon|dragonfly mail agent)",
    r"delivery (?:has )?failed", r"transcript of session follows", r"failure reasons", r"returned permanent errors",
    r"delivery errors", r"^unknown user:", r"error delivering", r"error (?:has )?occurred while (?:attempting|trying) to deliver",
    r"undeliverable", r"failed addresses follow", r"trouble delivering", r"user(?:'s)? mailbox is full",
    r"not a member of this (?:mailing )?list", r"delev?i?very to the following recipients was aborted",
    r"automatically generated delivery status", r"no valid recipients", r"message was (?:not delivered|rejected)",
    r"rcpt to:? ?<", r"(?:550|551|552|553|554|450|452)[ -](?:[45]\.\d\.\d|<|user|no such|unknown|host|mailbox)",
    r"couldn't be (?:delivered|found)", r"recipient address rejected", r"following (?:address|recipient)",
    r"(?:kunde|kan) inte levereras", r"gick inte att leverera", r"inte kunnat levereras", r"nådde inte (?:följande|mottagaren)",
    r"ikke leveres", r"kunne ikke levere", r"ei (?:voitu|voida|voi) toimittaa", r"nicht zugestellt", r"unzustellbar",
    r"konnte .{0,60}nicht (?:zugestellt|ausgeliefert)", r"n'a pas pu être (?:remis|distribué|livré)", r"no se (?:ha podido|pudo|puede) entregar",
    r"niet (?:worden )?(?:afgeleverd|bezorgd)", r"non (?:è stato possibile|può essere) (?:consegna|recapita)", r"não (?:foi|pôde|pode) (?:ser )?entreg",
    r"не (?:было |может быть )?доставлен", r"送信でき", r"配信(?:でき|され)", r"送信に失敗", r"宛先", r"無法投遞|无法投递",
)  # fmt: skip

SMTP_REPLY = re.compile(r"\b[45]\d\d[ -]+#?[45]\.\d{1,3}\.\d{1,3}\b|\b(?:550|551|552|553|554|450|451|452)\b[ -]")

FOR_GOOD = _any(
    r"permanent(?:ly)? (?:error|fail)", r"failed permanently", r"permanent failure", r"given up", r"giving up",
    r"not going to try again", r"gave up", r"permanent fel", r"dauerhaft", r"varaktigt",
)  # fmt: skip
DELAYED = _any(
    r"has been delayed", r"not yet been delivered", r"warning message only", r"do(?: not|n't) need to resend",
    r"will be (?:retried|attempted)", r"delivery attempts will continue", r"no action is required", r"will (?:continue|keep) (?:to )?try",
    r"still (?:trying|being|in the queue)", r"could not send message for past", r"notification \(delay\)", r"delivery delayed",
    r"message .{0,40} delayed \d", r"delayed mail", r"delivery status notification \(delay", r"har (?:försenats|fördröjts|ännu inte)",
    r"fördröj", r"försöker (?:igen|fortfarande)", r"forsink(?:et|else)", r"viivästy", r"verzögert", r"retrying",
    r"temporary (?:failure|problem).{0,80}(?:retry|try again)", r"retardé", r"retrasado", r"vertraagd",
)  # fmt: skip
"""A notice in which the mail system goes on trying."""

RETURNED = re.compile(
    r"^[ \t>]{0,4}(?:"
    r"[-=*|_#]{2,}[^\n]{0,60}?(?:original|copy|returned|unsent|undelivered|message (?:text|header|follow)|header)[^\n]{0,80}"
    r"|(?:the )?(?:original|returned) message(?: headers?)?(?: follows?| is)?\b[^\n]{0,40}"
    r"|message headers? follow[^\n]{0,20}|(?:below|included) (?:this line )?is a copy[^\n]{0,60}"
    r"|ursprungliga? meddelande[^\n]{0,40}|opprinnelig[^\n]{0,40}|oprindelig[^\n]{0,40}|alkuperäi[^\n]{0,40}|ursprüngliche[^\n]{0,40}"
    r"|(?:x-)?received: ?(?:from|by|\()[^\n]{0,40}|return-path: ?<?[^\n]{0,40}|dkim-signature:[^\n]{0,20}"
    r")",
    re.IGNORECASE | re.MULTILINE,
)
"""Where a notice ends and the returned mail begins."""

REPLY_SUBJECT = re.compile(
    r"(?:(?:re|sv|vs|aw|fwd?|vb)(?:\[\d\])?: ?)*\[?(?:"
    r"auto(?:matiskt?|matisch(?:e|es)?|matic|mated|maattinen|matica|mática|mático|matique)?[- ]?"
    r"(?:svar|antwort|reply|response|vastaus|antwoord|reactie|mail|respuesta|risposta|resposta|svarsmeddelande|generated (?:reply|response))"
    r"|automaattinen (?:poissaolo)?(?:vastaus|viesti)|auto(?:reply|response|responder|svar|antwort|re)"
    r"|r[ée]ponse automatique|respuesta autom[áa]tica|risposta automatica|resposta autom[áa]tica|autorespuesta"
    r"|out[- ]of[- ](?:the[- ])?office(?: auto-?reply| reply)?|ooo|on (?:vacation|leave|holiday)|vacation(?: reply| message)?"
    r"|frånvaro(?:meddelande|besked)?|ej på kontoret|inte på kontoret|ej anträffbar|fraværs?(?:assistent|melding|besked)?"
    r"|fraværende|ikke til stede|ikke på kontoret|poissa(?:olo)?(?:ilmoitus|viesti)?(?: toimistosta)?|abwesenheits(?:notiz|assistent|meldung|agent)?"
    r"|abwesend|absence du bureau|afwezigheidsassistent|afwezig|fuera de (?:la )?oficina|ausente|fuori sede|ausência tempor[áa]ria"
    r"|автоответ|автоматический ответ|自動応答|自动回复|自動回覆|不在"
    r")\]?(?::| ?[-] |$| \()"
)
"""How the subject of an automatic reply begins, or what it is as a whole."""
WEAK_REPLY_SUBJECT = re.compile(
    r"(?:(?:re|sv|vs|aw)(?:\[\d\])?: ?)*(?:frånvaro|fravær|ooo|on leave|on holiday|on vacation|vacation|ausente|afwezig|poissa|automatic mail|automail|auto mail|不在)"
    r"[^:]{0,25}(?::| - |$)"
)
"""Those that a person may write, too: they need the text's word for it."""

REPLY_TEXT = _any(
    r"(?:detta|det här|dette|tämä) (?:är|er|on) (?:ett |et )?(?:auto(?:matiskt?|matisk|maattinen)?[- ]?(?:genererat |generert |genereret )?)(?:svar|vastaus|meddelande|melding|besked|viesti|mejl|mail)",
    r"this is an? (?:auto[- ]?(?:mated|matic|matically generated|generated)?[- ]?)(?:reply|response|answer|acknowledge?ment)",
    r"(?:dies|das|dieses) ist eine auto(?:matische|matisch generierte) (?:antwort|nachricht|e-mail)",
    r"ceci est une réponse automatique", r"esta es una respuesta automática", r"dit is een automatisch",
    r"you (?:have )?received this (?:auto|automatic)", r"detta meddelande (?:har skickats|är skickat|skickas) automatiskt",
    r"this (?:message|e-?mail) (?:was|is|has been) (?:sent automatically|automatically (?:sent|generated) in (?:response|reply))",
)  # fmt: skip
"""First words of a robot that says what it is."""
AWAY_TEXT = _any(
    r"(?:jag (?:är|har)|jeg (?:er|har)|i am|i'm|i will be|we are|vi (?:är|har)) .{0,60}"
    r"(?:semester|ledig|föräldra|tjänsteresa|sjuk|frånvarande|inte på (?:kontoret|plats)|ferie|bortrest|"
    r"out of (?:the )?office|on (?:annual |parental )?leave|on vacation|on holiday|away from)",
    r"(?:ich bin|bin ich) .{0,60}(?:urlaub|nicht im (?:büro|haus)|abwesend|außer haus)", r"olen .{0,40}(?:lomalla|poissa|vapaalla)",
    r"(?:tillbaka|åter på plats|åter i tjänst) (?:igen )?(?:den|måndag|tisdag|onsdag|torsdag|fredag|\d)", r"limited access to (?:my )?e?-?mail",
    r"begränsad tillgång till (?:min )?(?:e-?post|mejl|mail)", r"tilbage (?:den|mandag|\d)", r"tilbake (?:den|mandag|\d)", r"palaan ",
)  # fmt: skip

RECEIPT_SUBJECT = re.compile(
    r"(?:läst|oläst|ej läst|inte läst|lästes inte|read|not read|gelesen|ungelesen|lest|ikke lest|læst|ikke læst|luettu|lukematta|lu|non lu|leído|"
    r"no leído|letto|non letto|lido|gelezen|niet gelezen|return receipt(?: \(displayed\))?|read receipt|läskvitto|lesebestätigung|"
    r"kvittering(?: for lesing)?|lukukuittaus|leveranskvitto|levererat|delivered|relayed|vidarebefordrat): "
)
RECEIPT_TEXT = _any(
    r"(?:your message|ditt meddelande|meddelandet|ihre nachricht|din (?:melding|meddelelse)|din besked|viestisi|the message).{0,400}?"
    r"(?:was read|was displayed|was deleted without being read|lästes|har lästs|togs bort utan att läsas|wurde gelesen|wurde .{0,60}gelesen|ble lest|blev læst|on luettu|luettiin)",
    r"this is a (?:return|read) receipt", r"detta är ett (?:läs|kvitto)",
)  # fmt: skip

RECALL_SUBJECT = re.compile(r"(?:återkalla|recall|rückruf|tilbagekald|tilbakekall|peruuta)[^:]{0,30}: ")
