"""The devices that a mail names -> the one at fault, and what the registry and the approved list say of it. Pure.

The trap: a device that works is named to show that another does not ("the desk phones on the same switch behave").
What stands in a sentence of things that work is no culprit while another device stands in one of things that fail.
"""

from dataclasses import dataclass, field

from supportbot.triage.decision import Reason
from supportbot.triage.devices import DeviceSighting, devices_at_fault
from supportbot.triage.evidence import Sighting
from supportbot.triage.facts import Facts
from supportbot.triage.registry import Registry


@dataclass(frozen=True, slots=True)
class Seen:
    """The device at fault, as the fact `device` tells it."""

    facts: tuple[str, ...] = ()
    reasons: dict[str, tuple[Reason, ...]] = field(default_factory=dict)
    """Value of the fact -> the words of the mail and the row that show it."""
    devices: tuple[DeviceSighting, ...] = ()
    """The one at fault; empty where none is named."""
    shown: str | None = None
    """For people: "Yealink T46U 80:5E:C0:21:16:70"."""


def look(registry: Registry, sighting: Sighting, told: Facts) -> Seen:
    """The device that the mail complains of; an empty Seen where it names none."""
    named = devices_at_fault(registry, sighting.customer, told.new_text)
    in_text = bool(named)
    if not named:
        named = devices_at_fault(registry, sighting.customer, told.subject)
    if not named:
        return Seen()
    one = max(named, key=lambda each: _blamed(each, told) if in_text else 0)
    values = _values(one)
    start, end = (one.start, one.end) if in_text else (None, None)
    why = Reason("device", words=one.words, start=start, end=end, row=one.row)
    return Seen(values, dict.fromkeys(values, (why,)), (one,), _shown(one))


def _values(one: DeviceSighting) -> tuple[str, ...]:
    values = ["named"]
    if one.approved is not None:
        values.append("approved" if one.approved else "unapproved")
    if one.purchased is False:
        values.append("not_purchased")
    if one.provisioned == "no":
        values.append("not_provisioned")
    return tuple(values)


def _blamed(one: DeviceSighting, told: Facts) -> tuple[int, int, int]:
    """How likely this device is the one at fault: it stands with failing, not with working; precise; early."""
    number = next(
        (n for n, each in enumerate(told.sentences) if not each.subject and each.start <= one.start < each.end), 0
    )

    def stands(concept: str) -> bool:
        return any(span.sentence == number for span in told.places.phrases.get(concept, ()))

    weight = 2 * stands("{symptom}") - 2 * stands("{others-work}") - stands("{cleared}")
    precise = ("kind", "make", "model", "serial", "mac").index(one.named_by)
    return weight, precise, -one.start


def _shown(one: DeviceSighting) -> str:
    mac = one.device.mac or one.device.serial if one.device else ""
    return " ".join(filter(None, (one.vendor, one.model, mac))) or one.words
