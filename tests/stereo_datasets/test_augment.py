"""Augmented pairs keep their ground truth true."""

from dataclasses import replace

import numpy as np
import pytest

from fdscs.stereo_datasets.augment import crop, random_crop, random_mirror, random_scale_crop
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.storage.errors import BadInput

MAPS = ("left", "right", "disparity", "valid", "visible", "disparity_right", "valid_right")


def test_a_crop_cuts_every_part_alike(pair: StereoPair):
    cut = crop(pair, 1, 2, 3, 4)
    for part in MAPS:
        assert np.array_equal(getattr(cut, part), getattr(pair, part)[1:4, 2:6]), part


def test_a_crop_of_views_alone(pair: StereoPair):
    bare = StereoPair("bare", pair.left, pair.right)
    assert crop(bare, 0, 0, 2, 2).disparity is None
    assert random_scale_crop(bare, (4, 6), np.random.default_rng(0)).size == (4, 6)


@pytest.mark.parametrize("window", [(0, 0, 5, 6), (0, 3, 4, 4), (-1, 0, 2, 2), (0, 0, 0, 2)])
def test_a_crop_outside_is_refused(pair: StereoPair, window: tuple[int, int, int, int]):
    with pytest.raises(BadInput, match=r"sample: a crop of .* does not lie within 4x6"):
        crop(pair, *window)


def test_random_crops_reach_every_corner(pair: StereoPair):
    rng = np.random.default_rng(0)
    firsts = {random_crop(pair, (3, 5), rng).left.tobytes() for _ in range(50)}
    assert firsts == {crop(pair, y, x, 3, 5).left.tobytes() for y in (0, 1) for x in (0, 1)}
    with pytest.raises(BadInput, match="a crop of 5x6 at row 0"):
        random_crop(pair, (5, 6), rng)


def test_random_mirror_needs_both_truths(pair: StereoPair):
    rng = np.random.default_rng(0)
    results = [random_mirror(pair, rng) is pair for _ in range(40)]
    assert 5 < sum(results) < 35
    one_sided = replace(pair, disparity_right=None, valid_right=None)
    assert all(random_mirror(one_sided, rng) is one_sided for _ in range(10))


def test_scaling_by_exactly_two(pair: StereoPair):
    """A crop of twice the size leaves no choice: every pixel becomes 2x2, disparity doubles."""
    scaled = random_scale_crop(pair, (8, 12), np.random.default_rng(0), max_scale=2)
    repeated = pair.disparity.repeat(2, 0).repeat(2, 1)
    assert np.array_equal(scaled.disparity, 2 * repeated)
    assert np.array_equal(scaled.valid, pair.valid.repeat(2, 0).repeat(2, 1))
    assert np.array_equal(scaled.visible, pair.visible.repeat(2, 0).repeat(2, 1))
    assert scaled.left.shape == (8, 12, 3) and scaled.left.flags.writeable


def test_scaling_is_limited(pair: StereoPair):
    with pytest.raises(
        BadInput, match=r"is 4x6, too small for a crop of 7x6 even when scaled by 1\.5"
    ):
        random_scale_crop(pair, (7, 6), np.random.default_rng(0))


def test_scaled_truth_still_warps_the_views():
    pair = SyntheticPairs(1, (96, 192), 32, seed=4, photometric=False)[0]
    scaled = random_scale_crop(pair, (96, 192), np.random.default_rng(1))
    y, x = np.nonzero(scaled.visible)
    column = np.round(x - scaled.disparity[y, x]).astype(int)
    inside = column >= 0
    error = np.abs(
        scaled.left[y, x].astype(float) - scaled.right[y, np.maximum(column, 0)].astype(float)
    )
    assert np.median(error[inside]) < 4
