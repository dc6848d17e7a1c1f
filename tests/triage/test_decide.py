"""Whole decisions: route by the ordered table, what only a fault can be, evidence with exact offsets, notes."""

from datetime import date

import pytest
from shipped_rules import book

from supportbot.mail.message import Address, Nature, ParsedMail
from supportbot.triage.decide import decide
from supportbot.triage.decision import Decision
from supportbot.triage.explain import explain
from supportbot.triage.records import Customer, Device, Model, Partner, number_range
from supportbot.triage.registry import Registry
from supportbot.triage.route import TABLE, Known, route

TODAY = date(2026, 9, 2)
REGISTRY = Registry(
    customers=(
        Customer("C1", "Grunden Bageri AB", "556778-9325", ("grunden.example",), service="Uppstart Plus"),
        Customer("C2", "Lunden Måleri AB", "556174-6818", ("lunden.example",), purchase="partner", partner_id="P1"),
        Customer(
            "C3",
            "Kullen Frö AB",
            "556666-1939",
            ("kullen.example",),
            (),
            (number_range("+46846500400"),),
            service="Okänd",
            contract_end=date(2026, 1, 1),
        ),
    ),
    devices=(
        Device("C1", "Snom", "D735", "00:04:13:00:00:01", "SN1", False, "yes"),
        Device("C1", "Yealink", "T54W", "80:5E:C0:00:00:02", "SN2", True, "no"),
        Device("C1", "Gigaset", "N510", "", "SN3"),
    ),
    partners=(Partner("P1", "Ekväxel AB", ("Ekväxel",), ("ekvaxel.example",)),),
    models=(
        Model("Snom", "D735", "desk_phone", True, True),
        Model("Yealink", "T54W", "desk_phone", True, True),
        Model("Gigaset", "N510", "dect", False),
    ),
)


def decided(text: str, sender: str = "a@grunden.example", nature: Nature = "human", subject: str = "") -> Decision:
    mail = ParsedMail(
        subject=subject, sender=Address("", sender), new_text=text, text=text, nature=nature, language="sv"
    )
    return decide(mail, REGISTRY, book(), TODAY)


@pytest.mark.parametrize(
    ("nature", "kind"),
    [("auto_reply", "auto_reply"), ("report", "auto_reply"), ("bounce", "bounce"), ("bulk", "bulk")],
)
def test_the_mail_readers_nature_settles_the_kind(nature: Nature, kind: str) -> None:
    decision = decided("Akut! Huvudnumret är dött.", nature=nature)
    assert (decision.kind, decision.route, decision.customer, decision.urgent) == (kind, "none", None, False)


@pytest.mark.parametrize(
    ("text", "sender", "way"),
    [
        ("Luren sprakar.", "a@grunden.example", "support"),
        ("Luren sprakar.", "a@lunden.example", "partner"),
        ("Luren sprakar.", "a@nowhere.example", "review"),
        ("Luren sprakar hos Lunden Måleri AB.", "a@ekvaxel.example", "support"),
        ("Vi har avtalet direkt med er, utan återförsäljare. Luren sprakar.", "a@lunden.example", "review"),
        ("Hela växeln är köpt via Ekväxel. Luren sprakar.", "a@grunden.example", "review"),
        ("Hur byter man hälsning?", "a@lunden.example", "partner"),
    ],
)
def test_where_a_mail_goes(text: str, sender: str, way: str) -> None:
    assert decided(text, sender).route == way


def test_the_table_of_ways_is_tried_in_order() -> None:
    assert [each.route for each in TABLE] == ["none", "review", "review", "support", "review", "partner", "support"]
    way, why = route(Known("fault", "C1", "partner", True, False, True), "customers.csv C1")
    assert (way, why.rule) == ("review", "evidence-contradicts")


