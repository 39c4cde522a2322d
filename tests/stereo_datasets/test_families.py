"""Each data set's own layout, in small trees with known numbers."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from fdscs.stereo_datasets.catalogue import open_dataset, select
from fdscs.stereo_datasets.dataset import notes_of
from fdscs.storage.errors import BadInput

INF = np.inf


@pytest.fixture
def kitti(tmp_path: Path, save_picture, save_gray16) -> Path:
    """Two editions in one tree: 000001 has occ and noc, 000002 noc, 000003 nothing."""
    for left, right, occ, noc in (
        ("image_2", "image_3", "disp_occ_0", "disp_noc_0"),
        ("image_0", "image_1", "disp_occ", "disp_noc"),
    ):
        training = tmp_path / "training"
        for frame in ("000001_10", "000002_10", "000003_10", "000001_11"):
            save_picture(training / left / f"{frame}.png", 50)
            save_picture(training / right / f"{frame}.png", 60)
        save_gray16(training / occ / "000001_10.png", [[256, 512, 0], [128, 0, 0]])
        save_gray16(training / noc / "000001_10.png", [[256, 0, 0], [128, 0, 0]])
        save_gray16(training / noc / "000002_10.png", [[0, 512, 0], [0, 0, 0]])
        save_picture(tmp_path / "testing" / left / "000000_10.png")
        save_picture(tmp_path / "testing" / right / "000000_10.png")
    return tmp_path


@pytest.mark.parametrize("edition", ["kitti2015", "kitti2012"])
def test_kitti_uses_the_best_truth(kitti: Path, edition: str):
    dataset = open_dataset(edition, kitti)
    assert dataset.ids() == ["000001", "000002", "000003"] and len(dataset) == 3
    both, noc, none = (dataset[index] for index in range(3))
    assert both.left[0, 0].tolist() == [50] * 3 and both.right[0, 0].tolist() == [60] * 3
    assert both.disparity.tolist() == [[1, 2, 0], [0.5, 0, 0]]
    assert both.valid.tolist() == [[True, True, False], [True, False, False]]
    assert both.visible.tolist() == [[True, False, False], [True, False, False]]
    assert noc.disparity.tolist() == [[0, 2, 0], [0, 0, 0]]
    assert np.array_equal(noc.valid, noc.visible)
    assert none.disparity is None and none.valid is None and none.visible is None


def test_kitti_truth_can_be_chosen(kitti: Path):
    occ = open_dataset("kitti2015", kitti, truth="occ")
    noc = open_dataset("kitti2015", kitti, truth="noc")
    assert occ.ids() == ["000001"] and noc.ids() == ["000001", "000002"]
    assert occ[0].valid.sum() == 3 and occ[0].visible.sum() == 2
    assert noc[0].valid.sum() == 2 and np.array_equal(noc[0].valid, noc[0].visible)
    with pytest.raises(BadInput, match="truth is 'all'; it must be best, occ, noc"):
        open_dataset("kitti2015", kitti, truth="all")


def test_kitti_splits_and_roots(kitti: Path):
    assert open_dataset("kitti2015", kitti / "training").ids()[0] == "000001"
    for testing in (
        open_dataset("kitti2012", kitti, split="testing"),
        open_dataset("kitti2012", kitti / "testing"),
    ):
        assert testing.ids() == ["000000"] and testing[0].disparity is None
    with pytest.raises(BadInput, match="split is 'test'; it must be training or testing"):
        open_dataset("kitti2015", kitti, split="test")


def test_kitti2012_prefers_colour(kitti: Path, save_picture):
    save_picture(kitti / "training" / "colored_0" / "000009_10.png")
    assert open_dataset("kitti2012", kitti).ids() == ["000009"]


def test_a_kitti_pair_without_right_view_is_refused(kitti: Path):
    (kitti / "training" / "image_3" / "000001_10.png").unlink()
    with pytest.raises(BadInput, match=r"image_3/000001_10\.png: cannot be read"):
        open_dataset("kitti2015", kitti)[0]


@pytest.fixture
def flying(tmp_path: Path, save_picture, save_pfm) -> Path:
    for render in ("finalpass", "cleanpass"):
        for part, frame in (
            ("TRAIN/A/0000", "0006"),
            ("TRAIN/A/0000", "0007"),
            ("TEST/B/0001", "0006"),
        ):
            for view in ("left", "right"):
                level = 50 if render == "finalpass" else 70
                save_picture(tmp_path / f"frames_{render}" / part / view / f"{frame}.png", level)
    truth = tmp_path / "disparity" / "TRAIN" / "A" / "0000"
    save_pfm(truth / "left" / "0006.pfm", [[1, INF, -2], [0, 0.5, 2]])
    save_pfm(truth / "right" / "0006.pfm", [[2, 2, 2], [2, 2, 2]])
    return tmp_path


def test_sceneflow_mirrors_paths_below_disparity(flying: Path):
    dataset = open_dataset("flyingthings3d", flying)
    assert dataset.name == "flyingthings3d"
    assert dataset.ids() == ["TEST/B/0001/0006", "TRAIN/A/0000/0006", "TRAIN/A/0000/0007"]
    pair = dataset[1]
    assert pair.left[0, 0, 0] == 50 and pair.name == "TRAIN/A/0000/0006"
    assert pair.disparity.tolist() == [[1, 0, 0], [0, 0.5, 2]]
    assert pair.valid.tolist() == [[True, False, False], [False, True, True]]
    assert pair.disparity_right.max() == 2 and pair.valid_right.all() and pair.visible is None
    assert dataset[2].disparity is None


def test_sceneflow_pass_split_and_unused(flying: Path):
    assert open_dataset("sceneflow", flying, frames="cleanpass")[0].left[0, 0, 0] == 70
    (flying / "all_unused_files.txt").write_text("TRAIN/A/0000/left/0006.png\n\n")
    assert open_dataset("sceneflow", flying, split="TRAIN").ids() == ["TRAIN/A/0000/0007"]
    with pytest.raises(BadInput, match="frames is 'final'; it must be finalpass or cleanpass"):
        open_dataset("sceneflow", flying, frames="final")


def test_driving_and_monkaa_depths_and_webp(tmp_path: Path, save_picture, save_pfm):
    drive = Path("15mm_focallength/scene_forwards/fast")
    for folder, name in ((drive, "0001.png"), (Path("funnyworld_x2"), "0000.webp")):
        for view in ("left", "right"):
            save_picture(tmp_path / "all" / "frames_cleanpass" / folder / view / name)
        truth = tmp_path / "all" / "disparity" / folder / "left" / name
        save_pfm(truth.with_suffix(".pfm"), [[1, 2, 2.5]] * 2)
    dataset = open_dataset("driving", tmp_path)  # one folder above: its name begins the ids
    assert dataset.ids() == [f"all/{drive.as_posix()}/0001", "all/funnyworld_x2/0000"]
    assert dataset[0].disparity.tolist() == dataset[1].disparity.tolist() == [[1, 2, 2.5]] * 2
    assert open_dataset("monkaa", tmp_path / "all").ids()[1] == "funnyworld_x2/0000"


@pytest.mark.parametrize(
    ("scene", "scale"),
    [("cones", 4), ("teddy", 4), ("conesQ", 4), ("teddyH", 2), ("conesF", 1), ("tsukuba", 16)],
)
def test_middlebury2003_scales(tmp_path: Path, save_picture, save_gray8, scene: str, scale: int):
    for view in ("im2.png", "im6.png"):
        save_picture(tmp_path / scene / view, size=(1, 250))
    unknown = [0] * 246
    save_gray8(tmp_path / scene / "disp2.png", [[0, 16, 32, 240, *unknown]])
    save_gray8(tmp_path / scene / "disp6.png", [[16, 0, 0, 0, *unknown]])
    save_gray8(tmp_path / scene / "nonocc.png", [[255, 128, 0, 255, *unknown]])
    dataset = open_dataset("middlebury2003", tmp_path)
    assert dataset.ids() == [scene]
    pair = dataset[0]
    assert pair.disparity[0, :4].tolist() == (np.array([0, 16, 32, 240]) / scale).tolist()
    assert pair.valid[0, :4].tolist() == [False, True, True, True]
    assert pair.visible[0, :4].tolist() == [True, False, False, True]
    assert pair.disparity_right[0, 0] == 16 / scale


def test_middlebury2003_refuses_to_guess_a_scale(tmp_path: Path, save_picture, save_gray8):
    for view in ("im2.png", "im6.png", "disp2.png"):
        save_picture(tmp_path / "art" / view, mode="L")
    with pytest.raises(BadInput, match="scale of a scene called 'art' is not known"):
        open_dataset("middlebury2003", tmp_path)[0]


def test_middlebury2014_and_eth3d(tmp_path: Path, save_picture, save_pfm, save_gray8):
    for root, truth in (("middlebury", "disp0.pfm"), ("eth3d", "disp0GT.pfm")):
        scene = tmp_path / root / "scene"
        for view in ("im0.png", "im1.png"):
            save_picture(scene / view)
        save_pfm(scene / truth, [[INF, 1, 2], [0.5, 1.5, INF]])
        save_gray8(scene / "mask0nocc.png", [[0, 128, 255], [255, 255, 0]])
    save_pfm(tmp_path / "middlebury" / "scene" / "disp1.pfm", [[2, 2, 2], [INF, 2, 2]])
    pairs = [open_dataset("middlebury2014", tmp_path / "middlebury")[0]]
    pairs += [open_dataset("eth3d", tmp_path / "eth3d" / "scene")[0]]
    for pair in pairs:
        assert pair.name == "scene" and pair.disparity.tolist() == [[0, 1, 2], [0.5, 1.5, 0]]
        assert pair.valid.sum() == 4
        assert pair.visible.tolist() == [[False, False, True], [True, True, False]]
    assert pairs[0].valid_right.sum() == 5 and pairs[1].disparity_right is None


def test_objects_of_kitti(kitti: Path, save_gray8):
    save_gray8(kitti / "training" / "obj_map" / "000001_10.png", [[0, 3, 0], [1, 0, 0]])
    pair = open_dataset("kitti2015", kitti)[0]
    assert pair.foreground.tolist() == [[False, True, False], [True, False, False]]
    assert pair.truth == "occ" and open_dataset("kitti2015", kitti)[1].truth == "noc"


def test_what_was_found_is_said(kitti: Path, flying: Path):
    assert notes_of(open_dataset("kitti2015", kitti, truth="noc")) == (
        "2 pairs of image_2; 1 without that truth passed over",
    )
    assert notes_of(select(open_dataset("sceneflow", flying), limit=1)) == (
        ".: 3 frames of frames_finalpass, frames_cleanpass passed over",
    )


def test_all_parts_of_scene_flow(tmp_path: Path, save_picture):
    for part in (
        "monkaa/frames_cleanpass",
        "driving/frames_finalpass_webp",
        "x/fly/frames_finalpass",
    ):
        for view in ("left", "right"):
            save_picture(tmp_path / part / "scene" / view / "0001.png")
    dataset = open_dataset("sceneflow", tmp_path)
    assert dataset.ids() == ["driving/scene/0001", "monkaa/scene/0001", "x/fly/scene/0001"]
    assert len(notes_of(dataset)) == 3


def test_motorcycle():
    dataset = open_dataset("motorcycle")
    pair = dataset[0]
    assert dataset.ids() == ["motorcycle"] and pair.size == (500, 741)
    assert 0.7 < pair.valid.mean() < 1 and pair.disparity[pair.valid].min() > 7


def test_a_data_set_can_be_sent_to_another_process(kitti: Path):
    dataset = open_dataset("kitti2015", kitti)
    assert pickle.loads(pickle.dumps(dataset)).ids() == dataset.ids()
