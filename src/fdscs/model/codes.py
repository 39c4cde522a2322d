"""From real values on a power-of-two grid to integer codes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

INT32_END = 1 << 31


def scaled(x: NDArray[Any], frac: int | NDArray[np.int32]) -> NDArray[np.floating]:
    """x · 2^frac of floats (C, h, w), exact; `frac` may differ by channel."""
    factor = np.ldexp(x.dtype.type(1), frac).reshape(-1, 1, 1)  # ldexp of all of x is slow
    product: NDArray[np.floating] = x * factor
    return product


def whole_or_real(x: NDArray[Any]) -> NDArray[Any]:
    """Integers if every value is whole, else `x` itself: compared with integers, it shows where."""
    whole = np.rint(x)
    if not np.array_equal(x, whole):
        return x
    narrow = x.min() > -INT32_END and x.max() < INT32_END
    integers: NDArray[Any] = whole.astype(np.int32 if narrow else np.int64)
    return integers
