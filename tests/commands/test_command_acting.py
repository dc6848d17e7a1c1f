"""What staff do with a ticket: each word, what it answers, what it leaves in the journal, and its refusals."""

import getpass

import pytest


def journal(desk, number: int) -> list[tuple[str, str, str]]:
    (row,) = desk("tickets", "show", number, "--json").rows
    return [(entry["actor"], entry["what"], entry["text"]) for entry in row["journal"]]


def test_take_stops_the_alerts_and_names_who(desk):
    said = desk("ticket", desk.URGENT, "take", "--by", "Lisa")
    assert (said.code, said.out) == (0, "ticket 10002: taken by Lisa.\n")
    assert ("Lisa", "taken", "") in journal(desk, desk.URGENT)
    assert "taken by Lisa, customer not reached yet" in desk("tickets", "show", desk.URGENT).out


def test_take_says_whose_it_was_and_that_it_is_open_again(desk):
    desk("ticket", desk.PLAIN, "take", "--by", "Eva")
    said = desk("ticket", desk.PLAIN, "take", "--by", "Lisa")
    assert said.out == "ticket 10001: taken by Lisa (over from Eva).\n"
    assert desk("ticket", desk.PLAIN, "take", "--by", "Lisa").out == "ticket 10001: taken by Lisa.\n"
    desk("ticket", desk.PLAIN, "resolve", "--by", "Kalle")
    assert "status:    resolved, taken by Lisa\n" in desk("tickets", "show", desk.PLAIN).out
    assert desk("ticket", desk.PLAIN, "note", "x", "--by", "Lisa").out.endswith("It is resolved, taken by Lisa.\n")
    assert desk("ticket", desk.PLAIN, "take", "--by", "Lisa").out == "ticket 10001: taken by Lisa (open again).\n"
    desk("ticket", desk.PLAIN, "resolve", "--by", "Kalle")
    said = desk("ticket", desk.PLAIN, "take", "--by", "Eva")
    assert said.out == "ticket 10001: taken by Eva (open again, over from Lisa).\n"
    assert journal(desk, desk.PLAIN)[-1] == ("Eva", "taken", "open again, over from Lisa")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("take", 10001), "Write: supportbot ticket 10001 take\n"),
        (("note", 10001, "två ord"), "Write: supportbot ticket 10001 note 'två ord'\n"),
        (("take",), "For example: supportbot ticket 10042 take\n"),
    ],
)
def test_words_in_the_wrong_order_are_shown_in_the_right_one(run, words, says):
    said = run("ticket", *words)
    assert (said.code, said.out) == (2, "")
    assert f"The number comes first. {says}" in said.err


def test_who_does_it_is_the_login_by_default(desk):
    desk("ticket", desk.PLAIN, "take")
    assert (getpass.getuser(), "taken", "") in journal(desk, desk.PLAIN)


def test_reached(desk):
    assert desk("ticket", desk.URGENT, "reached", "--by", "Lisa").code == 0
    assert "customer reached" in desk("tickets", "show", desk.URGENT).out
    assert "is not urgent" in desk("ticket", desk.PLAIN, "reached").err


def test_route_to_a_partner_sends_the_mail(desk):
    before = len(desk("outbox", "list", "--json").rows)
    said = desk("ticket", desk.PLAIN, "route", "partner", "P1", "--by", "Lisa")
    assert said.code == 1 and "bought directly" in said.err and "--anyway" in said.err
    said = desk("ticket", desk.PLAIN, "route", "partner", "P1", "--anyway", "--by", "Lisa")
    assert said.code == 0
    assert "with_partner" in said.out
    rows = desk("outbox", "list", "--json").rows
    assert len(rows) == before + 1
    assert (rows[0]["kind"], rows[0]["to"]) == ("forward", "felanmalan@sydtele.example")
    assert desk("ticket", desk.PLAIN, "route", "support").code == 0


