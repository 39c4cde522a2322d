"""hls/ops/conv2d_pairs.h in exact widths, by the ap_int headers, against the reference."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.hardware.dataflow import Folding
from fdscs.hardware.multipliers import macs_per_multiplier
from tests.accelerator.hls.ops.test_conv2d import SIZES, check, kernel, random_case

# The widest that is narrow, the narrowest that is not, and all that there is room for.
PAIR_SIZES = [*SIZES, (3, 6), (6, 7), (5, 8), (4, 16)]


@pytest.mark.parametrize(
    ("bits", "macs"),
    [((4, 4, False), 4), ((4, 5, True), 4), ((8, 8, False), 2),
     *(pytest.param(*each, marks=pytest.mark.slow)
       for each in (((4, 6, False), 4), ((5, 6, False), 4), ((4, 7, False), 3)))],
)  # fmt: skip
def test_exact_widths(
    tmp_path: Path, ap_types: Path, bits: tuple[int, int, bool], macs: int
) -> None:
    assert macs_per_multiplier(*bits, 2) == macs
    rng = np.random.default_rng(sum(bits))
    weight, bias = random_case(rng, 7, 3, 3, bits)
    made = kernel(tmp_path, weight, bias, 2, 3, bits, ap_types, "conv2d_pairs")
    check(made, rng, weight, bias, Folding(2, 3, 2), PAIR_SIZES)


def test_exact_widths_of_a_window_of_one_pixel(tmp_path: Path, ap_types: Path) -> None:
    rng = np.random.default_rng(0)
    weight, bias = random_case(rng, 5, 7, 1, (4, 4, False))
    made = kernel(tmp_path, weight, bias, 2, 2, (4, 4, False), ap_types, "conv2d_pairs")
    check(made, rng, weight, bias, Folding(2, 2, 2), PAIR_SIZES)
