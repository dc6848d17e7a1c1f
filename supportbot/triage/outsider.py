"""A text -> whether its writer speaks for another company than the writer's own. Pure.

"Vi sköter bokföringen åt Café X", "on behalf of our tenant Y". The trap: "vår kund X når oss inte" is a customer's own
fault, told by the customer. So the bare relation counts only together with an organisation number, or with "deras".
"""

import re
from collections.abc import Sequence
from typing import Protocol

from supportbot.triage.numbers import flat

_ROLE = r"(?:it-?\s?)?(?:konsult|tekniker|revisor|ekonom|bokforare|redovisningskonsult|ombud|forvaltare|radgivare)"
_RELATION = (
    r"(?:kund(?:en)?s?|hyresgast(?:en|er)?s?|klient(?:en)?s?|uppdragsgivare|huvudman|grann(?:e|en|ens|foretaget)|"
    r"(?:syster|dotter|moder)bolag(?:et)?s?|medlem(?:men)?s?|kompis|van|bror|syster)"
)
_CLIENT = r"(?:client|tenant|customer|neighbou?r|sister company|friend|member)s?"
_KUNDE = r"(?:kunde|lejer|leietaker|klient|nabo)\w*"
_WORK = (
    r"(?:bokforing|redovisning|ekonomi|loner|it\b|it-|datorer|telefoni|vaxel|post|reception|natverk|fastighet|"
    r"administration)\w*"
)
_OFFICE = r"(?:books|bookkeeping|accounts|accounting|it|phones?|telephony|mail|reception|network|premises)"
_STRONG = re.compile(
    "|".join(
        (
            # Swedish
            r"\b(?:skriver|mejlar|mailar|hor av (?:mig|oss)|(?:fel)?anmaler|rapporterar|kontaktar er|"
            r"vander (?:mig|oss) till er)\b[^.!?\n]{0,30}? "
            r"at (?!(?:oss|mig|er|jer|dere|det|de|den|hall|vi|jeg|jag|man|der|alle|ingen)\b)\w",
            r"\b(?:skriver|mejlar|mailar|felanmaler)\b[^.!?\n]{0,30}? for (?:var|min|en|ett|vart) " + _RELATION + r"\b",
            r"\b(?:a|pa) (?:\S+ ){1,6}?vagnar\b|\bpa uppdrag av\b",
            rf"\bfor (?:\S+ )?{_RELATION} rakning\b",
            rf"\b{_ROLE} (?:at|for) (?!oss|er|mig|att)\w",
            r"\b(?:skoter|hanterar|ansvarar for|tar hand om|har hand om|gor|for) (?:[^.!?\n]{0,40}? )?"
            + _WORK
            + r" (?:[^.!?\n]{0,20}? )?at (?!oss|er|mig)\w",
            r"\bgaller (?:alltsa )?(?:dem|dom|honom|henne)\b",
            r"\b(?:galler|avser|ror)\b[^.!?\n]{0,60}\b(?:inte|ej) (?:oss|vart foretag|vi)\b|\bdem och inte oss\b",
            rf"\b(?:vi|jag) hjalper (?!er\b)[^.!?\n]{{1,60}}? med (?:\w+ )?{_WORK}",
            r"\b(?:fel)?anmalan at \w|\bgrann(?:ens|foretagets|bolagets|firmans)\b",
            r"(?:^|\n)\s*(?:slut|end )?(?:kund|customer|client|kunde|asiakas)(?:namn|navn| name)?\s*:\s*\w",
            r"\bhar (?:bett|bedt) (?:mig|oss|meg|os)\b[^.!?\n]{0,60}? at (?!oss|er|mig)\w",
            # English
            r"\bon behalf of (?!us\b|myself|the team|our team|everyone)|\bin the name of (?!us\b)",
            r"\b(?:writing|reporting|e?-?mailing|contacting you|asking) (?:to you )?for (?:one of )?"
            rf"(?:our|a|my) (?:\w+ )?{_CLIENT}\b",
            r"\b(?:consultant|accountant|bookkeeper|contractor|advis[eo]r|auditor|it (?:guy|support|partner)) "
            r"(?:for|to|of|at) (?!us\b|you\b)\w",
            r"\b(?:we|i) (?:handle|look after|manage|run|do|take care of|keep) (?:[^.!?\n]{0,40}? )?"
            rf"{_OFFICE} for (?!us\b|you\b)\w",
            r"\bwe (?:support|administer|maintain) (?!you\b|the\b|our\b|a\b)\w|\bneighbou?r(?:'s|s')",
            r"\b(?:concerns|about|for) them,? (?:and )?not us\b|\bnot (?:about|for) us\b",
            # Norwegian, Danish, Finnish
            r"\bpa vegne a[vf]\b|\b(?:forer|star for|passer) (?:[^.!?\n]{0,30}? )?(?:regns[kc]a[bp]\w*|it\b) for \w",
            rf"\bskriver for (?:var\w*|vor\w*|en|min) {_KUNDE}",
            r"\bpuolesta\b",
        )
    )
)
_WEAK = re.compile(
    rf"\b(?:en av vara|vara?|min) (?:\w+ )?{_RELATION}\b|\b(?:one of )?(?:our|my) (?:\w+ )?{_CLIENT}\b"
    rf"|\b(?:vores|var|vor|min) {_KUNDE}\b|\b(?:asiakkaamme|vuokralaisemme)\b"
)
_THEIRS = re.compile(r"\b(?:deras|deres|their|heidan)\b")


class Pointer(Protocol):
    """Anything that points at a customer with some strength."""

    @property
    def strength(self) -> str: ...
    @property
    def customer_id(self) -> str: ...


def speaks_for_another(text: str, others: Sequence[Pointer], own: Sequence[Pointer], names: Sequence[Pointer]) -> bool:
    """Whether the writer (whose own evidence is `own`) speaks for one of `others` or of `names`."""
    mine = {one.customer_id for one in own}
    named = any(one.customer_id not in mine for one in names)
    if not others and not named:
        return False
    text = flat(text)
    if _STRONG.search(text):
        return True
    related, theirs = bool(_WEAK.search(text)), bool(_THEIRS.search(text))
    if any(one.strength == "org_number" for one in others):
        return related or theirs
    return related and theirs
