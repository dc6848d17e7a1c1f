"""Personal numbers do not leave the house; telephone and organisation numbers do. All persons are made up."""

import pytest

from supportbot.tickets.privacy import mask_personal_numbers

MASKED = [
    "811218-9876",
    "811218\u20119876",
    "811218+9876",
    "811218 9876",
    "8112189876",
    "19811218-9876",
    "198112189876",
    "811278-9873",  # coordination number: day + 60
]


@pytest.mark.parametrize("number", MASKED)
def test_a_personal_number_is_masked_and_keeps_its_last_four(number):
    text = f"Kortet ska till Anna, {number}, i morgon."
    assert mask_personal_numbers(text) == f"Kortet ska till Anna, ******-{number[-4:]}, i morgon."


@pytest.mark.parametrize(
    "text",
    [
        "556016-0680",  # an organisation number: its third digit is 2 or more
        "165560160680",
        "070-174 06 05",
        "0701740605",
        "0701010001",  # ten digits from 0: a telephone, though its date and check digit hold
        "+46701740605",
        "08-465 004 00",
        "811218-9875",  # a wrong check digit, and nothing that says what it is
        "811345-9876",  # no date
        "1811218-98761",
        "MAC 80:5E:C0:21:16:70",
    ],
)
def test_what_is_no_personal_number_stays(text):
    assert mask_personal_numbers(text) == text


@pytest.mark.parametrize("hint", ["personnummer", "Personnr:", "pnr", "född", "id-nummer", "born"])
def test_with_a_hint_a_date_is_enough(hint):
    assert mask_personal_numbers(f"{hint} 0701011234") == f"{hint} ******-1234"
    assert mask_personal_numbers(f"{hint} 811218-9875") == f"{hint} ******-9875"


def test_several_are_all_masked():
    assert mask_personal_numbers("811218-9876, 8112189876") == "******-9876, ******-9876"
