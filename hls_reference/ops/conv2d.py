"""Convolution into an integer accumulator."""

from collections.abc import Iterator

import numpy as np

from hls_reference.fixed_point import IntArray, extremes
from hls_reference.threads import for_each

BLOCK_PIXELS = 1024  # of a matrix product: with their windows they stay in the processor's cache
Block = tuple[slice, slice]  # rows, columns


def conv2d(x: IntArray, weight: IntArray, bias: IntArray) -> IntArray:
    """Sum of weight · x over the window, plus bias: codes (I, h, w) → accumulator (O, h, w).

    `weight` is (O, I, k, k), k = 1 or 3, zero padding 'same'; `bias` is (O,) in accumulator steps.
    The sums are matrix products in the narrowest type that holds every partial sum exactly; the
    accumulator is int32 where that is float32, else int64. Memory beyond it does not grow with the
    image, but for a padded copy of the codes.
    """
    outputs, _, kernel, _ = weight.shape
    _, rows, columns = x.shape
    dtype = exact_dtype(x, weight, bias)
    matrix, offset = weight.reshape(outputs, -1).astype(dtype), bias.astype(dtype)[:, None]
    windows = _windows(x, kernel)
    acc = np.empty((outputs, rows, columns), np.int32 if dtype == np.float32 else np.int64)

    def multiply(block: Block) -> None:
        codes = windows[..., *block].astype(dtype, order="C")
        sums = matrix @ codes.reshape(matrix.shape[1], -1)
        sums += offset
        acc[:, *block] = sums.reshape(outputs, *codes.shape[3:])

    for_each(multiply, _blocks(rows, columns))
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
    limits = np.iinfo(x.dtype)
    if _largest_sum(limits.min, limits.max, weight, bias) < 1 << 24:
        return np.dtype(np.float32)  # whatever the codes: there is no need to look at them
    bound = _largest_sum(*extremes(x), weight, bias)
    if bound < 1 << 24:
        return np.dtype(np.float32)
    return np.dtype(np.float64) if bound < 1 << 53 else np.dtype(np.int64)


def _largest_sum(low: int, high: int, weight: IntArray, bias: IntArray) -> int:
    """Bound of the magnitude of every partial sum, for codes from `low` to `high` or 0."""
    rows = weight.astype(np.int64).reshape(len(weight), -1)
    up, down = np.maximum(rows, 0).sum(axis=1), np.minimum(rows, 0).sum(axis=1)
    low, high = min(low, 0), max(high, 0)
    sums = zip(up.tolist(), down.tolist(), bias.tolist(), strict=True)
    largest = (max(u * high + d * low, -(u * low + d * high)) + abs(b) for u, d, b in sums)
    return int(max(largest))


def _windows(x: IntArray, kernel: int) -> IntArray:
    """A view of every window of zero-padded `x`, (I, h, w) → (I, k, k, h, w)."""
    margin = kernel // 2
    padded = np.pad(x, ((0, 0), (margin, margin), (margin, margin))) if margin else x
    view = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(1, 2))
    return view.transpose(0, 3, 4, 1, 2)


def _blocks(rows: int, columns: int) -> Iterator[Block]:
    """Rows and columns of blocks of at most BLOCK_PIXELS that cover the image."""
    width = min(columns, BLOCK_PIXELS)
    height = BLOCK_PIXELS // width
    for top in range(0, rows, height):
        for left in range(0, columns, width):
            yield slice(top, top + height), slice(left, left + width)
