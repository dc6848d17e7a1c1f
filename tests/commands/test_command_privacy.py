"""`privacy`: what is removed is gone from the database's file, log and folder, byte by byte; what stays is said."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from daemon_desk import mail

from supportbot.store import contents, inbox, outbox, retention, tables, tickets
from supportbot.store.inbox import Kept
from supportbot.tickets.effects import Outgoing

NOW = datetime.now(UTC)


def address_of(desk, number):
    return desk.change(lambda conn: tickets.find(conn, number)).sender


def settle_all(desk, *numbers):
    """The tickets are resolved, and everything has left."""
    for number in numbers:
        desk("ticket", number, "resolve", "--anyway", "--by", "Eva")

    def work(conn):
        for row in outbox.listing(conn, "queued", 100):
            outbox.sent(conn, row.id, "250 ok", NOW)

    desk.change(work)


def register(desk, address):
    """The registry's first customer has this address."""
    customers = tables.customers
    named = customers.update().where(customers.c.place == 0).values(emails=json.dumps([address]))
    desk.change(lambda conn: conn.execute(named) and None)


def bytes_of(desk):
    """All that lies in the desk's folder but its config and rules."""
    files = [path for path in desk.folder.rglob("supportbot.db*") if path.is_file()]
    files += list((desk.folder / "supportbot.db.raw").iterdir())
    return b"".join(path.read_bytes() for path in files).lower()


def test_an_address_is_gone_from_every_byte(desk):
    address = address_of(desk, desk.PLAIN)
    local, domain = address.split("@")
    hidden = base64.b64encode(f"Skriv till {local}+x@{domain.upper()} i stället".encode())
    large = mail("x" * contents.LARGE, f"Anna <{address.upper()}>", "Bild")
    foreign = b"From: b@x.example\r\nContent-Transfer-Encoding: base64\r\n\r\n" + hidden

    def more(conn):
        for uid, content in enumerate((large, foreign), 50):
            one = inbox.keep(conn, Kept("kundcenter", "INBOX", 1, uid, content, NOW), NOW)
            inbox.finish(conn, one, "ignore", f"bulk ({address})", None, NOW)

    desk.change(more)
    register(desk, address)
    desk("ticket", desk.PLAIN, "note", f"{address} ringde", "--by", "Eva")
    desk("correct", desk.PLAIN, "urgent=no", f"reason={address} sade det", "--by", "Eva")
    desk("ticket", desk.BILLABLE, "bill", "waive", "--why", "kulans", "--by", "Eva")
    numbers = (desk.PLAIN, desk.URGENT, desk.BILLABLE)
    settle_all(desk, *numbers, desk.PARTNER)
    before = bytes_of(desk)
    assert address.encode() in before
    assert "röstbrevlådan".encode() in before
    assert hidden.lower() in before
    assert len(list((desk.folder / "supportbot.db.raw").iterdir())) == 1

    told = desk("privacy", "erase", "--address", address.upper(), "--yes", "--by", "Eva")

    assert told.code == 0, told.err
    # The registry names it, in the customers' rows: nothing but the import changes those.
    assert "of the registry names it: take it out of the import folder, and import" in told.out
    register(desk, "")
    desk("privacy", "erase", "-a", address, "--yes")
    after = bytes_of(desk)
    assert address.encode() not in after
    assert re.search(rb"r\xc3\xb6stmeddelanden|sade det", after) is None
    assert hidden.lower() not in after
    assert not list((desk.folder / "supportbot.db.raw").iterdir())
    nothing = desk("privacy", "erase", "-a", address)
    assert nothing.out.startswith("There is nothing to remove.\nWhat stays"), "nothing is asked, either"
    assert "Removed." not in nothing.out
    assert desk("privacy", "erase", "-a", address, "--dry-run").out.startswith("There is nothing to remove.\n")
    assert desk.change(lambda conn: inbox.known(conn, "kundcenter", "INBOX", 1, [1, 50, 51])) == {1, 50, 51}


def test_what_is_open_stays_and_is_said(desk):
    address = address_of(desk, desk.PLAIN)
    told = desk("privacy", "erase", "--address", address, "--dry-run")
    assert f"ticket {desk.PLAIN} is open: resolve it, and erase again" in told.out
    desk("privacy", "erase", "--address", address, "--yes", "--by", "Eva")
    assert address_of(desk, desk.PLAIN) == address
    assert desk.change(lambda conn: tickets.articles_of(conn, desk.PLAIN))[0].text.startswith("Hej! Röst")


def test_a_confirmed_charge_stays_and_is_said(desk):
    desk("ticket", desk.BILLABLE, "bill", "confirm", "--why", "fallen", "--by", "Eva")
    settle_all(desk, desk.BILLABLE)
    told = desk("privacy", "erase", "--address", address_of(desk, desk.BILLABLE), "--yes", "--by", "Eva")
    assert f"ticket {desk.BILLABLE}: its confirmed charge" in told.out
    assert f"until {NOW.year + 8}-12-31: bookkeeping law" in told.out
    ticket = desk.change(lambda conn: tickets.find(conn, desk.BILLABLE))
    assert (ticket.sender, ticket.billing.why, ticket.billing.decided_by) == (None, "fallen", "Eva")
    assert ticket.org_number


