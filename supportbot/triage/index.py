"""Customers, devices, partners and models -> an index that answers at once, whatever their number. Pure.

Built once for each import, then asked for every mail: by address, domain, organisation number, telephone number, name,
MAC and serial, without a walk over all rows. The trap: a domain may be shared by two customers or be a free-mail
provider's; then it tells nobody's identity.
"""

import gc
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from supportbot.triage.names import NameIndex
from supportbot.triage.records import Customer, Device, Model, Partner

K = TypeVar("K")
V = TypeVar("V")

_FREE_MAIL = """
    gmail.com googlemail.com hotmail.com hotmail.se outlook.com outlook.se live.com live.se msn.com icloud.com me.com
    mac.com yahoo.com yahoo.se ymail.com aol.com proton.me protonmail.com pm.me tutanota.com tuta.com gmx.com gmx.net
    gmx.de mail.com zoho.com fastmail.com hey.com telia.com swipnet.se spray.se bredband.net bredband2.com comhem.se
    tele2.se glocalnet.net home.se passagen.se bahnhof.se ownit.nu online.no broadpark.no getmail.no frisurf.no mail.dk
    jubii.dk stofanet.dk tdcadsl.dk elisanet.fi kolumbus.fi luukku.com saunalahti.fi suomi24.fi mail.ru yandex.ru
"""
FREE_MAIL = frozenset(_FREE_MAIL.split())
"""Domains that many people have an address in: never evidence of a company."""


class Registry:
    """The registry of one import. Ask it; it never changes."""

    def __init__(
        self,
        customers: Iterable[Customer] = (),
        devices: Iterable[Device] = (),
        partners: Iterable[Partner] = (),
        models: Iterable[Model] = (),
    ) -> None:
        with _uncollected():
            self._keep(customers, devices, partners, models)

    def _keep(
        self,
        customers: Iterable[Customer],
        devices: Iterable[Device],
        partners: Iterable[Partner],
        models: Iterable[Model],
    ) -> None:
        self.customers: Mapping[str, Customer] = {one.customer_id: one for one in customers}
        self.devices: tuple[Device, ...] = tuple(devices)
        self.partners: Mapping[str, Partner] = {one.id: one for one in partners}
        self.models: tuple[Model, ...] = tuple(models)
        self._emails = {email: one.customer_id for one in self.customers.values() for email in one.emails}
        self._org_numbers = {_digits(one.org_number): one.customer_id for one in self.customers.values()}
        self._domains = _grouped((domain, one.customer_id) for one in self.customers.values() for domain in one.domains)
        self._customers_of = _sets(
            (one.partner_id, one.customer_id) for one in self.customers.values() if one.partner_id
        )
        self._partner_domains = {domain: one.id for one in self.partners.values() for domain in one.domains}
        ranges = sorted(
            (*numbers.bounds, one.customer_id) for one in self.customers.values() for numbers in one.phone_numbers
        )
        self._range_starts = [start for start, _, _ in ranges]
        self._range_ends = [(end, owner) for _, end, owner in ranges]
        self._macs = {_hex(one.mac): one for one in self.devices if one.mac}
        self._serials = _grouped((serial_key(one.serial), one) for one in self.devices if one.serial)
        self._devices_of = _grouped((one.customer_id, one) for one in self.devices)
        self._models_of = _grouped((one.vendor.casefold(), one) for one in self.models)
        self.model_names = longest_first({(one.vendor, one.name) for one in self.models})
        self.names = NameIndex((one.customer_id, one.name) for one in self.customers.values())
        self.partner_names = NameIndex(
            (one.id, name) for one in self.partners.values() for name in (one.name, *one.aliases)
        )

    def customer(self, customer_id: str | None) -> Customer | None:
        return self.customers.get(customer_id) if customer_id else None

    def partner(self, partner_id: str | None) -> Partner | None:
        return self.partners.get(partner_id) if partner_id else None

    def by_email(self, address: str) -> str | None:
        """Customer whose `emails` hold this very address."""
        return self._emails.get(address.lower())

    def by_domain(self, domain: str) -> tuple[str, ...]:
        """Customers that the domain is registered for, itself or as a subdomain; () for free mail."""
        return next((self._domains[part] for part in _parents(domain) if part in self._domains), ())

    def partner_by_domain(self, domain: str) -> str | None:
        return next((self._partner_domains[part] for part in _parents(domain) if part in self._partner_domains), None)

    def by_org_number(self, digits: str) -> str | None:
        """Customer with this organisation number, ten digits without a dash."""
        return self._org_numbers.get(digits) if digits else None

    def by_phone(self, number: str) -> str | None:
        """Customer in whose numbers the E.164 number lies."""
        value = int(number.lstrip("+"))
        place = bisect_right(self._range_starts, value) - 1
        if place < 0:
            return None
        end, owner = self._range_ends[place]
        return owner if value <= end else None

    def by_mac(self, mac: str) -> Device | None:
        """Device with this MAC, in any notation."""
        return self._macs.get(_hex(mac))

    def by_serial(self, serial: str) -> tuple[Device, ...]:
        """Devices with this serial number; two makes may use the same one."""
        return self._serials.get(serial_key(serial), ())

    def customers_of(self, partner_id: str) -> frozenset[str]:
        """Ids of the customers that bought through the partner."""
        return self._customers_of.get(partner_id, frozenset())

    def devices_of(self, customer_id: str | None) -> tuple[Device, ...]:
        return self._devices_of.get(customer_id, ()) if customer_id else ()

    def models_of(self, vendor: str) -> tuple[Model, ...]:
        return self._models_of.get(vendor.casefold(), ())


def longest_first(models: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """(vendor, name) of models, those with the longest names first: "T46U" is not to be read as a T46."""
    return tuple(sorted(models, key=lambda one: (-len(one[1]), one)))


def serial_key(serial: str) -> str:
    """Upper case, letters and digits only, without the letters S/N that some write before it."""
    return "".join(filter(str.isalnum, serial)).upper().removeprefix("SN")


def _hex(mac: str) -> str:
    return "".join(filter(str.isalnum, mac)).upper()


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _parents(domain: str) -> Iterator[str]:
    """The domain and those above it that still have a dot; nothing for free mail."""
    labels = domain.lower().rstrip(".").split(".")
    for place in range(len(labels) - 1):
        part = ".".join(labels[place:])
        if part in FREE_MAIL:
            return
        yield part


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    found: dict[K, tuple[V, ...]] = {}
    several: dict[K, list[V]] = {}
    for key, value in pairs:
        if key in found:
            several.setdefault(key, [*found[key]]).append(value)
        else:
            found[key] = (value,)
    return found | {key: tuple(values) for key, values in several.items()}


def _sets(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(values) for key, values in _grouped(pairs).items()}


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for garbage: there is none, and it would walk through all rows again and again."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