def test_urgent(desk):
    assert "is already not urgent" in desk("ticket", desk.PLAIN, "urgent", "no").err
    said = desk("ticket", desk.PLAIN, "urgent", "yes", "--by", "Lisa")
    assert said.code == 0
    assert f"Alerts go out until somebody takes it: supportbot ticket {desk.PLAIN} take" in said.out
    assert "Alerts" not in desk("ticket", desk.PLAIN, "note", "ringde").out
    assert {row["number"] for row in desk("tickets", "list", "--urgent", "--json").rows} == {10001, 10002}


def test_a_person_decides_a_billing_candidate(desk):
    assert "bill confirm" in desk("ticket", desk.BILLABLE, "resolve").err
    said = desk("ticket", desk.BILLABLE, "bill", "waive", "--why", "kulans", "--by", "Lisa")
    assert said.code == 0
    assert ("Lisa", "billing waived", "kulans") in journal(desk, desk.BILLABLE)
    assert "is already waived" in desk("ticket", desk.BILLABLE, "bill", "waive").err
    assert "is no billing candidate" in desk("ticket", desk.PLAIN, "bill", "confirm").err


def test_a_later_billing_decision_says_which_it_replaces(desk):
    first = desk("ticket", desk.BILLABLE, "bill", "confirm", "--by", "Lisa").out
    assert "replaces" not in first
    said = desk("ticket", desk.BILLABLE, "bill", "waive", "--why", "kulans", "--by", "Eva").out
    assert "billing waived (kulans; replaces the earlier decision: confirmed by Lisa on 20" in said
    whats = [(who, what) for who, what, _ in journal(desk, desk.BILLABLE)]
    assert ("Lisa", "billing confirmed") in whats and ("Eva", "billing waived") in whats


def test_a_number_alone_is_told_what_it_could_be_followed_by(run):
    said = run("ticket", 10001)
    assert (said.code, said.out) == (2, "")
    assert "Say what to do: take, reached, route, urgent, bill, note, resolve." in said.err
    assert "For example: supportbot ticket 10001 take" in said.err


def test_note_and_resolve(desk):
    assert desk("ticket", desk.PLAIN, "note", "Ringde \x1b[31m kl. 9", "--by", "Lisa").code == 0
    assert r"Ringde \x1b[31m kl. 9" in desk("tickets", "show", desk.PLAIN).out
    said = desk("ticket", desk.PLAIN, "resolve", "--text", "omstart", "--by", "Lisa")
    assert said.out == "ticket 10001: resolved (omstart).\n"
    assert "is already resolved" in desk("ticket", desk.PLAIN, "resolve").err
    assert [row["number"] for row in desk("tickets", "list", "--state", "resolved", "--json").rows] == [10001]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((99, "take"), 1, "ticket 99: is not there. See: supportbot tickets list --state all"),
        ((10001, "route", "partner", "NOPE"), 1, "'NOPE' is no partner of the registry. Known: P1."),
        ((10001, "route", "partner"), 1, "the customer has no partner: name one. Known: P1."),
        ((10001, "route", "support", "P1"), 1, "belongs to `route partner` only. Write: route support"),
        (
            (10001, "route", "prtner"),
            2,
            "Invalid value for 'to': 'prtner' is not one of 'support', 'partner', 'review'",
        ),
        ((10001, "bil", "confirm"), 2, "No such command 'bil'. Did you mean 'bill'?"),
        ((10001, "bill", "maybe"), 2, "is not one of 'confirm', 'waive'"),
        ((10001, "note"), 2, "Missing argument 'TEXT'"),
        ((10001, "note", " "), 1, "a note needs words."),
        (("x", "take"), 2, "Invalid value for 'NUMBER'"),
    ],
)
def test_what_is_refused_changes_nothing(desk, words, code, says):
    before = journal(desk, desk.PLAIN)
    said = desk("ticket", *words)
    assert (said.code, said.out) == (code, "")
    assert says in said.err
    assert journal(desk, desk.PLAIN) == before
