"""Values with parts <-> JSON texts: Decision, PhoneEscalation, Billing, lists of texts. Exact both ways. Pure.

A field that has its default is left out, and one that is missing gets its default: a field added to a value later needs
no migration of what is stored.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from functools import cache
from typing import Any

from supportbot.tickets.ticket import Billing, BillingState, PhoneEscalation
from supportbot.triage.decision import Decision, Note, PassedOver, Reason


def decision_text(decision: Decision) -> str:
    values = _sparse(decision)
    if decision.reasons:
        values["reasons"] = {key: [_sparse(one) for one in reasons] for key, reasons in decision.reasons.items()}
    if decision.passed_over:
        values["passed_over"] = [_sparse(one) for one in decision.passed_over]
    if decision.notes:
        values["notes"] = [_sparse(one) for one in decision.notes]
    return _json(values)


def decision_from(text: str) -> Decision:
    values = json.loads(text)
    reasons = {key: tuple(Reason(**one) for one in found) for key, found in values.pop("reasons", {}).items()}
    passed_over = tuple(PassedOver(**one) for one in values.pop("passed_over", ()))
    notes = tuple(Note(one["code"], tuple(one.get("values", ()))) for one in values.pop("notes", ()))
    unsure = tuple(values.pop("unsure", ()))
    return Decision(**values, reasons=reasons, passed_over=passed_over, notes=notes, unsure=unsure)


def reasons_text(reasons: Iterable[Reason]) -> str:
    return _json([_sparse(one) for one in reasons])


def reasons_from(text: str) -> tuple[Reason, ...]:
    return tuple(Reason(**one) for one in json.loads(text))


def phone_text(escalation: PhoneEscalation | None) -> str | None:
    if escalation is None:
        return None
    return _json(_sparse(escalation) | {"since": escalation.since.isoformat()})


def phone_from(text: str | None) -> PhoneEscalation | None:
    if text is None:
        return None
    values = json.loads(text)
    return PhoneEscalation(**(values | {"since": datetime.fromisoformat(values["since"])}))


def billing_text(billing: Billing) -> str:
    values = _sparse(billing)
    if billing.decided_at:
        values["decided_at"] = billing.decided_at.isoformat()
    return _json(values)


def billing_from(text: str) -> Billing:
    values = json.loads(text)
    if "state" in values:
        values["state"] = BillingState(values["state"])
    if "decided_at" in values:
        values["decided_at"] = datetime.fromisoformat(values["decided_at"])
    return Billing(**values)


def list_text(values: Iterable[str]) -> str:
    return _json(list(values))


def list_from(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def data_text(data: Mapping[str, object]) -> str:
    return _json(dict(data))


def data_from(text: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(text)
    return values


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sparse(value: Any) -> dict[str, Any]:
    """The fields of a dataclass that do not have their default."""
    return {name: got for name, default in _defaults(value.__class__) if (got := getattr(value, name)) != default}


@cache
def _defaults(kind: Any) -> tuple[tuple[str, Any], ...]:
    """The fields of a dataclass, each with its default (MISSING where it has none)."""
    return tuple(
        (one.name, one.default if one.default_factory is MISSING else one.default_factory()) for one in fields(kind)
    )
