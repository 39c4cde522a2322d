"""Which pixels are near jumps of the true disparity."""

import numpy as np

from fdscs.evaluation.jumps import near_jumps


def test_pixels_on_either_side_of_an_edge() -> None:
    truth = np.full((20, 40), 10, np.float32)
    truth[:, 20:] = 15.5
    near = near_jumps(truth, truth > 0)
    assert near.all(0).tolist() == near.any(0).tolist() == [12 <= x < 28 for x in range(40)]


def test_small_steps_are_none() -> None:
    truth = np.full((20, 40), 10, np.float32)
    truth[:, 20:] = 15
    assert not near_jumps(truth, truth > 0).any()


def test_what_is_not_known_is_no_jump() -> None:
    truth = np.full((40, 40), 10, np.float32)
    truth[20, 20] = 0
    assert not near_jumps(truth, truth > 0).any()
    truth[30, 5] = 16
    near = near_jumps(truth, truth > 0)
    assert near[22:39, :14].all() and near.sum() == 17 * 14
    assert not near_jumps(np.zeros((9, 9), np.float32), np.zeros((9, 9), bool)).any()
