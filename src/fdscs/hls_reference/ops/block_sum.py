"""2×2 block sums."""

import numpy as np

from fdscs.hls_reference.fixed_point import IntArray


def block_sum(pixels: IntArray) -> IntArray:
    """Sum each 2×2 block of `pixels`, u8 (C, H, W) → u10 (C, ceil(H/2), ceil(W/2)).

    Where H is odd the first row is repeated above the image; where W is odd, the first column to
    its left.
    """
    _, rows, columns = pixels.shape
    even = np.pad(pixels, ((0, 0), (rows % 2, 0), (columns % 2, 0)), mode="edge").astype(np.int32)
    pairs = even[:, 0::2] + even[:, 1::2]
    return pairs[:, :, 0::2] + pairs[:, :, 1::2]
