"""The colour input of the network."""

import numpy as np

from fdscs.hls_reference.fixed_point import IntArray


def centred_rgb(sums: IntArray, bits: int) -> IntArray:
    """Top `bits` bits of each block sum, less mid-grey: u10 (3, h, w) → signed (3, h, w).

    Floor, not round: 1020 >> 2 is 255, and rounding would reach 256. Zero is mid-grey because
    convolutions pad with zero.
    """
    return (sums.astype(np.int32) >> (10 - bits)) - (1 << (bits - 1))
