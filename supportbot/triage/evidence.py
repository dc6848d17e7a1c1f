"""Sender, new text, signature, forward, subject + registry -> which customer the mail is about, and why. Pure.

Evidence in falling strength (triage.md, "customer"): the sender's exact address, an organisation number, a telephone
number, the sender's domain, the company's name. The trap: the writer need not be the customer. A partner, an accountant
or a landlord writes about somebody else; then the writer's own address, domain and signature tell nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from supportbot.mail.message import Address, Forwarded
from supportbot.triage.decision import Note
from supportbot.triage.index import Registry
from supportbot.triage.names import Mention
from supportbot.triage.numbers import candidates, e164, far_end, organisation_number, plain
from supportbot.triage.outsider import speaks_for_another
from supportbot.triage.text import squeezed

Strength = Literal["address", "org_number", "phone_number", "domain", "name"]
_MOST_MENTIONS = 40
_ADDRESS = re.compile(r"[\w.+-]{1,64}@((?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24})")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that points at a customer."""

    strength: Strength
    customer_id: str
    words: str
    start: int | None = None
    """Offsets of `words` in new_text; None where they stand elsewhere (From, subject, signature, forward)."""
    end: int | None = None
    row: str = ""
    where: Literal["sender", "text", "subject", "signature", "forward"] = "text"
    far_end: bool = False
    """A number that is told as the other end of a call: whoever writes may have called anybody."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """Whose mail it is, as far as the evidence goes."""

    customer: str | None
    evidence: tuple[Evidence, ...] = ()
    """What points at the customer, the strongest first; all that contradicts where it is a contradiction."""
    contradiction: bool = False
    sender_is_partner: str | None = None
    """Partner id when the From address lies in a partner's own domain."""
    sender_is_customer: bool = False
    """The From address, or its own (not shared) domain, is this customer's."""
    notes: tuple[Note, ...] = ()


def identify(
    registry: Registry,
    sender: Address | None,
    new_text: str,
    signature: str = "",
    forwarded: Forwarded | None = None,
    subject: str = "",
) -> Sighting:
    """The customer that the mail is about. Neither the quoted thread nor any header but From may be given here."""
    partner = registry.partner_by_domain(sender.domain) if sender else None
    own = _of_sender(registry, sender)
    all_told = _told(registry, new_text, subject, forwarded)
    told, far = ([one for one in all_told if one.far_end == far_end] for far_end in (False, True))
    signature = "" if partner else signature
    names = _names(registry, new_text, "text") + _names(registry, subject, "subject")
    writer = {one.customer_id for one in own}
    others = [one for one in told if one.customer_id not in writer]
    for_another = partner is not None or speaks_for_another(squeezed(f"{subject}\n{new_text}"), others, own, names)
    notes = _notes(registry, sender, new_text)
    if for_another and (partner or told or names):
        named = [one for one in names if one.customer_id not in writer]
        chosen = others or named or told or far
        chosen = chosen or _softly(registry, sender, new_text, "", forwarded, names, partner) or own
    else:
        chosen = own + told + _numbers(registry, signature, "signature")
        chosen = chosen or _signed(registry, sender, signature, names) or far
        chosen = chosen or _softly(registry, sender, new_text, signature, forwarded, names, partner)
    chosen = _address_beats_domain(chosen)
    return _concluded(registry, sender, partner, chosen, names, notes)


def _concluded(
    registry: Registry,
    sender: Address | None,
    partner: str | None,
    chosen: list[Evidence],
    names: list[Evidence],
    notes: list[Note],
) -> Sighting:
    ids = sorted({one.customer_id for one in chosen})
    if len(ids) == 1:
        chosen += [one for one in names if one.customer_id == ids[0] and one not in chosen]
        theirs = _is_theirs(registry, sender, ids[0])
        return Sighting(ids[0], _in_order(chosen), False, partner, theirs, tuple(notes))
    hard = any(one.strength != "name" for one in chosen)
    if ids:
        notes.append(Note("different_customers", (", ".join(ids[:5]),)))
    return Sighting(None, _in_order(chosen), bool(ids) and hard, partner, False, tuple(notes))


def _of_sender(registry: Registry, sender: Address | None) -> list[Evidence]:
    """The sender's exact address, or else the domain where it is one customer's only."""
    if sender is None:
        return []
    if owner := registry.by_email(sender.address):
        return [Evidence("address", owner, sender.address, row=f"customers.csv {owner}", where="sender")]
    owners = registry.by_domain(sender.domain)
    if len(owners) == 1:
        return [Evidence("domain", owners[0], sender.domain, row=f"customers.csv {owners[0]}", where="sender")]
    return []


def _told(registry: Registry, new_text: str, subject: str, forwarded: Forwarded | None) -> list[Evidence]:
    found = _numbers(registry, new_text, "text") + _numbers(registry, subject, "subject")
    if forwarded and forwarded.text[:200] not in new_text:
        found += _numbers(registry, forwarded.text, "forward")
    return found


