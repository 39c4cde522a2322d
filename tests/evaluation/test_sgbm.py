"""OpenCV's SGBM as a yardstick: what it finds, and how its gaps are filled."""

import numpy as np
import pytest

from fdscs.evaluation.sgbm import fill, sgbm_disparity
from fdscs.stereo_datasets.synthetic import SyntheticPairs


def test_gaps_take_the_farther_neighbour():
    known = np.array([[0, 1, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1]], bool)
    disparity = np.array([[9, 5, 9, 9, 3, 9], [9] * 6, [1, 2, 3, 4, 5, 6]], np.float32)
    filled = fill(disparity, known)
    assert filled.tolist() == [[5, 5, 3, 3, 3, 3], [0] * 6, [1, 2, 3, 4, 5, 6]]


def test_a_shifted_picture_is_matched_to_its_left_border():
    rng = np.random.default_rng(2)
    right = rng.integers(0, 256, (60, 160, 3), dtype=np.uint8)
    right = np.repeat(np.repeat(right[::2, ::2], 2, 0), 2, 1)
    left = np.roll(right, 7, axis=1)
    disparity = sgbm_disparity(left, right, 40)
    assert disparity.shape == (60, 160) and disparity.dtype == np.float32
    assert disparity[:, 9:] == pytest.approx(np.full((60, 151), 7), abs=1)


def test_most_of_a_made_up_pair_is_matched():
    pair = SyntheticPairs(12, (128, 256), 40, seed=5)[9]
    error = np.abs(sgbm_disparity(pair.left, pair.right, 40) - pair.disparity)
    assert np.mean(error[pair.visible] > 3) < 0.2
