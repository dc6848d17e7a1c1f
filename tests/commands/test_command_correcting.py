"""`correct`, `cases export`, `rules replay`: what people say was right, what is learned from it, what would change."""

import json
import re
import shutil

import pytest

from supportbot import folders
from supportbot.store import corrections

NAME = '"model-not-approved"'


def test_a_correction_is_kept_and_shown_with_what_misled(desk):
    (row,) = desk("tickets", "show", desk.URGENT, "--json").rows
    category = row["category"]
    said = desk("correct", desk.URGENT, "urgent=no", "category=mobile", "reason=bara Evas telefon", "--by", "Lisa")
    assert said.code == 0, said.err
    assert "ticket 10002: urgent yes -> no." in said.out
    assert 'misled by nobody-reaches: "Ingen kan ringa' in said.out
    assert "near misses run, all hold." in said.out
    assert "on the 1 corrected mail" in said.out
    assert f"ticket 10002: category {category}, not mobile, urgent yes, not no" in said.out
    (row,) = desk("tickets", "show", desk.URGENT, "--json").rows
    assert (row["urgent"], row["category"], row["phone_escalation"]) == (False, "mobile", None)
    entry = row["journal"][-1]
    assert (entry["actor"], entry["what"]) == ("Lisa", "corrected")
    assert entry["text"] == f"urgent yes -> no, category {category} -> mobile: bara Evas telefon"
    assert "Lisa: bara Evas telefon [correction]" in row["why"]


def test_what_is_corrected_to_urgent_and_nobodys_is_alerted_with_the_mails_words(desk):
    said = desk("correct", desk.BILLABLE, "urgent=yes", "reason=alla är nere", "--by", "Lisa", "--no-check")
    assert f"Alerts go out until somebody takes it: supportbot ticket {desk.BILLABLE} take" in said.out
    (row,) = desk("tickets", "show", desk.BILLABLE, "--json").rows
    assert row["phone_escalation"]["taken_by"] is None
    (alert,) = [sent for sent in row["sent"] if sent["kind"] == "alert"][:1]
    shown = desk("outbox", "show", alert["id"]).out
    assert (
        "Lisa: alla är nere (regel correction)" in " ".join(shown.split())
        and "Mejlet har ingen läsbar text" not in shown
    )


def test_a_second_correction_replaces_the_first_and_the_journal_has_both(desk):
    for answer in ("no", "yes"):
        done = desk("correct", desk.URGENT, f"urgent={answer}", "reason=x", "--by", "Lisa", "--no-check")
        assert done.code == 0
    (kept,) = desk.change(lambda conn: corrections.of_ticket(conn, desk.URGENT))
    assert (kept.was, kept.answer) == ("yes", "yes")
    (row,) = desk("tickets", "show", desk.URGENT, "--json").rows
    assert [entry["what"] for entry in row["journal"]].count("corrected") == 2


def test_a_proposal_that_was_decided_is_left_to_people(desk):
    assert desk("ticket", desk.BILLABLE, "bill", "confirm", "--by", "Kim").code == 0
    said = desk("correct", desk.BILLABLE, "billable=no", "reason=ingår", "--by", "Lisa", "--no-check")
    assert "It is confirmed by Kim already; to change that: supportbot ticket 10004 bill waive" in said.out
    (row,) = desk("tickets", "show", desk.BILLABLE, "--json").rows
    assert row["billing"] == "confirmed"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((99, "urgent=no", "reason=x"), "ticket 99: is not there."),
        ((10001, "urgnt=no", "categry=x"), 'Did you mean "urgent"?'),
        ((10001, "kind=question", "urgent=yes", "reason=x"), "belongs to a fault"),
        ((10001, "urgent=no"), "a correction says why"),
    ],
)
def test_what_is_refused_changes_nothing(desk, words, says):
    said = desk("correct", *words)
    assert (said.code, said.out) == (1, "")
    assert says in said.err
    assert desk.change(corrections.tickets_since) == []


def test_broken_rules_keep_nobody_from_correcting(desk, tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "kind.toml").write_text("[[kind]]\nnam = 1\n")
    rules = desk.config.read_text().split('folder = "')[1].split('"')[0]
    for name in ("templates", "questions.toml"):
        (tmp_path / "rules" / name).symlink_to(f"{rules}/{name}")
    desk.edit(rules, str(tmp_path / "rules"))
    said = desk("correct", desk.URGENT, "urgent=no", "reason=x", "--by", "Lisa")
    assert said.code == 0, said.err
    assert "Today's rules cannot be tried" in said.out


@pytest.fixture
def corrected(desk):
    done = desk("correct", desk.URGENT, "urgent=no", "reason=bara Evas telefon", "--by", "Lisa", "--no-check")
    assert done.code == 0
    return desk


