"""All that the workers know beside the database: rules, registry, texts, who the desk is.

A value that is replaced as a whole when rules or registry change, so that one mail is always judged by one state of it.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from supportbot.calendar import Calendar
from supportbot.mail.message import Address, Desk
from supportbot.tickets.lifecycle import Policy
from supportbot.tickets.office import Office, phone_shown
from supportbot.tickets.questions import Questions
from supportbot.tickets.templates import Templates
from supportbot.triage.registry import Customer, Partner, Registry
from supportbot.workers.sandbox import Judging


@dataclass(frozen=True, slots=True)
class Limits:
    """How many acknowledgements (design.md §6, R8) and alerts may leave."""

    unproven_per_hour: int = 60
    proven_per_day: int = 20
    same_words_per_day: int = 1
    """To one proven customer's address, about mails that say the same, as those of a machine do."""
    alerts_per_hour: int = 60
    """To one recipient, about urgent tickets; beyond it one letter stands for many."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    registry: Registry
    judging: Judging | None
    """The registry with the rules. None for staff's actions on tickets: they need no rules."""
    templates: Templates
    questions: Questions
    office: Office
    desk: Desk
    sender: Address
    """The desk as the From of every mail that leaves."""
    keys: tuple[bytes, ...]
    """The secret that signs, then the previous one."""
    calendar: Calendar
    alert_to: tuple[Address, ...] = ()
    alert_repeat: timedelta = timedelta(minutes=10)
    digest_to: tuple[Address, ...] = ()
    staff: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)

    @property
    def domain(self) -> str:
        return self.sender.domain

    def partner(self, partner_id: str | None) -> Partner | None:
        return self.registry.partner(partner_id) if partner_id else None

    def customer(self, customer_id: str | None) -> Customer | None:
        return self.registry.customer(customer_id) if customer_id else None

    def policy(self, customer_id: str | None, partner_id: str | None, no_ack: str = "") -> Policy:
        """What a Plan needs of config and registry for this customer and partner."""
        customer, partner = self.customer(customer_id), self.partner(partner_id)
        by_mail = partner is not None and partner.channel_type == "email"
        return Policy(
            phone=self.office.phone,
            alert_to=self.alert_to,
            customer_name=customer.name if customer else None,
            org_number=customer.org_number if customer else None,
            partner_name=partner.name if partner else None,
            partner_address=partner.channel_address if partner and by_mail else None,
            partner_phone=phone_shown(partner.urgent_phone) if partner and partner.urgent_phone else None,
            may_call_us=partner is not None and partner.customer_may_call_icentrex,
            no_ack=no_ack,
        )
