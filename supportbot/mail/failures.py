"""A delivery status -> for each recipient: what became of the mail, for good or not, and in whose words. Pure.

From the fields of RFC 3464 where there are any, else from the notice's text. The trap: that a mail is lost and that
sending again is useless are two things. Five days of "connection refused" end with Action: failed and class 4: the mail
is `given_up`, which must alarm somebody, and its failure is not `permanent` (RFC 3463 §3.1).
"""

import re
from collections.abc import Container, Iterable, Iterator

from supportbot.mail import wording_bounces as wording
from supportbot.mail.addresses import addresses, is_ours
from supportbot.mail.clean import clean_line
from supportbot.mail.message import FailedRecipient, Part
from supportbot.mail.wording_automatic import squash

MOST_RECIPIENTS = 200
_A = (
    r"(?P<address>[A-Za-z0-9À-ÖØ-öø-ɏ._%+=/'#!$&*~^{}-]{1,64}@"
    r"[A-Za-z0-9À-ÖØ-öø-ɏ][A-Za-z0-9À-ÖØ-öø-ɏ.-]{0,190}[A-Za-z0-9À-ÖØ-öø-ɏ])"
)
"""In Latin letters (RFC 6531): other scripts write words without a space before an address."""
_ADDRESS = re.compile(_A)
_STATED = re.compile(r"(?P<address>[\w.%+=/'#!$&*~^{}-]{1,64}@\w[\w.-]{0,190}\w)")
"""In a field that holds nothing else."""
_ESCAPED = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
"""How RFC 6533 §3 writes letters that are not ASCII."""
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_TO = re.compile(r"^To:[ \t]{0,9}([^\n]{3,320})$", re.MULTILINE | re.IGNORECASE)
_FROM = re.compile(r"^From:[ \t]{0,9}([^\n]{3,320})$", re.MULTILINE | re.IGNORECASE)
_SENDERS_LABEL = re.compile(
    r"(?<!\w)(?:from|sender(?:'s)?(?: e-?mail)?(?: address)?|från|avsändare(?:ns)?(?: (?:e-post)?adress)?"
    r"|fra|afsender(?:ens)?(?: ?adresse)?|avsender(?:ens)?(?: ?adresse)?|lähettäjä(?:n)?(?: (?:sähköposti)?osoite)?"
    r"|von|absender(?:s)?(?: ?-?adresse)?|adresse(?: e-?mail)? de l['\u2019]expéditeur|expéditeur|afzender"
    r"|remitente|mittente)"
    r"[ \t]{0,4}:?[\s|<\"\[]{0,12}$",
    re.IGNORECASE,
)
"""What stands before the address that a mail came from, in a sentence or in the cell of a table."""
_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -]|$)")
_ACTIONS: dict[str, bool | None] = {
    "failed": True, "failure": True, "delayed": False, "deferred": False,
    "delivered": None, "relayed": None, "expanded": None,
}  # fmt: skip
_FIELD = re.compile(r"^final-recipient:", re.IGNORECASE | re.MULTILINE)
"""The fields in a text whose MIME structure a gateway has broken."""
_FORMS = tuple(
    re.compile(form, re.MULTILINE)
    for form in (
        rf"^[ \t>]{{0,8}}[\"<]{{1,2}}{_A}[\">]{{1,2}}[ \t]{{0,8}}(?:[:;,.]|$|\(|- |<mailto)",
        rf"^[ \t>]{{0,40}}(?:[*•-][ \t]{{1,4}})?{_A}[ \t]{{0,8}}(?:<mailto:[^<>\n]{{1,254}}>)?"
        r"[ \t]{0,8}[:;,]?[ \t]{0,8}$",
        rf"^[ \t>]{{0,20}}<?{_A}>?:? {{1,4}}(?:on [A-Z0-9]|\[|\.{{2,3}}|Invalid|\(|[45]\d\d)",
        rf"^[ \t>]{{0,20}}{_A}:[ \t]",
    )
)
"""How mail systems write the recipient that failed: as a line of its own, or at the head of one."""
_PHRASES = re.compile(
    r"(?:unknown user|recipients?[^:<>@\n]{0,60}|deliver(?:y|ed|ing)?(?: [^:<>@\n]{0,40})?|rcpt to|failed|till|sent to"
    r"|(?:could|did) not [^:<>@\n]{0,60}|mottagare[^:<>@\n]{0,40}|gateway for|(?:email)?address|undeliverable(?: to)?)"
    rf"[\\\"]{{0,4}}[: ]{{1,4}}[\\\"]{{0,4}}\(?<{{0,2}}{_A}",
    re.IGNORECASE,
)
_CODED = re.compile(rf"(?:^|[ \t:])[45]\d\d[ -](?:[45]\.\d+\.\d+ )?<?{_A}>?", re.MULTILINE)
_NOBODY = re.compile(r"(?:mailer-?daemon|postmaster|abuse|support|help|helpdesk)@", re.IGNORECASE)


