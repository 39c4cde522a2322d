"""Luma and chroma of pure colours, and ties, with the datapath's own coefficients as literals."""

import numpy as np
import pytest

from fdscs.hls_reference.ops.colour_mix import colour_mix

Y, U, V = (77, 150, 29), (-38, -74, 112), (158, -132, -26)

PURE = {  # sums of four pixels at 255 → Y, U, V
    "black": ((0, 0, 0), (0, 0, 0)),
    "white": ((1020, 1020, 1020), (261120, 0, 0)),  # 256 · 1020; chroma rows sum to 0
    "red": ((1020, 0, 0), (78540, -38, 157)),  # −38760/1024 = −37.9; 161160/1024 = 157.4
    "green": ((0, 1020, 0), (153000, -74, -131)),  # −75480/1024 = −73.7; −134640/1024 = −131.5
    "blue": ((0, 0, 1020), (29580, 112, -26)),  # 114240/1024 = 111.6; −26520/1024 = −25.9
    "yellow": ((1020, 1020, 0), (231540, -112, 26)),
    "cyan": ((0, 1020, 1020), (182580, 38, -157)),
    "magenta": ((1020, 0, 1020), (108120, 74, 131)),
}

TIES = [  # sums whose mix is exactly n + 1/2 after the shift by 10
    (U, (7, 31, 0), -2),  # −2560/1024 = −2.5
    (U, (0, 48, 18), -1),  # −1.5
    (U, (0, 16, 6), 0),  # −0.5
    (U, (0, 40, 31), 1),  # 0.5
    (U, (0, 8, 19), 2),  # 1.5
    (U, (0, 32, 44), 3),  # 2.5
    (V, (0, 19, 2), -2),  # −2560/1024 = −2.5
    (V, (0, 1, 54), -1),
    (V, (4, 0, 44), 0),
    (V, (9, 0, 35), 1),
    (V, (14, 0, 26), 2),
    (V, (19, 0, 17), 3),
]


def pixel(sums: tuple[int, int, int]) -> np.ndarray:
    return np.array(sums, np.uint16).reshape(3, 1, 1)


@pytest.mark.parametrize("colour", PURE)
def test_pure_colours(colour: str) -> None:
    sums, (luma, chroma_u, chroma_v) = PURE[colour]
    assert colour_mix(pixel(sums), Y, 0).item() == luma
    assert colour_mix(pixel(sums), U, 10).item() == chroma_u
    assert colour_mix(pixel(sums), V, 10).item() == chroma_v


@pytest.mark.parametrize(("coefficients", "sums", "expected"), TIES)
def test_ties_go_up(coefficients: tuple, sums: tuple, expected: int) -> None:
    assert colour_mix(pixel(sums), coefficients, 10).item() == expected


def test_one_less_than_a_tie_goes_down() -> None:
    # −19/2 = −9.5 → −9; −21/4 = −5.25 → −5; −23/4 = −5.75 → −6
    assert colour_mix(pixel((19, 0, 0)), (-1, 0, 0), 1).item() == -9
    assert colour_mix(pixel((21, 0, 0)), (-1, 0, 0), 2).item() == -5
    assert colour_mix(pixel((23, 0, 0)), (-1, 0, 0), 2).item() == -6


def test_shape_and_place() -> None:
    sums = np.zeros((3, 2, 3), np.uint16)
    sums[:, 1, 2] = 1, 10, 100
    mixed = colour_mix(sums, (1, 2, 3), 0)
    assert mixed.shape == (1, 2, 3) and mixed.dtype.kind == "i"
    assert np.array_equal(mixed, [[[0, 0, 0], [0, 0, 321]]])  # 1 + 20 + 300
