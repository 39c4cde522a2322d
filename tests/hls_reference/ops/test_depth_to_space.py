"""Block-major order of channels."""

import numpy as np

from fdscs.hls_reference.ops.depth_to_space import depth_to_space


def test_four_channels_make_one_block() -> None:
    x = np.array([1, 2, 3, 4], np.uint8).reshape(4, 1, 1)
    assert np.array_equal(depth_to_space(x), [[[1, 2], [3, 4]]])


def test_blocks_are_outside_channels() -> None:
    # eight channels 0 … 7, one row of two pixels: the code is 10 · channel + column
    x = np.array([[[10 * channel, 10 * channel + 1]] for channel in range(8)], np.uint8)
    out = depth_to_space(x)
    assert out.dtype == np.uint8 and out.shape == (2, 2, 4)
    expected = [
        [[0, 20, 1, 21], [40, 60, 41, 61]],  # channels 0, 2 above 4, 6
        [[10, 30, 11, 31], [50, 70, 51, 71]],  # channels 1, 3 above 5, 7
    ]
    assert np.array_equal(out, expected)


def test_rows_stay_apart() -> None:
    x = np.array([[[0], [5]], [[1], [6]], [[2], [7]], [[3], [8]]], np.uint8)
    assert np.array_equal(depth_to_space(x), [[[0, 1], [2, 3], [5, 6], [7, 8]]])
