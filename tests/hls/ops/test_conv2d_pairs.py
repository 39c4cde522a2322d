"""hls/ops/conv2d_pairs.h against the reference, and against the cycles of its schedule."""

from pathlib import Path

import numpy as np
import pytest

from hardware.dataflow import Folding
from hardware.multipliers import macs_per_multiplier
from hardware.schedule import Shape, schedule_conv2d
from hls_reference.fixed_point import IntArray
from hls_reference.ops.conv2d import conv2d_plain
from model.graph import Conv2d
from tests.hls.ops.test_conv2d import SIZES, kernel, random_case
from tests.kernel import Kernel

# The widest that is narrow, the narrowest that is not, and all that there is room for.
PAIR_SIZES = [*SIZES, (3, 6), (6, 7), (5, 8), (4, 16)]


def check(
    made: Kernel, rng: np.random.Generator, weight: IntArray, bias: IntArray, folding: Folding
) -> None:
    """Equal to the plain reference for every size, on noise and on extremes, in time."""
    outputs, inputs, size, _ = weight.shape
    conv = Conv2d("conv", ("x",), outputs, inputs, size, 8)
    assert folding.fault(conv) is None
    port = made.inputs[0]
    low, high = (-(1 << port.bits - 1), (1 << port.bits - 1) - 1) if port.signed else (
        0, (1 << port.bits) - 1)  # fmt: skip
    words = -(-inputs // folding.simd), -(-outputs // folding.pe)
    for rows, columns in PAIR_SIZES:
        plan = schedule_conv2d(conv, folding, Shape(rows, columns, rows, columns, *words))
        for codes in (
            rng.integers(low, high + 1, (inputs, rows, columns)),
            rng.choice([low, high], (inputs, rows, columns)),
        ):
            expected = conv2d_plain(codes, weight, bias)
            found = made([codes], expected.shape, 2 * rows, 2 * columns)
            assert np.array_equal(found, expected), (rows, columns)
            assert made.cycles == plan.cycles, (rows, columns)


@pytest.mark.parametrize(
    ("size", "inputs", "outputs", "simd", "pe"),
    [(1, 5, 4, 1, 1), (1, 7, 6, 2, 2), (3, 4, 6, 1, 1), (3, 4, 6, 4, 6), (3, 5, 5, 3, 2),
     (3, 1, 8, 1, 1)],
)  # fmt: skip
def test_equals_the_reference(
    tmp_path: Path, size: int, inputs: int, outputs: int, simd: int, pe: int
) -> None:
    rng = np.random.default_rng(size * inputs + simd)
    weight, bias = random_case(rng, outputs, inputs, size, (8, 8, False))
    made = kernel(tmp_path, weight, bias, simd, pe, (8, 8, False), header="conv2d_pairs")
    check(made, rng, weight, bias, Folding(simd, pe, 2))


@pytest.mark.parametrize(
    ("bits", "macs"),
    [((4, 4, False), 4), ((4, 6, False), 4), ((5, 6, False), 4), ((4, 5, True), 4),
     ((4, 7, False), 3), ((8, 8, False), 2)],
)  # fmt: skip
def test_exact_widths(
    tmp_path: Path, ap_types: Path, bits: tuple[int, int, bool], macs: int
) -> None:
    assert macs_per_multiplier(*bits, 2) == macs
    rng = np.random.default_rng(sum(bits))
    weight, bias = random_case(rng, 7, 3, 3, bits)
    made = kernel(tmp_path, weight, bias, 2, 3, bits, ap_types, "conv2d_pairs")
    check(made, rng, weight, bias, Folding(2, 3, 2))


def test_exact_widths_of_a_window_of_one_pixel(tmp_path: Path, ap_types: Path) -> None:
    rng = np.random.default_rng(0)
    weight, bias = random_case(rng, 5, 7, 1, (4, 4, False))
    made = kernel(tmp_path, weight, bias, 2, 2, (4, 4, False), ap_types, "conv2d_pairs")
    check(made, rng, weight, bias, Folding(2, 2, 2))
