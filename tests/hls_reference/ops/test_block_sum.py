"""2×2 sums, and where odd sizes take their missing row and column from."""

import numpy as np
import pytest

from fdscs.hls_reference.ops.block_sum import block_sum

SUMS = {
    "even": ([[1, 2, 3, 4], [5, 6, 7, 8]], [[14, 22]]),
    # the first row again above: 1 2 / 1 2 / 3 4 / 5 6
    "odd rows": ([[1, 2], [3, 4], [5, 6]], [[6], [18]]),
    # the first column again to the left: 1 1 2 3 / 4 4 5 6
    "odd columns": ([[1, 2, 3], [4, 5, 6]], [[10, 16]]),
    # 1 1 2 3 / 1 1 2 3 / 4 4 5 6 / 7 7 8 9
    "both odd": ([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[4, 10], [22, 28]]),
    "one pixel": ([[3]], [[12]]),
    "white": ([[255, 255], [255, 255]], [[1020]]),
    "black": ([[0, 0], [0, 0]], [[0]]),
}


@pytest.mark.parametrize("case", SUMS)
def test_sums(case: str) -> None:
    pixels, expected = SUMS[case]
    sums = block_sum(np.array([pixels], np.uint8))
    assert sums.dtype.kind == "i" and sums.dtype.itemsize >= 2  # 1020 needs 10 bits and a sign
    assert sums.shape == np.array([expected]).shape
    assert np.array_equal(sums, [expected])


def test_channels_stay_apart() -> None:
    pixels = np.array([[[1, 1], [1, 1]], [[9, 0], [0, 0]], [[0, 0], [0, 200]]], np.uint8)
    assert np.array_equal(block_sum(pixels), [[[4]], [[9]], [[200]]])
