"""conv2d_pairs against the reference: foldings, narrow images, shared multipliers."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.hardware.dataflow import Folding
from fdscs.model.graph import Conv2d
from tests.accelerator.ops.cases import Operation
from tests.accelerator.ops.test_conv2d import check


@pytest.mark.parametrize(
    ("size", "inputs", "outputs", "simd", "pe"),
    [(1, 5, 4, 1, 1), (1, 7, 6, 2, 2), (3, 4, 6, 1, 1), (3, 4, 6, 4, 6), (3, 5, 5, 3, 2),
     (3, 1, 8, 1, 1)],
)  # fmt: skip
def test_equals_the_reference(
    operation: type[Operation],
    tmp_path: Path,
    size: int,
    inputs: int,
    outputs: int,
    simd: int,
    pe: int,
) -> None:
    check(operation, tmp_path, size, inputs, outputs, Folding(simd, pe, 2), (8, 8, False))


@pytest.mark.parametrize("bits", [(4, 4, False), (5, 6, False), (4, 5, True), (4, 7, False)])
def test_products_that_share_a_multiplier(
    operation: type[Operation], tmp_path: Path, bits: tuple[int, int, bool]
) -> None:
    check(operation, tmp_path, 3, 3, 7, Folding(2, 3, 2), bits)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_any_folding_and_width(operation: type[Operation], tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    while True:
        inputs, outputs = map(int, rng.integers(1, 9, 2))
        size = int(rng.choice([1, 3]))
        folding = Folding(int(rng.integers(1, inputs + 1)), int(rng.integers(1, outputs + 1)), 2)
        if folding.fault(Conv2d("conv", ("x",), outputs, inputs, size, 8)) is None:
            break
    bits = int(rng.integers(2, 7)), int(rng.integers(1, 9)), bool(rng.integers(2))
    check(operation, tmp_path, size, inputs, outputs, folding, bits, (seed + 1, seed + 100))
