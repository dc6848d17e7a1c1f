"""One row of the registry's files -> Customer, Device, Partner or Model; each mistake -> a Problem at its place. Pure.

A row is always turned into a value, with its wrong cells left out, so that mistakes between rows can be shown as well;
the caller throws the values away when there are problems.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, TypeVar

from supportbot.errors import Problem
from supportbot.mail.thread import pattern_problem
from supportbot.triage import cells
from supportbot.triage.index import FREE_MAIL
from supportbot.triage.records import REQUIRABLE, Customer, Device, Model, NumberRange, Partner

T = TypeVar("T")

CHANNELS = ("email", "webhook")
LANGUAGES = ("sv", "en", "no", "da", "fi")
URGENT_WAYS = ("phone", "channel", "both")
MOST_SHOWN = 60
"""Signs of a wrong list that are repeated."""
KINDS = ("desk_phone", "dect", "headset", "ata", "conference", "door_phone", "fax", "softphone", "mobile", "other")


class _Cells:
    """The cells of one row, which note what is wrong with them."""

    def __init__(self, row: Mapping[str, Any], where: str, problems: list[Problem]) -> None:
        self.row, self.where, self.problems = row, where, problems

    def wrong(self, name: str, what: str, mend: str = "") -> None:
        self.problems.append(Problem(self.where, f"{name} {what}.", mend))

    def text(self, name: str, required: bool = False) -> str:
        value = self.row.get(name, "")
        if not isinstance(value, str):
            self.wrong(name, "must be a text")
            return ""
        if required and not value.strip():
            self.wrong(name, "is missing")
        return value.strip()

    def one(self, name: str, reader: Callable[[str], T]) -> T | None:
        """The value of a cell, None where it is empty or wrong."""
        value = self.text(name)
        try:
            return reader(value) if value else None
        except ValueError as error:
            self.wrong(name, f'"{value}" {error}')
            return None

    def many(self, name: str, reader: Callable[[str], T]) -> tuple[T, ...]:
        """The values of a list: separated by spaces in CSV, an array in TOML."""
        value = self.row.get(name, ())
        items = value.split() if isinstance(value, str) else value
        if not isinstance(items, Sequence) or not all(isinstance(item, str) for item in items):
            self.wrong(name, "must be a list of texts")
            return ()
        return tuple(dict.fromkeys(self._each(name, items, reader)))

    def _each(self, name: str, items: Iterable[str], reader: Callable[[str], T]) -> Iterator[T]:
        for item in items:
            try:
                yield reader(item)
            except ValueError as error:
                self.wrong(name, f'"{item}" {error}')

    def telephones(self, name: str) -> tuple[NumberRange, ...]:
        """Numbers and ranges, separated by blanks. The trap: one that is written with blanks reads as several."""
        found: list[NumberRange] = []
        for right, run in groupby(self.text(name).split(), key=cells.in_e164):
            pieces = list(run)
            if right:
                found.extend(self._each(name, pieces, cells.numbers))
            else:
                self.wrong(name, f'"{_cut(" ".join(pieces))}" {cells.NO_NUMBER}', cells.how_to_write(pieces))
        return tuple(dict.fromkeys(found))

    def choice(self, name: str, known: Sequence[str], default: str = "") -> Any:
        value = self.text(name) or default
        if not value:
            self.wrong(name, "is missing", f"Known here: {', '.join(known)}.")
        elif value not in known:
            self.wrong(name, f'"{value}" is not known', cells.did_you_mean(value, known))
        return value

    def typed(self, name: str, wanted: type[T], shown: str, default: T | None = None) -> T | None:
        """A TOML value of one type; `default` where it is absent or wrong."""
        value = self.row.get(name, default)
        if value is not default and (not isinstance(value, wanted) or (wanted is int and isinstance(value, bool))):
            self.wrong(name, f"must be {shown}")
            return default
        return value

    def only(self, *known: str) -> None:
        for name in self.row:
            if name not in known:
                self.wrong(name, "is not known here", cells.did_you_mean(name, known))

    def table(self, name: str) -> "_Cells":
        value = self.row.get(name, {})
        if not isinstance(value, dict):
            self.wrong(name, "must be a table")
            value = {}
        return _Cells(value, f"{self.where} [{name}]", self.problems)


def _cut(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"


def customer_of(row: Mapping[str, str], where: str, problems: list[Problem]) -> Customer:
    cell = _Cells(row, where, problems)
    partner_id, purchase = cell.text("partner_id") or None, cell.choice("purchase", ("direct", "partner"))
    if purchase == "partner" and not partner_id:
        cell.wrong("purchase", "is partner, but partner_id is empty", "Say which partner.")
    if purchase == "direct" and partner_id:
        cell.wrong("purchase", f'is direct, but partner_id is "{partner_id}"', "Empty one, or write partner.")
    start, end = cell.one("contract_start", cells.day), cell.one("contract_end", cells.day)
    if start and end and end < start:
        cell.wrong("contract_end", "lies before contract_start")
    return Customer(
        customer_id=cell.text("customer_id", required=True),
        name=cell.text("name", required=True),
        org_number=cell.one("org_number", cells.organisation) or "",
        domains=cell.many("domains", _own_domain),
        emails=cell.many("emails", cells.address),
        phone_numbers=cell.telephones("phone_numbers"),
        purchase=purchase,
        partner_id=partner_id,
        service=cell.text("service"),
        contract_start=start,
        contract_end=end,
        included_hours=cell.one("included_hours", cells.hours) or Decimal(0),
        language=cell.choice("language", LANGUAGES, "sv"),
    )


def _own_domain(text: str) -> str:
    domain = cells.domain(text)
    if domain in FREE_MAIL:
        raise ValueError("is a mail provider's domain; write the customer's whole address into emails")
    return domain


def device_of(row: Mapping[str, str], where: str, problems: list[Problem]) -> Device:
    cell = _Cells(row, where, problems)
    return Device(
        customer_id=cell.text("customer_id", required=True),
        vendor=cell.text("vendor", required=True),
        model=cell.text("model", required=True),
        mac=cell.one("mac", cells.mac) or "",
        serial=cell.text("serial"),
        purchased_from_icentrex=cell.choice("purchased_from_icentrex", ("yes", "no")) == "yes",
        provisioned=cell.choice("provisioned", ("yes", "no", "not_applicable")),
    )


_OPTIONS = ("subject", "urgent", "attach_original", "max_size", "ticket_pattern", "hours", "customer_may_call_icentrex")
"""What a partner may leave out. It may stand with the partner or in its guidelines, of which it is a part."""


def partner_of(row: Mapping[str, Any], where: str, problems: list[Problem]) -> Partner:
    outer = _Cells(row, where, problems)
    outer.only("id", "name", "aliases", "domains", "language", "urgent_phone", "channel", "guidelines", *_OPTIONS)
    channel, guidelines = outer.table("channel"), outer.table("guidelines")
    channel.only("type", "address")
    guidelines.only("required", "text", *_OPTIONS)
    inner = {name: guidelines.row[name] for name in _OPTIONS if name in guidelines.row}
    for name in inner.keys() & row.keys():
        guidelines.wrong(name, "stands with the partner, too", "Leave one of the two.")
    cell = _Cells({**row, **inner}, where, problems)
    kind = channel.choice("type", CHANNELS)
    size = cell.typed("max_size", int, "a whole number of bytes")
    if size is not None and size <= 0:
        cell.wrong("max_size", "must be more than 0 bytes")
    return Partner(
        id=cell.text("id", required=True),
        name=cell.text("name", required=True),
        aliases=cell.many("aliases", str.strip),
        domains=cell.many("domains", _own_domain),
        language=cell.choice("language", LANGUAGES, "sv"),
        urgent_phone=cell.one("urgent_phone", cells.telephone) or "",
        channel_type=kind,
        channel_address=channel.one("address", cells.address if kind == "email" else _web_address) or _missing(channel),
        required=guidelines.many("required", _required),
        guidelines_text=guidelines.text("text"),
        subject=cell.text("subject"),
        urgent=cell.choice("urgent", URGENT_WAYS) if "urgent" in cell.row else None,
        attach_original=cell.typed("attach_original", bool, "true or false", True) is not False,
        max_size=size,
        ticket_pattern=cell.one("ticket_pattern", _pattern) or "",
        hours=cell.text("hours"),
        customer_may_call_icentrex=bool(cell.typed("customer_may_call_icentrex", bool, "true or false", False)),
    )


def _missing(channel: _Cells) -> str:
    if not channel.text("address"):
        channel.wrong("address", "is missing")
    return ""


def _web_address(text: str) -> str:
    if not re.fullmatch(r"https://[^\s/]+(?:/\S*)?", text):
        raise ValueError("is no https:// address")
    return text


def _required(text: str) -> str:
    if text not in REQUIRABLE:
        raise ValueError(f"is no field that can be required. {cells.did_you_mean(text, REQUIRABLE)}".rstrip("."))
    return text


def _pattern(text: str) -> str:
    if problem := pattern_problem(text):
        raise ValueError(problem)
    return text


def model_of(row: Mapping[str, Any], where: str, problems: list[Problem]) -> Model:
    cell = _Cells(row, where, problems)
    cell.only("vendor", "name", "kind", "approved", "provisioning")
    if "approved" not in row:
        cell.wrong("approved", "is missing", "Write true or false.")
    return Model(
        vendor=cell.text("vendor", required=True),
        name=cell.text("name", required=True),
        kind=cell.choice("kind", KINDS),
        approved=bool(cell.typed("approved", bool, "true or false", False)),
        provisioning=bool(cell.typed("provisioning", bool, "true or false", False)),
    )