def _numbers(
    registry: Registry, text: str, where: Literal["text", "subject", "signature", "forward"]
) -> list[Evidence]:
    """Organisation and telephone numbers of customers in the text, each customer's first of each kind."""
    found: dict[tuple[Strength, str], Evidence] = {}
    done = 0
    for joins in candidates(text):
        if joins[0].start < done:
            continue
        for digits in joins:
            organisation = organisation_number(digits)
            number = None if organisation else e164(digits)
            org_owner = registry.by_org_number(organisation) if organisation else None
            owner = org_owner or (registry.by_phone(number) if number else None)
            if owner:
                strength: Strength = "org_number" if org_owner else "phone_number"
                start, end = (digits.start, digits.end) if where == "text" else (None, None)
                words = text[digits.start : digits.end]
                row = f"customers.csv {owner}"
                far = strength == "phone_number" and where != "signature" and far_end(text, digits.start)
                one = Evidence(strength, owner, words, start, end, row, where, far)
                if (strength, owner) not in found or found[strength, owner].far_end:
                    found[strength, owner] = one
                done = digits.end
                break
    return list(found.values())


def _signed(registry: Registry, sender: Address | None, signature: str, names: list[Evidence]) -> list[Evidence]:
    """The company's name in the signature; on a domain that several share, in the text too, if it is one of them."""
    shared = registry.by_domain(sender.domain) if sender else ()
    signed = _names(registry, signature, "signature")
    return [one for one in (*names, *signed) if one.customer_id in shared] or signed


def _names(registry: Registry, text: str, where: Literal["text", "subject", "signature"]) -> list[Evidence]:
    """Customers' names in the text that are one customer's only, and no partner's."""
    mentions = registry.names.mentions(text)
    partners = registry.partner_names.mentions(text) if mentions else ()
    free = [one for one in mentions if not any(_overlap(one, other) for other in partners)]
    whole = [one for one in free if one.whole]
    return _evidence_of(whole or free, text, where)


def _evidence_of(
    mentions: Iterable[Mention], text: str, where: Literal["text", "subject", "signature"]
) -> list[Evidence]:
    found: dict[str, Evidence] = {}
    for mention in list(mentions)[:_MOST_MENTIONS]:
        if len(mention.ids) == 1:
            owner, words = mention.ids[0], text[mention.start : mention.end]
            start, end = (mention.start, mention.end) if where == "text" else (None, None)
            found.setdefault(owner, Evidence("name", owner, words, start, end, f"customers.csv {owner}", where))
    return list(found.values())


def _softly(
    registry: Registry,
    sender: Address | None,
    new_text: str,
    signature: str,
    forwarded: Forwarded | None,
    names: list[Evidence],
    partner: str | None,
) -> list[Evidence]:
    """What decides where no number and no own address does; the first kind that finds somebody."""
    shared = registry.by_domain(sender.domain) if sender and not partner else ()
    suspected = registry.customers_of(partner) if partner else frozenset(shared)
    signed = [] if partner else _names(registry, signature, "signature")
    if shared:
        names = [one for one in names if one.customer_id in shared] or names
        signed = [one for one in signed if one.customer_id in shared] or signed
    return (
        _addresses(registry, forwarded.sender if forwarded else "", "forward")
        or names
        or _evidence_of(registry.names.within(new_text, suspected), new_text, "text")
        or _addresses(registry, new_text, "text")
        or signed
        or _evidence_of(registry.names.within(signature, suspected), signature, "signature")
        or _addresses(registry, signature, "signature")
        or _evidence_of(registry.names.alike(new_text), new_text, "text")
    )


def _addresses(registry: Registry, text: str, where: Literal["text", "signature", "forward"]) -> list[Evidence]:
    """Mail addresses in a forward's From line, a form's field or the text, at one customer's own domain."""
    found: dict[str, Evidence] = {}
    for match, _ in zip(_ADDRESS.finditer(text[:20_000]), range(_MOST_MENTIONS), strict=False):
        owner = registry.by_email(match[0])
        owners = (owner,) if owner else registry.by_domain(match[1])
        if len(owners) == 1:
            start, end = match.span() if where == "text" else (None, None)
            row = f"customers.csv {owners[0]}"
            found.setdefault(owners[0], Evidence("domain", owners[0], match[0], start, end, row, where))
    return list(found.values())


def _address_beats_domain(chosen: list[Evidence]) -> list[Evidence]:
    """Two companies can share a domain: the exact address tells them apart (triage.md)."""
    if any(one.strength == "address" for one in chosen):
        return [one for one in chosen if one.strength != "domain"]
    return chosen


def _is_theirs(registry: Registry, sender: Address | None, customer_id: str) -> bool:
    if sender is None:
        return False
    owner = registry.by_email(sender.address)
    return owner == customer_id if owner else registry.by_domain(sender.domain) == (customer_id,)


def _notes(registry: Registry, sender: Address | None, new_text: str) -> list[Note]:
    notes = []
    shared = registry.by_domain(sender.domain) if sender else ()
    if sender and len(shared) > 1:
        notes.append(Note("shared_domain", (sender.domain, ", ".join(shared[:5]))))
    for match, _ in zip(re.finditer(r"\d{6}-\d{4}", plain(new_text)), range(5), strict=False):
        digits = match[0].replace("-", "")
        known = registry.by_org_number(digits)
        if not known and digits[0] != "0" and digits[2] >= "2" and _is_organisation(digits):
            notes.append(Note("unknown_org_number", (match[0],)))
    return notes


def _is_organisation(digits: str) -> bool:
    return any(organisation_number(joins[0]) for joins in candidates(digits))


def _overlap(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end


def _in_order(evidence: list[Evidence]) -> tuple[Evidence, ...]:
    order = ("address", "org_number", "phone_number", "domain", "name")
    return tuple(sorted(evidence, key=lambda one: order.index(one.strength)))
