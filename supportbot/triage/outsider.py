"""A text -> whether its writer speaks for another company than the writer's own. Pure.

"Vi sköter bokföringen åt Café X", "on behalf of our tenant Y". The trap: "vår kund X når oss inte" is a customer's own
fault, told by the customer. So the bare relation counts only together with an organisation number, or with "deras".
"""

import re
from collections.abc import Sequence
from typing import Protocol

_ROLE = (
    r"(?:it-?\s?)?(?:konsult|tekniker|revisor|ekonom|bokf[öo]rare|redovisningskonsult|ombud|f[öo]rvaltare|leverant[öo]r|"
    r"ansvarig|partner|support|st[öo]d|r[åa]dgivare)"
)
_RELATION = (
    r"(?:kund(?:en)?s?|hyresg[äa]st(?:en|er)?s?|klient(?:en)?s?|uppdragsgivare|huvudman|grann(?:e|en|ens|f[öo]retaget)|"
    r"systerbolag(?:et)?s?|dotterbolag(?:et)?s?|moderbolag(?:et)?s?|medlem(?:men)?s?|kompis|v[äa]n|bror|syster)"
)
_STRONG = re.compile(
    "|".join(
        (
            # Swedish
            r"\b(?:skriver|mejlar|mailar|h[öo]r av (?:mig|oss)|(?:fel)?anm[äa]ler|rapporterar|kontaktar er|v[äa]nder "
            r"(?:mig|oss) till er)\b[^.!?\n]{0,30}? [åa]t (?!oss|mig|er|det|h[åa]ll)\w",
            rf"\b(?:skriver|mejlar|mailar|felanm[äa]ler)\b[^.!?\n]{{0,30}}? f[öo]r (?:v[åa]r|min|en|ett|v[åa]rt) {_RELATION}\b",
            r"\b(?:[åa]|p[åa]) (?:\S+ ){1,6}?v[äa]gnar\b|\bp[åa] uppdrag av\b",
            rf"\bf[öo]r (?:\S+ )?{_RELATION} r[äa]kning\b",
            rf"\b{_ROLE} (?:[åa]t|hos|f[öo]r) (?!oss|er|mig)\w",
            r"\b(?:sk[öo]ter|hanterar|ansvarar f[öo]r|tar hand om|har hand om|g[öo]r|f[öo]r) (?:[^.!?\n]{0,40}? )?"
            r"(?:bokf[öo]ring\w*|redovisning\w*|ekonomi\w*|l[öo]ner\w*|it\b|it-\w+|datorer\w*|telefoni\w*|v[äa]xel\w*|"
            r"post\w*|reception\w*|n[äa]tverk\w*|fastighet\w*|administration\w*) (?:[^.!?\n]{0,20}? )?[åa]t (?!oss|er|mig)\w",
            r"\bg[äa]ller (?:allts[åa] )?(?:dem|dom|honom|henne)\b|\b(?:inte|ej) (?:oss|v[åa]rt f[öo]retag|v[åa]r egen)\s*"
            r"(?:[.,;!)]|$|utan)",
            # English
            r"\bon behalf of (?!us\b|myself|the team|our team|everyone)|\bin the name of (?!us\b)",
            r"\b(?:writing|reporting|mailing|e-?mailing|contacting you|asking) (?:to you )?for (?:our|a|my|one of our) "
            r"(?:\w+ )?(?:client|tenant|customer|neighbou?r|sister company|friend|member)s?\b",
            r"\b(?:consultant|accountant|bookkeeper|contractor|advis[eo]r|auditor|it (?:guy|support|partner)) (?:for|to|of|at) "
            r"(?!us\b|you\b)\w",
            r"\b(?:we|i) (?:handle|look after|manage|run|do|take care of|keep) (?:[^.!?\n]{0,40}? )?"
            r"(?:books|bookkeeping|accounts|accounting|it|phones?|telephony|mail|reception|network|premises) for (?!us\b|you\b)\w",
            r"\b(?:concerns|about|for) them,? (?:and )?not us\b|\bnot (?:about|for) us\b",
            # Norwegian, Danish, Finnish
            r"\bp[åa] vegne a[vf]\b|\b(?:f[øo]rer|st[åa]r for|passer) (?:[^.!?\n]{0,30}? )?(?:regnskab\w*|regnskap\w*|it\b) for \w",
            r"\bskriver for (?:v[åo]r\w*|en|min) (?:kunde|lejer|leietaker|klient|nabo)\w*",
            r"\b(?:asiakkaamme|vuokralaisemme|yrityksen) (?:\S+ )?puolesta\b|\S+ puolesta\b",
        )
    ),
    re.IGNORECASE,
)
_WEAK = re.compile(
    rf"\b(?:v[åa]r|v[åa]ra|min|en av v[åa]ra) (?:\w+ )?{_RELATION}\b|\b(?:our|my|one of our) (?:\w+ )?"
    r"(?:client|tenant|customer|neighbou?r|member|sister company)s?\b|\b(?:vores|v[åa]r|vor|min) (?:kunde|lejer|leietaker|klient|nabo)\b"
    r"|\b(?:asiakkaamme|vuokralaisemme)\b",
    re.IGNORECASE,
)
_THEIRS = re.compile(r"\b(?:deras|deres|their|heid[äa]n)\b", re.IGNORECASE)
_READ = 20_000


class Pointer(Protocol):
    """Anything that points at a customer with some strength."""

    @property
    def strength(self) -> str: ...
    @property
    def customer_id(self) -> str: ...


def speaks_for_another(
    text: str, others: Sequence[Pointer], own: Sequence[Pointer], names: Sequence[Pointer]
) -> bool:
    """Whether the writer (whose own evidence is `own`) speaks for one of `others` or of `names`."""
    mine = {one.customer_id for one in own}
    named = any(one.customer_id not in mine for one in names)
    if not others and not named:
        return False
    if _STRONG.search(text[:_READ]):
        return True
    related = bool(_WEAK.search(text[:_READ]))
    if any(one.strength == "org_number" for one in others):
        return related
    return related and bool(_THEIRS.search(text[:_READ]))
