"""Many whole numbers side by side in one: adding two such numbers adds all that stand in them. Pure.

The learned reader sums some dozen weights of each of a mail's thousand features; packed, that is one addition each. A
lane has 64 bits. The trap: a lane that overflows spills into the next, so what is packed is bounded, and what is added
is a mail's features, of which there are far fewer than would fit (text.LIMIT).
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_BITS = 64
MOST = 1 << 40
"""What is packed lies between -MOST and MOST, so that eight million of them may be added."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """How many numbers stand in one."""

    count: int

    def packed(self, numbers: Sequence[int]) -> int:
        """The numbers as one. Raises ValueError where one is none or too large, or where they are too many or few."""
        if len(numbers) != self.count or not all(isinstance(each, int) and -MOST < each < MOST for each in numbers):
            raise ValueError(f"not {self.count} whole numbers below {MOST}")
        return sum(each << _BITS * lane for lane, each in enumerate(numbers))

    def unpacked(self, packed: int) -> tuple[int, ...]:
        """The numbers in a number, or the sums of those that were added."""
        halves = _halves(self.count)
        whole = ((packed + halves) ^ halves).to_bytes(self.count * _BITS // 8, "little")
        return struct.unpack(f"<{self.count}q", whole)


@lru_cache
def _halves(count: int) -> int:
    """Half of what each lane holds: with it added all are positive, so that none borrows from the next."""
    return sum(1 << _BITS * lane + _BITS - 1 for lane in range(count))
