"""Concatenation of channels."""

import numpy as np

from fdscs.hls_reference.fixed_point import IntArray


def concat(first: IntArray, second: IntArray) -> IntArray:
    """Channels of `first`, then of `second`; codes of the same step, so none changes.

    NumPy's common dtype holds both: int16 of int8 and uint8.
    """
    return np.concatenate([first, second])
