"""conv2d against the reference: foldings, narrow images, shared multipliers."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.accelerator.rtl.tables import bias_table, weight_table
from fdscs.hardware.dataflow import Codes, Folding, Grid
from fdscs.hardware.multipliers import Sharing, sharing
from fdscs.hardware.ops.conv2d import schedule_conv2d
from fdscs.hardware.parameters import folded_channels, folded_weights
from fdscs.hls_reference.ops.conv2d import conv2d_plain
from fdscs.model.graph import Conv2d
from fdscs.vectors.words import Lanes
from tests.accelerator.hls.ops.test_conv2d import random_case
from tests.accelerator.ops.cases import SEEDS, Operation, Table, halves

SIZES = [(1, 1), (1, 9), (10, 1), (8, 4), (6, 6), (3, 7), (12, 10), (13, 18)]  # of the image
ACC = 30


def check(
    operation: type[Operation], folder: Path, size: int, inputs: int, outputs: int,
    folding: Folding, bits: tuple[int, int, bool], seeds: tuple[int, ...] = SEEDS,
) -> None:  # fmt: skip
    """A convolution of given folding; bits of weights and codes, signedness of codes."""
    weight_bits, code_bits, signed = bits
    simd, pe = folding.simd, folding.pe
    rng = np.random.default_rng(size * inputs + simd)
    weight, bias = random_case(rng, outputs, inputs, size, bits)
    conv = Conv2d("conv", ("x",), outputs, inputs, size, weight_bits)
    assert folding.fault(conv) is None
    shared = sharing(folding, *bits)
    tables = [
        Table("weight", f"Table<{weight_bits}>::type", folded_weights(weight, simd, pe),
              "WEIGHTS", weight_table(weight, folding, weight_bits, shared.outputs)),
        Table("bias", "int", folded_channels(bias, pe), "BIASES", bias_table(bias, pe, ACC)),
    ]  # fmt: skip
    parameters = {
        "grid": Grid(), "kernel": size, "code": Codes(code_bits, signed), "inputs": inputs,
        "simd": simd, "weight": Codes(weight_bits, True), "acc": Codes(ACC, True),
        "outputs": outputs, "pe": pe, "max_columns": 9,
    }  # fmt: skip
    made = operation(
        folder, "conv2d_pairs" if folding.pixels == 2 else "conv2d", parameters,
        {"in": Lanes(inputs, simd, code_bits, signed)},
        {"out": Lanes(outputs, pe, ACC, True)},
        lambda tensors, *size: [conv2d_plain(tensors[0], weight, bias)],
        lambda shape: schedule_conv2d(conv, folding, shape),
        tables, **shared.generics,
    )  # fmt: skip
    low = -(1 << (code_bits - 1)) if signed else 0
    high = low + (1 << code_bits) - 1
    made.check(lambda *s: [rng.integers(low, high + 1, (inputs, *halves(*s)))], SIZES, seeds)
    made.check(lambda *s: [rng.choice([low, high], (inputs, *halves(*s)))], SIZES[-2:], seeds)


@pytest.mark.parametrize(
    ("size", "inputs", "outputs", "simd", "pe"),
    [(1, 5, 4, 1, 1), (1, 5, 4, 5, 4), (1, 6, 4, 4, 3), (3, 4, 6, 1, 1), (3, 4, 6, 4, 6),
     (3, 5, 5, 3, 2)],
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
    check(operation, tmp_path, size, inputs, outputs, Folding(simd, pe), (8, 8, False))


@pytest.mark.parametrize("bits", [(4, 4, False), (8, 9, True), (12, 6, False), (5, 6, True)])
def test_products_that_share_a_multiplier(
    operation: type[Operation], tmp_path: Path, bits: tuple[int, int, bool]
) -> None:
    check(operation, tmp_path, 3, 3, 7, Folding(2, 4), bits)


@pytest.mark.parametrize("simd", [3, 4])
def test_sums_that_are_split_before_they_are_whole(
    operation: type[Operation], tmp_path: Path, simd: int
) -> None:
    """18-bit products have a bit between them: two lanes are added as they lie."""
    folding, bits = Folding(simd, 4), (8, 10, False)
    assert sharing(folding, *bits) == Sharing(outputs=2, four=False, levels=1)
    check(operation, tmp_path, 1, 5, 4, folding, bits)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_any_folding_and_width(operation: type[Operation], tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    inputs, outputs, size = (
        int(n) for n in (rng.integers(1, 9), rng.integers(1, 9), rng.choice([1, 3]))
    )
    folding = Folding(int(rng.integers(1, inputs + 1)), int(rng.integers(1, outputs + 1)))
    bits = int(rng.integers(2, 11)), int(rng.integers(1, 11)), bool(rng.integers(2))
    check(operation, tmp_path, size, inputs, outputs, folding, bits, (seed + 1, seed + 100))
