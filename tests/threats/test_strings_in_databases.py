"""Signs that kill a database, in every string of a mail: NUL (PostgreSQL) and lone surrogates (both) (TH25).

Generated mails go through the real reader, the real rules of storage and each database, and come back the same.
"""

import asyncio
import base64
from datetime import timedelta

import pytest
from builders import NOW, a_decision
from daemon_desk import SQLITE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers.postgres import make_database
from workers.conftest import a_desk as a_desk

from supportbot.mail.message import Desk
from supportbot.mail.parse import parse
from supportbot.store import claims, inbox, tickets
from supportbot.store.database import Database
from supportbot.store.inbox import Kept
from supportbot.tickets.verdict import Verdict
from supportbot.workers.settle import settle

KILLERS = st.sampled_from(
    ["\x00", "\ud800", "\udfff", "\udc80", "\ufffe", "\U0010ffff", "\x1b", "\u202e", "å", "a", " "]
)
TEXTS = st.text(st.one_of(KILLERS, st.characters()), max_size=40)
MAILS = st.tuples(TEXTS, TEXTS, TEXTS, st.sampled_from(["utf-8", "utf-7", "utf-16", "unicode_escape", "latin-1"]))
EXAMPLES = 60


def word(text: str, charset: str) -> bytes:
    return b"=?" + charset.encode() + b"?b?" + base64.b64encode(said(text, charset)) + b"?="


def said(text: str, charset: str) -> bytes:
    try:
        return text.encode(charset, "surrogatepass")
    except (LookupError, ValueError):
        return text.encode("utf-8", "surrogatepass")


def written(name: str, subject: str, text: str, charset: str) -> bytes:
    """As encoded words, and raw where a header can hold it."""
    raw = text.encode("utf-8", "surrogatepass").replace(b"\r", b"").replace(b"\n", b"")
    return b"".join(
        (
            b"From: " + word(name, charset) + b" <eva@bagarstugan.example>\r\nTo: kundcenter@icentrex.se\r\n",
            b"Subject: " + word(subject, charset) + raw + b"\r\nMessage-ID: <" + raw + b"@x.example>\r\n",
            b"References: <" + raw + b"@y.example>\r\nX-Odd: " + raw + b"\r\n",
            b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n',
            b"Content-Type: text/plain; charset="
            + charset.encode()
            + b"\r\n\r\n"
            + said(text, charset)
            + b"\r\n--b\r\n",
            b"Content-Disposition: attachment; filename=" + word(name, charset) + b"\r\n\r\nx\r\n--b--\r\n",
        )
    )


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.xdist_group("postgres"))])
def place(request, tmp_path_factory):
    """(the loop, a database of each kind)"""
    url = SQLITE
    with asyncio.Runner() as runner:
        if request.param == "postgres":
            url = runner.run(make_database(request.getfixturevalue("postgres_server")))
        database = runner.run(Database.open(url, tmp_path_factory.mktemp("killers")))
        yield runner, database
        runner.run(database.close())


@pytest.mark.parametrize("verdict", ["ticket", "quarantine"])
def test_whatever_a_mail_says_is_stored_and_comes_back(place, a_desk, verdict: Verdict):
    runner, database = place

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(MAILS)
    def stored(strings):
        raw = written(*strings)
        mail = parse(raw, Desk(("kundcenter@icentrex.se",)))

        def work(conn):
            last = max((row.uid for row in rows(conn)), default=0)
            inbox.keep(conn, Kept("a", "INBOX", 1, last + 1, raw, NOW), NOW)
            (row,) = claims.claim(conn, 1, NOW, timedelta(minutes=1), 10_000_000)
            if verdict == "quarantine":
                shown = mail.sender_shown, mail.subject
                inbox.set_aside(conn, row.id, mail.sender_shown, NOW, *shown)
                return row.id, None
            return row.id, settle(conn, row, mail, a_decision(customer="K1"), a_desk, NOW)

        number, settled = runner.run(database.write(work))
        assert runner.run(database.read(lambda conn: inbox.raw(conn, number))) == raw
        if settled and settled.ticket:
            found = runner.run(database.read(lambda conn: tickets.find(conn, settled.ticket)))
            assert found.subject == mail.subject[:250]
            assert runner.run(database.read(lambda conn: tickets.articles_of(conn, settled.ticket)))
        row = runner.run(database.read(lambda conn: inbox.get(conn, number)))
        assert "\x00" not in row.sender + row.subject + row.reason

    stored()


def rows(conn):
    return [*inbox.settled(conn, NOW - timedelta(days=1), 0, 100_000)]
