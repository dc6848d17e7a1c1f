"""The rows of the registry as values: Customer, Device, Partner, Model. Pure.

Plain constructors, so that the same values are made from the four files and from database rows. Nothing is checked
here: registry_files.py checks files, and what stands in the database was checked when it was imported.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Provisioned = Literal["yes", "no", "not_applicable"]
Bought = Literal["direct", "partner"]
UrgentWay = Literal["phone", "channel", "both"]

REQUIRABLE = ("affected_number", "time_of_fault", "device_model", "example_call", "contact_phone")
"""What a partner's guidelines may require of a ticket (triage.md, "The registry")."""


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Telephone numbers from `first` to `last` inclusive, E.164 with the plus, of the same length."""

    first: str
    last: str

    def __str__(self) -> str:
        return self.first if self.first == self.last else f"{self.first}-{self.last}"

    @property
    def bounds(self) -> tuple[int, int]:
        """Both ends as integers. Country codes never start with 0, so that integers compare as numbers do."""
        return int(self.first.lstrip("+")), int(self.last.lstrip("+"))


def number_range(text: str) -> NumberRange:
    """`+46846500400-+46846500403` or a single number, as customers.csv writes it; not validated."""
    first, _, last = text.partition("-")
    return NumberRange(first, last or first)


@dataclass(frozen=True, slots=True)
class Customer:
    customer_id: str
    name: str
    org_number: str
    """`NNNNNN-NNNN`, or "" where it is not known."""
    domains: tuple[str, ...] = ()
    """Lower case, A-labels."""
    emails: tuple[str, ...] = ()
    """Lower case."""
    phone_numbers: tuple[NumberRange, ...] = ()
    purchase: Bought = "direct"
    partner_id: str | None = None
    service: str = ""
    contract_start: date | None = None
    contract_end: date | None = None
    included_hours: Decimal = Decimal(0)
    language: str = "sv"

    @property
    def row(self) -> str:
        return f"customers.csv {self.customer_id}"


@dataclass(frozen=True, slots=True)
class Device:
    customer_id: str
    vendor: str
    model: str
    mac: str = ""
    """`80:5E:C0:12:34:56`, or "" (a headset has none)."""
    serial: str = ""
    purchased_from_icentrex: bool = True
    provisioned: Provisioned = "yes"

    @property
    def row(self) -> str:
        return f"devices.csv {self.customer_id} {self.mac or self.serial or f'{self.vendor} {self.model}'}"


@dataclass(frozen=True, slots=True)
class Partner:
    id: str
    name: str
    aliases: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    language: str = "sv"
    urgent_phone: str = ""
    channel_type: str = "email"
    channel_address: str = ""
    required: tuple[str, ...] = ()
    """Of REQUIRABLE."""
    guidelines_text: str = ""
    """The partner's own words: shown to staff, never claimed as kept."""
    subject: str = ""
    """Template of the forwarded mail's subject; "" for the shipped one."""
    urgent: UrgentWay | None = None
    attach_original: bool = True
    max_size: int | None = None
    """Bytes that the partner's channel takes; None where no limit is known."""
    ticket_pattern: str = ""
    """Regular expression of the partner's own ticket numbers, or ""."""
    hours: str = ""
    customer_may_call_icentrex: bool = False

    @property
    def row(self) -> str:
        return f"partners.toml {self.id}"


@dataclass(frozen=True, slots=True)
class Model:
    vendor: str
    name: str
    kind: str
    """desk_phone, dect, headset, ata, conference …"""
    approved: bool
    provisioning: bool = False

    @property
    def row(self) -> str:
        return f"hardware.toml {self.vendor} {self.name}"
