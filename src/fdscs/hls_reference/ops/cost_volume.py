"""Matching costs of every disparity."""

from collections.abc import Sequence

import numpy as np

from fdscs.hls_reference.fixed_point import IntArray
from fdscs.hls_reference.threads import for_each


def cost_volume(maps: Sequence[IntArray], disparities: int, saturation: int) -> IntArray:
    """Hamming, |ΔU|, |ΔV| for d = 0 … disparities − 1: → u6 (3·disparities, h, w).

    `maps` are census left and right, U left and right, V left and right, each (1, h, w).

    Column x compares left x with right x − d; where x < d it repeats the cost of column d.
    Channel 3·d + k holds cost k. Needs w >= disparities.
    """
    census_left, census_right = maps[:2]
    _, rows, columns = census_left.shape
    if columns < disparities:
        raise ValueError(f"{columns} columns hold no {disparities} disparities")
    u_left, u_right, v_left, v_right = (each.astype(np.int16) for each in maps[2:])
    costs = np.empty((disparities, 3, rows, columns), np.uint8)

    def compare(d: int) -> None:
        here, there = np.s_[0, :, d:], np.s_[0, :, : columns - d]
        costs[d, 0, :, d:] = np.bitwise_count(census_left[here] ^ census_right[there])
        costs[d, 1, :, d:] = np.abs(u_left[here] - u_right[there]).clip(max=saturation)
        costs[d, 2, :, d:] = np.abs(v_left[here] - v_right[there]).clip(max=saturation)
        costs[d, :, :, :d] = costs[d, :, :, d : d + 1]

    for_each(compare, range(disparities))
    return costs.reshape(3 * disparities, rows, columns)
