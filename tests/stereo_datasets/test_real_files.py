"""The readers on real files of each data set."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.stereo_datasets.catalogue import open_dataset
from fdscs.stereo_datasets.dataset import StereoDataset


@pytest.fixture
def real(shared: Path):
    """Open a data set of the shared folder, or skip where it is not there."""

    def opened(name: str) -> StereoDataset:
        root = shared / "data" / name
        if not root.is_dir():
            pytest.skip(f"no real pairs: {root} does not exist")
        return open_dataset(name, root)

    return opened


def test_kitti2015(real):
    dataset = real("kitti2015")
    assert dataset.ids() == [f"{index:06d}" for index in range(1, 21)]
    pair = dataset[3]
    assert pair.name == "000004" and pair.size == (375, 1242)
    assert 0.1 < pair.valid.mean() < 0.3 and np.array_equal(pair.valid, pair.visible)
    assert pair.disparity[pair.valid].min() > 1 and pair.disparity.max() < 130


def test_kitti2012(real):
    dataset = real("kitti2012")
    assert len(dataset) == 60
    pair = dataset[0]
    assert pair.size == (370, 1226) and np.array_equal(pair.left[..., 0], pair.left[..., 2])
    assert pair.valid.sum() > pair.visible.sum()  # 000000 has occ and noc
    assert (pair.valid & pair.visible).sum() == pair.visible.sum()


def test_kitti2012_pairs_with_occ(shared: Path, real):
    real("kitti2012")
    occ = open_dataset("kitti2012", shared / "data" / "kitti2012", truth="occ")
    assert occ.ids() == ["000000", "000027"]


def test_sceneflow(real):
    dataset = real("sceneflow")
    assert dataset.ids() == ["TEST/A/0000/0006"]
    pair = dataset[0]
    assert pair.size == (540, 960) and pair.valid.all() and pair.valid_right.all()
    assert photometric_gain(pair.left, pair.right, pair.disparity) > 3


def test_middlebury2003(real):
    dataset = real("middlebury2003")
    assert dataset.ids() == ["cones", "tsukuba"]
    cones, tsukuba = dataset[0], dataset[1]
    assert cones.size == (375, 450) and cones.disparity.max() == 55
    assert tsukuba.size == (288, 384) and sorted(set(tsukuba.disparity.flat)) == [
        *(0, 5, 6, 7, 8, 10, 11, 14),
    ]
    for pair in (cones, tsukuba):
        assert 0.5 < pair.visible.mean() < 0.95
        assert photometric_gain(pair.left, pair.right, pair.disparity) > 2


def test_eth3d(real):
    dataset = real("eth3d")
    assert dataset.ids() == ["terrace"]
    pair = dataset[0]
    assert pair.size == (434, 713) and 0.5 < pair.valid.mean() < 1
    assert photometric_gain(pair.left, pair.right, pair.disparity) > 2


def photometric_gain(left: np.ndarray, right: np.ndarray, disparity: np.ndarray) -> float:
    """How many times nearer the right view is to the left once shifted by the ground truth."""
    rows, columns = np.nonzero(disparity)
    matched = np.round(columns - disparity[rows, columns]).astype(int)
    inside = matched >= 0
    rows, columns, matched = rows[inside], columns[inside], matched[inside]
    here = left[rows, columns].astype(int)
    shifted = np.abs(here - right[rows, matched]).mean()
    return float(np.abs(here - right[rows, columns]).mean() / shifted)
