"""Convolution: padding, bias, orientation, exactness of the matrix products."""

import tracemalloc
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fdscs.hls_reference import threads
from fdscs.hls_reference.ops import conv2d as module
from fdscs.hls_reference.ops.conv2d import conv2d, conv2d_plain, exact_dtype
from tests.hls_reference.ops.convolutions import KINDS, SHAPES, operands

BOTH = pytest.mark.parametrize("convolve", [conv2d, conv2d_plain])
ZERO = np.zeros(1, np.int32)


def window(rows: list[list[int]]) -> np.ndarray:
    return np.array([[rows]], np.int8)


@BOTH
def test_one_by_one(convolve) -> None:
    x = np.array([[[1, 2]], [[3, -4]]], np.int8)
    weight = np.array([[5, 6], [-7, 8]], np.int8).reshape(2, 2, 1, 1)
    acc = convolve(x, weight, np.array([10, -20], np.int32))
    assert acc.dtype.kind == "i" and acc.shape == (2, 1, 2)
    # 5 + 18 + 10, 10 − 24 + 10; −7 + 24 − 20, −14 − 32 − 20
    assert np.array_equal(acc, [[[33, -4]], [[-3, -66]]])


@BOTH
def test_an_impulse_returns_the_kernel_turned_round(convolve) -> None:
    x = np.array([[[0, 0, 0], [0, 1, 0], [0, 0, 0]]], np.uint8)
    acc = convolve(x, window([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), ZERO)
    assert np.array_equal(acc, [[[9, 8, 7], [6, 5, 4], [3, 2, 1]]])  # correlation


@BOTH
def test_three_by_three_with_bias(convolve) -> None:
    x = np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8)
    acc = convolve(x, window([[1, 0, 0], [0, 0, 0], [0, 0, 2]]), np.array([100], np.int32))
    # left-above + 2 · right-below: 2·5, 2·6, 0; 0, 1, 2
    assert np.array_equal(acc, [[[110, 112, 100], [100, 101, 102]]])


@BOTH
def test_padding_is_zero(convolve) -> None:
    acc = convolve(np.ones((1, 3, 3), np.uint8), window([[1] * 3] * 3), ZERO)
    assert np.array_equal(acc, [[[4, 6, 4], [6, 9, 6], [4, 6, 4]]])


@BOTH
def test_padding_adds_the_bias_alone_around_one_pixel(convolve) -> None:
    weight = window([[1, 2, 4], [8, 16, 32], [64, 127, -127]])
    assert convolve(np.array([[[3]]], np.int8), weight, np.array([-1], np.int32)).item() == 47


@BOTH
def test_input_channels_are_added(convolve) -> None:
    x = np.array([[[255]], [[-128]]], np.int16)
    weight = np.zeros((1, 2, 3, 3), np.int8)
    weight[0, :, 1, 1] = -127, 127
    assert convolve(x, weight, ZERO).item() == -48641  # −127 · 255 − 127 · 128


@BOTH
def test_sums_beyond_float32_are_exact(convolve) -> None:
    x, weight = np.array([[[4097]]], np.int32), np.array([[[[4097]]]], np.int32)
    assert exact_dtype(x, weight, ZERO) == np.float64
    assert convolve(x, weight, ZERO).item() == 16785409  # odd, above 2^24


@BOTH
def test_sums_beyond_float64_are_exact(convolve) -> None:
    largest = 2147483647  # 2^31 − 1
    x, weight = np.array([[[largest]]], np.int32), np.array([[[[-largest]]]], np.int32)
    assert exact_dtype(x, weight, ZERO) == np.int64
    assert convolve(x, weight, ZERO).item() == -4611686014132420609  # −(2^62 − 2^32 + 1)


BOUNDARIES = [  # x, weights of each output, bias of each output, dtype
    ([255], [[1]], [16776960], np.float32),  # 255 + 16776960 = 2^24 − 1
    ([255], [[1]], [16776961], np.float64),
    ([255], [[1]], [-16776960], np.float32),
    ([255], [[1]], [-16776961], np.float64),
    ([-256, 255], [[1, 0]], [16776959], np.float32),  # 256 is the largest magnitude
    ([-256, 255], [[1, 0]], [16776960], np.float64),
    ([4095, 0], [[4096, -4096]], [4095], np.float32),  # 4096 · 4095 + 4095 = 2^24 − 1
    ([4095, 0], [[4096, -4096]], [4096], np.float64),  # cancels in the sum, not in a partial one
    ([4095, 0], [[2048, 2048]], [4096], np.float64),  # 2 · 2048 · 4095: the extremes, anywhere
    ([1, 1], [[1, 1], [16777215, 1]], [0, 0], np.float64),  # the worst output decides
    ([0, 0], [[16777216, 1]], [0], np.float32),  # nothing but zeros to sum
    ([1], [[9007199254740990]], [1], np.float64),  # 2^53 − 1
    ([1], [[9007199254740990]], [2], np.int64),
]


