"""Words worked out by hand, and equal to their definition in Python's integers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fdscs.hls_reference.fixed_point import IntArray, WidthError, dtype_of
from fdscs.vectors.words import Lanes, as_tensor, beat_lines, from_tensor, hex_lines, pack, unpack


def lines(codes: IntArray, layout: Lanes) -> list[str]:
    return hex_lines(pack(codes, layout), layout).decode().splitlines()


def test_lane_zero_is_lowest() -> None:
    rgb = np.array([0x11, 0x22, 0x33], np.uint8).reshape(3, 1, 1)
    assert lines(rgb, Lanes(3, 3, 8, False)) == ["332211"]
    assert lines(rgb, Lanes(3, 1, 8, False)) == ["11", "22", "33"]
    assert lines(rgb, Lanes(3, 2, 8, False)) == ["2211", "0033"]
    assert lines(rgb, Lanes(3, 4, 8, False)) == ["00332211"]


def test_lanes_that_are_no_whole_bytes() -> None:
    """1 | −2 · 2⁵ = 00001 | 11110 in binary: 11 1100 0001."""
    codes = np.array([[1, -16], [-2, 0], [15, 7]], np.int8).reshape(3, 1, 2)
    assert lines(codes, Lanes(3, 2, 5, True)) == ["3c1", "00f", "010", "007"]
    assert lines(codes, Lanes(3, 3, 5, True)) == ["3fc1", "1c10"]


def test_pixels_go_row_by_row() -> None:
    codes = np.arange(1, 7, dtype=np.uint8).reshape(1, 2, 3)
    assert lines(codes, Lanes(1, 1, 4, False)) == ["1", "2", "3", "4", "5", "6"]


def test_wide_codes() -> None:
    codes = np.array([-1, 1 << 40], np.int64).reshape(2, 1, 1)
    assert lines(codes, Lanes(2, 2, 42, True)) == ["4000000000" + "3ffffffffff"]
    least = np.array([-(1 << 63)], np.int64).reshape(1, 1, 1)
    assert lines(least, Lanes(1, 1, 64, True)) == ["8000000000000000"]


def test_weights_go_tap_by_tap() -> None:
    """Of two output channels; the second has the input channels of the first exchanged."""
    first = [[0, 1, 2, 3, 4, 5, 6, 7, -7], [-1, -2, -3, -4, -5, -6, -7, 0, 1]]
    weight = np.array([first, first[::-1]], np.int8).reshape(2, 2, 3, 3)
    taps = ["f0", "e1", "d2", "c3", "b4", "a5", "96", "07", "19"]
    assert lines(as_tensor(weight), Lanes(2, 2, 4, True)) == taps + [tap[::-1] for tap in taps]


def test_biases_are_one_pixel() -> None:
    assert lines(as_tensor(np.array([5, -1, 0])), Lanes(3, 1, 6, True)) == ["05", "3f", "00"]


@pytest.mark.parametrize("shape", [(4, 3, 3, 3), (4, 3, 1, 1), (4,), (3, 2, 5)])
def test_values_come_back_from_their_packed_form(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).integers(-9, 9, shape)
    assert np.array_equal(from_tensor(as_tensor(values), shape), values)


def test_beats() -> None:
    codes = np.array([[1, -16], [-2, 0], [15, 7]], np.int8).reshape(3, 1, 2).repeat(2, axis=1)
    layout = Lanes(3, 2, 5, True)
    expected = ["03c1 3 1 0", "000f 3 0 0", "0010 3 0 0", "0007 3 0 1",
                "03c1 3 0 0", "000f 3 0 0", "0010 3 0 0", "0007 3 0 1"]  # fmt: skip
    words = pack(codes, layout)
    assert beat_lines(words, layout, columns=2, first=True).decode().splitlines() == expected
    later = [expected[0].replace(" 1 ", " 0 "), *expected[1:]]
    assert beat_lines(words, layout, columns=2, first=False).decode().splitlines() == later


def test_tkeep_has_a_bit_for_each_byte() -> None:
    layout = Lanes(5, 5, 8, False)
    words = pack(np.zeros((5, 1, 1), np.uint8), layout)
    assert beat_lines(words, layout, 1, first=True) == b"0000000000 1f 1 1\n"


@pytest.mark.parametrize(
    ("code", "bits", "signed"), [(8, 4, True), (-9, 4, True), (16, 4, False), (-1, 4, False)]
)
def test_codes_that_do_not_fit(code: int, bits: int, signed: bool) -> None:
    with pytest.raises(WidthError, match=rf"cost: values from {code} to {code} do not fit"):
        pack(np.full((1, 1, 1), code), Lanes(1, 1, bits, signed), "cost")


@pytest.mark.parametrize("layout", [(0, 1, 8), (1, 0, 8), (1, 1, 0), (1, 1, 65)])
def test_layouts_that_are_none(layout: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="channels and lanes start at 1, bits are 1 to 64"):
        Lanes(*layout, signed=False)


@st.composite
def tensors(draw: st.DrawFn) -> tuple[IntArray, Lanes]:
    """A tensor of any small shape with codes of any format, extremes among them."""
    bits, signed = draw(st.integers(1, 32)), draw(st.booleans())
    shape = tuple(draw(st.integers(1, most)) for most in (9, 3, 4))
    low, high = (-(1 << (bits - 1)), 1 << (bits - 1)) if signed else (0, 1 << bits)
    size = shape[0] * shape[1] * shape[2]
    codes = draw(st.lists(st.integers(low, high - 1), min_size=size, max_size=size))
    layout = Lanes(shape[0], draw(st.integers(1, 12)), bits, signed)
    return np.array(codes, np.int64).reshape(shape), layout


@given(tensors())
@settings(deadline=None, max_examples=300)
def test_packing_is_its_definition_and_comes_back(case: tuple[IntArray, Lanes]) -> None:
    codes, layout = case
    channels, rows, columns = codes.shape
    expected = []
    for y, x in np.ndindex(rows, columns):
        for start in range(0, channels, layout.lanes):
            lanes = codes[start : start + layout.lanes, y, x].tolist()
            word = sum((c % (1 << layout.bits)) << (i * layout.bits) for i, c in enumerate(lanes))
            expected.append(f"{word:0{-(-layout.lanes * layout.bits // 4)}x}")
    assert lines(codes, layout) == expected
    back = unpack(pack(codes, layout), layout, rows, columns)
    assert np.array_equal(back, codes) and back.dtype == dtype_of(layout.bits, layout.signed)
