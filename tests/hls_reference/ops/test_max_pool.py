"""2×2 maxima."""

import numpy as np
import pytest

from fdscs.hls_reference.ops.max_pool import max_pool

MAXIMA = {
    "each corner wins once": (
        [[9, 1, 1, 9, 1, 1, 1, 1], [1, 1, 1, 1, 9, 1, 1, 9]],
        [[9, 9, 9, 9]],
    ),
    "two rows": ([[1, 2], [3, 4], [8, 7], [6, 5]], [[4], [8]]),
    "negative": ([[-128, -7], [-3, -5]], [[-3]]),
    "equal": ([[5, 5], [5, 5]], [[5]]),
}


@pytest.mark.parametrize("case", MAXIMA)
def test_maxima(case: str) -> None:
    x, expected = MAXIMA[case]
    pooled = max_pool(np.array([x], np.int8))
    assert pooled.dtype == np.int8 and pooled.shape == np.array([expected]).shape
    assert np.array_equal(pooled, [expected])


def test_channels_stay_apart() -> None:
    x = np.array([[[1, 2], [3, 4]], [[255, 0], [0, 0]]], np.uint8)
    assert np.array_equal(max_pool(x), [[[4]], [[255]]])