def test_cases_are_exported_without_what_tells_who_wrote(corrected, tmp_path):
    said = corrected("cases", "export")
    (case,) = said.rows
    assert (case["writer"], case["labels"]["urgent"], case["labels"]["kind"]) == ("corrections", False, "fault")
    assert case["text"].startswith("Ingen kan ringa till oss, numret 08-465 004 ")
    assert "004 20" not in said.out
    assert "READ EACH LINE BEFORE IT IS COMMITTED" in said.err
    assert not {"10002", "Eva", "bagarstugan"} & set(said.out.split('"'))


def test_a_case_that_is_in_the_file_stays_as_its_reader_left_it(corrected, tmp_path):
    out = tmp_path / "c.jsonl"
    assert "1 case added" in corrected("cases", "export", "--since", "1d", "--out", out).err
    mended = json.dumps(json.loads(out.read_text()) | {"text": "mended"}) + "\n"
    out.write_text(mended)
    assert "0 cases added" in corrected("cases", "export", "--out", out).err
    assert out.read_text() == mended
    out.write_text("notes")
    assert "holds something else than cases" in corrected("cases", "export", "--out", out).err
    assert "is no day. Write 2026-11-01, or 14d." in corrected("cases", "export", "--since", "soon").err


def test_replay_of_todays_rules_shows_what_people_changed(corrected):
    (one,) = corrected("rules", "replay", "--json").rows
    assert (one["ticket"], one["field"], one["before"], one["after"]) == (10002, "urgent", False, True)
    assert (one["by_hand"], one["rule_before"]) == (True, "correction")
    said = corrected("rules", "replay").out
    assert "4 mails since" in said
    assert "1 of them would be decided otherwise." in said
    assert "Left out: 1 mail that opened no ticket" in said
    assert "    1 mail: yes instead of no\n" in said
    assert "It was decided no (corrected by a person); today it would be yes (rule " in said
    assert "has changed it since" not in said, "which is said already"


def test_replay_says_that_a_person_set_it_or_a_later_mail(desk):
    assert "would be decided otherwise.\n" in desk("rules", "replay").out
    desk("ticket", desk.PLAIN, "urgent", "yes", "--by", "Eva")
    said = desk("rules", "replay").out
    assert "It was decided yes (a person set it); today it would be no (no rule spoke).\n" in said
    (row,) = desk("rules", "replay", "--json").rows
    assert (row["by_hand"], row["by_person"], row["rule_before"]) == (True, True, "")
    desk.damage("UPDATE journal SET what = 'urgent' WHERE what = 'urgency'")
    said = desk("rules", "replay").out
    assert "It was decided yes (no rule spoke); today it would be no (no rule spoke). A later mail has changed" in said


def test_replay_does_not_take_what_was_decided_at_once_for_changed(desk):
    desk.damage("UPDATE tickets SET decision = replace(decision, '\"urgent\":true', '\"urgent\":false')")
    (row,) = desk("rules", "replay", "--json").rows
    assert (row["field"], row["by_hand"]) == ("urgent", False)


def test_replay_says_which_mails_it_could_not_judge(corrected):
    corrected.damage("UPDATE inbox SET erased = '2026-11-26 00:00:00' WHERE id = 1")
    corrected.damage("UPDATE inbox SET state = 'new', verdict = NULL WHERE id = 5")
    said = corrected("rules", "replay", "--rules", folders.shipped("rules")).out
    assert "3 mails since" in said
    assert "Left out: 1 mail whose content was removed." in said
    assert "Left out: 1 mail not yet decided." in said


def test_replay_shows_only_what_edited_rules_would_change(desk, tmp_path):
    rules = tmp_path / "rules"
    shutil.copytree(folders.shipped("rules"), rules, ignore=shutil.ignore_patterns("cases"))
    same = desk("rules", "replay", "--rules", rules)
    assert same.code == 0, same.err
    assert "5 mails since" in same.out
    assert "0 of them would be decided otherwise." in same.out
    assert "Left out" not in same.out
    billable = rules / "billable.toml"
    shipped = re.split(r"(?=\[\[billable\]\])", billable.read_text())
    edited = [rule.replace("unapproved_hardware", "not_purchased") if NAME in rule else rule for rule in shipped]
    billable.write_text("".join(edited))
    said = desk("rules", "replay", "--rules", rules)
    assert said.code == 0, said.err
    assert "1 of them would be decided otherwise." in said.out
    assert "billable_reason: 1 mail would be decided otherwise\n    1 mail: not_purchased instead of" in said.out
    told = "The config says unapproved_hardware (rule model-not-approved); the edited rules say not_purchased (rule "
    assert f"ticket 10004 'Grandstream GXP1625 är död': {told}" in said.out
    assert 'Seen in "GXP1625".' in said.out
    (row,) = desk("rules", "replay", "--rules", rules, "--json").rows
    assert (row["rule_before"], row["words"]) == ("model-not-approved", "GXP1625")
    (row,) = desk("tickets", "show", desk.BILLABLE, "--json").rows
    assert "unapproved_hardware" in row["why"], "nothing is changed"
    billable.write_text("[[bilable]]\n")
    assert "Did you mean" in desk("rules", "replay", "--rules", rules).err
