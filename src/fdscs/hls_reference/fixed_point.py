"""Integers of declared width, and the one rounding that the datapath has."""

import numpy as np
from numpy.typing import NDArray

from fdscs.hls_reference.threads import for_each, pieces
from fdscs.model.graph import Format

IntArray = NDArray[np.integer]


class WidthError(ArithmeticError):
    """A value does not fit the width that the datapath declares for it."""


def dtype_of(bits: int, signed: bool) -> np.dtype[np.integer]:
    """The narrowest NumPy integer that holds `bits` bits (up to 64)."""
    size = next(each for each in (8, 16, 32, 64) if bits <= each)
    return np.dtype(f"{'i' if signed else 'u'}{size // 8}")


def assert_fits(x: IntArray, bits: int, signed: bool, where: str) -> IntArray:
    """Return `x` in the narrowest dtype of the width; raises WidthError if any value is outside."""
    narrow = dtype_of(bits, signed)
    if not (x.dtype == narrow and narrow.itemsize * 8 == bits):  # which holds nothing else
        assert_range(*extremes(x), bits, signed, where)
    return x.astype(narrow, copy=False)


def assert_range(least: int, greatest: int, bits: int, signed: bool, where: str) -> None:
    """Raise WidthError, which names `where`, unless the width holds all from least to greatest."""
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    if least < low or greatest > high:
        raise WidthError(
            f"{where}: values from {least} to {greatest} do not fit "
            f"{'s' if signed else 'u'}{bits}, which holds {low} to {high}"
        )


def extremes(x: IntArray) -> tuple[int, int]:
    """The least and the greatest value of `x`."""
    found: list[tuple[int, int]] = []

    def look(piece: slice) -> None:
        found.append((int(x[piece].min()), int(x[piece].max())))

    for_each(look, pieces(x))
    return min(low for low, _ in found), max(high for _, high in found)


def shift_round_half_up(x: IntArray, shift: IntArray | int) -> IntArray:
    """x / 2^shift rounded to the nearest integer, ties towards +∞: add half, shift right.

    `x` is int32 or int64 with room for the half; the shift is arithmetic, so −2.5 becomes −2.
    A shift of 0 adds nothing.
    """
    half = (np.ones_like(shift, dtype=x.dtype) << shift) >> 1
    return (x + half) >> shift


def saturate(x: IntArray, fmt: Format) -> IntArray:
    """Limit `x` to the codes of `fmt`."""
    return x.clip(fmt.min, fmt.max)
