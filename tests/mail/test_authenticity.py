"""Authentication-Results: only our own server's topmost field counts, and it is truly read."""

import pytest

from supportbot.mail.authenticity import judge
from supportbot.mail.message import Address, Headers

ANNA = Address("Anna", "anna@kund.se")
US = "mx.icentrex.se"


def _judged(*values: str, sender: Address | None = ANNA, server: str | None = US) -> str:
    return judge(Headers(tuple(("Authentication-Results", value) for value in values)), sender, server)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("mx.icentrex.se; dmarc=pass (p=none dis=none) header.from=kund.se", "verified"),
        ("MX.icentrex.se 1; spf=fail smtp.mailfrom=x.se; dmarc=pass header.from=KUND.se", "verified"),
        ('"mx.icentrex.se"; dmarc/1 = pass reason="ok; dmarc=fail" header.from=kund.se', "verified"),
        ("mx.icentrex.se; dkim=pass header.d=kund.se header.s=s1", "verified"),
        ("mx.icentrex.se; dkim=pass header.i=@kund.se", "verified"),
        ("mx.icentrex.se; dmarc=none header.from=kund.se; spf=pass smtp.mailfrom=bounce@mail.kund.se", "verified"),
        ("mx.icentrex.se; dmarc=pass header.from=evil.se", "unknown"),
        ("mx.icentrex.se; dmarc=pass", "unknown"),
        ("mx.icentrex.se; dkim=pass header.d=evil.se; spf=pass smtp.mailfrom=evil.se", "unknown"),
        ("mx.icentrex.se; spf=pass smtp.mailfrom=notkund.se", "unknown"),
        ("mx.icentrex.se; dkim=pass header.d=se", "unknown"),
        ("mx.icentrex.se; none", "unknown"),
        ("mx.icentrex.se", "unknown"),
        ("mx.icentrex.se; dmarc=fail (p=reject) header.from=kund.se", "failed"),
        ("mx.icentrex.se; dmarc=fail header.from=kund.se; dkim=pass header.d=kund.se", "failed"),
        ("mx.icentrex.se; spf=softfail smtp.mailfrom=a@kund.se; dkim=fail header.d=kund.se", "failed"),
        ("mx.icentrex.se; spf=permerror smtp.mailfrom=kund.se; dkim=permerror", "failed"),
        ("mx.icentrex.se; spf=fail smtp.mailfrom=list.org; dkim=fail header.d=kund.se", "unknown"),
        ("mx.icentrex.se; spf=fail smtp.mailfrom=kund.se; dkim=none", "unknown"),
        # forged or foreign
        ("mx.evil.se; dmarc=pass header.from=kund.se", "unknown"),
        ("spf=pass smtp.mailfrom=kund.se; dmarc=pass action=none header.from=kund.se", "unknown"),
        ("mx.icentrex.se (dmarc=pass header.from=kund.se); spf=none", "unknown"),
        ('mx.icentrex.se; spf=none reason="dmarc=pass header.from=kund.se"', "unknown"),
        ('mx.icentrex.se; x="; dmarc=pass header.from=kund.se"', "unknown"),
        ("mx.icentrex.se; spf=none (a (b) ; dmarc=pass header.from=kund.se)", "unknown"),
        ("mx.icentrex.se.evil.se; dmarc=pass header.from=kund.se", "unknown"),
        ("", "unknown"),
        ("((((", "unknown"),
    ],
)
def test_what_one_field_proves(value: str, expected: str) -> None:
    assert _judged(value) == expected


def test_only_the_topmost_field_of_our_server_counts() -> None:
    ours_fails, forged = (
        "mx.icentrex.se; dmarc=fail header.from=kund.se",
        "mx.icentrex.se; dmarc=pass header.from=kund.se",
    )
    assert _judged(ours_fails, forged) == "failed"
    assert _judged("mx.other.se; dmarc=fail header.from=kund.se", forged) == "verified"


def test_without_a_server_that_we_believe_or_a_sender_nothing_is_known() -> None:
    good = "mx.icentrex.se; dmarc=pass header.from=kund.se"
    assert _judged(good, server=None) == "unknown"
    assert _judged(good, server="") == "unknown"
    assert _judged(good, sender=None) == "unknown"
    assert _judged() == "unknown"


def test_a_public_suffix_is_nobodys_domain() -> None:
    sender = Address("", "a@firm.co.uk")
    assert _judged("mx.icentrex.se; dkim=pass header.d=co.uk", sender=sender) == "unknown"
    assert _judged("mx.icentrex.se; dkim=pass header.d=mail.firm.co.uk", sender=sender) == "verified"
