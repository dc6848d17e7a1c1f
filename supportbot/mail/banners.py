"""What systems write above a mail (a stranger's warning, "reply above this line") -> cut off. Pure.

"Du får inte ofta e-post från …", "CAUTION: This email originated from outside …", "[EXTERNT MEJL]": every mail from
outside may begin so, and a rule, the language and the digest must not read it as the sender's. The trap: "Obs! Externa
mejl kommer inte fram" is a fault, so what only looks like a warning must also warn, or be nothing but its mark.
"""

import re
from collections.abc import Sequence

from supportbot.mail.contact import is_rule
from supportbot.mail.lines import Line
from supportbot.mail.wording import GREETINGS, REPLY_ABOVE

MOST_LINES = 6
"""How far down a warning is looked for: lines that are not blank."""
LONGEST = 500
"""Signs of a warning."""
_MAY_BE = (
    "extern", "ekstern", "outside", "often get email", "inte ofta", "ikke ofte", "usein", "ulko", "utanför", "utenfor",
    "udenfor",
)  # fmt: skip
_SELDOM = (
    "you don't often get email from", "you don’t often get email from",
    "some people who received this message don't often get email from",
    "some people who received this message don’t often get email from", "du får inte ofta e-post från",
    "vissa som har fått det här meddelandet får inte ofta e-post från",
    "vissa personer som fick det här meddelandet får inte ofta e-post från", "du får ikke ofte e-post fra",
    "du modtager ikke ofte mails fra", "du får ikke ofte mails fra", "noen personer som har mottatt denne meldingen",
    "et saa usein sähköpostia osoitteesta", "et saa usein sähköpostiviestejä osoitteesta",
)  # fmt: skip
"""How Exchange warns of who writes for the first time."""
_MARK = re.compile(
    r"[\W_]*(?:external|externt?|externa|ekstern|eksternt|ulkoinen)(?:[ -]+(?:e-?mail|mail|mejl|e-post|message|sender"
    r"|meddelande|avsändare|melding|avsender|afsender|sähköposti|viesti))?(?P<tail>[\W_]*)(?P<rest>.*)",
    re.DOTALL,
)
_FROM_OUTSIDE = re.compile(
    r"(?:originate[ds]? (?:from )?|came from |sent from |is from )(?:an? )?(?:external|outside)"
    r"|(?:kommer|kom|skickades|skickats|är skickat) (?:från )?(?:en )?(?:extern |utanför |avsändare utanför )"
    r"|(?:kommer|kom|er sendt|ble sendt|blev sendt) (?:fra )?(?:en )?(?:ekstern |utenfor |udenfor |avsender utenfor )"
    r"|organisaation ulkopuolelta|ulkopuolisesta lähteestä"
)
_WARNS = re.compile(
    r"(?:do not|don't|don’t|never) (?:click|open)|(?:klicka|öppna) (?:inte|aldrig)|(?:klikk|klik|åpne|åbn) ikke"
    r"|ikke (?:klikk|klik|åpne|åbn)|älä (?:napsauta|avaa|klikkaa)|var försiktig|be careful|exercise caution|be cautious"
    r"|use caution|vær forsiktig|vær forsigtig"
)
_FENCES = tuple("-_=—–*#")
_WRAPPED, _WIDEST = 40, 80
"""Signs of a line that was wrapped."""


def cut(lines: Sequence[Line]) -> tuple[Sequence[Line], Sequence[Line]]:
    """(what a system wrote above, the rest); nothing and all of it where nothing of that kind stands at the top."""
    end = at = seen = 0
    while at < len(lines) and seen < MOST_LINES:
        if lines[at].blank:
            at += 1
            continue
        behind = _behind(lines, at)
        if behind == at:
            break
        seen += behind - at
        at = end = behind
    return lines[:end], lines[end:]


def _behind(lines: Sequence[Line], at: int) -> int:
    """Behind the warning that begins at this line, wrapped as it may be; the line itself where none does."""
    low = lines[at].bare.lower()
    if size := reply_above(lines, at, low):
        return at + size
    if not any(map(low.__contains__, _MAY_BE)) and not low.startswith(("caution", "warning", "varning", "obs")):
        return at
    text = ""
    for position in range(at, min(len(lines), at + MOST_LINES)):
        line = lines[position]
        if line.blank or line.level:
            break
        text = f"{text} {line.bare.lower()}".strip()
        if len(text) > LONGEST:
            break
        if not _goes_on(lines, position):
            return position + 1 if _is_warning(text) else at
    return at


def _goes_on(lines: Sequence[Line], at: int) -> bool:
    """Whether a line was wrapped in the middle of a sentence: the sender's first words must not count to it."""
    text, following = lines[at].bare, lines[at + 1].bare if at + 1 < len(lines) else ""
    wrapped = _WRAPPED <= len(text) <= _WIDEST and text[-1] not in ".!>])*-"
    return wrapped and following[:1].islower() and following.split(None, 1)[0].strip(",!") not in GREETINGS


def reply_above(lines: Sequence[Line], at: int, low: str) -> int:
    """How many lines a ticket system's "reply above this line" takes here, 0: none; `low` is the line, small.

    It stands between dashes or the like, or below a line of them.
    """
    if low[:1] not in _FENCES:
        return 0
    if REPLY_ABOVE.search(low):
        return 1
    below = lines[at + 1].bare.lower() if at + 1 < len(lines) and is_rule(low) else ""
    return 2 if below and len(below) <= _WIDEST and REPLY_ABOVE.match(below) else 0


def holds_reply_above(banner: Sequence[Line]) -> bool:
    return any(reply_above(banner, at, line.bare.lower()) for at, line in enumerate(banner))


def _is_warning(text: str) -> bool:
    text = text.strip("*_ ")
    if text.startswith(_SELDOM):
        return "@" in text
    warns = _WARNS.search(text) is not None
    mark = _MARK.match(text)
    if mark and (not mark["rest"] or ((warns or _FROM_OUTSIDE.search(mark["rest"])) and mark["tail"].strip())):
        return True
    return warns and _FROM_OUTSIDE.search(text) is not None
