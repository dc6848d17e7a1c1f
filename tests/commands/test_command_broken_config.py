"""A mistake in what only the daemon needs keeps nobody from a ticket; one in what a command needs does."""

import json

import pytest


def mistype(desk, section, line):
    """Write a line below the section's header, which is added where it is missing."""
    text = desk.config.read_text()
    text = text if section in text.split("\n") else f"{text}\n{section}\n"
    desk.config.write_text(text.replace(f"{section}\n", f"{section}\n{line}\n", 1))


LOOKING = [("tickets", "list"), ("status", "--alive"), ("digest", "--print"), ("outbox", "list")]


@pytest.mark.parametrize("words", LOOKING, ids=" ".join)
def test_staff_see_what_there_is_and_are_told_of_the_mistake(desk, words):
    well = desk(*words)
    mistype(desk, "[alert]", "repeat_minuts = 2")
    said = desk(*words)
    assert (said.code, said.out) == (well.code, well.out)
    assert "alert.repeat_minuts: is not a key of the config." in said.err
    assert "goes on without [alert]; a daemon that runs keeps the config that it has read." in said.err


def test_an_urgent_ticket_can_be_taken(desk):
    mistype(desk, "[limits]", "max_size_mb = 0")
    assert desk("ticket", desk.PLAIN, "take", "--by", "Lisa").code == 0
    row = json.loads(desk("tickets", "show", desk.PLAIN, "--json").out)
    assert row["taken_by"] == "Lisa"


def test_json_stays_json(desk):
    mistype(desk, "[watch]", "lissen = 1")
    assert [json.loads(line)["number"] for line in desk("tickets", "list", "--json").out.splitlines()]


@pytest.mark.parametrize("broken", ["[desk]", "[database]", "[[mailbox]]", "[smtp]", "[rules]"])
def test_a_mistake_in_what_a_command_needs_stops_it(desk, broken):
    mistype(desk, broken, "foldr = 1")
    said = desk("tickets", "list")
    assert (said.code, said.out) == (1, "")
    assert "foldr: is not a key of the config." in said.err


def test_a_daemon_does_not_start_with_a_mistake(desk):
    mistype(desk, "[alert]", "repeat_minuts = 2")
    said = desk("run")
    assert said.code == 1 and "alert.repeat_minuts: is not a key of the config." in said.err
