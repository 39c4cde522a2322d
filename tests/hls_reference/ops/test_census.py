"""Census words: which bit is which neighbour, equality, and the outside."""

import numpy as np
import pytest

from fdscs.hls_reference.ops.census import census

BIT_OF = {  # row and column in the 5×5 window → bit, the centre left out
    (0, 0): 0, (0, 1): 1, (0, 2): 2, (0, 3): 3, (0, 4): 4,
    (1, 0): 5, (1, 1): 6, (1, 2): 7, (1, 3): 8, (1, 4): 9,
    (2, 0): 10, (2, 1): 11, (2, 3): 12, (2, 4): 13,
    (3, 0): 14, (3, 1): 15, (3, 2): 16, (3, 3): 17, (3, 4): 18,
    (4, 0): 19, (4, 1): 20, (4, 2): 21, (4, 3): 22, (4, 4): 23,
}  # fmt: skip


def luma(rows: list[list[int]]) -> np.ndarray:
    return np.array([rows], np.uint32)


@pytest.mark.parametrize("place", BIT_OF)
def test_a_darker_neighbour_sets_its_bit(place: tuple[int, int]) -> None:
    window = np.full((1, 5, 5), 200, np.uint32)
    window[0, 2, 2] = 100
    window[0][place] = 99
    assert census(window)[0, 2, 2] == 1 << BIT_OF[place]


def test_equal_neighbours_count_and_outside_ones_do_not() -> None:
    words = census(np.full((1, 5, 5), 7, np.uint32))
    assert words.dtype == np.uint32 and words.shape == (1, 5, 5)
    assert words[0, 2, 2] == 0xFFFFFF
    assert words[0, 0, 0] == 0xE73000  # bits 12, 13, 16 to 18, 21 to 23: right and below
    assert words[0, 4, 4] == 0x000CE7  # bits 0 to 2, 5 to 7, 10, 11: left and above
    assert words[0, 0, 4] == 0x39CC00  # bits 10, 11, 14 to 16, 19 to 21: left and below
    assert words[0, 4, 0] == 0x00339C  # bits 2 to 4, 7 to 9, 12, 13: right and above


def test_a_row() -> None:
    # 5 ≥ 5 to its right (bit 12), not 6; 5 ≥ 5 to its left (11); 6 ≥ both on its left (10, 11)
    assert np.array_equal(census(luma([[5, 5, 6]])), [[[0x1000, 0x0800, 0x0C00]]])


def test_a_column() -> None:
    # below is bit 16 and 21, above bit 7 and 2
    words = census(luma([[6], [5], [5]]))
    assert np.array_equal(words, [[[1 << 16 | 1 << 21], [1 << 16], [1 << 7]]])


@pytest.mark.parametrize("value", [0, 261120, (1 << 18) - 1])
def test_outside_is_zero_at_every_luma(value: int) -> None:
    assert census(luma([[value]])).item() == 0


def test_luma_is_compared_in_full() -> None:
    # 261119 and 261120 differ in the last of 18 bits
    assert np.array_equal(census(luma([[261119, 261120]])), [[[0, 1 << 11]]])
