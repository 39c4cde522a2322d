"""Half-resolution to full-resolution disparity."""

import numpy as np

from fdscs.hls_reference.fixed_point import IntArray


def upsample(half: IntArray, frac: int, rows: int, columns: int) -> IntArray:
    """Bilinear where it is within 1 px of nearest, else nearest: (1, h, w) → (1, rows, columns).

    `half` has `frac` fraction bits, the result `frac` + 2: the mean of up to four codes is exact.
    Even outputs lie on the samples, odd ones half way to the next; the last sample repeats. The
    row or column that made the size even is cropped at the top or left.
    """
    code = half.astype(np.int32)
    nearest = 4 * code.repeat(2, axis=1).repeat(2, axis=2)
    bilinear = _interleave(_interleave(code, axis=1), axis=2)
    near_enough = np.abs(nearest - bilinear) < 1 << (frac + 2)
    full = np.where(near_enough, bilinear, nearest)
    return full[:, 2 * half.shape[1] - rows :, 2 * half.shape[2] - columns :]


def _interleave(x: IntArray, axis: int) -> IntArray:
    """Twice as many samples along `axis`, each twice its value: 2·a, a + next, 2·next …"""
    after = np.take(x, np.r_[1 : x.shape[axis], -1], axis=axis)
    both = np.stack([2 * x, x + after], axis=axis + 1)
    return both.reshape([2 * size if k == axis else size for k, size in enumerate(x.shape)])
