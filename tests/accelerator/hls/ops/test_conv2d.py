"""hls/ops/conv2d.h in exact widths, by the ap_int headers, against the reference."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from fdscs.hardware.cycles import Shape
from fdscs.hardware.dataflow import Folding
from fdscs.hardware.ops.conv2d import schedule_conv2d
from fdscs.hardware.parameters import folded_channels, folded_weights
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.hls_reference.ops.conv2d import conv2d_plain
from fdscs.model.graph import Conv2d
from tests.accelerator.hls.kernel import Kernel, Port, table

SIZES = [(1, 1), (1, 5), (5, 1), (4, 2), (3, 3), (2, 4), (6, 5), (7, 9)]  # rows, columns


def kernel(
    folder: Path,
    weight: IntArray,
    bias: IntArray,
    simd: int,
    pe: int,
    bits: tuple[int, int, bool],
    exact: Path | None = None,
    header: str = "conv2d",
) -> Kernel:
    """A convolution of given folding; bits of weights and codes, signedness of codes."""
    outputs, inputs, size, _ = weight.shape
    weight_bits, code_bits, signed = bits
    tables = table(f"Table<{weight_bits}>::type", "weight", folded_weights(weight, simd, pe))
    tables += table("int", "bias", folded_channels(bias, pe))
    source, made = Port(code_bits, signed, inputs, simd), Port(30, True, outputs, pe)
    arguments = (
        f"Grid<0, 1>, {size}, {source.codes}, {inputs}, {simd}, Codes<{weight_bits}, true>, "
        f"{made.codes}, {outputs}, {pe}, 16"
    )
    word = f"static Word<{source.codes}, {simd}>"
    if header == "conv2d":
        held = [f"buffer[conv2d_depth({size}, 16) * {source.words}]"]
    else:
        held = [f"{n}[3 * pairs_a_line({size}, 16) * {source.words}]" for n in ("even", "odd")]
    tables += "".join(f"{word} {each};\n" for each in held)
    names = ", ".join(each.partition("[")[0] for each in held)
    call = f"{header}<{arguments}>(in0, made, {names}, weight, bias, (Size)rows, (Size)columns)"
    return Kernel(folder, header, call, [source], made, tables, exact)


def random_case(
    rng: np.random.Generator, outputs: int, inputs: int, size: int, bits: tuple[int, int, bool]
) -> tuple[IntArray, IntArray]:
    """Weights and biases, extremes among them."""
    most = (1 << (bits[0] - 1)) - 1
    weight = rng.integers(-most, most + 1, (outputs, inputs, size, size))
    weight[0], weight[-1] = most, -most
    return weight, rng.integers(-1000, 1000, outputs)


def check(
    made: Kernel,
    rng: np.random.Generator,
    weight: IntArray,
    bias: IntArray,
    folding: Folding,
    sizes: Sequence[tuple[int, int]] = SIZES,
) -> None:
    """Equal to the plain reference for every size, on noise and on extremes, and in time."""
    outputs, inputs, size, _ = weight.shape
    conv = Conv2d("conv", ("x",), outputs, inputs, size, 8)
    assert folding.fault(conv) is None
    port, out_words = made.inputs[0], made.output.words
    low, high = (-(1 << port.bits - 1), (1 << port.bits - 1) - 1) if port.signed else (
        0, (1 << port.bits) - 1)  # fmt: skip
    for rows, columns in sizes:
        shape = Shape(rows, columns, rows, columns, port.words, out_words)
        plan = schedule_conv2d(conv, folding, shape)
        for codes in (
            rng.integers(low, high + 1, (inputs, rows, columns)),
            rng.choice([low, high], (inputs, rows, columns)),
        ):
            expected = conv2d_plain(codes, weight, bias)
            case = ([codes], expected.shape, 2 * rows, 2 * columns)
            assert np.array_equal(made(*case), expected), (rows, columns)
            assert made.cycles == plan.cycles, (rows, columns)
        last = np.arange(1, rows * columns + 1) * out_words - 1  # words of each pixel
        assert np.array_equal(made.reads(*case)[port.words - 1 :: port.words], plan.reads)
        assert np.array_equal(made.writes(*case)[last[last > 0] - 1], plan.writes[last > 0])


@pytest.mark.parametrize(
    "bits",
    [(4, 4, False), (8, 8, False), (8, 9, True), (10, 12, False),
     *(pytest.param(each, marks=pytest.mark.slow)
       for each in ((4, 6, False), (12, 6, False), (9, 9, False), (2, 16, False)))],
)  # fmt: skip
def test_exact_widths_with_products_that_share_a_multiplier(
    tmp_path: Path, ap_types: Path, bits: tuple[int, int, bool]
) -> None:
    rng = np.random.default_rng(sum(bits))
    weight, bias = random_case(rng, 7, 3, 3, bits)
    made = kernel(tmp_path, weight, bias, 2, 4, bits, ap_types)
    check(made, rng, weight, bias, Folding(2, 4))
