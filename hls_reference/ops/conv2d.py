"""Convolution into an integer accumulator."""

import numpy as np
from numpy.typing import NDArray

from hls_reference.fixed_point import IntArray

BLOCK_COLUMNS = 1 << 14  # pixels a matrix product takes at once: keeps memory flat


def conv2d(x: IntArray, weight: IntArray, bias: IntArray) -> IntArray:
    """Sum of weight · x over the window, plus bias: codes (I, h, w) → accumulator int64 (O, h, w).

    `weight` is (O, I, k, k), k = 1 or 3, zero padding 'same'; `bias` is (O,) in accumulator steps.
    The sums are matrix products in the narrowest type that holds every partial sum exactly.
    """
    outputs, _, kernel, _ = weight.shape
    _, rows, columns = x.shape
    matrix = weight.reshape(outputs, -1).astype(exact_dtype(x, weight, bias))
    margin = kernel // 2
    padded = np.pad(x, ((0, 0), (margin, margin), (margin, margin)))
    acc = np.empty((outputs, rows, columns), np.int64)
    step = max(1, BLOCK_COLUMNS // columns)
    for top in range(0, rows, step):
        height = min(step, rows - top)
        strip = padded[:, top : top + height + 2 * margin]
        sums = matrix @ _windows(strip, kernel).astype(matrix.dtype)
        acc[:, top : top + height] = sums.reshape(outputs, height, columns)
    acc += bias.astype(np.int64)[:, None, None]
    return acc


def conv2d_plain(x: IntArray, weight: IntArray, bias: IntArray) -> IntArray:
    """The definition, in int64 and without matrix products; `conv2d` is tested equal to it."""
    kernel = weight.shape[2]
    _, rows, columns = x.shape
    margin = kernel // 2
    padded = np.pad(x.astype(np.int64), ((0, 0), (margin, margin), (margin, margin)))
    acc = np.zeros((weight.shape[0], rows, columns), np.int64) + bias[:, None, None]
    for y in range(kernel):
        for c in range(kernel):
            tap = weight[:, :, y, c].astype(np.int64)
            acc += np.tensordot(tap, padded[:, y : y + rows, c : c + columns], axes=1)
    return acc


def exact_dtype(x: IntArray, weight: IntArray, bias: IntArray) -> np.dtype[np.generic]:
    """float32 or float64 if no partial sum can exceed its integers, in any order; else int64."""
    rows = weight.astype(np.int64).reshape(len(weight), -1)
    up, down = np.maximum(rows, 0).sum(axis=1), np.minimum(rows, 0).sum(axis=1)
    low, high = min(int(x.min()), 0), max(int(x.max()), 0)
    partial = np.maximum(up * high + down * low, -(up * low + down * high))
    bound = int((partial + np.abs(bias.astype(np.int64))).max())
    if bound < 1 << 24:
        return np.dtype(np.float32)
    return np.dtype(np.float64) if bound < 1 << 53 else np.dtype(np.int64)


def _windows(strip: IntArray, kernel: int) -> NDArray[np.integer]:
    """Every k×k window of (I, h+k−1, w+k−1) as a column: (I·k·k, h·w)."""
    if kernel == 1:
        return strip.reshape(len(strip), -1)
    view = np.lib.stride_tricks.sliding_window_view(strip, (kernel, kernel), axis=(1, 2))
    return view.transpose(0, 3, 4, 1, 2).reshape(len(strip) * kernel * kernel, -1)
