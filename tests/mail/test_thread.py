"""Tokens: who signs, who proves, and a partner's own numbers."""

import pytest

from supportbot.mail.thread import find_tokens, partner_numbers, pattern_problem, plus_address, prove, sign

KEY, OLD, OTHER = b"k" * 32, b"o" * 32, b"x" * 32
TOKEN = sign(10042, KEY)
BARE = TOKEN[1:-1]


@pytest.mark.parametrize(
    "subject",
    [
        f"SV: {TOKEN} Växeln ligger nere",
        f"SV: {TOKEN.lower()} Växeln",
        f"Re: {BARE} utan klamrar",
        f"({BARE})",
        TOKEN.replace("-", " - "),
        TOKEN.replace("-", "\u2011"),
        TOKEN[:15] + " " + TOKEN[15:],
        TOKEN[:15] + "\n" + TOKEN[15:],
    ],
)
def test_a_token_is_found_however_mailers_bend_it(subject: str) -> None:
    assert find_tokens(subject) == (TOKEN,)
    assert prove(find_tokens(subject), [KEY]) == (10042,)


@pytest.mark.parametrize(
    "subject",
    [
        "[ICX-10042]",
        "[ICX-10042-7F3K9Q]",
        "ICX 10042",
        TOKEN[:-2] + "]",
        BARE + "A",
        "X" + BARE,
        "[ICX-10042-" + "1" * 13 + "]",
    ],
)
def test_nothing_shorter_or_other_is_a_token(subject: str) -> None:
    assert find_tokens(subject) == ()


def test_only_the_keys_holder_can_make_one_and_for_its_number_only() -> None:
    assert prove([TOKEN], [OTHER]) == ()
    assert prove([TOKEN.replace("10042", "10043")], [KEY]) == ()
    assert prove([sign(10042, KEY, "bounce")], [KEY]) == ()
    assert prove(["[ICX-10042-]", "", "nonsense"], [KEY]) == ()


def test_the_previous_key_still_holds_and_the_order_is_kept() -> None:
    tokens = find_tokens(f"{sign(7, OLD)} {TOKEN} {sign(7, OLD)} {sign(8, OTHER)}")
    assert prove(tokens, [KEY, OLD]) == (7, 10042)


def test_a_plus_address_carries_the_token_through_lower_case() -> None:
    address = plus_address("kundcenter@icentrex.se", 10042, KEY)
    assert address == address.lower() and address.startswith("kundcenter+icx-10042-")
    assert find_tokens("", [address.upper(), "kundcenter+10042@icentrex.se", "kundcenter+icx-10042@icentrex.se"]) == (
        TOKEN,
    )


def test_ten_thousand_guesses_find_nothing() -> None:
    guesses = [f"[ICX-10042-{TOKEN[11:-4]}{a}{b}{c}]" for a in "ABCDEFGHIJ" for b in "KLMNOPQRST" for c in "UVWXYZ2345"]
    assert set(prove(guesses, [KEY])) <= ({10042} if TOKEN in guesses else set())


@pytest.mark.parametrize(
    ("pattern", "subject", "numbers"),
    [
        (r"NV#\d{5}", "[NV#88123] Vi har tagit emot", ("NV#88123",)),
        (r"\[BD-(\d+)\]", "Re: [BD-48213] no sound", ("48213",)),
        (r"(?:Case|Ärende)\s*#?\s*([A-Z]{2}-\d+)", "SV: Ärende # NV-77 och Case NV-78", ("NV-77", "NV-78")),
        (r"INC\d{7}", "nothing here", ()),
    ],
)
def test_a_partners_own_number(pattern: str, subject: str, numbers: tuple[str, ...]) -> None:
    assert pattern_problem(pattern) == ""
    assert partner_numbers(subject, [pattern]) == numbers


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|aa){2,}b",
        r"(a)\1",
        "(?P<x>a)(?P=x)",
        r"\d*",
        "(",
        "a" * 201,
        r"\w+\w+\w+\w+!",
        r"\w{0,20}\w{0,20}\w{0,20}\w+!",
    ],
)
def test_a_pattern_that_could_stall_is_refused_and_finds_nothing(pattern: str) -> None:
    assert pattern_problem(pattern)
    assert partner_numbers("a" * 250, [pattern]) == ()
