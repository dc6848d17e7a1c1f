"""The texts of the registry's four files -> Registry, or Invalid with every mistake; what an import changes. Pure.

customers.csv, devices.csv, partners.toml, hardware.toml (triage.md, "The registry"). The trap: Excel. It writes a byte
order mark, which is accepted, and in Sweden semicolons, which are refused in plain words, not read as one column.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import TypeVar

from supportbot.errors import Invalid, Problem
from supportbot.triage.cells import Rows, csv_rows, toml_tables
from supportbot.triage.index import Registry
from supportbot.triage.records import Customer, Device, Model, Partner
from supportbot.triage.rows import customer_of, device_of, model_of, partner_of

T = TypeVar("T")

FILES = ("customers.csv", "devices.csv", "partners.toml", "hardware.toml")
_CUSTOMER_COLUMNS = tuple(field.name for field in fields(Customer))
_DEVICE_COLUMNS = tuple(field.name for field in fields(Device))


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that an import adds, changes or takes away."""

    file: str
    id: str
    what: str


def read(files: Mapping[str, str]) -> Registry:
    """The registry in the texts of the four files, by file name. Raises Invalid with all problems."""
    problems = [Problem(name, "is missing.", "A registry has all four files.") for name in FILES if name not in files]
    broken = {name for name in FILES if name not in files}
    """Files whose rows are not all known: that another file refers to one of them is no mistake to tell."""

    def rows_of(name: str, read_rows: Callable[[str, str, list[Problem]], Rows[T]]) -> Rows[T]:
        found: list[Problem] = []
        rows = read_rows(name, files[name], found) if name in files else []
        broken.update([name] if found else [])
        problems.extend(found)
        return rows

    customer_rows = rows_of("customers.csv", partial(csv_rows, columns=_CUSTOMER_COLUMNS))
    device_rows = rows_of("devices.csv", partial(csv_rows, columns=_DEVICE_COLUMNS))
    partner_rows = rows_of("partners.toml", partial(toml_tables, key="partner"))
    model_rows = rows_of("hardware.toml", partial(toml_tables, key="model"))
    partners = [(where, partner_of(row, where, problems)) for where, row in partner_rows]
    models = [(where, model_of(row, where, problems)) for where, row in model_rows]
    customers = [(where, customer_of(row, where, problems)) for where, row in customer_rows]
    devices = [(where, device_of(row, where, problems)) for where, row in device_rows]
    problems.extend(_between(customers, devices, partners, models))
    if "partners.toml" not in broken:
        problems.extend(_without_partner(customers, {one.id for _, one in partners}))
    if "customers.csv" not in broken:
        problems.extend(_without_customer(devices, {one.customer_id for _, one in customers}))
    if problems:
        raise Invalid(problems)
    return Registry(_values(customers), _values(devices), _values(partners), _values(models))


def _values(rows: Rows[T]) -> list[T]:
    return [value for _, value in rows]


def _between(
    customers: Rows[Customer], devices: Rows[Device], partners: Rows[Partner], models: Rows[Model]
) -> Iterator[Problem]:
    """Mistakes that no single row shows."""
    yield from _twice([(where, one.customer_id) for where, one in customers], "customer_id")
    yield from _twice([(where, one.org_number) for where, one in customers], "org_number")
    yield from _twice([(where, email) for where, one in customers for email in one.emails], "email")
    yield from _twice([(where, one.mac) for where, one in devices], "mac")
    yield from _twice([(where, one.id) for where, one in partners], "id")
    yield from _twice([(where, domain) for where, one in partners for domain in one.domains], "domain")
    yield from _twice([(where, f"{one.vendor} {one.name}") for where, one in models], "model")
    yield from _overlapping(customers)


def _without_partner(customers: Rows[Customer], known: set[str]) -> Iterator[Problem]:
    for where, customer in customers:
        if customer.partner_id and customer.partner_id not in known:
            mend = _known("partners.toml", known)
            yield Problem(where, f'partner_id "{customer.partner_id}" is in no [[partner]].', mend)


def _without_customer(devices: Rows[Device], known: set[str]) -> Iterator[Problem]:
    for where, device in devices:
        if device.customer_id and device.customer_id not in known:
            yield Problem(where, f'customer_id "{device.customer_id}" is not in customers.csv.', "Mend one of the two.")


def _known(file: str, ids: set[str]) -> str:
    return f"{file} has: {', '.join(sorted(ids)[:10])}." if ids else f"{file} has none."


def _twice(values: list[tuple[str, str]], what: str) -> Iterator[Problem]:
    """Upper and lower case make no difference; what is shown is as the file spells it."""
    first: dict[str, str] = {}
    for where, value in values:
        key = value.casefold()
        if not value:
            continue
        if key in first:
            yield Problem(where, f'{what} "{value}" stands already at {first[key]}.', "It must be unique.")
        else:
            first[key] = where


def _overlapping(customers: Rows[Customer]) -> Iterator[Problem]:
    ranges = sorted((*numbers.bounds, where, str(numbers)) for where, one in customers for numbers in one.phone_numbers)
    furthest, owner, shown = -1, "", ""
    for start, end, where, text in ranges:
        if start <= furthest:
            yield Problem(where, f"phone_numbers {text} overlaps {shown} at {owner}.", "A number is one customer's.")
        if end > furthest:
            furthest, owner, shown = end, where, text


def differences(old: Registry, new: Registry) -> tuple[Difference, ...]:
    """What an import of `new` over `old` adds, changes and takes away, file by file."""
    pairs = (
        ("customers.csv", dict(old.customers), dict(new.customers)),
        ("devices.csv", _devices(old), _devices(new)),
        ("partners.toml", dict(old.partners), dict(new.partners)),
        ("hardware.toml", _models(old), _models(new)),
    )
    return tuple(found for file, before, after in pairs for found in _changes(file, before, after))


def _devices(registry: Registry) -> dict[str, Device]:
    """By what tells a device apart; a count behind it where nothing does."""
    rows: dict[str, Device] = {}
    for device in registry.devices:
        key = device.row.removeprefix("devices.csv ")
        count = 1
        while f"{key} #{count}" in rows or (count == 1 and key in rows):
            count += 1
        rows[key if count == 1 else f"{key} #{count}"] = device
    return rows


def _models(registry: Registry) -> dict[str, Model]:
    return {f"{one.vendor} {one.name}": one for one in registry.models}


def _changes(file: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Difference]:
    for key in after:
        if key not in before:
            yield Difference(file, key, "new")
        elif before[key] != after[key]:
            yield Difference(file, key, _changed(before[key], after[key]))
    for key in before:
        if key not in after:
            yield Difference(file, key, "gone")


def _changed(before: object, after: object) -> str:
    names = [field.name for field in fields(before)]  # type: ignore[arg-type]
    parts = [
        f"{name}: {_shown(getattr(before, name))} -> {_shown(getattr(after, name))}"
        for name in names
        if getattr(before, name) != getattr(after, name)
    ]
    return "; ".join(parts)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(str, value)) or "none"
    return "none" if value in (None, "") else str(value)
