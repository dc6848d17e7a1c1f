"""What lies in deploy/ names the figures that `/metrics` really gives, and each of those is on the dashboard."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from builders import NOW, a_decision
from prometheus_client.parser import text_string_to_metric_families

from supportbot.store.alarms import Look
from supportbot.store.figures import Figures
from supportbot.store.mailboxes import MailboxState
from supportbot.store.outbox import Claimed
from supportbot.store.reloads import Reload
from supportbot.tickets.faults import Fault, FaultKind, Noted
from supportbot.tickets.retry import Retry, Sent
from supportbot.triage.decision import Reason
from supportbot.workers.metrics import MOST_RULES, Metrics
from supportbot.workers.settle import Settled

DEPLOY = Path(__file__).parent.parent / "deploy"
NAME = re.compile(r"supportbot_\w+")
OLD = NOW - timedelta(minutes=7)
FIGURES = Figures(
    letters=(("queued", "ack", 2), ("gave_up", "forward", 1)),
    by_age={"under_5m": 1, "over_1d": 1},
    oldest_letter=OLD,
    unread=3,
    oldest_unread=OLD,
    set_aside=4,
    open_tickets=5,
    open_urgent=1,
    mailboxes=(MailboxState("a", "INBOX", 1, OLD, OLD, "refused"), MailboxState("b", "INBOX", 1, NOW, None, "")),
    reload=Reload(OLD, OLD, ("broken",)),
    look=Look(NOW, (Noted(Fault("mailbox", OLD, name="a"), True), Noted(Fault("rules", NOW)))),
)
DECISION = a_decision(urgent=True, reasons={"urgent": (Reason("main-number-dead", words="08-465 004 00 är död"),)})
SETTLED = Settled(7, "ticket", "", 10042, DECISION, ("ack:10042:7",), OLD)
ACK = Claimed(1, "ack:10042:7", "ack", 10042, "eva@kund.example", "a@b", b"", 1, 0, NOW)


@pytest.fixture
def metrics():
    found = Metrics(lambda: NOW, process=False)
    found.settled(SETTLED)
    found.delivered(ACK, Retry("later"))
    found.delivered(ACK, Sent())
    found.wrote.observe(0.002)
    found.have_read.observe(0.002)
    return found


def samples(page: bytes) -> dict[tuple[str, ...], float]:
    found = (sample for family in text_string_to_metric_families(page.decode()) for sample in family.samples)
    return {(sample.name, *sorted(sample.labels.values())): sample.value for sample in found}


@pytest.fixture
def shown(metrics):
    return samples(metrics.page(FIGURES, {"timer": True, "delivery": False}))


@pytest.mark.parametrize("file", ["grafana.json", "alerts.yml"])
def test_every_name_is_one_that_the_page_has(file, shown):
    named = set(NAME.findall((DEPLOY / file).read_text(encoding="utf-8")))
    assert len(named) > 10
    assert not named - {key[0] for key in shown}


def test_every_figure_is_on_the_dashboard(shown):
    named = set(NAME.findall((DEPLOY / "grafana.json").read_text(encoding="utf-8")))
    families = {re.sub(r"_(bucket|count|sum)$", "_bucket", key[0]) for key in shown}
    assert not families - named


def test_the_dashboard_has_its_panels_side_by_side():
    board = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
    taken = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
        assert panel["targets"]
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_every_alert_is_whole():
    text = (DEPLOY / "alerts.yml").read_text(encoding="utf-8")
    alerts = re.split(r"\n      - alert: ", text)[1:]
    assert len({alert.partition("\n")[0] for alert in alerts}) == len(alerts) >= 10
    for alert in alerts:
        assert re.search(
            r"\n        expr: '[^\n]+'\n        for: \d+[mh]\n        labels: \{ severity: (critical|warning) \}", alert
        )
        assert re.search(r"\n          summary: '[^\n]+'\n          description: '[^\n]+'", alert)
        assert alert.count("(") == alert.count(")")


def test_what_the_figures_are(shown):
    expected = {
        ("supportbot_mails_total", "ticket"): 1,
        ("supportbot_tickets_total", "false", "fault", "hardware", "support", "true"): 1,
        ("supportbot_rule_hits_total", "main-number-dead"): 1,
        ("supportbot_letters_total", "ack", "retry"): 1,
        ("supportbot_letters_total", "ack", "sent"): 1,
        ("supportbot_arrival_to_ticket_seconds_sum",): 420,
        ("supportbot_arrival_to_acknowledgement_seconds_sum",): 420,
        ("supportbot_arrival_to_acknowledgement_seconds_count",): 1,
        ("supportbot_outbox_letters", "ack", "queued"): 2,
        ("supportbot_outbox_oldest_seconds", "desk"): 420,
        ("supportbot_inbox_waiting", "desk"): 3,
        ("supportbot_mailbox_failing_seconds", "a"): 420,
        ("supportbot_mailbox_failing_seconds", "b"): 0,
        ("supportbot_reload_failing_seconds", "desk"): 420,
        ("supportbot_alarms", "mailbox"): 1,
        ("supportbot_alarms", "rules"): 0,
        ("supportbot_worker_alive", "delivery"): 0,
        ("supportbot_database_up",): 1,
    }
    assert {key: shown.get(key) for key in expected} == expected
    assert len([key for key in shown if key[0] == "supportbot_alarms"]) == len(get_args(FaultKind))


def test_nothing_is_claimed_about_a_database_that_cannot_be_read(metrics):
    metrics.page(FIGURES, {})
    away = samples(metrics.page(None, {}))
    assert away["supportbot_database_up",] == 0
    assert not [key for key in away if key[0] in ("supportbot_inbox_waiting", "supportbot_mailbox_lag_seconds")]


def test_the_page_says_nothing_of_a_customer_and_does_not_grow(metrics):
    assert b"465" not in metrics.page(FIGURES, {})
    for number in range(3 * MOST_RULES):
        decision = a_decision(reasons={"kind": (Reason(f"rule-{number}"),)})
        metrics.settled(Settled(number, "follow-up", "", 1, decision))
    assert metrics.page(FIGURES, {}).count(b"supportbot_rule_hits_total{") == MOST_RULES + 1
