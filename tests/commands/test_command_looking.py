"""What staff look at: tickets, outbox, quarantine, digest, status; as text, as JSON, and what is not there."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from supportbot import folders
from supportbot.store import inbox, outbox, tables, tickets
from supportbot.store import mailboxes as stored_mailboxes
from supportbot.tickets.lifecycle import Plan
from supportbot.tickets.privacy import mask_personal_numbers
from supportbot.tickets.ticket import Article
from supportbot.workers.sandbox import Poisoned, Sandbox


def test_tickets_are_listed_a_line_each_within_80_columns(desk):
    said = desk("tickets", "list")
    lines = said.out.splitlines()
    assert said.code == 0
    assert lines[0].split() == ["number", "opened", "status", "route", "marks", "customer", "summary"]
    assert [line.split()[0] for line in lines[1:]] == ["10004", "10003", "10002", "10001"]
    assert max(map(len, lines)) <= 80
    assert "urgent" in lines[3]
    assert "bill?" in lines[1]


def test_a_table_that_no_terminal_shows_is_not_cut(desk, monkeypatch):
    monkeypatch.delenv("COLUMNS")
    monkeypatch.setattr("supportbot.commands.common._room", lambda: 10_000)
    assert "Röstmeddelanden kommer inte längre till min mejl, sedan i måndags." in desk("tickets", "list").out


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ((), [10004, 10003, 10002, 10001]),
        (("--urgent",), [10002]),
        (("--route", "partner"), [10003]),
        (("--customer", "K2"), [10003]),
        (("--state", "resolved"), []),
        (("--state", "all", "--limit", "1"), [10004]),
    ],
)
def test_tickets_as_json(desk, words, numbers):
    said = desk("tickets", "list", "--json", *words)
    assert [row["number"] for row in said.rows] == numbers
    assert all(datetime.fromisoformat(row["opened"]).tzinfo for row in said.rows)


def test_a_list_shows_what_the_newest_mail_says_until_somebody_has_looked_at_it(desk):
    def answered(conn):
        ticket = replace(tickets.find(conn, desk.PLAIN), unread=True)
        article = Article(ticket.opened, "kund@x.example", "mail", "Nu är det\nhelt dött.")
        tickets.apply(conn, Plan(ticket, (article,)), False)

    desk.change(answered)
    assert desk("tickets", "list", "--json").rows[-1]["summary"] == "(new) Nu är det helt dött."
    assert "nytt mejl: ”Nu är det helt dött.”" in " ".join(desk("digest", "--print").out.split())
    assert desk("ticket", desk.PLAIN, "note", "Läst.", "--by", "Lisa").code == 0
    assert "Röstmeddelanden" in desk("tickets", "list", "--json").rows[-1]["summary"]


def test_an_empty_list_says_so(desk):
    assert desk("tickets", "list", "--state", "resolved").out == "No such tickets.\n"
    assert desk("outbox", "list", "--state", "sent").out == "No such mails.\n"


def test_one_ticket_with_its_why_and_what_was_sent(desk):
    said = desk("tickets", "show", desk.URGENT)
    for words in ("Ticket 10002: AKUT", "NOBODY HAS TAKEN IT", "T4: I andra hand", "Journal", "alert to jour@"):
        assert words in said.out, words
    assert "None" not in said.out
    assert "False" not in said.out


@pytest.mark.parametrize(
    ("proven", "authenticity", "says"),
    [
        (1, "unknown", ", proven (the registry knows the address or its domain; not checked by the mail server)\n"),
        (1, "verified", ", proven (the registry knows the address or its domain; the mail server verified it)\n"),
        (0, "unknown", ", not proven (the registry does not know the address; not checked by the mail server)\n"),
        (0, "failed", ", not proven (the mail server's check of the sender failed)\n"),
    ],
)
def test_one_ticket_says_what_proves_its_sender(desk, proven, authenticity, says):
    desk.damage(f"UPDATE tickets SET proven = {proven}, authenticity = '{authenticity}' WHERE number = 10001")
    assert says in desk("tickets", "show", desk.PLAIN).out


def test_one_ticket_as_json(desk):
    (row,) = desk("tickets", "show", desk.PARTNER, "--json").rows
    assert row["partner"] == "P1"
    assert {mail["kind"] for mail in row["sent"]} == {"ack", "forward"}
    assert row["articles"][0]["text"] == "Telefonen i receptionen startar inte."


def test_broken_rules_hide_no_ticket_and_stop_nobody(desk, tmp_path):
    shutil.copytree(folders.shipped("rules"), tmp_path / "rules")
    (tmp_path / "rules" / "kind.toml").write_text("[[kind]\n")
    desk.edit('folder = "', f'folder = "{tmp_path / "rules"}" # "')
    for words in (
        ("tickets", "list"),
        ("tickets", "show", desk.URGENT),
        ("outbox", "list"),
        ("quarantine", "list"),
        ("db", "backup", tmp_path / "copy"),
        ("ticket", desk.URGENT, "take"),
        ("digest",),
    ):
        assert desk(*words).code == 0, words
    assert "All is well" not in desk("status").out


def test_the_outbox(desk):
    rows = desk("outbox", "list", "--json").rows
    assert {row["kind"] for row in rows} == {"ack", "alert", "forward"}
    assert all(row["state"] == "queued" and row["tries"] == 0 for row in rows)
    lines = desk("outbox", "list").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) == len(rows) + 1


def test_a_mail_that_leaves_reads_as_its_receiver_reads_it(desk):
    forward = next(row for row in desk("outbox", "list", "--json").rows if row["kind"] == "forward")
    said = desk("outbox", "show", forward["id"])
    assert "to:        Sydtele Partner AB <felanmalan@sydtele.example>" in said.out
    assert "attached:  the customer's mail, unchanged" in said.out
    assert "Havets Hus Förlag AB" in said.out
    (row,) = desk("outbox", "show", forward["id"], "--json").rows
    assert row["subject"]
    raw = desk("outbox", "show", forward["id"], "--raw").out
    assert "Content-Type: message/rfc822" in raw


def test_what_was_given_up_or_came_back_is_listed_and_tried_again(desk):
    first, second, third = (row["id"] for row in desk("outbox", "list", "--json").rows[:3])
    now = datetime.now(UTC)
    desk.change(lambda conn: outbox.gave_up(conn, first, "550 no such user", now))
    desk.change(lambda conn: outbox.sent(conn, second, "250 OK", now))
    desk.change(lambda conn: outbox.bounced(conn, second, True, "5.2.2", "mailbox full", now))
    desk.change(lambda conn: outbox.sent(conn, third, "250 OK", now))
    rows = desk("outbox", "list", "--state", "undelivered", "--json").rows
    assert [(row["id"], row["state"]) for row in rows] == [(first, "gave_up"), (second, "came back")]
    assert "2 mails not delivered: supportbot outbox list --state undelivered" in desk("status").out
    assert desk("outbox", "retry", first).out == f"outbox {first} will be tried again.\n"
    assert "was accepted" in desk("outbox", "retry", third).err
    assert [row["id"] for row in desk("outbox", "list", "--state", "undelivered", "--json").rows] == [second]


def test_the_quarantine(desk):
    numbered = update(tables.inbox).values(subject="Listor till 811218-9876").where(tables.inbox.c.id == desk.ASIDE)
    desk.change(lambda conn: conn.execute(numbered))
    (row,) = desk("quarantine", "list", "--json").rows
    assert (row["id"], row["sender"]) == (desk.ASIDE, "lisa@icentrex.se")
    assert row["subject"] == f"Listor till {mask_personal_numbers('811218-9876')}"
    assert "811218" not in row["subject"]
    (shown,) = desk("quarantine", "show", desk.ASIDE, "--json").rows
    assert shown.pop("raw").startswith("From:")
    assert shown == row
    assert "staff address" in desk("quarantine", "list").out
    assert r"Skicka \x1b[31m alla listor" in desk("quarantine", "show", desk.ASIDE, "--raw").out
    assert desk("quarantine", "drop", desk.ASIDE, "--by", "Lisa").out == "mail 5 is off the list.\n"
    assert desk("quarantine", "list").out == "Nothing is set aside.\n"
    assert desk("quarantine", "drop", desk.ASIDE).code == 1


ENCODED = """\
From: =?utf-8?Q?=C3=85sa?= <asa@okand.example>
Subject: =?utf-8?Q?F=C3=B6r?= 811218-9876
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

