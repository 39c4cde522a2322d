"""ReLU, rounding, saturation, one shift a channel."""

import numpy as np
import pytest

from hls_reference.ops.requantise import requantise
from model.graph import Format

U8 = Format(8, False, 7)

ACC = [-5, -1, 0, 1, 2, 3, 4, 5, 6, 7, 12]
TIES = {  # shift → codes of ACC
    0: [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 12],
    1: [0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 6],  # 0.5 → 1, 1.5 → 2, 2.5 → 3, 3.5 → 4
    2: [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3],  # 2/4 → 1, 6/4 → 2
    3: [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2],  # 4/8 → 1, 12/8 → 2
}


def shifts(*values: int) -> np.ndarray:
    return np.array(values, np.uint8)


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64])
@pytest.mark.parametrize("shift", TIES)
def test_ties_go_up(shift: int, dtype: type) -> None:
    codes = requantise(np.array([[ACC]], dtype), shifts(shift), U8)
    assert codes.shape == (1, 1, 11) and codes.dtype.kind in "iu"
    assert np.array_equal(codes, [[TIES[shift]]])


LIMITS = [  # bits, shift, accumulators, codes
    (8, 0, [254, 255, 256, 1000], [254, 255, 255, 255]),
    (8, 1, [507, 508, 509, 510, 511, 512], [254, 254, 255, 255, 255, 255]),  # 253.5 → 254
    (3, 0, [6, 7, 8, -8], [6, 7, 7, 0]),
    (1, 2, [1, 2, 5, 6, 100], [0, 1, 1, 1, 1]),
    (14, 4, [262119, 262136, 1 << 30], [16382, 16383, 16383]),  # 16382.4, 16383.5
    (16, 0, [65535, 65536, -(1 << 31)], [65535, 65535, 0]),
]


@pytest.mark.parametrize(("bits", "shift", "acc", "expected"), LIMITS)
def test_saturation(bits: int, shift: int, acc: list[int], expected: list[int]) -> None:
    codes = requantise(np.array([[acc]], np.int32), shifts(shift), Format(bits, False, 0))
    assert np.array_equal(codes, [[expected]])


def test_each_channel_has_its_shift() -> None:
    acc = np.broadcast_to(np.array([[6, -6], [100, 7]], np.int32), (4, 2, 2))
    codes = requantise(acc, shifts(0, 1, 2, 20), U8)
    expected = [
        [[6, 0], [100, 7]],
        [[3, 0], [50, 4]],
        [[2, 0], [25, 2]],  # 1.5 → 2, 1.75 → 2
        [[0, 0], [0, 0]],
    ]
    assert np.array_equal(codes, expected)


def test_the_largest_shift() -> None:
    acc = np.array([[[(1 << 30) - 1, 1 << 30, -(1 << 40)]]], np.int64)
    assert np.array_equal(requantise(acc, shifts(31), U8), [[[0, 1, 0]]])
    assert np.array_equal(requantise(acc, shifts(30), U8), [[[1, 1, 0]]])


@pytest.mark.parametrize(
    ("dtype", "acc", "shift", "expected"),
    [
        (np.int8, 127, 1, 64),  # 63.5
        (np.int8, 127, 7, 1),
        (np.int16, 32767, 1, 16384),
        (np.int16, 32767, 15, 1),
        (np.int32, 2147483647, 16, 32768),
        (np.int32, 2147483647, 31, 1),
    ],
)
def test_half_does_not_overflow_the_accumulator(
    dtype: type, acc: int, shift: int, expected: int
) -> None:
    codes = requantise(np.array([[[acc]]], dtype), shifts(shift), Format(16, False, 0))
    assert codes.item() == expected


def test_an_accumulator_far_below_zero_is_zero() -> None:
    acc = np.array([[[5 - (1 << 32), -(1 << 31) - 1]]], np.int64)  # 5 and 2^31 − 1 in 32 bits
    assert np.array_equal(requantise(acc, shifts(0), U8), [[[0, 0]]])
