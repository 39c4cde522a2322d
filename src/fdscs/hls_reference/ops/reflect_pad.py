"""Mirrored borders."""

import numpy as np

from fdscs.hls_reference.fixed_point import IntArray


def reflect_pad(x: IntArray, pads: tuple[int, int, int, int]) -> IntArray:
    """Mirror rows above and below, columns left and right; the border pixel is not repeated."""
    top, bottom, left, right = pads
    return np.pad(x, ((0, 0), (top, bottom), (left, right)), mode="reflect")
