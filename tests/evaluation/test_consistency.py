"""The left-right check, worked out by hand, and on a network's own mirrored pair."""

import numpy as np
import pytest

from fdscs.evaluation.consistency import (
    agreement,
    confidence,
    disagreement,
    right_disparity,
    seen_by_both,
)


def test_a_point_is_compared_where_it_lies_in_the_right_view() -> None:
    disparity = np.array([[1.0, 0.0, 2.0, 1.4]])  # at −1 (outside), 1, 0, 2 (1.6)
    of_right = np.array([[5.0, 0.5, 1.4, 9.0]])
    found = disagreement(disparity, of_right)
    assert found.dtype == np.float32
    assert np.array_equal(found, np.array([[np.inf, 0.5, 3.0, 0.0]], np.float32))
    assert agreement(found) == pytest.approx(200 / 3)
    assert np.allclose(confidence(found), [[0, 1 / 1.5, 0.25, 1]])
    assert seen_by_both(found).tolist() == [[False, True, False, True]]


def test_nothing_inside_the_right_view_agrees_on_nothing() -> None:
    assert agreement(np.full((2, 2), np.inf, np.float32)) == 0


def test_the_right_disparity_is_the_mirrored_result() -> None:
    seen = []

    class Backend:
        def disparity_px(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
            seen.extend([left, right])
            return np.arange(12.0).reshape(3, 4)

    rng = np.random.default_rng(0)
    left, right = rng.integers(0, 256, (2, 3, 4, 3), dtype=np.uint8)
    found = right_disparity(Backend(), left, right)
    assert np.array_equal(found, np.arange(12.0).reshape(3, 4)[:, ::-1])
    assert np.array_equal(seen[0], right[:, ::-1]) and np.array_equal(seen[1], left[:, ::-1])
