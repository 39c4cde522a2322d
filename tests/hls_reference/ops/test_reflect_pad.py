"""Mirrored borders."""

import numpy as np
import pytest

from fdscs.hls_reference.ops.reflect_pad import reflect_pad

X = np.array([[[1, 2, 3], [4, 5, 6], [7, 8, -9]]], np.int8)

PADDED = {  # above, below, left, right
    (0, 0, 0, 0): [[1, 2, 3], [4, 5, 6], [7, 8, -9]],
    (1, 0, 0, 0): [[4, 5, 6], [1, 2, 3], [4, 5, 6], [7, 8, -9]],
    (0, 0, 0, 1): [[1, 2, 3, 2], [4, 5, 6, 5], [7, 8, -9, 8]],
    (0, 0, 2, 0): [[3, 2, 1, 2, 3], [6, 5, 4, 5, 6], [-9, 8, 7, 8, -9]],
    (1, 2, 0, 1): [
        [4, 5, 6, 5],
        [1, 2, 3, 2],
        [4, 5, 6, 5],
        [7, 8, -9, 8],
        [4, 5, 6, 5],
        [1, 2, 3, 2],
    ],
}


@pytest.mark.parametrize("pads", PADDED)
def test_the_border_pixel_is_not_repeated(pads: tuple[int, int, int, int]) -> None:
    padded = reflect_pad(X, pads)
    assert padded.dtype == np.int8 and padded.shape == np.array([PADDED[pads]]).shape
    assert np.array_equal(padded, [PADDED[pads]])


def test_every_channel_is_padded() -> None:
    x = np.array([[[1, 2]], [[3, 4]]], np.uint8)
    assert np.array_equal(reflect_pad(x, (0, 0, 1, 1)), [[[2, 1, 2, 1]], [[4, 3, 4, 3]]])
