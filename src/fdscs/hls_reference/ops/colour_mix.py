"""Luma and chroma from block sums."""

import numpy as np

from fdscs.hls_reference.fixed_point import IntArray, shift_round_half_up


def colour_mix(sums: IntArray, coefficients: tuple[int, int, int], shift: int) -> IntArray:
    """(r·R + g·G + b·B + half) >> shift, u10 (3, h, w) → (1, h, w)."""
    red, green, blue = sums.astype(np.int32)
    r, g, b = coefficients
    return shift_round_half_up(r * red + g * green + b * blue, shift)[np.newaxis]
