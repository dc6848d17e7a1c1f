"""The tables of the registry: what was imported, row by row. tables.py has the others and all names for queries."""

from datetime import date

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel


class CustomerRow(SQLModel, table=True):
    __tablename__ = "customers"

    customer_id: str = Field(primary_key=True)
    place: int
    name: str
    org_number: str
    domains: str = Field(sa_type=Text)
    emails: str = Field(sa_type=Text)
    phone_numbers: str = Field(sa_type=Text)
    purchase: str
    partner_id: str | None
    service: str
    contract_start: date | None
    contract_end: date | None
    included_hours: str
    """An exact decimal: a float would not be."""
    language: str


class DeviceRow(SQLModel, table=True):
    __tablename__ = "devices"

    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    customer_id: str = Field(index=True)
    vendor: str
    model: str
    mac: str
    serial: str
    purchased_from_icentrex: bool
    provisioned: str


class PartnerRow(SQLModel, table=True):
    __tablename__ = "partners"

    id: str = Field(primary_key=True)
    place: int
    name: str
    aliases: str = Field(sa_type=Text)
    domains: str = Field(sa_type=Text)
    language: str
    urgent_phone: str
    channel_type: str
    channel_address: str
    required: str = Field(sa_type=Text)
    guidelines_text: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    urgent: str | None
    attach_original: bool
    max_size: int | None = Field(sa_type=BigInteger)
    ticket_pattern: str
    hours: str
    customer_may_call_icentrex: bool


class ModelRow(SQLModel, table=True):
    __tablename__ = "models"

    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    vendor: str
    name: str
    kind: str
    approved: bool
    provisioning: bool
