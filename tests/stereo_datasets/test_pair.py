"""A pair checks itself, and mirrors."""

from dataclasses import replace

import numpy as np
import pytest

from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.errors import BadInput


def picture(height: int, width: int) -> np.ndarray:
    return np.zeros((height, width, 3), np.uint8)


def test_views_alone_are_a_pair():
    pair = StereoPair("a", picture(2, 3), picture(2, 3))
    assert pair.size == (2, 3) and pair.disparity is None and pair.visible is None


def test_different_sizes_are_named():
    message = (
        "000004: left is 375x1242 but right is 370x1226; "
        "both views of a pair must have the same size."
    )
    with pytest.raises(BadInput) as caught:
        StereoPair("000004", picture(375, 1242), picture(370, 1226))
    assert str(caught.value) == message


BAD = {
    "left is float64": {"left": np.zeros((4, 6, 3))},
    "right is uint8 of shape \\(4, 6\\)": {"right": np.zeros((4, 6), np.uint8)},
    "left is 0x6": {"left": picture(0, 6), "right": picture(0, 6)},
    "disparity is float64": {"disparity": np.ones((4, 6))},
    "disparity is 4x5": {"disparity": np.ones((4, 5), np.float32)},
    "valid is uint8": {"valid": np.ones((4, 6), np.uint8)},
    "visible is 3x6": {"visible": np.ones((3, 6), np.bool_)},
    "disparity and valid must be given together": {"valid": None},
    "disparity_right and valid_right must": {"disparity_right": None},
    "finite and above 0": {"disparity": np.full((4, 6), np.nan, np.float32)},
    "disparity must be finite": {"disparity": np.full((4, 6), np.inf, np.float32)},
    "and 0 elsewhere": {"disparity": np.full((4, 6), -1, np.float32)},
    "where valid is set": {"disparity": np.ones((4, 6), np.float32)},
}


@pytest.mark.parametrize("message", BAD)
def test_parts_that_do_not_fit_are_refused(pair: StereoPair, message: str):
    with pytest.raises(BadInput, match=message) as caught:
        replace(pair, **BAD[message])
    assert str(caught.value).startswith("sample: ")


def test_mirroring_swaps_and_flips(pair: StereoPair):
    mirrored = pair.mirrored()
    assert np.array_equal(mirrored.left, pair.right[:, ::-1])
    assert np.array_equal(mirrored.right, pair.left[:, ::-1])
    assert np.array_equal(mirrored.disparity, pair.disparity_right[:, ::-1])
    assert np.array_equal(mirrored.valid_right, pair.valid[:, ::-1])
    assert mirrored.visible is None and mirrored.left.flags.c_contiguous
    assert np.array_equal(mirrored.mirrored().left, pair.left)


def test_mirroring_needs_the_right_views_truth(pair: StereoPair):
    with pytest.raises(BadInput, match="sample: has no ground truth for the right view"):
        replace(pair, disparity_right=None, valid_right=None).mirrored()