@pytest.mark.parametrize(("x", "weight", "bias", "expected"), BOUNDARIES)
def test_exact_dtype(x: list, weight: list, bias: list, expected: type) -> None:
    taps = np.array(weight, np.int64)[:, :, None, None]
    codes = np.array(x, np.int64)[:, None, None]
    assert exact_dtype(codes, taps, np.array(bias, np.int64)) == expected


def test_exact_dtype_of_narrow_weights() -> None:
    x, weight = np.array([[[-128]]], np.int8), np.array([[[[-128]]]], np.int8)
    bias = np.array([(1 << 24) - 1 - 128 * 128], np.int32)
    assert exact_dtype(x, weight, bias) == np.float32
    assert exact_dtype(x, weight, bias + 1) == np.float64


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("block", [0, 1, 5, 1024])  # pixels that fit
def test_matrix_products_equal_the_definition_at_every_small_size(
    kind: tuple[int, int, int], block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs, outputs, kernel = kind
    monkeypatch.setattr(module, "BLOCK_VALUES", block * kernel * (inputs + outputs))
    for size in product(range(1, 8), range(1, 8)):
        x, weight, bias = operands((*kind, *size), 8, 8, signed=False, seed=0)
        narrow = x.astype(np.uint8), weight.astype(np.int8), bias.astype(np.int32) >> 10
        found = conv2d(*narrow)
        assert found.dtype == np.int32 and np.array_equal(found, conv2d_plain(*narrow)), size


def test_every_pair_of_codes_and_weights() -> None:
    """A window that holds one code at a time: all products of u4 and s4, at every tap."""
    codes, weights = np.arange(16, dtype=np.uint8), np.arange(-7, 8, dtype=np.int8)
    weight = np.zeros((9 * len(weights), 1, 3, 3), np.int8)
    for tap in range(9):
        weight[tap * len(weights) : (tap + 1) * len(weights), 0, tap // 3, tap % 3] = weights
    x = np.zeros((1, 3, 3 * len(codes)), np.uint8)
    x[0, 1, 1::3] = codes
    found = conv2d(x, weight, np.zeros(len(weight), np.int32))
    assert np.array_equal(found, conv2d_plain(x, weight, np.zeros(len(weight), np.int32)))
    centre = found[4 * len(weights) : 5 * len(weights), 1, 1::3]
    assert np.array_equal(centre, np.multiply.outer(weights.astype(int), codes.astype(int)))


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    shape=SHAPES,
    x_bits=st.integers(1, 28),
    weight_bits=st.integers(2, 28),
    signed=st.booleans(),
    seed=st.integers(0, 1 << 32),
)  # fmt: skip
def test_matrix_products_equal_the_definition_at_any_width(
    shape: tuple, x_bits: int, weight_bits: int, signed: bool, seed: int
) -> None:
    x, weight, bias = operands(shape, x_bits, weight_bits, signed, seed)
    assert np.array_equal(conv2d(x, weight, bias), conv2d_plain(x, weight, bias))


@pytest.mark.parametrize(("bits", "expected"), [(6, "f4"), (16, "f8"), (28, "i8")])
def test_widths_reach_every_dtype(bits: int, expected: str) -> None:
    x, weight, bias = operands((4, 3, 3, 6, 6), bits, bits, signed=True, seed=1)
    bias >>= 12
    assert exact_dtype(x, weight, bias) == np.dtype(expected)
    assert np.array_equal(conv2d(x, weight, bias), conv2d_plain(x, weight, bias))


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(
    rows=st.integers(1, 12), columns=st.integers(1, 12), block=st.integers(1, 150),
    kernel=st.sampled_from((1, 3)), seed=st.integers(0, 1 << 32),
)  # fmt: skip
def test_blocks_join_without_a_seam(
    rows: int, columns: int, block: int, kernel: int, seed: int
) -> None:
    operand = operands((2, 3, kernel, rows, columns), 8, 8, signed=True, seed=seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK_VALUES", block * kernel * 5)
        assert np.array_equal(conv2d(*operand), conv2d_plain(*operand))


def test_the_work_in_memory_does_not_grow_with_the_image(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the accumulator and the padded codes, a larger image takes nothing more."""
    monkeypatch.setattr(threads, "_openblas", lambda: None)  # each thread has a block

    def beyond(rows: int, columns: int) -> int:
        x = np.ones((32, rows, columns), np.uint8)
        weight, bias = np.ones((32, 32, 3, 3), np.int8), np.zeros(32, np.int32)
        tracemalloc.start()
        acc = conv2d(x, weight, bias)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak - acc.nbytes - 32 * (rows + 2) * (columns + 2)

    assert beyond(256, 1024) < 1.1 * beyond(64, 256) < 4e6