def failed_recipients(
    root: Part,
    status: Part | None,
    subject: str,
    text: str,
    returned: Iterable[Part],
    ours: Container[str] = (),
) -> tuple[FailedRecipient, ...]:
    """Each recipient once, in the order of the notice; none where it names none. `ours`: those that we write from."""
    notice, inside = notice_of(text), tuple(returned)
    source = _decoded(status) if status else text if _FIELD.search(text) else ""
    found = list(_by_fields(source, notice))
    if not found:
        below = text[len(notice) :]
        senders = {one.lower() for one in _named(inside, below, "From", _FROM)}
        places = [place for place in _places(notice, senders) if not is_ours(place[0], ours)]
        found = _by_text(root, subject, notice, places, _written_to(inside, below))
    once: dict[str, FailedRecipient] = {}
    for recipient in found:
        key = recipient.address.lower()
        once[key] = max(once.get(key, recipient), recipient, key=_badness)
    return tuple(once.values())[:MOST_RECIPIENTS]


def _badness(recipient: FailedRecipient) -> int:
    """Of several that stand for one address that we wrote to (RFC 3464 §2.3.1), none that failed is passed over."""
    return 0 if recipient.permanent is None else 1 + recipient.permanent + 2 * recipient.given_up


def named_as_failed(text: str, anywhere: bool) -> tuple[str, ...]:
    """The addresses that stand where a mail system writes the recipient; or that are just mentioned `anywhere`."""
    forms = (_ADDRESS,) if anywhere else (*_FORMS, _PHRASES, _CODED)
    place = text[:20_000] if anywhere else notice_of(text)[:20_000]
    return tuple(match["address"] for form in forms for match in form.finditer(place))


def notice_of(text: str) -> str:
    """What the mail system itself says, without the mail that it returns."""
    text = text[:100_000].replace("\r\n", "\n")
    for cut in wording.RETURNED.finditer(text):
        if len(text[: cut.start()].strip()) > 20:
            return text[: cut.start()]
    return text


def _decoded(part: Part) -> str:
    return part.text if part.text is not None else part.content[:262_144].decode("utf-8", "replace")


def _by_fields(source: str, notice: str) -> Iterator[FailedRecipient]:
    goes_on: bool | None = None  # asked once, and only where the fields do not say it
    for fields in _groups(source):
        address = _recipient(fields)
        if not address:
            continue
        diagnostic = clean_line(
            fields.get("diagnostic-code", "").partition(";")[2] or fields.get("diagnostic-code", ""), 500
        )
        stated = _STATUS.search(fields.get("status", ""))
        code = stated[1] if stated else _status(diagnostic)
        action = re.match(r"\s*([a-z]+)", fields.get("action", "").lower())
        if action and action[1] in _ACTIONS:
            over = _ACTIONS[action[1]]
        elif code[:1] in ("2", "4"):
            over = None if code[0] == "2" else False
        else:
            goes_on = _goes_on(notice) if goes_on is None else goes_on
            over = not goes_on
        yield _failed(address, over, code, diagnostic)


def _failed(address: str, over: bool | None, status: str, diagnostic: str) -> FailedRecipient:
    """`over`: no system tries any more; None where it was delivered."""
    permanent = over and not status.startswith("4")
    return FailedRecipient(address, permanent, status, diagnostic, given_up=over is True)


