"""What a relay is handed: envelope, options and the octets on the wire, read back from a real SMTP server."""

from email import message_from_bytes

import pytest
from servers.settings import relay_section
from servers.smtp_sink import SmtpSink

from supportbot.channels.smtp import Relay
from supportbot.tickets.retry import Refused, Sent

MAIL = b"From: desk@icentrex.example\r\nSubject: x\r\n\r\nHej\r\n"
TO, FROM = "anna@kund.example", "desk@icentrex.example"


@pytest.mark.parametrize(
    ("recipient", "return_path", "without", "outcome", "envelope"),
    [
        (TO, "", frozenset(), Sent, ("", TO)),
        (TO, "<>", frozenset(), Sent, ("", TO)),
        ("anna@räksmörgås.se", FROM, frozenset({"SMTPUTF8"}), Sent, (FROM, "anna@xn--rksmrgs-5wao1o.se")),
        ("åsa@kund.example", FROM, frozenset(), Sent, (FROM, "åsa@kund.example")),
        ("åsa@kund.example", FROM, frozenset({"SMTPUTF8"}), Refused, None),
        ("", FROM, frozenset(), Refused, None),
        ("<>", FROM, frozenset(), Refused, None),
        ("a@b.se, c@d.se", FROM, frozenset(), Refused, None),
        ("a@b.se\r\nRCPT TO:<c@d.se>", FROM, frozenset(), Refused, None),
        (TO, "desk@icentrex.example>\r\nRSET", frozenset(), Refused, None),
    ],
)
async def test_addresses(recipient, return_path, without, outcome, envelope):
    with SmtpSink(without=without) as sink:
        relay = Relay(relay_section(sink), None, "desk.example")
        assert type(await relay.send(recipient, MAIL, return_path)) is outcome
        await relay.close()
        assert [(mail.return_path, *mail.recipients) for mail in sink.received] == ([envelope] if envelope else [])


@pytest.mark.parametrize("notify", [("NEVER",), ("FAILURE", "DELAY"), ()])
@pytest.mark.parametrize("offered", [True, False])
async def test_notify(notify, offered):
    with SmtpSink(without=frozenset({"SIZE"} if offered else {"SIZE", "DSN"})) as sink:
        relay = Relay(relay_section(sink), None, "desk.example")
        assert isinstance(await relay.send(TO, MAIL, "", notify), Sent)
        await relay.close()
        assert sink.received[0].options == (["NOTIFY=" + ",".join(notify)] if notify and offered else [])


@pytest.mark.parametrize(
    ("content", "arrives"),
    [
        (b"Subject: x\n\nHej\n", b"Subject: x\r\n\r\nHej\r\n"),
        (b"Subject: x\r\n\r\nend", b"Subject: x\r\n\r\nend\r\n"),
        (b"Subject: x\r\n\r\n.\r\n..\r\n.x\r\n", b"Subject: x\r\n\r\n.\r\n..\r\n.x\r\n"),
        (b".\r\n.\n", b".\r\n.\r\n"),
        (b"Subject: x\r\n\r\na\rb\n.\rc", b"Subject: x\r\n\r\na\r\nb\r\n.\r\nc\r\n"),
        (b"Subject: x\r\n\r\n\xc3\xa5\r\n", b"Subject: x\r\n\r\n\xc3\xa5\r\n"),
        (b"Subject: x\r\n\r\n" + b".x\n" * 20_000, b"Subject: x\r\n\r\n" + b".x\r\n" * 20_000),
    ],
)
async def test_what_is_on_the_wire(content, arrives):
    with SmtpSink() as sink:
        relay = Relay(relay_section(sink), None, "desk.example")
        assert isinstance(await relay.send(TO, content, FROM), Sent)
        await relay.close()
        assert sink.received[0].content == arrives


ORIGINAL = b"Subject: f\xc3\xb6r\r\n\r\nDet sprakar.\r\n"


def forwarded() -> bytes:
    """A mail of ours with the customer's own as it came, in 8 bits."""
    return b"".join(
        (
            b'From: desk@icentrex.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="=_b"\r\n',
            b"Content-Transfer-Encoding: 8bit\r\n\r\n--=_b\r\nContent-Type: text/plain\r\n\r\nSe bilagan.\r\n--=_b\r\n",
            b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n",
            b'Content-Disposition: attachment;\r\n filename="fel.eml"\r\n\r\n',
            ORIGINAL,
            b"\r\n--=_b--\r\n",
        )
    )


@pytest.mark.parametrize(
    ("without", "options"), [(frozenset({"SIZE"}), ["BODY=8BITMIME"]), (frozenset({"SIZE", "8BITMIME"}), [])]
)
async def test_eight_bits_only_where_they_are_taken(without, options):
    with SmtpSink(without=without) as sink:
        relay = Relay(relay_section(sink), None, "desk.example")
        assert isinstance(await relay.send(TO, forwarded(), FROM), Sent)
        await relay.close()
    (mail,) = sink.received
    assert mail.options == options
    assert mail.content == forwarded() if options else mail.content.isascii()
    part = message_from_bytes(mail.content).get_payload()[1]
    assert options or part.get_payload(decode=True).rstrip(b"\r\n") == ORIGINAL.rstrip(b"\r\n")


async def test_eight_bits_that_cannot_be_wrapped_are_refused():
    with SmtpSink(without=frozenset({"8BITMIME"})) as sink:
        relay = Relay(relay_section(sink), None, "desk.example")
        assert isinstance(await relay.send(TO, ORIGINAL, FROM), Refused)
        await relay.close()
    assert sink.received == []
