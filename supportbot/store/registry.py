"""The registry <-> rows: replaced as a whole, loaded as a whole, in the order of its files."""

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, delete, select

from supportbot.store import tables
from supportbot.store.sql import insert_rows, upsert
from supportbot.store.values import list_from, list_text
from supportbot.triage.records import Customer, Device, Model, Partner, number_range
from supportbot.triage.registry import Registry

C, D, P, M = tables.customers, tables.devices, tables.partners, tables.models

FINGERPRINT = "registry fingerprint"


def replace(conn: Connection, registry: Registry) -> None:
    """Store this registry instead of the one before."""
    rows = {
        C: [_customer_row(one) for one in registry.customers.values()],
        D: [_row(one, ()) for one in registry.devices],
        P: [_row(one, ("aliases", "domains", "required")) for one in registry.partners.values()],
        M: [_row(one, ()) for one in registry.models],
    }
    for table, values in rows.items():
        conn.execute(delete(table))
        insert_rows(conn, table, [value | {"place": place} for place, value in enumerate(values)])
    told = json.dumps(list(rows.values()), default=str, sort_keys=True)
    value = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
    upsert(conn, tables.meta, {"name": FINGERPRINT, "value": value}, {"value": value})


def load(conn: Connection) -> Registry:
    return Registry(
        [_customer(row) for row in _rows(conn, C)],
        [Device(**row) for row in _rows(conn, D)],
        [Partner(**_with_lists(row, ("aliases", "domains", "required"))) for row in _rows(conn, P)],
        [Model(**row) for row in _rows(conn, M)],
    )


def fingerprint(conn: Connection) -> str:
    """Changes when any row of the registry does; "" before the first import."""
    return conn.scalar(select(tables.meta.c.value).where(tables.meta.c.name == FINGERPRINT)) or ""


def _rows(conn: Connection, table: Any) -> Iterable[dict[str, Any]]:
    for found in conn.execute(select(table).order_by(table.c.place)).mappings():
        row = dict(found)
        del row["place"]
        yield row


def _row(record: Any, lists: tuple[str, ...]) -> dict[str, Any]:
    row = {name: getattr(record, name) for name in record.__slots__}
    return row | {name: list_text(row[name]) for name in lists}


def _with_lists(row: dict[str, Any], lists: tuple[str, ...]) -> dict[str, Any]:
    return row | {name: list_from(row[name]) for name in lists}


def _customer_row(customer: Customer) -> dict[str, Any]:
    numbers = list_text(str(numbers) for numbers in customer.phone_numbers)
    hours = str(customer.included_hours)
    return _row(customer, ("domains", "emails")) | {"phone_numbers": numbers, "included_hours": hours}


def _customer(row: dict[str, Any]) -> Customer:
    numbers = tuple(number_range(text) for text in list_from(row["phone_numbers"]))
    plain = _with_lists(row, ("domains", "emails"))
    return Customer(**(plain | {"phone_numbers": numbers, "included_hours": Decimal(row["included_hours"])}))
