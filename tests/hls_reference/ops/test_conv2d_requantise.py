"""A layer on blocks in cache equals its operations, one after another."""

import tracemalloc
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fdscs.hls_reference import threads
from fdscs.hls_reference.fixed_point import IntArray, WidthError, assert_fits, dtype_of
from fdscs.hls_reference.ops import conv2d as module
from fdscs.hls_reference.ops.conv2d import conv2d_plain
from fdscs.hls_reference.ops.conv2d_requantise import conv2d_requantise
from fdscs.hls_reference.ops.requantise import requantise_plain
from fdscs.model.graph import Format
from tests.hls_reference.ops.convolutions import KINDS, SHAPES, operands

U8 = Format(8, False, 0)


def defined(x, weight, bias, shift, fmt: Format, bits: int, where: str) -> IntArray:
    """The three operations, each in its plain form."""
    acc = assert_fits(conv2d_plain(x, weight, bias), bits, True, where)
    return requantise_plain(acc, shift, fmt).astype(dtype_of(fmt.bits, fmt.signed))


BOTH = pytest.mark.parametrize("layer", [conv2d_requantise, defined])


def one_channel(layer, codes: list[int], weight: int, bias: int, shift: int, fmt=U8, bits=32):
    """The codes of a 1×1 convolution with one weight."""
    x = np.array([[codes]], np.int32)
    weights, biases = np.array([[[[weight]]]], np.int32), np.array([bias], np.int64)
    return layer(x, weights, biases, np.array([shift], np.uint8), fmt, bits, "conv").tolist()[0][0]


@BOTH
def test_bias_half_shift_and_limits(layer) -> None:
    codes = [-9, -2, -1, 0, 1, 2, 3, 600]
    # 2x + 1: −17, −3, −1, 1, 3, 5, 7, 1201; in fourths, ties up
    assert one_channel(layer, codes, 2, 1, 2) == [0, 0, 0, 0, 1, 1, 2, 255]
    assert one_channel(layer, codes, 2, 1, 0) == [0, 0, 0, 1, 3, 5, 7, 255]
    assert one_channel(layer, codes, 2, 0, 1) == [0, 0, 0, 0, 1, 2, 3, 255]
    assert one_channel(layer, [1, 5, 7], 1, 0, 1, Format(2, False, 0)) == [1, 3, 3]


@BOTH
@pytest.mark.parametrize(
    ("total", "shift", "expected"),
    [
        ((1 << 24) - 2, 1, (1 << 23) - 1),  # with its half the last integer that float32 has
        ((1 << 24) + 2, 1, (1 << 23) + 1),  # and its half is not in float32
        ((1 << 24) - 1, 25, 0),  # of which float32 has the sum alone, and rounds up to 1
        (3 * (1 << 23) - 1, 24, 1),  # 1.9999999 with its half
        ((1 << 55) - 1 - (1 << 30), 31, (1 << 24) - 1),  # in int64 alone
    ],
)
def test_sums_and_halves_at_the_edge_of_a_type(
    layer, total: int, shift: int, expected: int
) -> None:
    fmt = Format(25, False, 0)
    assert one_channel(layer, [1], 1, total - 1, shift, fmt, bits=60) == [expected]


@BOTH
def test_a_bias_without_a_positive_counterpart(layer) -> None:
    x, weight = np.array([[[1]]], np.uint8), np.array([[[[1]]]], np.int8)
    bias = np.array([-(1 << 31)], np.int32)
    found = layer(x, weight, bias, np.array([3], np.uint8), U8, 32, "conv")
    assert found.tolist() == [[[0]]]


@BOTH
def test_sums_that_do_not_fit_are_named(layer) -> None:
    message = r"^conv: values from -129 to 127 do not fit s8, which holds -128 to 127$"
    with pytest.raises(WidthError, match=message):
        one_channel(layer, [-129, 0, 127], 1, 0, 1, bits=8)
    with pytest.raises(WidthError, match=r"^conv: values from 0 to 128 do not fit s8, "):
        one_channel(layer, [0, 128], 1, 0, 1, bits=8)
    assert one_channel(layer, [-128, 0, 127], 1, 0, 1, bits=8) == [0, 0, 64]
    with pytest.raises(WidthError, match=r"^conv: .* do not fit s55, "):  # nor float64
        one_channel(layer, [1], 1, (1 << 54) - 1, 31, bits=55)


def layer_operands(shape: tuple, bits: int, largest_shift: int, seed: int) -> tuple:
    """Codes, weights, biases that matter beside them, shifts."""
    x, weight, bias = operands(shape, bits, bits, signed=True, seed=seed)
    shift = np.random.default_rng(seed).integers(0, largest_shift + 1, len(bias)).astype(np.uint8)
    return x, weight, bias >> max(0, 31 - 2 * bits), shift


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("block", [0, 1, 5, 1024])  # pixels that fit
def test_equals_the_definition_at_every_small_size(
    kind: tuple[int, int, int], block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs, outputs, kernel = kind
    monkeypatch.setattr(module, "BLOCK_VALUES", block * kernel * (inputs + outputs))
    for size in product(range(1, 7), range(1, 7)):
        given_ = (*layer_operands((*kind, *size), 6, 8, seed=0), Format(6, False, 0), 24, "conv")
        found, expected = conv2d_requantise(*given_), defined(*given_)
        assert found.dtype == expected.dtype and np.array_equal(found, expected), size


def test_every_accumulator_and_shift_as_defined() -> None:
    """All of s12 at every shift that leaves something."""
    every = np.arange(-(1 << 11), 1 << 11, dtype=np.int16)[None, None]
    weight, bias = np.ones((13, 1, 1, 1), np.int8), np.zeros(13, np.int32)
    for bits in (1, 2, 4, 8, 12):
        rest = (np.arange(13, dtype=np.uint8), Format(bits, False, 0), 12, "conv")
        found = conv2d_requantise(every, weight, bias, *rest)
        assert np.array_equal(found, defined(every, weight, bias, *rest))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    shape=SHAPES,
    bits=st.integers(2, 24),
    shift=st.integers(0, 31),
    code_bits=st.integers(1, 32),
    acc_bits=st.integers(2, 62),
    seed=st.integers(0, 1 << 32),
)  # fmt: skip
def test_equals_the_definition_at_any_width(
    shape: tuple, bits: int, shift: int, code_bits: int, acc_bits: int, seed: int
) -> None:
    """In what it returns, and in what it refuses."""
    rest = (Format(code_bits, False, 0), acc_bits, "conv")
    given_ = (*layer_operands(shape, bits, shift, seed), *rest)

    def outcome(layer) -> object:
        try:
            codes = layer(*given_)
        except WidthError as error:
            return str(error)
        return codes.dtype, codes.tolist()

    assert outcome(conv2d_requantise) == outcome(defined)


def test_no_accumulator_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the codes made and the padded ones read, a larger image takes nothing more."""
    monkeypatch.setattr(threads, "_openblas", lambda: None)  # each thread has a block

    def beyond(rows: int, columns: int) -> int:
        x = np.ones((32, rows, columns), np.uint8)
        weight, bias = np.ones((32, 32, 3, 3), np.int8), np.zeros(32, np.int32)
        tracemalloc.start()
        codes = conv2d_requantise(x, weight, bias, np.full(32, 8, np.uint8), U8, 24, "conv")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak - codes.nbytes - 32 * (rows + 2) * (columns + 2)

    assert beyond(256, 1024) < 1.1 * beyond(64, 256) < 4e6