V=C3=A5r v=C3=A4xel st=C3=A5r still sedan en l=C3=A5ng stund i morse, den st=
annade.

--=20
=C3=85sa
"""


def set_aside(desk, content):
    """The id of a mail that was set aside."""

    def change(conn):
        kept = inbox.Kept("kundcenter", "INBOX", 1, 90, content, datetime.now(UTC))
        one = inbox.keep(conn, kept, datetime.now(UTC))
        inbox.finish(conn, one, "quarantine", "the token is another ticket's", None, datetime.now(UTC))
        return one

    return desk.change(change)


def test_a_mail_that_was_set_aside_is_shown_as_a_person_reads_it(desk):
    one = set_aside(desk, ENCODED.encode())
    said = desk("quarantine", "show", one)
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    for line in (
        f"mail:        {one}",
        "set aside:   the token is another ticket's",
        "from:        Åsa <asa@okand.example>",
        "subject:     För ******-9876",
        "Vår växel står still sedan en lång stund i morse, den stannade.",
        f"Next: supportbot quarantine release {one}   a matter for us: a ticket for review; nothing is sent",
        f"      supportbot quarantine drop {one}      nothing is to follow",
    ):
        assert line in lines, line
    assert "=C3" not in said.out
    assert "may answer" not in said.out, "nothing is sent to what was set aside"
    raw = desk("quarantine", "show", one, "--raw").out
    assert "V=C3=A5r v=C3=A4xel" in raw
    assert "Next:" not in raw


def test_a_mail_that_cannot_be_read_is_shown_byte_by_byte(desk, monkeypatch):
    async def die(self, mails, desk, judging=None):
        return [Poisoned("died") for _ in mails]

    monkeypatch.setattr(Sandbox, "read", die)
    said = desk("quarantine", "show", set_aside(desk, ENCODED.encode()))
    assert said.out.startswith("It cannot be read (died), so this is every byte of it.\n\nFrom: =?utf-8?Q?")


def test_a_mail_that_was_set_aside_becomes_a_ticket_for_review_and_nothing_leaves(desk):
    before = len(desk("outbox", "list", "--json").rows)
    said = desk("quarantine", "release", desk.ASIDE, "--by", "Lisa")
    assert said.out == "mail 5 is ticket 10005 now, for review: supportbot tickets show 10005\n"
    (row,) = desk("tickets", "show", 10005, "--json").rows
    assert (row["route"], row["sender"], row["proven"]) == ("review", "lisa@icentrex.se", False)
    assert len(desk("outbox", "list", "--json").rows) == before
    mail = desk.change(lambda conn: inbox.get(conn, desk.ASIDE))
    assert (mail.verdict, mail.reason, mail.ticket) == ("ticket", "released by Lisa", 10005)
    assert desk("quarantine", "release", desk.ASIDE).err == (
        "supportbot: mail 5: is not set aside. See: supportbot quarantine list\n"
    )


def test_the_digest(desk, tmp_path):
    said = desk("digest", "--print", "--html", tmp_path / "d.html")
    assert "RING NU (1)" in said.out
    assert "supportbot ticket 10002 take" in said.out
    assert "<html" in (tmp_path / "d.html").read_text()
    assert "cannot be written" in desk("digest", "--html", tmp_path / "no" / "d.html").err
    assert not [row for row in desk("outbox", "list", "--json").rows if row["kind"] == "digest"]


def test_status_says_what_needs_a_person(desk):
    said = desk("status")
    assert said.code == 1
    for words in (
        "open tickets:  4 (1 to ring)",
        "! no daemon runs: supportbot run",
        "! mailbox kundcenter: it has never been read\n",
        r"! mails wait: 535 5.7.8 wrong password\x1b[31m",
        "! 1 urgent ticket not taken: supportbot tickets list --urgent",
        "! 1 mail set aside: supportbot quarantine list",
    ):
        assert words in said.out, words


def test_status_tells_at_once_of_a_relay_that_cannot_be_used(desk):
    now = datetime.now(UTC)
    first, _, *rest = (row["id"] for row in desk("outbox", "list", "--json").rows)

    def change(conn):
        for one in rest:
            outbox.sent(conn, one, "250 OK", now)
        conn.execute(update(tables.outbox).values(created=now - timedelta(seconds=50), due=now, reason=""))
        outbox.retry(conn, first, now + timedelta(minutes=1), "127.0.0.1:25: nothing listens there.", relay_away=True)

    desk.change(change)
    (told,) = (line for line in desk("status").out.splitlines() if line.startswith("! mails wait"))
    assert told.startswith("! mails wait, as the relay cannot be used: 127.0.0.1:25: nothing listens there. (1, the")
    assert told.endswith("): supportbot outbox list --state queued")
    (state,) = desk("status", "--json").rows
    assert (state["late"], state["late_because"]) == (1, "127.0.0.1:25: nothing listens there.")
    desk.change(lambda conn: outbox.retry(conn, first, now, "450 4.2.1 mailbox busy"))
    assert "mails wait" not in desk("status").out


def test_status_as_json(desk):
    said = desk("status", "--json")
    (state,) = said.rows
    assert (said.code, state["well"], state["to_ring"], state["quarantined"]) == (1, False, 1, 1)
    assert state["late"] == state["outbox"]["queued"]
    assert state["late_because"].startswith("535 5.7.8 wrong password")


def test_status_misses_only_the_daemon_when_nothing_needs_a_person(desk):
    now = datetime.now(UTC)
    for row in desk("outbox", "list", "--json").rows:
        desk.change(lambda conn, row=row: outbox.sent(conn, row["id"], "250 OK", now))
    desk.change(lambda conn: stored_mailboxes.searched(conn, "kundcenter", "INBOX", 1, now))
    desk("ticket", desk.URGENT, "take")
    desk("quarantine", "drop", desk.ASIDE)
    said = desk("status")
    assert (said.code, [line for line in said.out.splitlines() if line.startswith("!")]) == (
        1, ["! no daemon runs: supportbot run"],
    )  # fmt: skip


def test_status_tells_of_a_mailbox_that_fails_or_is_not_read(desk):
    long_ago = datetime.now(UTC) - timedelta(hours=2)
    desk.change(lambda conn: stored_mailboxes.searched(conn, "kundcenter", "INBOX", 1, long_ago))
    assert "! mailbox kundcenter: it is not searched any more (since" in desk("status").out
    desk.change(lambda conn: stored_mailboxes.failed(conn, "kundcenter", "INBOX", "NO \x1b[2Jdenied", long_ago))
    assert r"NO \x1b[2Jdenied" in desk("status").out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("tickets", "show", 99), "ticket 99: is not there. See: supportbot tickets list --state all"),
        (("outbox", "show", 99), "outbox 99: is not there. See: supportbot outbox list"),
        (("outbox", "retry", 99), "outbox 99: is not there, is being sent, or was accepted."),
        (("quarantine", "show", 1), "mail 1: is not set aside. See: supportbot quarantine list"),
        (("quarantine", "release", 99), "mail 99: is not set aside."),
    ],
)
def test_what_is_not_there(desk, words, says):
    said = desk(*words)
    assert (said.code, said.out) == (1, "")
    assert says in said.err


def test_what_mails_say_is_harmless_in_every_list(desk):
    """The fixture refuses raw control characters in all that is said; here they are in every column."""
    evil = "\x1b[31m\x07\u202egnp"

    def spoil(conn):
        ticket = tickets.find(conn, desk.PLAIN, lock=True)
        tickets.apply(conn, Plan(replace(ticket, summary=evil, customer_name=evil, subject=evil)), False)

    desk.change(spoil)
    assert r"\x1b[31m\x07\u202egnp" in desk("tickets", "show", desk.PLAIN).out
    assert desk("tickets", "list").code == 0
    (row,) = desk("tickets", "show", desk.PLAIN, "--json").rows
    assert row["subject"] == evil
    assert json.dumps(evil) in desk("tickets", "show", desk.PLAIN, "--json").out


def test_a_mail_that_was_left_alone_by_its_words_can_become_a_ticket(desk):
    """triage.md: bulk by content alone is listed for staff, for a customer may be among it."""
    sold = {"verdict": "ignore", "reason": "bulk (by its content)", "subject": "Har du en kvart?"}
    desk.change(lambda conn: conn.execute(update(tables.inbox).values(sold).where(tables.inbox.c.id == desk.ASIDE)))
    page = desk("digest", "--print").out
    assert "Har du en kvart? – läses som ett massutskick" in page
    assert f"supportbot quarantine show {desk.ASIDE}" in page
    assert desk("quarantine", "list").out == "Nothing is set aside.\n"
    assert desk("quarantine", "show", desk.ASIDE).code == 0
    said = desk("quarantine", "release", desk.ASIDE, "--by", "Lisa")
    assert "is ticket" in said.out
    assert desk("quarantine", "release", desk.ASIDE).code == 1
