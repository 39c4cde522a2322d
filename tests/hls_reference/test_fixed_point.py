"""The one rounding, and the widths."""

import numpy as np
import pytest

from fdscs.hls_reference.fixed_point import (
    WidthError,
    assert_fits,
    dtype_of,
    extremes,
    saturate,
    shift_round_half_up,
)
from fdscs.hls_reference.threads import PIECE
from fdscs.model.graph import Format

ROUNDING = [  # x, shift, x / 2^shift rounded
    (-5, 1, -2),  # −2.5
    (5, 1, 3),  # 2.5
    (-3, 1, -1),
    (3, 1, 2),
    (-1, 1, 0),  # −0.5
    (1, 1, 1),
    (-2, 1, -1),
    (0, 1, 0),
    (-10, 2, -2),  # −2.5
    (10, 2, 3),
    (-11, 2, -3),  # −2.75
    (11, 2, 3),
    (-9, 2, -2),  # −2.25
    (9, 2, 2),
    (-2, 2, 0),  # −0.5
    (-12, 3, -1),  # −1.5
    (-13, 3, -2),
    (12, 3, 2),
    (11, 3, 1),
    (-2560, 10, -2),  # −2.5
    (2560, 10, 3),
    (-2561, 10, -3),
    (2559, 10, 2),
    (-7, 0, -7),
    (7, 0, 7),
]


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
@pytest.mark.parametrize(("x", "shift", "expected"), ROUNDING)
def test_ties_go_towards_plus_infinity(x: int, shift: int, expected: int, dtype: type) -> None:
    rounded = shift_round_half_up(np.array([x], dtype), shift)
    assert rounded.dtype == dtype
    assert rounded.tolist() == [expected]


def test_shifts_broadcast() -> None:
    x = np.array([[5, -5], [5, -5], [6, -6]], np.int32)
    shift = np.array([[0], [1], [2]], np.int32)
    assert np.array_equal(shift_round_half_up(x, shift), [[5, -5], [3, -2], [2, -1]])


def test_values_up_to_the_room_for_the_half() -> None:
    x = np.array([(1 << 31) - 1 - 512, -(1 << 31)], np.int32)
    # 2097151.4995 → 2097151; −2097152
    assert shift_round_half_up(x, 10).tolist() == [2097151, -2097152]


EDGES = [  # bits, signed, smallest, largest, dtype
    (1, False, 0, 1, np.uint8),
    (6, False, 0, 63, np.uint8),
    (8, False, 0, 255, np.uint8),
    (8, True, -128, 127, np.int8),
    (9, True, -256, 255, np.int16),
    (10, False, 0, 1023, np.uint16),
    (18, False, 0, 262143, np.uint32),
    (32, True, -2147483648, 2147483647, np.int32),
    (33, True, -4294967296, 4294967295, np.int64),
]


@pytest.mark.parametrize(("bits", "signed", "low", "high", "dtype"), EDGES)
def test_the_edges_of_a_width_fit(
    bits: int, signed: bool, low: int, high: int, dtype: type
) -> None:
    fitted = assert_fits(np.array([low, high], np.int64), bits, signed, "here")
    assert fitted.dtype == dtype and fitted.tolist() == [low, high]


@pytest.mark.parametrize(("bits", "signed", "low", "high", "dtype"), EDGES)
@pytest.mark.parametrize("side", ["low", "high"])
def test_one_beyond_the_edges_does_not_fit(
    side: str, bits: int, signed: bool, low: int, high: int, dtype: type
) -> None:
    beyond = low - 1 if side == "low" else high + 1
    with pytest.raises(WidthError):
        assert_fits(np.array([0, beyond], np.int64), bits, signed, "here")


def test_the_message_names_place_values_and_width() -> None:
    with pytest.raises(WidthError) as caught:
        assert_fits(np.array([[-3, 200]], np.int32), 8, True, "enc0_relu")
    expected = "enc0_relu: values from -3 to 200 do not fit s8, which holds -128 to 127"
    assert str(caught.value) == expected
    with pytest.raises(WidthError, match=r"^cost: values from 0 to 64 do not fit u6, "):
        assert_fits(np.array([0, 64], np.int32), 6, False, "cost")


DTYPES = {1: "1", 7: "1", 8: "1", 9: "2", 16: "2", 17: "4", 32: "4", 33: "8", 64: "8"}


@pytest.mark.parametrize("bits", DTYPES)
def test_dtype_of(bits: int) -> None:
    assert dtype_of(bits, signed=True) == np.dtype("i" + DTYPES[bits])
    assert dtype_of(bits, signed=False) == np.dtype("u" + DTYPES[bits])


def test_saturate() -> None:
    x = np.array([-1000, -9, -8, 0, 7, 8, 1000], np.int32)
    assert saturate(x, Format(4, True, 0)).tolist() == [-8, -8, -8, 0, 7, 7, 7]
    assert saturate(x, Format(4, False, 3)).tolist() == [0, 0, 0, 0, 7, 8, 15]


@pytest.mark.parametrize("size", [1, 2, PIECE, PIECE + 1, 3 * PIECE])
@pytest.mark.parametrize("where", [0, -1])
def test_extremes_are_found_in_every_piece(size: int, where: int) -> None:
    x = np.zeros(size, np.int32)
    x[where] = -7
    assert extremes(x) == (-7, -7 if size == 1 else 0)
    x[where] = 9
    assert extremes(x.reshape(1, -1, 1)) == (9 if size == 1 else 0, 9)
    assert extremes(np.stack([x, -x])) == extremes(np.stack([x, -x]).T) == (-9, 9)
