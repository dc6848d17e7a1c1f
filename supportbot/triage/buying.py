"""Registry + what the text says of the purchase -> purchase, partner, and whether the two contradict. Pure.

For a known customer the registry decides; what the text says can only send the mail to a person. The trap: a partner
that is merely named (in a signature, as the customer's IT firm) sold nothing.
"""

from dataclasses import dataclass, replace
from datetime import date

from supportbot.triage.decision import Note, Purchase, Reason
from supportbot.triage.evidence import Sighting
from supportbot.triage.facts import Facts
from supportbot.triage.records import Customer
from supportbot.triage.registry import Registry
from supportbot.triage.rule import Terms
from supportbot.triage.rulebook import Answer


@dataclass(frozen=True, slots=True)
class Bought:
    purchase: Purchase
    partner: str | None
    denied: bool
    """The text says plainly what the registry denies."""
    reasons: tuple[Reason, ...]
    notes: tuple[Note, ...]


def of(registry: Registry, sighting: Sighting, said: Answer, told: Facts, today: date, terms: Terms) -> Bought:
    """How the service was bought. `said` is the rule file's answer about the text: direct, partner, perhaps, unsaid."""
    partner, words = _named(registry, said, told)
    if said.answer == "perhaps":
        said = replace(said, answer="partner" if partner else "unsaid")
    from_text = _said(said, told, words)
    customer = registry.customer(sighting.customer)
    if customer is None:
        if said.answer == "unsaid":
            return Bought("unknown", None, False, (), ())
        purchase: Purchase = "direct" if said.answer == "direct" else "partner"
        return Bought(purchase, partner if purchase == "partner" else None, False, from_text, ())
    why = Reason("registry", "The registry says how the customer bought.", row=customer.row)
    denied = _denies(customer, said.answer, partner, bool(words))
    notes = list(_contract(customer, today, terms))
    if denied:
        shown = from_text[0].words if from_text else ""
        held = " ".join(filter(None, (customer.purchase, customer.partner_id)))
        notes.append(Note("other_purchase", (held, shown)))
    return Bought(customer.purchase, customer.partner_id, denied, (why, *(from_text if denied else ())), tuple(notes))


def _denies(customer: Customer, said: str, partner: str | None, named: bool) -> bool:
    if said == "direct":
        return customer.purchase == "partner"
    if said == "partner":
        return customer.purchase == "direct" or (named and partner != customer.partner_id)
    return False


def _named(registry: Registry, said: Answer, told: Facts) -> tuple[str | None, str]:
    """The registry's partner named in or beside the sentence in which the text speaks of the purchase."""
    if said.match is None:
        return None, ""
    numbers = {span.sentence for span in said.match.spans if not told.sentences[span.sentence].subject}
    if not numbers:
        return None, ""
    start = min(told.sentences[number].start for number in numbers)
    end = max(told.sentences[number].end for number in numbers)
    mentions = [each for each in registry.partner_names.mentions(told.new_text[start:end]) if len(each.ids) == 1]
    if not mentions:
        return None, ""
    first = mentions[0]
    return first.ids[0], told.new_text[start + first.start : start + first.end]


def _said(said: Answer, told: Facts, partner: str) -> tuple[Reason, ...]:
    if said.match is None:
        return ()
    rule = said.match.rule
    places = [told.words(span) for span in said.match.spans]
    return tuple(Reason(rule.name, rule.because, rule.clause, *place) for place in dict.fromkeys(places))


def _contract(customer: Customer, today: date, terms: Terms) -> list[Note]:
    """What staff should know of the contract; it changes no decision."""
    notes = []
    if customer.contract_end and customer.contract_end < today:
        notes.append(Note("contract_ended", (customer.name, customer.contract_end.isoformat())))
    if customer.service and customer.service not in terms.services:
        notes.append(Note("other_service", (", ".join(terms.services), customer.service)))
    return notes
