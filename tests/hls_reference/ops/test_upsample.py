"""Full-resolution disparity: places of the samples, the 1 px threshold, cropping.

Inputs have 2 fraction bits here, so 1 px is 4 input codes and 16 output codes.
"""

import numpy as np
import pytest

from fdscs.hls_reference.ops.upsample import upsample


def full(codes: list[list[int]], rows: int, columns: int, frac: int = 2) -> np.ndarray:
    result = upsample(np.array([codes], np.uint16), frac, rows, columns)
    assert result.shape == (1, rows, columns) and result.dtype.kind == "i"
    return result[0]


def test_even_on_the_samples_odd_half_way_and_the_last_repeats() -> None:
    # 4 · 4, 2 · (4 + 8), 4 · 8, 4 · 8
    assert np.array_equal(full([[4, 8]], 2, 4), [[16, 24, 32, 32]] * 2)
    assert np.array_equal(full([[4], [8]], 4, 2), [[16, 16], [24, 24], [32, 32], [32, 32]])


ROWS = [  # two samples → four outputs
    ([0, 7], [0, 14, 28, 28]),  # half way is 14/16 px away
    ([0, 8], [0, 0, 32, 32]),  # 16/16 px: nearest
    ([0, 9], [0, 0, 36, 36]),
    ([7, 0], [28, 14, 0, 0]),
    ([8, 0], [32, 32, 0, 0]),
    ([9, 0], [36, 36, 0, 0]),
    ([1016, 1023], [4064, 4078, 4092, 4092]),
    ([0, 65535], [0, 0, 262140, 262140]),
]


@pytest.mark.parametrize(("codes", "expected"), ROWS)
def test_nearest_from_one_pixel_of_difference(codes: list[int], expected: list[int]) -> None:
    assert np.array_equal(full([codes], 2, 4), [expected] * 2)
    column = full([[code] for code in codes], 4, 2)
    assert np.array_equal(column, np.array([expected, expected]).T)


def test_the_mean_of_four_one_step_below_the_threshold() -> None:
    # the middle is 0 + 5 + 5 + 5 = 15 of 16
    expected = [[0, 10, 20, 20], [10, 15, 20, 20], [20, 20, 20, 20], [20, 20, 20, 20]]
    assert np.array_equal(full([[0, 5], [5, 5]], 4, 4), expected)


def test_the_mean_of_four_at_the_threshold() -> None:
    # the middle is 0 + 5 + 5 + 6 = 16 of 16: nearest, which is 0; all others stay bilinear
    expected = [[0, 10, 20, 20], [10, 0, 22, 22], [20, 22, 24, 24], [20, 22, 24, 24]]
    assert np.array_equal(full([[0, 5], [5, 6]], 4, 4), expected)


@pytest.mark.parametrize(
    ("frac", "below", "at"),
    [(0, [0, 1], [0, 2]), (1, [0, 3], [0, 4]), (6, [0, 127], [0, 128])],
)
def test_the_threshold_follows_the_fraction_bits(frac: int, below: list, at: list) -> None:
    # half the difference is below 1 px, or 1 px exactly
    assert full([below], 2, 4, frac)[0, 1] == 2 * below[1]
    assert full([at], 2, 4, frac)[0, 1] == 0


SIZES = {  # rows and columns: the first row or column goes where the size is odd
    (4, 4): [[0, 10, 20, 20], [10, 15, 20, 20], [20, 20, 20, 20], [20, 20, 20, 20]],
    (3, 4): [[10, 15, 20, 20], [20, 20, 20, 20], [20, 20, 20, 20]],
    (4, 3): [[10, 20, 20], [15, 20, 20], [20, 20, 20], [20, 20, 20]],
    (3, 3): [[15, 20, 20], [20, 20, 20], [20, 20, 20]],
}


@pytest.mark.parametrize("size", SIZES)
def test_odd_sizes_lose_the_first_row_or_column(size: tuple[int, int]) -> None:
    assert np.array_equal(full([[0, 5], [5, 5]], *size), SIZES[size])


def test_one_sample_fills_its_block() -> None:
    assert np.array_equal(full([[3]], 2, 2), [[12, 12], [12, 12]])
    assert np.array_equal(full([[3]], 1, 1), [[12]])


def test_the_largest_code_fits_the_output() -> None:
    # u14.6 → u16.8
    assert np.array_equal(full([[16383]], 2, 2, frac=6), [[65532, 65532], [65532, 65532]])
