"""In which order a convolution reads its parameters: a word of them for each cycle."""

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.integer]


def folded_weights(weight: IntArray, simd: int, pe: int) -> IntArray:
    """(O, I, k, k) → (output groups · taps · input groups, PE, SIMD), zero where there is none."""
    outputs, inputs, kernel, _ = weight.shape
    padding = ((0, -outputs % pe), (0, -inputs % simd), (0, 0), (0, 0))
    padded = np.pad(weight, padding)
    split = padded.reshape(len(padded) // pe, pe, -1, simd, kernel * kernel)
    return split.transpose(0, 4, 2, 1, 3).reshape(-1, pe, simd)


def folded_channels(values: IntArray, pe: int) -> IntArray:
    """(O,) → (output groups, PE), zero where there is no channel."""
    return np.pad(values, (0, -len(values) % pe)).reshape(-1, pe)
