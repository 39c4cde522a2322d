"""Channels to pixels."""

import numpy as np

from fdscs.hls_reference.fixed_point import IntArray


def depth_to_space(x: IntArray) -> IntArray:
    """Block-major: out[c, 2y+i, 2x+j] = x[(2i+j)·C + c, y, x], (4C, h, w) → (C, 2h, 2w)."""
    depth, rows, columns = x.shape
    pixels = np.empty((depth // 4, 2 * rows, 2 * columns), x.dtype)
    for k, block in enumerate(np.split(x, 4)):
        pixels[:, k // 2 :: 2, k % 2 :: 2] = block
    return pixels
