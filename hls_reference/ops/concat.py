"""Concatenation of channels."""

import numpy as np

from hls_reference.fixed_point import IntArray


def concat(first: IntArray, second: IntArray) -> IntArray:
    """Channels of `first`, then of `second`; codes of the same step, so none changes."""
    return np.concatenate([first.astype(np.int32), second.astype(np.int32)])