def forwards(desk):
    return [row for row in desk.change(lambda conn: outbox.listing(conn, None, 100)) if row.kind == "forward"]


def test_a_partner_with_a_copy_is_named_and_the_forward_keeps_its_recipient(desk):
    address = address_of(desk, desk.PARTNER)
    settle_all(desk, desk.PARTNER)
    tell = (
        f"- Sydtele Partner AB (felanmalan@sydtele.example) has a copy of what was forwarded of ticket {desk.PARTNER}: "
        "tell them of the erasure (GDPR article 19)\n"
    )
    would = desk("privacy", "erase", "--address", address, "--dry-run").out
    assert would.startswith("Would be removed: 1 ticket, 1 mail, 2 letters")
    assert tell in would
    assert tell in desk("privacy", "erase", "--address", address, "--yes", "--by", "Eva").out
    (forward,) = forwards(desk)
    assert (forward.recipient, forward.reason) == ("felanmalan@sydtele.example", "")
    assert desk("outbox", "show", forward.id).code == 1, "its text is gone"
    shown = desk("tickets", "show", desk.PARTNER).out
    assert f"  forward to felanmalan@sydtele.example: sent (supportbot outbox show {forward.id})\n" in shown
    assert "  ack to (removed): sent (" in shown


def test_a_forward_that_came_back_is_no_copy_and_one_without_its_recipient_is(desk):
    address = address_of(desk, desk.PARTNER)
    settle_all(desk, desk.PARTNER)
    (forward,) = forwards(desk)
    removed = tables.outbox.update().where(tables.outbox.c.id == forward.id).values(recipient="", erased=NOW)
    desk.change(lambda conn: conn.execute(removed) and None)
    would = desk("privacy", "erase", "--address", address, "--dry-run").out
    assert "- Sydtele Partner AB (felanmalan@sydtele.example) has a copy" in would, "it had gone by its age"
    desk.change(lambda conn: outbox.bounced(conn, forward.id, True, "5.1.1", "no such user", NOW))
    assert "has a copy" not in desk("privacy", "erase", "--address", address, "--dry-run").out


def test_a_forward_to_who_asks_is_removed_whole(desk):
    settle_all(desk, desk.PARTNER)
    told = desk("privacy", "erase", "--address", "felanmalan@sydtele.example", "--yes", "--by", "Eva").out
    assert "has a copy" not in told
    assert [row.recipient for row in forwards(desk)] == [""]


def test_the_books_do_not_say_who_asked(desk):
    address = address_of(desk, desk.PLAIN)
    settle_all(desk, desk.PLAIN, desk.URGENT)
    desk("privacy", "erase", "--address", address, "--yes", "--by", "Eva")
    (row,) = desk.change(lambda conn: conn.execute(tables.erasures.select()).all())
    assert (row.what, row.actor, len(row.address_hash)) == ("erased", "Eva", 32)
    assert address not in repr(row)
    entries = desk.change(lambda conn: tickets.journal_of(conn, desk.PLAIN))
    assert [(entry.what, entry.actor) for entry in entries] == [("erased", "Eva")]


def test_others_keep_what_is_theirs(desk):
    address = address_of(desk, desk.PARTNER)
    neighbour = f"x{address}"
    desk.change(
        lambda conn: outbox.add(
            conn, Outgoing("ack:x", "ack", None, neighbour, "x@x", f"To: {neighbour}\n".encode()), NOW
        )
    )
    settle_all(desk, desk.PLAIN, desk.URGENT, desk.PARTNER)
    plain = desk.change(lambda conn: tickets.find(conn, desk.PLAIN))
    desk("privacy", "erase", "--address", address, "--yes", "--by", "Eva")
    assert desk.change(lambda conn: tickets.find(conn, desk.PLAIN)) == plain
    assert neighbour in [row.recipient for row in desk.change(lambda conn: outbox.listing(conn, None, 100))]
    assert address_of(desk, desk.PARTNER) is None


