"""Operands for the tests of convolutions."""

from itertools import product

import numpy as np
from hypothesis import strategies as st

KINDS = list(product((1, 2), (1, 3), (1, 3)))  # I, O, k
SHAPES = st.tuples(  # I, O, k, rows, columns
    st.integers(1, 4), st.integers(1, 3), st.sampled_from((1, 3)),
    st.integers(1, 6), st.integers(1, 6),
)  # fmt: skip


def operands(shape: tuple[int, ...], x_bits: int, weight_bits: int, signed: bool, seed: int):
    """Random codes with the extremes among them; x is (I, h, w), the weight (O, I, k, k)."""
    inputs, outputs, kernel, rows, columns = shape
    rng = np.random.default_rng(seed)
    low, high = (-(1 << (x_bits - 1)), 1 << (x_bits - 1)) if signed else (0, 1 << x_bits)
    limit = (1 << (weight_bits - 1)) - 1
    x = rng.integers(low, high, (inputs, rows, columns))
    x = np.where(rng.random(x.shape) < 0.3, high - 1, x)
    weight = rng.integers(-limit, limit + 1, (outputs, inputs, kernel, kernel))
    weight = np.where(rng.random(weight.shape) < 0.3, limit, weight)
    return x, weight, rng.integers(-(1 << 31), 1 << 31, outputs)
