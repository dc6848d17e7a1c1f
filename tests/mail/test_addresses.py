"""One plain address is read; everything odd is nobody's."""

import pytest

from supportbot.mail.addresses import addresses, one_address, plain_address, pretence, remarks
from supportbot.mail.message import Address


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("anna@exempel.se", "", "anna@exempel.se"),
        ("<anna@Exempel.SE>", "", "anna@exempel.se"),
        ("Anna Svensson <anna@exempel.se>", "Anna Svensson", "anna@exempel.se"),
        ('"Svensson, Anna" <anna@exempel.se>', "Svensson, Anna", "anna@exempel.se"),
        ('"Anna \\"Ankan\\" A" <anna@exempel.se>', 'Anna "Ankan" A', "anna@exempel.se"),
        ("anna@exempel.se (Anna (Växel))", "Anna (Växel)", "anna@exempel.se"),
        ("=?utf-8?q?=C3=85sa?= <asa@exempel.se>", "Åsa", "asa@exempel.se"),
        ("=?utf-8?q?A=0D=0ABcc:_x@y.se?= <asa@exempel.se>", "A Bcc: x@y.se", "asa@exempel.se"),
        ("=?utf-8?q?offer=40x.se=2C_A?= <asa@exempel.se>", "offer@x.se, A", "asa@exempel.se"),
        ("Åsa [Exempel AB] <asa@exempel.se>", "Åsa [Exempel AB]", "asa@exempel.se"),
        ("anna@exempel.se <anna@exempel.se>", "anna@exempel.se", "anna@exempel.se"),
        ("anna@exämpel.se", "", "anna@xn--exmpel-cua.se"),
        ("o'neil+tag=1@a-b.example", "", "o'neil+tag=1@a-b.example"),
    ],
)
def test_plain_forms(value: str, name: str, address: str) -> None:
    assert one_address((value,)) == Address(name, address)
    assert pretence((value,)) == ""


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Anna Svensson",
        '"',
        '"anna@exempel.se',
        "anna@[192.0.2.1",
        "anna@[192.0.2.1]",
        "<@relay.se,@a.se:x@exempel.se>",
        "anna@exempel.se, bo@exempel.se",
        "Grupp: anna@exempel.se;",
        "anna@ex\ufffdmpel.se",
        "anna@ｅxempel.se",
        '"anna"@exempel.se',
        ".anna@exempel.se",
        "anna@exempel..se",
        "anna@-exempel.se",
        "anna bo@exempel.se",
        "<anna@exempel.se",
        "(" * 5000,
        "a" * 65 + "@exempel.se",
        "a@" + "b" * 64 + ".se",
        "undisclosed-recipients:;",
    ],
)
def test_what_is_not_one_plain_address_is_nobody(value: str) -> None:
    assert one_address((value,)) is None


@pytest.mark.parametrize(
    "values",
    [
        ("a@one.example", "b@two.example"),
        ("lisa@icentrex.se <x@evil.example>",),
        ("<lisa@icentrex.se> x@evil.example",),
        ("<lisa@icentrex.se>x@evil.example",),
        ("<lisa@icentrex.se><x@evil.example>",),
        ("lisa@icentrex.se)x@evil.example",),
        ("=?utf-8?b?bGlzYUBpY2VudHJleC5zZT4A?=@evil.example",),
    ],
)
def test_a_from_that_pretends_is_nobody_and_is_said(values: tuple[str, ...]) -> None:
    assert one_address(values) is None
    assert pretence(values)


def test_the_same_field_twice_says_one_thing() -> None:
    assert one_address(("Anna <a@exempel.se>", "Anna <a@exempel.se> ")) == Address("Anna", "a@exempel.se")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("a@x.se, b@y.se", ["a@x.se", "b@y.se"]),
        ("a@x.se; b@y.se", ["a@x.se", "b@y.se"]),
        ('"A, B" <a@x.se>, skräp, C <c@x.se>', ["a@x.se", "c@x.se"]),
        ("Alla: a@x.se, b@x.se;, c@x.se", ["a@x.se", "b@x.se", "c@x.se"]),
        ("undisclosed-recipients:;", []),
    ],
)
def test_lists_give_their_plain_members(value: str, found: list[str]) -> None:
    assert [address.address for address in addresses(value)] == found


def test_long_lists_and_endless_signs_are_read_once() -> None:
    assert len(addresses(", ".join(f'"Namn {n}" <n{n}@exempel.se>' for n in range(1000)))) == 1000
    for sign in (",", "(", "<", '"', '\\"', '"\\', "<a ", "()", ":", "=?a?q?", "a@b ", "@"):
        assert one_address((sign * 20_000,)) is None
        assert isinstance(pretence((sign * 20_000,)), str)


@pytest.mark.parametrize(
    ("sender", "count"),
    [
        (Address("Anna", "anna@exempel.se"), 0),
        (Address("lisa@icentrex.se", "x@evil.example"), 1),
        (Address("", "anna@xn--exmpel-cua.se"), 0),
        (Address("", "a@xn--80ak6aa92e.com"), 1),
        (Address("", "a@xn--icentrx-6fg.se"), 1),
    ],
)
def test_names_and_domains_that_can_be_mistaken_are_remarked(sender: Address, count: int) -> None:
    assert len(remarks(sender)) == count


def test_plain_address_lowers_the_domain_only() -> None:
    assert plain_address("Anna@EXEMPEL.se") == "Anna@exempel.se"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("Svensson, Anna <anna@exempel.se>", "Svensson, Anna"),
        ("Svensson; Anna <anna@exempel.se>", "Svensson; Anna"),
        ("'Marston, John' via Växeln <anna@exempel.se>", "Marston, John' via Växeln"),
    ],
)
def test_an_unquoted_comma_in_a_name_beside_one_address_names_nobody_else(value: str, name: str) -> None:
    assert one_address((value,)) == Address(name, "anna@exempel.se")
    assert pretence((value,)) == ""


@pytest.mark.parametrize(
    "value",
    [
        "chef@bank.se, Anna <anna@exempel.se>",
        "Svensson, Anna <anna@exempel.se>, Bo <bo@exempel.se>",
        "Anna, <anna@exempel.se",
        "Anna, =?utf-8?q?chef=40bank.se?= <anna@exempel.se>",
        "Gruppen: Anna, Bo <bo@exempel.se>",
    ],
)
def test_a_comma_between_two_is_still_nobodys(value: str) -> None:
    assert one_address((value,)) is None
