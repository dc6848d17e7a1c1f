"""Numbers as people write them."""

import pytest

from supportbot.triage.numbers import candidates, e164, flat, organisation_number


def readings(text: str) -> set[str]:
    return {number for joins in candidates(text) for one in joins if (number := e164(one))}


def organisations(text: str) -> set[str]:
    return {number for joins in candidates(text) for one in joins if (number := organisation_number(one))}


@pytest.mark.parametrize(
    "written",
    [
        "08-465 004 12",
        "08–465 004 12",
        "08\u2011465\u00a0004\u202f12",
        "+46 (0)8 465 004 12",
        "+46(0)8-465 004 12",
        "0046 8 465 004 12",
        "+46 08 465 004 12",
        "08/465 004 12",
        "08.465.004.12",
        "0846500412",
        "46846500412",
        "8-465 004 12",
        "(08) 465 004 12",
        "kl 10.22 08-465 004 12",
        "08-465 004 12 ankn 204",
        "08-465 004 12, vx",
        "tel:08-465 004 12.",
        "08-465 004 12--15",
        "０８-465 004 12",
    ],
)
def test_a_number_is_read_in_every_way_it_is_written(written: str) -> None:
    assert "+46846500412" in readings(written)


@pytest.mark.parametrize("written", ["SN0846500412", "order_0846500412", "0846500412345678901", "08465 och 00412"])
def test_other_digits_are_no_telephone_number(written: str) -> None:
    assert "+46846500412" not in readings(written)


@pytest.mark.parametrize(
    "written",
    ["556901-2346", "5569012346", "556901 2346", "16556901-2346", "165569012346", "SE556901234601", "SE 556901-2346 01",
     "org.nr:556901–2346", "Momsreg.nr SE556901234601"],
)  # fmt: skip
def test_an_organisation_number_is_read(written: str) -> None:
    assert organisations(written) == {"5569012346"}


@pytest.mark.parametrize("written", ["556901-2347", "811218-9876", "19811218-9876", "070-174 06 05", "+5569012346"])
def test_what_is_no_organisation_number(written: str) -> None:
    """A wrong check digit, personal numbers, telephone numbers."""
    assert not organisations(written)


def test_flat_keeps_every_place() -> None:
    text = "Åsa İ ß Ø\u2011é"
    assert len(flat(text)) == len(text)
    assert flat("Ring ÅSA") == "ring asa"