def _groups(content: str) -> Iterator[dict[str, str]]:
    """Fields of each block between blank lines, names in lower case, unfolded (RFC 3464 §2.1)."""
    for block in re.split(r"\n[ \t]*\n", content.replace("\r\n", "\n")):
        fields: dict[str, str] = {}
        name = ""
        for line in block.split("\n"):
            if line[:1] in (" ", "\t"):
                if name:
                    fields[name] += " " + line.strip()
                continue
            name, colon, value = line.partition(":")
            name = name.strip().lower()
            if colon and name:
                fields.setdefault(name, value.strip())
            else:
                name = ""
        yield fields


def _recipient(fields: dict[str, str]) -> str:
    """The address that we wrote to comes first: a forward's last stop is nobody that we know (RFC 3464 §2.3.1)."""
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        value = fields.get(name, "")
        found = _STATED.search(_ESCAPED.sub(_letter, value.partition(";")[2] or value))
        if found:
            return clean_line(found["address"], 254)
    return ""


def _letter(escaped: re.Match[str]) -> str:
    code = int(escaped[1], 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else escaped[0]


def _by_text(
    root: Part, subject: str, notice: str, places: list[tuple[str, int, int]], written_to: list[str]
) -> list[FailedRecipient]:
    over = not _goes_on(f"{subject}\n{notice}")
    ends = [*(start for _, start, _ in places[1:]), len(notice)]
    told = {one.lower(): notice[end : min(stop, end + 600)] for (one, _, end), stop in zip(places, ends, strict=False)}
    named = [one.address for value in root.headers.all("X-Failed-Recipients") for one in addresses(value)]
    wanted = named or [address for address, _, _ in places] or written_to
    otherwise = _status(notice, over) or ("5.0.0" if over else "4.0.0")
    found = []
    for address in wanted[:MOST_RECIPIENTS]:
        words = told.get(address.lower()) or notice[:1500]
        status = _status(words, over) or otherwise
        found.append(_failed(clean_line(address, 254), over, status, clean_line(words, 300)))
    return found


def _places(notice: str, senders: set[str]) -> list[tuple[str, int, int]]:
    """The addresses that failed with where they stand: by the surest form that finds any."""
    for forms in (_FORMS, (_PHRASES,), (_CODED,), (_ADDRESS,)):
        matches = sorted(
            (match for form in forms for match in form.finditer(notice)), key=lambda match: match.start("address")
        )
        places: dict[str, tuple[str, int, int]] = {}
        for match in matches:
            address, start = match["address"], match.start("address")
            if address.lower() in senders or _SENDERS_LABEL.search(notice[max(0, start - 60) : start]):
                continue
            if forms[0] is not _ADDRESS or not _NOBODY.match(address):
                places.setdefault(address.lower(), (address, start, match.end("address")))
        if places:
            return list(places.values())[:MOST_RECIPIENTS]
    return []


def _written_to(returned: tuple[Part, ...], below: str) -> list[str]:
    """The To of a returned mail, attached or below the notice, if it had just one."""
    to = _named(returned, below, "To", _TO)
    return to if len(to) == 1 else []


def _named(returned: tuple[Part, ...], below: str, name: str, line: re.Pattern[str]) -> list[str]:
    """The addresses of a field of the returned mail."""
    values = [value for part in returned for value in part.headers.all(name)] or line.findall(below[:10_000])
    return [one.address for value in values for one in addresses(value)]


def _status(words: str, permanent: bool = True) -> str:
    """The code of RFC 3463 that the words give, name, or come close to by their reply code."""
    found = _STATUS.search(words)
    if found:
        return found[1]
    code = _CODE.search(words)
    first = code[1][0] if code else "5" if permanent else "4"
    spoken = squash(words)
    detail = next((detail for detail, pattern in wording.REASONS if pattern.search(spoken)), "")
    return f"{first}.{detail}" if detail else f"{first}.0.0" if code else ""


def _goes_on(notice: str) -> bool:
    """Whether the mail system still tries, by its own words."""
    words = squash(notice)
    return bool(wording.DELAYED.search(words)) and not wording.FOR_GOOD.search(words)
