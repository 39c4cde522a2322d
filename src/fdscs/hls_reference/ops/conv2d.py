"""Convolution into an integer accumulator."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.hls_reference.fixed_point import IntArray, extremes
from fdscs.hls_reference.threads import for_each, shares

BLOCK_VALUES = 1 << 19  # codes and sums of a matrix product, which the processor's cache holds
Block = tuple[slice, slice]  # rows, columns


def conv2d(x: IntArray, weight: IntArray, bias: IntArray) -> IntArray:
    """Sum of weight · x over the window, plus bias: codes (I, h, w) → accumulator (O, h, w).

    `weight` is (O, I, k, k), k = 1 or 3, zero padding 'same'; `bias` is (O,) in accumulator steps.
    The sums are matrix products in the narrowest type that holds every partial sum exactly; the
    accumulator is int32 where that is float32, else int64. Memory beyond it does not grow with the
    image, but for a padded copy of the codes.
    """
    dtype = exact_dtype(x, weight, bias)
    kept = np.int32 if dtype == np.float32 else np.int64
    acc = np.empty((len(weight), *x.shape[1:]), kept)

    def store(block: Block, sums: NDArray[Any]) -> None:
        acc[:, *block] = sums

    for_each_block(x, weight, bias, dtype, store)
    return acc


def for_each_block(
    x: IntArray,
    weight: IntArray,
    bias: IntArray,
    dtype: np.dtype[np.generic],
    use: Callable[[Block, NDArray[Any]], None],
) -> None:
    """Call `use` with every block of the image and its sums, (O, rows, columns) of `dtype`.

    Blocks come in any order, several at a time; `use` may overwrite the sums. A product has the
    codes of k rows and the weights of all k columns of the kernel: its results, each moved by a
    column, add up to the sums. Whole windows would be three times as many copies.
    """
    outputs, inputs, kernel, _ = weight.shape
    _, rows, columns = x.shape
    margin = kernel // 2
    padded = np.pad(x, ((0, 0), (margin, margin), (margin, margin))) if margin else x
    matrix = weight.transpose(3, 0, 2, 1).reshape(kernel * outputs, kernel * inputs).astype(dtype)
    offset = bias.astype(dtype)[:, None, None]

    def multiply(block: Block) -> None:
        down, across = block
        height, width = down.stop - down.start, across.stop - across.start
        reach = slice(across.start, across.stop + 2 * margin)
        codes = np.empty((kernel, inputs, height, width + 2 * margin), dtype)
        for y in range(kernel):
            codes[y] = padded[:, down.start + y : down.stop + y, reach]
        products = matrix @ codes.reshape(kernel * inputs, -1)
        products = products.reshape(kernel, outputs, *codes.shape[2:])
        sums = products[0, :, :, :width] + offset
        for column in range(1, kernel):
            sums += products[column, :, :, column : column + width]
        use(block, sums)

    pixels = max(1, BLOCK_VALUES // (kernel * (inputs + outputs)))
    for_each(multiply, _blocks(rows, columns, pixels))


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


def _blocks(rows: int, columns: int, pixels: int) -> Iterator[Block]:
    """Rows and columns of blocks of at most so many pixels that cover the image."""
    width = min(columns, pixels)
    for down in shares(rows, pixels // width):
        for left in range(0, columns, width):
            yield down, slice(left, min(left + width, columns))
