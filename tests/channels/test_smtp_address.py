"""One plain address, or nothing."""

import pytest

from supportbot.channels.smtp_address import path


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("anna@kund.example", "anna@kund.example"),
        ("Anna.Berg+fel=1@Kund.Example", "Anna.Berg+fel=1@Kund.Example"),
        ("anna@räksmörgås.se", "anna@xn--rksmrgs-5wao1o.se"),
        ("anna@RÄKSMÖRGÅS.se", "anna@xn--rksmrgs-5wao1o.se"),
        ("anna@straße.example", "anna@xn--strae-oqa.example"),
        ("åsa@kund.example", "åsa@kund.example"),
        ("jour@localhost", "jour@localhost"),
        ("a/b!c#d@kund.example", "a/b!c#d@kund.example"),
    ],
)
def test_plain(address, written):
    assert path(address) == written


@pytest.mark.parametrize(
    "address",
    [
        "",
        "<>",
        "@",
        "anna",
        "anna@",
        "@kund.example",
        "a@b.se, c@d.se",
        "a@b@c.se",
        "Anna <anna@kund.example>",
        "<anna@kund.example>",
        "anna@kund.example\r\nRCPT TO:<x@y.se>",
        "anna@kund.example\n",
        "an\x00na@kund.example",
        "anna berg@kund.example",
        "anna@kund example",
        "anna@-kund.example",
        "anna@kund..example",
        "a..b@kund.example",
        ".a@kund.example",
        "anna@[127.0.0.1]",
        '"anna"@kund.example',
        "x" * 65 + "@kund.example",
        "anna@" + "a." * 130 + "se",
        "an\u200bna@kund.example",
        "anna@\ud800.se",
    ],
)
def test_not_plain(address):
    with pytest.raises(ValueError, match=r"mail address|valid domain"):
        path(address)
