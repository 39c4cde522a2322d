"""Convolution and requantisation in one go, for an accumulator that nobody keeps."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.hls_reference.fixed_point import IntArray, assert_fits, assert_range, dtype_of
from fdscs.hls_reference.ops.conv2d import Block, conv2d, exact_dtype, for_each_block
from fdscs.hls_reference.ops.requantise import requantise
from fdscs.model.graph import Format


def conv2d_requantise(
    x: IntArray,
    weight: IntArray,
    bias: IntArray,
    shift: IntArray,
    fmt: Format,
    bits: int,
    where: str,
) -> IntArray:
    """`conv2d`, `assert_fits`, `requantise` on blocks in cache: codes (I, h, w) → codes (O, h, w).

    Those three, one after another, are the definition. The sums are looked at and rounded in the
    floating type that is exact for them and for the half on top; where there is none, the three
    are called. Raises WidthError for sums that do not fit `bits` bits, as `where`.
    """
    half = 1 << shift.astype(np.int64) >> 1
    dtype = exact_dtype(x, weight, np.abs(bias.astype(np.int64)) + half)
    if dtype == np.int64:
        return requantise(assert_fits(conv2d(x, weight, bias), bits, True, where), shift, fmt)
    codes = np.empty((len(weight), *x.shape[1:]), dtype_of(fmt.bits, fmt.signed))
    found: list[tuple[int, int]] = []
    halves, steps = (each.astype(dtype)[:, None, None] for each in (half, 0.5**shift))

    def narrow(block: Block, sums: NDArray[Any]) -> None:
        found.append((int(sums.min()), int(sums.max())))
        sums += halves
        sums *= steps  # exact: powers of two
        codes[:, *block] = sums.clip(0, fmt.max, out=sums)  # whose fractions are cut off

    for_each_block(x, weight, bias, dtype, narrow)
    lows, highs = zip(*found, strict=True)
    assert_range(min(lows), max(highs), bits, True, where)
    return codes
