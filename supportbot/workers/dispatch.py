"""Effect -> Outgoing: the letter is written, given its Message-ID and turned into the bytes that will leave.

Called inside the ticket's transaction, so that number, letter and outbox row are stored together or not at all.
"""

from datetime import datetime
from secrets import token_bytes

from supportbot.mail import compose, thread
from supportbot.mail.compose import Letter
from supportbot.tickets import letters
from supportbot.tickets.effects import AcknowledgeCustomer, Effect, ForwardToPartner, Outgoing, RaiseAlert, kind_of
from supportbot.tickets.ticket import Ticket
from supportbot.workers.knowledge import Knowledge


def write(
    effect: Effect, ticket: Ticket | None, mail_text: str, raw: bytes, known: Knowledge, now: datetime
) -> Outgoing:
    """The mail of an effect of a ticket. `mail_text` is the new text of the mail that caused it, `raw` its bytes."""
    return seal(effect, _letter(effect, ticket, mail_text, raw, known), known, now)


def seal(effect: Effect, letter: Letter, known: Knowledge, now: datetime) -> Outgoing:
    """A letter with its Message-ID, as the bytes that will leave."""
    kind = kind_of(effect)
    number = getattr(effect, "ticket", None)
    message_id = compose.new_message_id(kind, number, known.domain, known.keys[0], token_bytes(16))
    content = compose.compose(letter, message_id, known.sender, now.astimezone(known.calendar.zone))
    return Outgoing(effect.key, kind, number, letter.to.address, message_id, content)


def _letter(effect: Effect, ticket: Ticket | None, mail_text: str, raw: bytes, known: Knowledge) -> Letter:
    match effect:
        case AcknowledgeCustomer() if ticket:
            partner = known.partner(ticket.decision.partner)
            token = thread.sign(ticket.number, known.keys[0])
            return letters.acknowledgement(
                ticket, effect.to, token, known.office, partner, known.questions, known.templates
            )
        case ForwardToPartner() if ticket:
            partner = known.partner(effect.partner)
            assert partner is not None
            token = thread.sign(ticket.number, known.keys[0])
            return letters.partner_mail(
                ticket, mail_text, raw, effect.to, token, known.office, partner, known.templates, effect.again
            )
        case RaiseAlert(ticket=None):
            return letters.alert(effect, None, "", known.office, known.registry, known.templates)
        case RaiseAlert():
            return letters.alert(effect, ticket, mail_text, known.office, known.registry, known.templates)
        case _:
            raise TypeError(f"no letter for {effect!r}")
