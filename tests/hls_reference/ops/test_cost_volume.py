"""Costs of every disparity: columns, channel order, saturation."""

import numpy as np
import pytest

from fdscs.hls_reference.ops.cost_volume import cost_volume


def maps(*rows: list[int]) -> list[np.ndarray]:
    """Census left and right, U left and right, V left and right: one row each."""
    dtypes = (np.uint32, np.uint32, np.int8, np.int8, np.int16, np.int16)
    return [np.array([[row]], dtype) for row, dtype in zip(rows, dtypes, strict=True)]


def zeros(columns: int) -> list[list[int]]:
    return [[0] * columns for _ in range(6)]


def test_one_row_by_hand() -> None:
    cost = cost_volume(
        maps(
            [0b0000, 0b0001, 0b0011, 0b0111],
            [0b1111, 0b0000, 0b0001, 0b0000],
            [10, -20, 30, -40],
            [1, 2, 3, 4],
            [100, -157, 5, 63],
            [38, 157, 64, 0],
        ),
        disparities=3,
        saturation=63,
    )
    assert cost.dtype == np.uint8 and cost.shape == (9, 1, 4)
    expected = [
        [4, 1, 1, 3],  # d = 0: same column
        [9, 22, 27, 44],
        [62, 63, 59, 63],  # 314 saturates
        [3, 3, 2, 2],  # d = 1: left 1, 2, 3 against right 0, 1, 2; column 0 repeats column 1
        [21, 21, 28, 43],
        [63, 63, 63, 1],
        [2, 2, 2, 3],  # d = 2: left 2, 3 against right 0, 1; columns 0 and 1 repeat column 2
        [29, 29, 29, 42],
        [33, 33, 33, 63],
    ]
    assert np.array_equal(cost[:, 0], expected)


@pytest.mark.parametrize(("saturation", "expected"), [(63, 63), (255, 224), (223, 223)])
def test_saturation_of_chroma_at_its_extremes(saturation: int, expected: int) -> None:
    rows = zeros(1)
    rows[2], rows[3] = [-112], [112]  # 224 apart: more than 8 signed bits hold
    assert cost_volume(maps(*rows), 1, saturation)[:, 0, 0].tolist() == [0, expected, 0]


def test_red_against_cyan_in_v() -> None:
    rows = zeros(1)
    rows[4], rows[5] = [157], [-157]
    assert cost_volume(maps(*rows), 1, 63)[:, 0, 0].tolist() == [0, 0, 63]


def test_all_24_bits_count_and_do_not_saturate() -> None:
    rows = zeros(1)
    rows[0] = [0xFFFFFF]
    assert cost_volume(maps(*rows), 1, 20)[:, 0, 0].tolist() == [24, 0, 0]


def test_rows_stay_apart() -> None:
    left = [np.array([[[1, 2], [5, 9]]], np.int16)]
    right = [np.array([[[1, 1], [4, 4]]], np.int16)]
    nothing = [np.zeros((1, 2, 2), np.uint32)] * 2
    cost = cost_volume([*nothing, *left, *right, *left, *right], 2, 63)
    assert np.array_equal(cost[1], [[0, 1], [1, 5]])
    assert np.array_equal(cost[4], [[1, 1], [5, 5]])  # 2 − 1 and 9 − 4, repeated to the left


def test_as_many_columns_as_disparities_are_enough() -> None:
    assert cost_volume(maps(*zeros(4)), 4, 63).shape == (12, 1, 4)


def test_fewer_columns_than_disparities_are_refused() -> None:
    with pytest.raises(ValueError, match="3 columns hold no 4 disparities"):
        cost_volume(maps(*zeros(3)), 4, 63)
