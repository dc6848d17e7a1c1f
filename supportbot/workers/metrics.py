"""What the workers did, and the database's figures -> the text of `/metrics` (Prometheus' exposition format).

Imported only where pages are switched on. The trap: a label's values live as long as the daemon, so each is one of
few known words (a verdict, a kind, a rule's name), and never anything that a mail says.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from supportbot.store.figures import Figures
from supportbot.store.outbox import Claimed
from supportbot.tickets.faults import FaultKind
from supportbot.tickets.retry import Outcome, Sent
from supportbot.triage.decision import Decision
from supportbot.workers.settle import Settled

DELAYS = (1, 2, 5, 10, 30, 60, 120, 300, 900, 3600, 14400, 86400)
"""Seconds: a customer's view. What is over a day is in +Inf."""
TIMES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
"""Seconds: a transaction's."""
MOST_ARRIVALS = 10_000
"""Mails whose acknowledgement is awaited; beyond them the oldest is forgotten."""
MOST_RULES = 500
"""Names of rules; beyond them they are counted as "other"."""
TICKET = ("kind", "urgent", "billable", "route", "category")


disable_created_metrics()  # type: ignore[no-untyped-call]
"""They would double the number of series, and nobody asks for them."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A gauge of the database, and what gives its values by their labels."""

    gauge: Gauge
    values: Callable[[Figures, datetime], Mapping[tuple[str, ...], float]]


