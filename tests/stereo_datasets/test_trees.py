"""Layouts of one file a frame, in small trees with known numbers."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.stereo_datasets.catalogue import open_dataset
from fdscs.storage.errors import BadInput

WIDTH = 12


def row(*values: float) -> list[list[float]]:
    """A map of two rows that begin with `values`."""
    return [[*values, *[0] * (WIDTH - len(values))]] * 2


@pytest.fixture
def views(tmp_path: Path, save_picture):
    def save(*names: str) -> None:
        for name in names:
            save_picture(tmp_path / name, size=(2, WIDTH))

    return save


def test_instereo2k(tmp_path: Path, views, save_gray16) -> None:
    views("train/part1/000001/left.png", "train/part1/000001/right.png")
    save_gray16(tmp_path / "train/part1/000001/left_disp.png", row(100, 250))
    save_gray16(tmp_path / "train/part1/000001/right_disp.png", row(300))
    dataset = open_dataset("instereo2k", tmp_path)
    assert dataset.ids() == ["train/part1/000001/left"]
    assert dataset[0].disparity[0, :3].tolist() == [1, 2.5, 0]
    assert dataset[0].disparity_right[0, 0] == 3


@pytest.mark.parametrize(("size", "scale"), [("half", 256), ("full", 128)])
def test_drivingstereo(tmp_path: Path, views, save_gray16, size: str, scale: int) -> None:
    frame = "2018-07-09/2018-07-09-16-11-56_0"
    views(f"left-image-{size}-size/{frame}.jpg", f"right-image-{size}-size/{frame}.jpg")
    save_gray16(tmp_path / f"disparity-map-{size}-size/{frame}.png", row(scale, 3 * scale))
    pair = open_dataset("drivingstereo", tmp_path)[0]
    assert pair.disparity[0, :3].tolist() == [1, 3, 0] and pair.disparity_right is None


def test_virtual_kitti_2(tmp_path: Path, views, save_gray16) -> None:
    frames = "Scene01/clone/frames"
    views(*(f"{frames}/rgb/Camera_{camera}/rgb_00007.jpg" for camera in (0, 1)))
    save_gray16(tmp_path / frames / "depth/Camera_0/depth_00007.png", row(10_000, 65_535, 5_000))
    pair = open_dataset("virtualkitti2", tmp_path)[0]
    at_100_m = 725.0087 * 0.532725 / 100
    assert np.allclose(pair.disparity[0, :4], [at_100_m, 0, 2 * at_100_m, 0])
    assert pair.valid[0, :4].tolist() == [True, False, True, False]


def test_spring(tmp_path: Path, views) -> None:
    h5py = pytest.importorskip("h5py", reason="Spring's ground truth needs h5py")
    views(*(f"train/0001/frame_{view}/frame_{view}_0001.png" for view in ("left", "right")))
    truth = tmp_path / "train/0001/disp1_left/disp1_left_0001.dsp5"
    truth.parent.mkdir()
    values = np.arange(4 * 2 * WIDTH, dtype=np.float32).reshape(4, 2 * WIDTH) / 8
    values[0, 0] = np.nan
    with h5py.File(truth, "w") as file:
        file["disparity"] = values
    pair = open_dataset("spring", tmp_path)[0]
    assert pair.disparity[0, :3].tolist() == [0, 0.25, 0.5] and not pair.valid[0, 0]
    truth.write_bytes(truth.read_bytes()[:100])
    with pytest.raises(BadInput, match=r"disp1_left_0001\.dsp5: is no disparity of Spring"):
        open_dataset("spring", tmp_path)[0]


@pytest.mark.parametrize("sign", [1, -1])
def test_subset_of_scene_flow(tmp_path: Path, views, save_pfm, sign: int) -> None:
    views(*(f"train/image_clean/{view}/0000007.png" for view in ("left", "right")))
    for view in ("left", "right"):
        save_pfm(tmp_path / f"train/disparity/{view}/0000007.pfm", np.multiply(row(2, 5), sign))
    pair = open_dataset("sceneflow-subset", tmp_path)[0]
    assert pair.disparity[0, :3].tolist() == pair.disparity_right[0, :3].tolist() == [2, 5, 0]


@pytest.mark.parametrize(("rows", "scale"), [(1110, 1), (555, 2), (370, 3)])
def test_middlebury2006(tmp_path: Path, save_picture, save_gray8, rows: int, scale: int) -> None:
    for view in ("view1.png", "view5.png"):
        save_picture(tmp_path / "Aloe" / view, size=(rows, 90))
    values = np.zeros((rows, 90), np.uint8)
    values[:, :2] = 30, 60
    save_gray8(tmp_path / "Aloe" / "disp1.png", values)
    pair = open_dataset("middlebury2006", tmp_path)[0]
    assert np.allclose(pair.disparity[0, :3], [30 / scale, 60 / scale, 0])
    assert pair.name == "Aloe"


def test_middlebury2006_of_another_size(tmp_path: Path, save_picture, save_gray8) -> None:
    for view in ("view1.png", "view5.png"):
        save_picture(tmp_path / "Aloe" / view, size=(400, 9))
    save_gray8(tmp_path / "Aloe" / "disp1.png", np.ones((400, 9)))
    with pytest.raises(BadInput, match="has 400 rows; the scale is known of 1110 rows, half and a"):
        open_dataset("middlebury2006", tmp_path)[0]


def test_middlebury2021(tmp_path: Path, views, save_pfm) -> None:
    views("artroom1/im0.png", "artroom1/im1.png")
    save_pfm(tmp_path / "artroom1" / "disp0.pfm", row(2, np.inf))
    pair = open_dataset("middlebury2021", tmp_path)[0]
    assert pair.disparity[0, :3].tolist() == [2, 0, 0] and pair.name == "artroom1"


def test_a_scale_for_middlebury2003(tmp_path: Path, views, save_gray8) -> None:
    views("scene/im2.png", "scene/im6.png")
    save_gray8(tmp_path / "scene" / "disp2.png", row(8, 16))
    pair = open_dataset("middlebury2003", tmp_path, scale=8)[0]
    assert pair.disparity[0, :3].tolist() == [1, 2, 0]


@pytest.mark.parametrize("name", ["instereo2k", "drivingstereo", "virtualkitti2", "spring"])
def test_a_tree_without_frames(tmp_path: Path, name: str) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(BadInput, match=f"holds no pairs of {name}; expected "):
        open_dataset(name, tmp_path)
