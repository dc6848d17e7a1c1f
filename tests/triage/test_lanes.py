"""Several whole numbers in one: they come out as they went in, and adding one adds all."""

import pytest

from supportbot.triage.lanes import MOST, Lanes

CASES = [[0, 0, 0], [1, 2, 3], [-1, 0, 0], [0, -1, 1], [-5, -7, -9], [MOST - 1, 1 - MOST, MOST - 1]]


@pytest.mark.parametrize("numbers", CASES)
def test_what_is_packed_is_unpacked(numbers: list[int]) -> None:
    assert Lanes(3).unpacked(Lanes(3).packed(numbers)) == tuple(numbers)


@pytest.mark.parametrize("times", [1, 3, 1_000_000])
def test_sums_are_sums_lane_by_lane(times: int) -> None:
    lanes = Lanes(3)
    packed = sum(map(lanes.packed, CASES)) * times
    assert lanes.unpacked(packed) == tuple(times * sum(column) for column in zip(*CASES, strict=True))


@pytest.mark.parametrize("numbers", [[1, 2], [1, 2, 3, 4], [1, 2, MOST], [1, 2, -MOST], [1, 2, 3.5]])
def test_what_would_spill_into_another_lane_is_refused(numbers: list[int]) -> None:
    with pytest.raises(ValueError, match="not 3 whole numbers"):
        Lanes(3).packed(numbers)
