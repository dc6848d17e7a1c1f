"""The values of `fsck`: what was found, and how a table is read page by page. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection

Kind = Literal[
    "damaged", "bytes_gone", "unnamed", "stray_file", "no_ticket", "no_mail", "no_article", "doubled", "other_ticket",
    "half_done", "unclaimed", "unreadable", "orphan", "counter", "constraint", "schema",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One row, file or table that is not as it should be."""

    kind: Kind
    where: str
    """Which, as a person finds it again: "mail 31 (kundcenter, INBOX, UID 7)"."""
    what: str


@dataclass(frozen=True, slots=True)
class Page:
    """What one page held; `after`: the key to go on after, None at the end."""

    findings: tuple[Finding, ...]
    after: Any | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One way through the stored things."""

    name: str
    page: Callable[[Connection, Any], Page]
    first: Any = 0
    """The key before the first."""
