"""ParsedMail + Registry + RuleBook -> Decision: every question answered, with what each answer rests on. Pure.

The mail reader's `nature` settles auto_reply, bounce and bulk; the registry settles customer and purchase; the rules
settle kind, urgency, billing and category; the ordered table of triage.md settles the route. The trap: only a fault
can be urgent or billable, and what is not judged must not be shown.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from supportbot.mail.message import ParsedMail
from supportbot.triage import buying, equipment
from supportbot.triage.decision import BillableReason, Category, Decision, Kind, Note, PassedOver, Question, Reason
from supportbot.triage.evidence import Sighting, identify
from supportbot.triage.facts import Facts, facts
from supportbot.triage.found import found
from supportbot.triage.phrases import Span
from supportbot.triage.registry import Registry
from supportbot.triage.route import NOT_JUDGED, Known, route
from supportbot.triage.rulebook import Answer, Match, RuleBook
from supportbot.triage.text import judged, squeezed

Readings = Mapping[str, Mapping[str, float]]

_BY_NATURE: dict[str, Kind] = {"auto_reply": "auto_reply", "report": "auto_reply", "bounce": "bounce", "bulk": "bulk"}
_ASKS: dict[str, Question] = {"kind": "kind", "urgency": "urgent", "billable": "billable", "category": "category"}
_BY = {
    "address": "The sender's address stands in the customer's row.",
    "org_number": "The organisation number is the customer's.",
    "phone_number": "The telephone number lies in the customer's numbers.",
    "domain": "The address lies in the customer's domain.",
    "name": "The customer's name is written.",
}
_DEFAULTS = {"kind": (Reason("nothing-else", "Nothing in it reads like an order, a question or no person's mail."),)}
"""What an answer rests on that no rule gave, where it is not plainly the absence of something."""
_LANGUAGE = (Reason("language", "The language that the new text is written in."),)
_MOST_WORDS = 200
"""Code points of the words that one reason shows."""


def decide(
    mail: ParsedMail, registry: Registry, book: RuleBook, today: date, readings: Readings | None = None
) -> Decision:
    """The decision about a mail, on the day `today` (contracts end).

    `readings` replace what the book's learned reader says; without either, the rules judge by words alone.
    """
    if mail.nature in _BY_NATURE:
        return _by_nature(mail)
    mail, cut = _judged(mail)
    sighting, told, seen = look(mail, registry, book)
    told = told.with_readings(_readings(book, told) if readings is None else readings)
    asked = _Asked(book, told, seen.reasons)
    kind: Kind = asked.answer("kind")  # type: ignore[assignment]
    if kind in NOT_JUDGED:
        return _not_judged(kind, mail, asked)
    fault = kind == "fault"
    urgent = fault and asked.answer("urgency") == "urgent"
    billable = asked.answer("billable") if fault else "none"
    category: Category = asked.answer("category")  # type: ignore[assignment]
    bought = buying.of(registry, sighting, book.answer("purchase", told.places), told, today, book.terms)
    customer = registry.customer(sighting.customer)
    known = Known(
        kind,
        sighting.customer,
        bought.purchase,
        sighting.contradiction,
        bought.denied,
        bool(sighting.sender_is_partner),
    )
    way, why = route(known, customer.row if customer else None)
    reason: BillableReason | None = None if billable == "none" else billable  # type: ignore[assignment]
    asked.reasons |= {"customer": _seen_by(sighting), "route": (why,), "language": _LANGUAGE}
    asked.reasons |= {"purchase": bought.reasons, "partner": bought.reasons if bought.partner else ()}
    return Decision(
        kind=kind,
        route=way,
        customer=sighting.customer,
        purchase=bought.purchase,
        partner=bought.partner,
        sender_is_partner=sighting.sender_is_partner,
        sender_is_customer=sighting.sender_is_customer,
        urgent=urgent,
        billable=reason is not None,
        billable_reason=reason,
        category=category,
        language=mail.language,
        reasons={question: reasons for question, reasons in asked.reasons.items() if reasons},
        passed_over=tuple(asked.passed),
        unsure=asked.unsure(fault),
        notes=(*cut, *sighting.notes, *bought.notes, *asked.notes(urgent)),
        device=seen.shown,
        found=_found(registry, sighting, mail, seen),
    )


def _found(registry: Registry, sighting: Sighting, mail: ParsedMail, seen: equipment.Seen) -> dict[str, str]:
    text, signature = squeezed(mail.new_text), squeezed(mail.signature)
    from_partner = bool(sighting.sender_is_partner)
    return found(registry, sighting.customer, text, signature, seen.devices, from_partner, mail.sender_shown)


def _judged(mail: ParsedMail) -> tuple[ParsedMail, tuple[Note, ...]]:
    """The mail as far as it is judged, and a note where that is not all: no mail may cost the time of many."""
    new_text, signature = judged(mail.new_text), judged(mail.signature)
    if len(new_text) + len(signature) == len(mail.new_text) + len(mail.signature):
        return mail, ()
    cut = (Note("text_cut", (str(len(new_text)),)),) if len(new_text) < len(mail.new_text) else ()
    return replace(mail, new_text=new_text, signature=signature), cut


def look(mail: ParsedMail, registry: Registry, book: RuleBook) -> tuple[Sighting, Facts, equipment.Seen]:
    """Whom the mail is about, all facts that rules may ask (without the reader's), and the device at fault."""
    sighting = identify(registry, mail.sender, mail.new_text, mail.signature, mail.forwarded, mail.subject)
    told = facts(mail, book.index)
    seen = equipment.look(registry, sighting, told)
    given = {"nature": (mail.nature,), "device": seen.facts, "sender": (_sender(sighting),)}
    return sighting, told.given(given), seen


def _readings(book: RuleBook, told: Facts) -> Readings:
    return book.reader.read(told) if book.reader else {}


class _Asked:
    """Asks the rule book, and keeps what each answer rests on."""

    def __init__(self, book: RuleBook, told: Facts, registered: Mapping[str, tuple[Reason, ...]]) -> None:
        self.book, self.told, self.registered = book, told, registered
        self.reasons: dict[Question, tuple[Reason, ...]] = {}
        self.passed: list[PassedOver] = []
        self.defaults: list[Question] = []
        """Answered by no rule, nor judged by the reader."""
        self.doubted: list[Question] = []
        """Answered otherwise than, or not as surely as, the reader would."""

    def answer(self, table: str) -> str:
        answer = self.book.answer(table, self.told.places)
        question = _ASKS[table]
        read = _read_in(answer, self.book, self.told)
        self.reasons[question] = reasons_of(answer, self.told, self.registered, read) or _DEFAULTS.get(table, ())
        self.passed += [_passed(question, each) for each in answer.passed_over]
        likely = self.book.likelihood(table, answer.answer, self.told.places)
        if likely is not None and table in self.book.doubts:
            if likely < self.book.doubts[table].unsure_below:
                self.doubted.append(question)
        elif answer.match is None:
            self.defaults.append(question)
        return answer.answer

    def unsure(self, fault: bool) -> tuple[Question, ...]:
        """Answers that the reader doubts, and, without it, defaults although something spoke against them."""
        doubted = {each.question for each in self.passed}
        weak = [each for each in self.defaults if each in doubted or (each == "category" and fault)]
        if "kind" in self.defaults and not self.told.places.phrases.get("{symptom}"):
            weak.insert(0, "kind")
        return tuple(dict.fromkeys([*self.doubted, *weak]))

    def notes(self, urgent: bool) -> tuple[Note, ...]:
        """What contradicts itself in the text: an outage that its sender plays down."""
        if urgent and self.told.places.phrases.get("{mild}"):
            return (Note("played_down"),)
        return ()


def _read_in(answer: Answer, book: RuleBook, told: Facts) -> tuple[Span, ...]:
    """The words that weighed most for what a rule took from the reader."""
    asked = (
        [each.source.split(".") for each in answer.match.rule.when if each.source[:6] == "reads."]
        if answer.match
        else []
    )
    return book.reader.because(told, *asked[0][1:]) if book.reader and asked else ()


def reasons_of(
    answer: Answer, told: Facts, registered: Mapping[str, tuple[Reason, ...]], read: tuple[Span, ...] = ()
) -> tuple[Reason, ...]:
    """The rule that answered, once for each place of the mail that it holds for, and the registry's rows.

    `read`: the words that weighed most with the learned reader.
    """
    if answer.match is None:
        return ()
    rule = answer.match.rule
    rows = [
        Reason(rule.name, rule.because, rule.clause, each.words, each.start, each.end, each.row)
        for condition in rule.when
        if condition.source == "device"
        for value in condition.values
        for each in registered.get(value, ())
    ]
    places = {span: told.words(span) for span in (*answer.match.spans, *read)}
    short = [span for span, (words, _, _) in places.items() if len(words) <= _MOST_WORDS]
    shown = [
        Reason(rule.name, rule.because, rule.clause, *place)
        for place in dict.fromkeys(places[span] for span in short if not any(_holds(other, span) for other in short))
    ]
    return tuple(rows + shown) or (Reason(rule.name, rule.because, rule.clause),)


def _holds(outer: Span, inner: Span) -> bool:
    """Whether one place lies inside another: "kan varken ringa" in "kan varken ringa eller bli ringda"."""
    return (
        outer != inner and outer.sentence == inner.sentence and outer.first <= inner.first <= inner.last <= outer.last
    )


def _passed(question: Question, match: Match) -> PassedOver:
    return PassedOver(question, match.rule.name, f"{match.rule.because} Stopped by: {match.stopped}.")


def _sender(sighting: Sighting) -> str:
    if sighting.sender_is_partner:
        return "partner"
    return "customer" if sighting.sender_is_customer else "other"


def _seen_by(sighting: Sighting) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            f"customer-by-{each.strength}", _BY[each.strength], None, each.words, each.start, each.end, each.row or None
        )
        for each in sighting.evidence
    )


def _by_nature(mail: ParsedMail) -> Decision:
    kind = _BY_NATURE[mail.nature]
    why = Reason("mail-reader", mail.nature_because or f"The mail reader says: {mail.nature}.")
    return _nothing(kind, mail, (why,))


def _not_judged(kind: Kind, mail: ParsedMail, asked: _Asked) -> Decision:
    return _nothing(kind, mail, asked.reasons.get("kind", ()))


def _nothing(kind: Kind, mail: ParsedMail, why: tuple[Reason, ...]) -> Decision:
    way, reason = route(Known(kind, None, "unknown", False, False, False), None)
    return Decision(kind=kind, route=way, language=mail.language, reasons={"kind": why, "route": (reason,)})
