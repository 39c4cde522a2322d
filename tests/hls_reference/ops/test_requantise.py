"""ReLU, rounding, saturation, one shift a channel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fdscs.hls_reference import threads
from fdscs.hls_reference.ops.requantise import requantise, requantise_plain
from fdscs.model.graph import Format

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


BOTH = pytest.mark.parametrize("narrow", [requantise, requantise_plain])


@BOTH
@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64])
@pytest.mark.parametrize("shift", TIES)
def test_ties_go_up(shift: int, dtype: type, narrow) -> None:
    codes = narrow(np.array([[ACC]], dtype), shifts(shift), U8)
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


@BOTH
@pytest.mark.parametrize(("bits", "shift", "acc", "expected"), LIMITS)
def test_saturation(bits: int, shift: int, acc: list[int], expected: list[int], narrow) -> None:
    codes = narrow(np.array([[acc]], np.int32), shifts(shift), Format(bits, False, 0))
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


@BOTH
def test_the_largest_shift(narrow) -> None:
    acc = np.array([[[(1 << 30) - 1, 1 << 30, -(1 << 40)]]], np.int64)
    assert np.array_equal(narrow(acc, shifts(31), U8), [[[0, 1, 0]]])
    assert np.array_equal(narrow(acc, shifts(30), U8), [[[1, 1, 0]]])


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


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_every_accumulator_and_shift_as_defined(bits: int) -> None:
    """All of s12 at every shift that leaves something, and at the largest."""
    every = np.arange(-(1 << 11), 1 << 11, dtype=np.int32)
    places = shifts(*range(13), 31)
    acc = np.broadcast_to(every, (len(places), 1, len(every)))
    fmt = Format(bits, False, 0)
    assert np.array_equal(requantise(acc, places, fmt), requantise_plain(acc, places, fmt))


@pytest.mark.parametrize("piece", [1, 7, 20, 1000])
def test_pieces_join_without_a_seam(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every channel has its own shift, whichever piece it is in."""
    monkeypatch.setattr(threads, "PIECE", piece)
    acc = np.random.default_rng(0).integers(-(1 << 15), 1 << 15, (13, 3, 2), dtype=np.int32)
    places = shifts(*range(13))
    assert np.array_equal(requantise(acc, places, U8), requantise_plain(acc, places, U8))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    acc=st.lists(st.integers(-(1 << 40), 1 << 40), min_size=1, max_size=20),
    near=st.integers(-3, 3),
    places=st.integers(0, 31),
    bits=st.integers(1, 16),
)
def test_as_defined_at_any_width(acc: list[int], near: int, places: int, bits: int) -> None:
    """Any accumulators, and those around the largest code and its tie."""
    edge = (((1 << bits) - 1) << places) + near
    x = np.array([[[*acc, edge, edge - (1 << places >> 1)]]], np.int64)
    fmt = Format(bits, False, 0)
    expected = requantise_plain(x, shifts(places), fmt)
    assert np.array_equal(requantise(x, shifts(places), fmt), expected)
    narrow = x.clip(-(1 << 31), (1 << 31) - 1).astype(np.int32)
    expected = requantise_plain(narrow, shifts(places), fmt)
    assert np.array_equal(requantise(narrow, shifts(places), fmt), expected)
