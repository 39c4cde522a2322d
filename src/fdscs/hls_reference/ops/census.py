"""Census transform."""

import numpy as np

from fdscs.hls_reference.fixed_point import IntArray

RADIUS = 2


def census(luma: IntArray) -> IntArray:
    """Compare each pixel with its 24 neighbours, u18 (1, h, w) → u24 words (1, h, w).

    A bit is 1 where centre >= neighbour, 0 where the neighbour is outside the image. Bits run over
    the 5×5 window row by row, the first neighbour in bit 0.
    """
    _, rows, columns = luma.shape
    centre = luma.astype(np.int64)
    outside = np.iinfo(np.int64).max  # no centre reaches it, so the bit is 0
    window = np.pad(centre, ((0, 0), (RADIUS, RADIUS), (RADIUS, RADIUS)), constant_values=outside)
    word = np.zeros(luma.shape, np.uint32)
    offsets = [(y, x) for y in range(5) for x in range(5) if (y, x) != (RADIUS, RADIUS)]
    for bit, (y, x) in enumerate(offsets):
        neighbour = window[:, y : y + rows, x : x + columns]
        word |= (centre >= neighbour).astype(np.uint32) << np.uint32(bit)
    return word