class Metrics:
    """All counters, histograms and gauges of one daemon, in a registry of their own."""

    def __init__(self, now: Callable[[], datetime], process: bool = True) -> None:
        """`process`: also tell of this process's memory, time and open files."""
        self.registry = CollectorRegistry()
        self._now = now
        self._arrivals: OrderedDict[int, datetime] = OrderedDict()
        self._rules: set[str] = set()
        if process:
            ProcessCollector(registry=self.registry)
        self._mails = self._counter("mails", "Mails by verdict.", ("verdict",))
        self._tickets = self._counter("tickets", "New tickets by what was decided.", TICKET)
        self._hits = self._counter("rule_hits", "How often a rule gave a reason.", ("rule",))
        self._letters = self._counter("letters", "Attempts to send, by outcome.", ("kind", "outcome"))
        self._to_ticket = self._histogram("arrival_to_ticket_seconds", "From the mail server to a ticket.", DELAYS)
        self._to_ack = self._histogram(
            "arrival_to_acknowledgement_seconds",
            "From the mail server to an acknowledgement that was accepted.",
            DELAYS,
        )
        self.wrote = self._histogram("database_write_seconds", "The watch's own write, its turn included.", TIMES)
        self.have_read = self._histogram("database_read_seconds", "The reading of these figures.", TIMES)
        self._database = self._gauge("database_up", "1: it could be read just now.")
        self._workers = self._gauge("worker_alive", "1: it runs, or waits to be started again.", ("worker",))
        self._shown = self._gauges()

    def settled(self, settled: Settled) -> None:
        """A mail has its verdict."""
        self._mails.labels(settled.verdict).inc()
        if settled.decision:
            self._count_rules(settled.decision)
        if settled.verdict != "ticket" or settled.decision is None:
            return
        values = (getattr(settled.decision, name) for name in TICKET)
        self._tickets.labels(*(str(value).lower() for value in values)).inc()
        if settled.received:
            self._to_ticket.observe(self._since(settled.received))
            if any(key.startswith("ack:") for key in settled.sends):
                self._arrivals[settled.inbox_id] = settled.received
                while len(self._arrivals) > MOST_ARRIVALS:
                    self._arrivals.popitem(last=False)

    def delivered(self, letter: Claimed, outcome: Outcome) -> None:
        """An attempt to send has come to its end."""
        self._letters.labels(letter.kind, type(outcome).__name__.lower()).inc()
        if letter.kind == "ack" and isinstance(outcome, Sent):
            # After a restart the arrival is not known here: the ticket's own moment is a little later.
            mail = int(letter.key.rpartition(":")[2])
            self._to_ack.observe(self._since(self._arrivals.pop(mail, letter.created)))

    def page(self, figures: Figures | None, workers: Mapping[str, bool]) -> bytes:
        """The page. `figures` None: the database cannot be read, so nothing is claimed about what is in it."""
        now = self._now()
        self._database.set(figures is not None)
        self._workers.clear()
        for name, alive in workers.items():
            self._workers.labels(name).set(alive)
        for shown in self._shown:
            shown.gauge.clear()
            for labels, value in (shown.values(figures, now) if figures else {}).items():
                shown.gauge.labels(*labels).set(value)
        return generate_latest(self.registry)

    def _since(self, moment: datetime) -> float:
        return max(0.0, (self._now() - moment).total_seconds())

    def _count_rules(self, decision: Decision) -> None:
        """Each rule once a mail, however many words it found."""
        for rule in {reason.rule for reasons in decision.reasons.values() for reason in reasons}:
            if rule not in self._rules and len(self._rules) >= MOST_RULES:
                self._hits.labels("other").inc()
                continue
            self._rules.add(rule)
            self._hits.labels(rule).inc()

    def _gauges(self) -> tuple[_Shown, ...]:
        """All have a label, so that they can be left out while the database cannot be read."""
        single = self._single
        return (
            _Shown(
                self._gauge("outbox_letters", "Letters that have not left.", ("state", "kind")),
                lambda f, _: {(state, kind): count for state, kind, count in f.letters},
            ),
            _Shown(
                self._gauge("outbox_waiting", "Letters that wait, by age.", ("age",)),
                lambda f, _: {(age,): count for age, count in f.by_age.items()},
            ),
            single(
                "outbox_oldest_seconds", "Age of the oldest letter that waits.", lambda f, n: _age(f.oldest_letter, n)
            ),
            single("inbox_waiting", "Mails without a verdict.", lambda f, _: f.unread),
            single("inbox_oldest_seconds", "Age of the oldest of them.", lambda f, n: _age(f.oldest_unread, n)),
            single("mails_set_aside", "Mails that a person must look at.", lambda f, _: f.set_aside),
            single("tickets_open", "Open tickets.", lambda f, _: f.open_tickets),
            single("tickets_open_urgent", "Open tickets that are urgent.", lambda f, _: f.open_urgent),
            single(
                "reload_failing_seconds",
                "Since when rules or registry cannot be read; 0: they can.",
                lambda f, n: _age(f.reload.failing_since if f.reload else None, n),
            ),
            _Shown(
                self._gauge("mailbox_lag_seconds", "Since the last full search.", ("mailbox",)),
                lambda f, n: {(box.name,): _age(box.last_search, n) for box in f.mailboxes if box.last_search},
            ),
            _Shown(
                self._gauge("mailbox_failing_seconds", "Since when it cannot be read; 0: it can.", ("mailbox",)),
                lambda f, n: {(box.name,): _age(box.failing_since, n) for box in f.mailboxes},
            ),
            _Shown(
                self._gauge("alarms", "Faults whose alarm was raised.", ("fault",)),
                lambda f, _: {(kind,): _alarmed(f, kind) for kind in get_args(FaultKind)},
            ),
        )

    def _single(self, name: str, text: str, value: Callable[[Figures, datetime], float]) -> _Shown:
        return _Shown(self._gauge(name, text, ("of",)), lambda f, n: {("desk",): value(f, n)})

    def _counter(self, name: str, text: str, labels: tuple[str, ...]) -> Counter:
        return Counter(f"supportbot_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"supportbot_{name}", text, buckets=buckets, registry=self.registry)

    def _gauge(self, name: str, text: str, labels: tuple[str, ...] = ()) -> Gauge:
        return Gauge(f"supportbot_{name}", text, labels, registry=self.registry)


def _alarmed(figures: Figures, kind: FaultKind) -> int:
    return sum(one.alarmed and one.fault.kind == kind for one in figures.look.noted)


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0
