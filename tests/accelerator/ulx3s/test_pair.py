"""The self-test's pairs: a stereo pair of surfaces at known disparities."""

import numpy as np
import pytest

from fdscs.accelerator.ulx3s.test_pair import SCENES, disparities, pair, view

SIZE, MOST = (240, 320), 94


@pytest.mark.parametrize("scene", range(SCENES))
def test_the_right_view_is_the_left_one_moved_by_the_disparity(scene: int) -> None:
    left, in_left = view(*SIZE, MOST, scene, right=False)
    right, in_right = view(*SIZE, MOST, scene, right=True)
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    there = x + in_right < SIZE[1]
    source = left[y[there], x[there] + in_right[there]]
    same_surface = in_left[y[there], x[there] + in_right[there]] == in_right[there]
    assert np.array_equal(right[there][same_surface], source[same_surface])
    assert same_surface.mean() > 0.8  # the rest is hidden from one view
    assert set(np.unique(in_left)) == set(disparities(MOST))


def test_scenes_differ() -> None:
    lefts = [pair(*SIZE, MOST, scene)[0] for scene in range(SCENES)]
    assert len({left.tobytes() for left in lefts}) == SCENES
    assert all(left.min() >= 32 and left.max() <= 218 for left in lefts)
