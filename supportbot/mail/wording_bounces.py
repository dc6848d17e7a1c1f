"""The words by which mail systems are known when they tell of a mail that did not arrive: tables only. Pure.

Each formula is looked for in text that `squash` has made alike, and counts only where sender or path are a mail
system's. The older forms have no fields to read: Exim, qmail, sendmail, Exchange, Domino, the large hosters.
"""

import re

from supportbot.mail.wording_automatic import any_of

DAEMON = re.compile(r"(?:mailer?[-_.]?daemon|maildaemon|mail[-_.]?delivery[-_.]?(?:system|subsystem)|mmdf)(?:[-+].*)?")
"""Local parts that only mail systems use."""

WEAK_DAEMON = re.compile(r"postmaster|mailmaster|sysadmin|no-?reply|mailer|root|.+-(?:admin|owner)|owner-.+")
"""Local parts that mail systems use, among others."""

DAEMON_NAME = any_of(
    r"^mail(?:er)? deliver[y]? (?:sub)?(?:system|service)",
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

BOUNCE_SUBJECT = any_of(
    r"undeliver(?:able|ed)",
    r"returned (?:e?mail|message)",
    r"delivery (?:status )?notification",
    r"failure notice",
    r"delivery (?:has )?(?:failure|failed|error|report|delayed|problem)",
    r"(?:failed|failure) delivery",
    r"(?:mail|message|e-mail).{0,20}(?:could not|cannot|can't|can not) be delivered",
    r"mail (?:delivery )?(?:system )?error",
    r"mail failed",
    r"message delivery has failed",
    r"non-?deliver(?:y|able)",
    r"(?:message|mail) not delivered",
    r"error sending your mail",
    r"warning: (?:message|could not send)",
    r"message .{0,40} delayed",
    r"mail delivery",
    r"are not (?:a )?member",
    r"posting .{0,30}(?:rejected|refused)",
    r"nicht zugestellt",
    r"delivery problems",
    r"oleverbar",
    r"olevererad",
    r"(?:kunde|kan|gick) (?:inte|ej) (?:att )?(?:levereras|leverera|skickas)",
    r"leveransfel",
    r"ej levererat",
    r"leveransstatus",
    r"returnerad post",
    r"fördröjd leverans",
    r"har försenats",
    r"leverans(?:en)? (?:är |har )?(?:försenad|fördröjd|misslyckad)",
    r"leveransen misslyckades",
    r"levering(?:en)? (?:er |ble |blev )?forsinket",
    r"forsinket levering",
    r"toimitu(?:s|ksen) (?:\w+ )?viivästy",
    r"zustellung (?:\w+ )?verzögert",
    r"verzögerte zustellung",
    r"remise (?:du message )?(?:retardée|différée)",
    r"(?:kan|kunne|kunde) ikke leveres",
    r"ikke lever(?:t|et)",
    r"uleverbar",
    r"kunne ikke (?:be )?levere",
    r"leveringsfejl",
    r"toimittam(?:aton|atta)",
    r"ei (?:voitu|voida|voi) toimittaa",
    r"toimitus epäonnistui",
    r"palautettu viesti",
    r"unzustellbar",
    r"zustellung (?:ist )?fehlgeschlagen",
    r"zustell(?:ungs)?fehler",
    r"nicht zugestellte",
    r"non (?:remis|distribu)",
    r"échec de (?:la )?(?:remise|distribution)",
    r"onbestelbaar",
    r"niet bezorgd",
    r"no (?:se )?(?:ha )?(?:entregado|puede entregar)",
    r"no se puede entregar",
    r"devuelto",
    r"non recapit",
    r"recapito non riuscito",
    r"mancato recapito",
    r"não (?:foi )?entreg",
    r"falha (?:na|de) entrega",
    r"niedostarcz",
    r"nie można dostarczyć",
    r"zwrot wiadomości",
    r"не\s?доставлен",
    r"невозможно доставить",
    r"недоставлен",
    r"配信(?:不能|エラー|でき|に失敗)",
    r"送信でき",
    r"エラーメール",
    r"配送",
    r"退信",
    r"投递失败",
    r"系统退信",
)

BOUNCE_TEXT = any_of(
    r"(?:could|can) ?not be delivered",
    r"(?:was|were|has|have) not (?:yet )?(?:been )?delivered",
    r"wasn't able to deliver",
    r"(?:was |were )?(?:unable|failed) to deliver",
    r"did not reach the following",
    r"delivery to the following",
    r"this is the (?:mail system|postfix program|qmail-send program|mailer-daemon|dragonfly mail agent)",
    r"delivery (?:has )?failed",
    r"transcript of session follows",
    r"failure reasons",
    r"returned permanent errors",
    r"delivery errors",
    r"^unknown user:",
    r"^invalid (?:final )?(?:delivery )?user",
    r"error delivering",
    r"error (?:has )?occurred while (?:attempting|trying) to deliver",
    r"undeliverable",
    r"failed addresses follow",
    r"trouble delivering",
    r"user(?:'s)? mailbox is full",
    r"not a member of this (?:mailing )?list",
    r"delev?i?very to the following recipients was aborted",
    r"automatically generated delivery status",
    r"no valid recipients",
    r"message was (?:not delivered|rejected)",
    r"rcpt to:? ?<",
    r"(?:550|551|552|553|554|450|452)[ -](?:[45]\.\d\.\d|<|user|no such|unknown|host|mailbox)",
    r"couldn't be (?:delivered|found)",
    r"recipient address rejected",
    r"following (?:address|recipient)",
    r"(?:kunde|kan) inte levereras",
    r"gick inte att leverera",
    r"inte kunnat levereras",
    r"nådde inte (?:följande|mottagaren)",
    r"(?:följande|angivna) mottagare",
    r"inte skicka meddelandet igen",
    r"levering(?:en)? til (?:disse|følgende)",
    r"toimitus seuraav",
    r"zustellung an (?:folgende|die folgenden)",
    r"ikke leveres",
    r"kunne ikke levere",
    r"ei (?:voitu|voida|voi) toimittaa",
    r"nicht zugestellt",
    r"unzustellbar",
    r"konnte .{0,60}nicht (?:zugestellt|ausgeliefert)",
    r"n'a pas pu être (?:remis|distribué|livré)",
    r"no se (?:ha podido|pudo|puede) entregar",
    r"niet (?:worden )?(?:afgeleverd|bezorgd)",
    r"non (?:è stato possibile|può essere) (?:consegna|recapita)",
    r"não (?:foi|pôde|pode) (?:ser )?entreg",
    r"не (?:было |может быть )?доставлен",
    r"送信でき",
    r"配信(?:でき|され)",
    r"送信に失敗",
    r"宛先",
    r"無法投遞|无法投递",
)

SMTP_REPLY = re.compile(r"\b[45]\d\d[ -]+#?[45]\.\d{1,3}\.\d{1,3}\b|\b(?:550|551|552|553|554|450|451|452)\b[ -]")

FOR_GOOD = any_of(
    r"permanent(?:ly)? (?:error|fail)",
    r"failed permanently",
    r"permanent failure",
    r"given up",
    r"giving up",
    r"not going to try again",
    r"gave up",
    r"permanent fel",
    r"dauerhaft",
    r"varaktigt",
)
DELAYED = any_of(
    r"has been delayed",
    r"not yet been delivered",
    r"warning message only",
    r"do(?: not|n't) need to resend",
    r"will be (?:retried|attempted)",
    r"delivery attempts will continue",
    r"no action is required",
    r"will (?:continue|keep) (?:to )?try",
    r"still (?:trying|being|in the queue)",
    r"could not send message for past",
    r"notification \(delay\)",
    r"delivery delayed",
    r"message .{0,40} delayed \d",
    r"delayed mail",
    r"delivery status notification \(delay",
    r"har (?:försenats|fördröjts|ännu inte)",
    r"inte skicka meddelandet igen",
    r"försenad",
    r"fördröj",
    r"försöker (?:igen|fortfarande)",
    r"forsink(?:et|else)",
    r"viivästy",
    r"verzögert",
    r"retrying",
    r"temporary (?:failure|problem).{0,80}(?:retry|try again)",
    r"retardé",
    r"retrasado",
    r"vertraagd",
)
"""A notice in which the mail system goes on trying."""

REASONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "1.1",
        any_of(
            r"(?:user|mailbox|recipient|account|address)(?: name)?(?: \S{1,60})? (?:is |was |are )?"
            r"(?:unknown|not (?:found|known|listed|recogni[sz]ed))",
            r"unknown (?:user|recipient|mailbox|address|local)",
            r"no such (?:user|mailbox|recipient|person|address)",
            r"(?:does not|doesn't) (?:exist|have)",
            r"invalid (?:recipient|mailbox|address)",
            r"user not found",
            r"not listed in",
            r"account (?:has been )?(?:disabled|closed)",
            r"no mailbox",
            r"unrout(?:e)?able address",
            r"okänd mottagare",
            r"finns inte",
            r"couldn't be found",
            r"wasn't found",
            r"hittades inte",
        ),
    ),
    (
        "2.2",
        any_of(
            r"(?:mailbox|mailfolder|inbox|quota|storage).{0,30}(?:full|exceed|over)",
            r"over (?:the )?(?:disk )?quota",
            r"quota exceeded",
            r"(?:brevlådan|inkorgen|postlådan).{0,20}full",
            r"postfach .{0,20}voll",
        ),
    ),
    (
        "1.2",
        any_of(
            r"(?:host|domain)(?: name)?(?: \S{1,60})? (?:is |was |does )?(?:unknown|not (?:found|exist))",
            r"unknown (?:host|domain)",
            r"no mx ",
            r"dns lookup failure",
        ),
    ),
    (
        "4.7",
        any_of(
            r"(?:retry )?time-?out exceeded",
            r"too long",
            r"expired",
            r"giving up",
            r"could not deliver for the last",
            r"multiple retries",
        ),
    ),
    (
        "4.1",
        any_of(
            r"connection (?:timed out|refused)",
            r"unable to connect",
            r"did not accept our requests to connect",
            r"timed out",
        ),
    ),
    (
        "7.1",
        any_of(
            r"blacklist",
            r"blocked",
            r"spam",
            r"refused",
            r"not (?:a )?(?:member|permitted|allowed)",
            r"rejected",
            r"access denied",
        ),
    ),
)
"""Words of a reason, and the subject and detail of RFC 3463 that stand for it."""

RETURNED = re.compile(
    r"^[ \t>]{0,4}(?:"
    r"[-=*|_#]{2,}[^\n]{0,60}?(?:original|copy|returned|unsent|undelivered|message (?:text|header|follow)|header)"
    r"[^\n]{0,80}"
    r"|(?:the )?(?:original|returned) message(?: headers?)?(?: follows?)?[ \t]*[:.]?[ \t]*$"
    r"|message headers? follow[^\n]{0,20}|(?:below|included) (?:this line )?is a copy[^\n]{0,60}"
    r"|ursprungliga? meddelande[^\n]{0,40}|opprinnelig[^\n]{0,40}|oprindelig[^\n]{0,40}|alkuperäi[^\n]{0,40}"
    r"|ursprüngliche[^\n]{0,40}"
    r"|(?:x-)?received: ?(?:from|by|\()[^\n]{0,40}|return-path: ?<?[^\n]{0,40}|dkim-signature:[^\n]{0,20}"
    r")",
    re.IGNORECASE | re.MULTILINE,
)
"""Where a notice ends and the returned mail begins."""