@pytest.mark.parametrize(
    ("text", "reason", "row"),
    [
        ("Gigasetbasen tappar handenheten.", "unapproved_hardware", "devices.csv C1 SN3"),
        ("Snomen är stum.", "not_purchased", "devices.csv C1 00:04:13:00:00:01"),
        ("Vår T54W visar No Service.", "not_provisioned", "devices.csv C1 80:5E:C0:00:00:02"),
    ],
)
def test_what_the_registry_knows_of_a_device(text: str, reason: str, row: str) -> None:
    decision = decided(text)
    assert (decision.billable, decision.billable_reason) == (True, reason)
    assert row in {each.row for each in decision.reasons["billable"]}


def test_only_a_fault_is_urgent_or_billable() -> None:
    decision = decided("AKUT! Beställer två telefoner. Lägg upp Eva från och med måndag.")
    assert (decision.kind, decision.urgent, decision.billable) == ("request", False, False)


def test_an_outage_outweighs_a_denial_and_staff_is_told() -> None:
    decision = decided("Det är inte akut, men ingen kan ringa oss sedan i morse.")
    assert decision.urgent
    assert any("not urgent" in str(note) for note in decision.notes)


def test_evidence_stands_where_it_says() -> None:
    text = "Hej!\n\nSedan i morse kommer ingen fram på huvudnumret. Vi tror att det är vår brandvägg."
    decision = decided(text)
    seen = [each for reasons in decision.reasons.values() for each in reasons if each.start is not None]
    assert seen
    assert all(text[each.start : each.end] == each.words for each in seen)


def test_service_and_contract_are_noted_and_change_nothing() -> None:
    decision = decided("Luren sprakar.", "a@kullen.example")
    assert decision.route == "support"
    assert any("ended on 2026-01-01" in str(note) for note in decision.notes)
    assert any("Okänd" in str(note) for note in decision.notes)


def test_the_explanation_quotes_rule_clause_and_words() -> None:
    decision = decided("Sedan i morse kommer ingen fram på huvudnumret.")
    told = explain(decision, book().terms)
    assert "Urgent: yes" in told
    assert "T4: I andra hand samt vid akuta fel" in told
    assert 'seen in: "' in told
    assert "T3: Om Tjänsten köps direkt" in told


def test_what_was_passed_over_is_explained() -> None:
    decision = decided("Det är inte akut. Luren sprakar.")
    assert any(each.rule == "says-urgent" for each in decision.passed_over)
    assert "Passed over (urgent): says-urgent" in explain(decision, book().terms)


def test_what_is_too_long_is_judged_in_part_and_told() -> None:
    decision = decided("Sedan i morse kommer ingen fram på huvudnumret.\n" + "Raden säger inget.\n" * 500)
    assert decision.urgent
    assert [each.code for each in decision.notes if each.code == "text_cut"] == ["text_cut"]
    assert not any(each.code == "text_cut" for each in decided("Luren sprakar.\n" * 50).notes)


@pytest.mark.parametrize(
    "text",
    [
        " " * 20_000 + "x",
        "\n" * 20_000 + "x",
        ".!?" * 3_000 + "x",
        "",
        "\x00",
        "?" * 30_000,
        "ingen " * 5_000,
        "a" * 25_000,
        "telefon.\n" * 3_000,
    ],
)
def test_odd_texts_are_decided_too(text: str) -> None:
    assert decided(text).route in ("support", "none")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ärendetyp: Felanmälan\nTelefon: 08-1\nBeskrivning: Kön är död. Kan ni lägga till Åsa så länge?", "fault"),
        ("Sakstype: Feil\nMelding: Røret er ødelagt. Vi vil ha et nytt.", "fault"),
        ("Ärendetyp: Beställning\nBeskrivning: Lägg till Åsa Berg i gruppen från måndag.", "request"),
        ("Vi bestrider debiteringen på fakturan och vill ha en kreditfaktura.", "question"),
        ("Vi beställer två telefoner till, skicka fakturan som vanligt.", "request"),
    ],
)
def test_what_a_form_or_a_dispute_wants(text: str, kind: str) -> None:
    assert decided(text).kind == kind
