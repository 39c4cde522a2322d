"""The inner part, the odd row or column taken off last."""

import numpy as np
import pytest

from fdscs.hls_reference.ops.crop import crop

X = np.arange(30, dtype=np.uint8).reshape(1, 5, 6)  # rows 0 … 5, 6 … 11, 12 … 17, …

INNER = {  # rows and columns left
    (5, 6): np.arange(30).reshape(5, 6),
    (4, 5): [[0, 1, 2, 3, 4], [6, 7, 8, 9, 10], [12, 13, 14, 15, 16], [18, 19, 20, 21, 22]],
    (3, 4): [[7, 8, 9, 10], [13, 14, 15, 16], [19, 20, 21, 22]],
    (2, 3): [[7, 8, 9], [13, 14, 15]],  # three too many: one before, two after
    (1, 1): [[14]],  # four rows: two above; five columns: two to the left
}


@pytest.mark.parametrize("size", INNER)
def test_inner_part(size: tuple[int, int]) -> None:
    inner = crop(X, *size)
    assert inner.dtype == np.uint8 and inner.shape == (1, *size)
    assert np.array_equal(inner, [INNER[size]])


def test_every_channel_is_cropped() -> None:
    x = np.array([[[1, 2, 3]], [[4, 5, 6]]], np.int16)
    assert np.array_equal(crop(x, 1, 1), [[[2]], [[5]]])