def test_the_export_is_whole_and_readable(desk, tmp_path):
    address, folder = address_of(desk, desk.PLAIN), tmp_path / "export"
    register(desk, address)
    told = desk("privacy", "export", "--address", address, "--to", folder, "--by", "Eva")
    assert told.code == 0, told.err
    data = json.loads((folder / "data.json").read_text())
    mine = next(one for one in data["tickets"] if one["number"] == desk.PLAIN)
    assert mine["subject"] == "Röstbrevlådan"
    assert mine["articles"][0]["text"].startswith("Hej! Röstmeddelanden")
    assert mine["journal"][0]["what"] == "opened"
    assert data["registry"]
    for one in (*data["mails"], *data["letters"]):
        assert (folder / one["file"]).read_bytes()
    assert any(b"Subject" in (folder / one["file"]).read_bytes() for one in data["mails"])
    index = (folder / "index.txt").read_text()
    assert f"Ticket {desk.PLAIN}" in index
    assert "mails/1.eml" in index
    assert "UTC" not in index
    assert re.search(r"received \d{4}-\d\d-\d\d \d\d:\d\d CES?T", index)
    assert "1 registry row. " in told.out
    assert folder.stat().st_mode & 0o077 == 0
    assert desk("privacy", "export", "--address", address, "--to", folder).code == 1
    assert desk.change(lambda conn: conn.execute(tables.erasures.select()).one()).what == "exported"


def test_what_is_one_is_told_as_one(desk, tmp_path):
    foreign = b"From: b@x.example\r\n\r\nSkriv till ensam@annan.example."
    desk.change(lambda conn: inbox.keep(conn, Kept("kundcenter", "INBOX", 1, 60, foreign, NOW), NOW) and None)
    desk("privacy", "export", "--address", "ensam@annan.example", "--to", tmp_path / "export")
    assert "Named in 1 more place (data.json: also_named_in)." in (tmp_path / "export" / "index.txt").read_text()
    settle_all(desk, desk.PLAIN)
    desk("ticket", desk.PLAIN, "note", "ensam@annan.example ringde", "--by", "Eva")
    would = desk("privacy", "erase", "--address", "ensam@annan.example", "--dry-run").out
    assert would.startswith("Would be removed: 2 other texts that name it.\n"), "the note and the journal"


def test_an_address_of_which_nothing_is_stored_makes_no_folder(desk, tmp_path):
    told = desk("privacy", "export", "--address", "ingen@annan.example", "--to", tmp_path / "export")
    assert (told.code, told.out) == (1, "")
    assert "ingen@annan.example: is nowhere in what is stored" in told.err
    assert not (tmp_path / "export").exists()
    assert desk.change(lambda conn: conn.execute(tables.erasures.select()).all()) == []


def test_a_ticket_that_was_erased_says_that_its_reasons_were_removed(desk):
    address = address_of(desk, desk.PLAIN)
    settle_all(desk, desk.PLAIN, desk.URGENT)
    assert "Nothing in the mail or the registry" in desk("tickets", "show", desk.PLAIN).out
    desk("privacy", "erase", "--address", address, "--yes", "--by", "Eva")
    shown = desk("tickets", "show", desk.PLAIN).out
    (row,) = desk("tickets", "show", desk.PLAIN, "--json").rows
    removed = f"The reasons were removed (erased {row['erased']})."
    for text in (shown, row["why"]):
        assert removed in text
        assert "Nothing in the mail or the registry" not in text
    assert "  sender:    removed\n" in shown
    assert shown.startswith(f"Ticket {desk.PLAIN}: (removed)\n")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("ingen", "is no mail address"),
        ("Kundcenter@icentrex.se", "is the desk's own or a staff member's"),
        ("lisa@icentrex.se", "is the desk's own or a staff member's"),
    ],
)
def test_whom_it_does_not_forget(desk, address, says):
    told = desk("privacy", "erase", "--address", address, "--yes")
    assert (told.code, says in told.err) == (1, True)


def test_it_asks_first(desk, monkeypatch):
    settle_all(desk, desk.PLAIN)
    monkeypatch.setattr("typer.confirm", lambda text, abort: (_ for _ in ()).throw(SystemExit(1)))
    address = address_of(desk, desk.PLAIN)
    assert desk("privacy", "erase", "--address", address).code == 1
    assert address_of(desk, desk.PLAIN) == address


def test_what_is_too_old_goes_by_command(desk):
    desk.edit("[digest]", "[retention]\nmachine_mails = 1\n[digest]")
    then = NOW - timedelta(days=2)

    def old(conn):
        one = inbox.keep(conn, Kept("kundcenter", "INBOX", 1, 77, b"From: a@b.example\r\n\r\nReklam", then), then)
        inbox.finish(conn, one, "ignore", "bulk", None, then)

    desk.change(old)
    assert b"reklam" in bytes_of(desk)
    assert desk("privacy", "retention", "--dry-run").out == "     1 machine_mails\nWould be removed.\n"
    assert b"reklam" in bytes_of(desk)
    assert desk("privacy", "retention").out == "     1 machine_mails\nRemoved.\n"
    assert b"reklam" not in bytes_of(desk)
    assert desk("privacy", "retention").out == "Nothing is too old.\n"
    assert "removed by age: nothing" in desk("status").out
    assert desk.change(lambda conn: retention.removed(conn, NOW - timedelta(hours=1))) == {"machine_mails": 1}
    assert "Gallrat efter ålder: 1 automatiska mejl." in desk("digest").out.replace("\n", " ")
