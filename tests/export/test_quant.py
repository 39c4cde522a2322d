"""The Quant nodes of the export, by qonnx's own definition, against the reference's rounding."""

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from qonnx.custom_op.general.quant import quant

from fdscs.export.build import QONNX, Build
from fdscs.export.onnx_model import attributes
from fdscs.hls_reference.fixed_point import saturate, shift_round_half_up
from fdscs.hls_reference.ops.requantise import requantise
from fdscs.model.graph import Format
from fdscs.quantization.quantisers import PowerOfTwoQuant

USED = {  # rounding mode, signed, narrow → of what
    ("HALF_UP", 0, 0): "requantised accumulators, costs",
    ("HALF_UP", 1, 0): "colours and biases, which are on their grid",
    ("ROUND", 1, 1): "weights, which are on their grid",
}
FLOAT = np.float32


def quantised(real: np.ndarray, fmt: Format, mode: str, narrow: bool = False) -> np.ndarray:
    """Codes that qonnx makes of float32 values."""
    step, zero, bits = FLOAT(fmt.step), FLOAT(0), FLOAT(fmt.bits)
    assert real.dtype == FLOAT
    return quant(real, step, zero, bits, fmt.signed, narrow, mode) / step


def test_the_export_uses_these_modes_and_no_others(tiny_build: Build) -> None:
    nodes = onnx.load(tiny_build.folder / QONNX).graph.node
    found = [attributes(node) for node in nodes if node.op_type == "Quant"]
    used = {(each["rounding_mode"].decode(), each["signed"], each["narrow"]) for each in found}
    assert used == set(USED)


def assert_requantised_as_by_qonnx(acc: np.ndarray, shift: int, fmt: Format) -> None:
    """Relu, then Quant with HALF_UP, as the export has them; `acc` are int64, (n,)."""
    real = np.ldexp(acc.astype(FLOAT), -(shift + fmt.frac))
    assert np.array_equal(np.ldexp(real.astype(float), shift + fmt.frac), acc)  # exact so far
    expected = quantised(np.maximum(real, 0), fmt, "HALF_UP")
    found = requantise(acc[None, None], np.array([shift], np.uint8), fmt)[0, 0]
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
@pytest.mark.parametrize("shift", [0, 1, 2, 5, 11])
def test_every_accumulator_of_13_bits(bits: int, shift: int) -> None:
    assert_requantised_as_by_qonnx(np.arange(-(1 << 12), 1 << 12), shift, Format(bits, False, 3))


@pytest.mark.parametrize("shift", range(1, 16))
@pytest.mark.parametrize("bits", [1, 4, 8])
def test_ties_and_saturation(bits: int, shift: int) -> None:
    """Half way between all codes and beyond the largest, and a step of the accumulator beside."""
    half = 1 << shift >> 1
    ties = (np.arange(-2, (1 << bits) + 2, dtype=np.int64) << shift) + half
    around = np.concatenate([ties - 1, ties, ties + 1])
    assert_requantised_as_by_qonnx(around, shift, Format(bits, False, 7))


WIDE = settings(max_examples=200, deadline=None, derandomize=True, database=None)


@WIDE
@given(
    acc=st.lists(st.integers(-(1 << 24), 1 << 24), min_size=1, max_size=50),
    shift=st.integers(0, 24),
    bits=st.integers(1, 14),
    frac=st.integers(-8, 16),
)
def test_requantisation_at_any_width(acc: list[int], shift: int, bits: int, frac: int) -> None:
    assert_requantised_as_by_qonnx(np.array(acc, np.int64), shift, Format(bits, False, frac))


@WIDE
@given(
    x=st.lists(st.integers(-(1 << 20), 1 << 20), min_size=1, max_size=50),
    shift=st.integers(1, 12),
    signed=st.booleans(),
    bits=st.integers(2, 12),
)
def test_half_up_differs_below_zero_on_ties_alone(
    x: list[int], shift: int, signed: bool, bits: int
) -> None:
    """QONNX's goes away from zero there; so no negative value may reach it off its grid."""
    codes, fmt = np.array(x, np.int64), Format(bits, signed, 0)
    real = np.ldexp(codes.astype(FLOAT), -shift)
    by_qonnx = quantised(real, fmt, "HALF_UP")
    ours = saturate(shift_round_half_up(codes, shift), fmt)
    ties = (codes & ((1 << shift) - 1) == 1 << shift >> 1) & (codes < 0)
    inside = (real > fmt.min) & (real < fmt.max)
    assert np.array_equal(ours != by_qonnx, ties & inside)
    assert np.array_equal((ours - by_qonnx)[ties & inside], np.ones((ties & inside).sum()))


@pytest.mark.parametrize("bits", range(2, 17))
@pytest.mark.parametrize(("mode", "signed", "narrow"), USED)
def test_whole_numbers_stay_or_saturate(mode: str, signed: int, narrow: int, bits: int) -> None:
    """Every code of the format, and as many beyond either end."""
    fmt = Format(bits, bool(signed), 5)
    codes = np.arange(2 * fmt.min - 2, 2 * fmt.max + 2)
    real = np.ldexp(codes.astype(FLOAT), -fmt.frac)
    expected = saturate(codes, fmt).clip(fmt.min + narrow, None)
    assert np.array_equal(quantised(real, fmt, mode, bool(narrow)), expected)
    ours = PowerOfTwoQuant(bits, fmt.signed, bool(narrow), torch.tensor(fmt.frac), True)
    in_training = torch.ldexp(ours(torch.from_numpy(real))[0], torch.tensor(fmt.frac))
    assert np.array_equal(in_training.numpy(), expected)


LARGEST_BIAS = (1 << 23) - 1  # what the bound of an accumulator, doubled, leaves


@WIDE
@given(
    codes=st.lists(st.integers(-LARGEST_BIAS, LARGEST_BIAS), min_size=1, max_size=50),
    frac=st.integers(-20, 40),
)
def test_biases_of_32_bits_stay(codes: list[int], frac: int) -> None:
    whole = np.array([*codes, LARGEST_BIAS, -LARGEST_BIAS], np.int64)
    real = np.ldexp(whole.astype(FLOAT), -frac)
    assert np.array_equal(quantised(real, Format(32, True, frac), "HALF_UP"), whole)


def test_a_larger_bias_would_not_stay() -> None:
    """QONNX adds a half in float32, which beyond 2^23 has none: odd numbers become even ones."""
    real = np.array([LARGEST_BIAS + 2], FLOAT)
    assert quantised(real, Format(32, True, 0), "HALF_UP") == LARGEST_BIAS + 3
