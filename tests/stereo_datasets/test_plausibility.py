"""Truth that cannot belong to its pair is told from truth that does."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fdscs.stereo_datasets.catalogue import open_dataset
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.stereo_datasets.plausibility import NO_BETTER, misfit
from fdscs.stereo_datasets.synthetic import SyntheticPairs


@pytest.fixture(scope="module")
def pair() -> StereoPair:
    return open_dataset("motorcycle")[0]


def rescaled(pair: StereoPair, factor: float) -> StereoPair:
    assert pair.disparity is not None
    return replace(pair, disparity=pair.disparity * np.float32(factor))


def test_right_truth_fits(pair: StereoPair) -> None:
    assert misfit(pair) is None


@pytest.mark.parametrize("size", [(64, 96), (96, 256)])
def test_made_up_truth_fits(size: tuple[int, int]) -> None:
    pairs = SyntheticPairs(8, size, max_disparity=size[1] / 4, seed=3)
    assert [misfit(each) for each in pairs] == [None] * 8


@pytest.mark.parametrize("name", ["kitti2015", "kitti2012", "sceneflow", "middlebury2003", "eth3d"])
def test_real_truth_fits(shared: Path, name: str) -> None:
    dataset = open_dataset(name, shared / "data" / name)
    chosen = range(0, len(dataset), 10)
    assert [misfit(dataset[index]) for index in chosen] == [None] * len(chosen)


@pytest.mark.parametrize("scale", [16, 32, 64, 100, 128])
def test_the_scale_that_fits_is_named(pair: StereoPair, scale: int) -> None:
    said = misfit(rescaled(pair, scale / 256))
    assert said is not None and said.startswith(NO_BETTER) and f"--scale {scale}`" in said


@pytest.mark.parametrize("factor", [0.75, 1.25, 4.0, 16.0])
def test_other_scales_do_not_fit(pair: StereoPair, factor: float) -> None:
    assert misfit(rescaled(pair, factor)) is not None


def test_exchanged_views_are_named(pair: StereoPair) -> None:
    said = misfit(replace(pair, left=pair.right, right=pair.left))
    assert said is not None and "with left and right exchanged it would fit" in said


def test_rows_upside_down_do_not_fit(pair: StereoPair) -> None:
    assert pair.disparity is not None and pair.valid is not None
    turned = replace(pair, disparity=pair.disparity[::-1], valid=pair.valid[::-1])
    assert misfit(turned) is not None


def test_depth_does_not_fit(pair: StereoPair) -> None:
    assert pair.disparity is not None and pair.valid is not None
    depth = np.where(pair.valid, 5000 / np.maximum(pair.disparity, 1e-3), 0).astype(np.float32)
    assert misfit(replace(pair, disparity=depth)) is not None


def test_pictures_resized_without_their_truth_do_not_fit(pair: StereoPair) -> None:
    assert pair.disparity is not None and pair.valid is not None
    half = StereoPair("half", *(
        np.ascontiguousarray(each[::2, ::2])
        for each in (pair.left, pair.right, pair.disparity, pair.valid)
    ))  # fmt: skip
    assert misfit(half) is not None


def test_nothing_is_said_of_what_nobody_can_tell() -> None:
    flat = np.full((40, 60, 3), 90, np.uint8)
    disparity = np.full((40, 60), 5, np.float32)
    assert misfit(StereoPair("flat", flat, flat, disparity, disparity > 0)) is None
    assert misfit(StereoPair("none", flat, flat)) is None
