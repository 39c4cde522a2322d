"""Pairs in every form they come in, results in every form they are wanted in."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fdscs.backends.reference import ReferenceBackend
from fdscs.evaluation.consistency import disagreement, right_disparity
from fdscs.export.build import read_build
from fdscs.library.pictures import read_image
from fdscs.stereo_datasets.images import read_kitti_disparity, read_pfm

Made = Callable[..., str]
Refused = Callable[..., str]


@pytest.fixture(scope="module")
def expected(build: Path, left: Path, right: Path) -> np.ndarray:
    frozen = read_build(build)
    backend = ReferenceBackend(frozen.graph, frozen.params)
    return backend.disparity_px(read_image(left), read_image(right))


def test_disparity_by_suffix(
    made: Made, build: Path, left: Path, right: Path, expected: np.ndarray, tmp_path: Path
) -> None:
    for suffix in (".png", ".pfm", ".npy", ".tiff", ".TIF"):
        made("predict", build, "--left", left, "--right", right, "-o", tmp_path / f"d{suffix}",
             "--no-check")  # fmt: skip
    assert np.array_equal(np.load(tmp_path / "d.npy"), expected)
    assert np.array_equal(read_pfm(tmp_path / "d.pfm"), expected)
    assert (tmp_path / "d.pfm").read_bytes().startswith(b"Pf\n160 80\n-1")
    for suffix in (".tiff", ".TIF"):
        assert np.array_equal(np.array(Image.open(tmp_path / f"d{suffix}")), expected)
    kitti = read_kitti_disparity(tmp_path / "d.png")[0]
    assert np.array_equal(kitti, np.floor(256 * np.clip(expected, 0, 255)) / 256)


def test_pictures_by_suffix(
    made: Made, build: Path, left: Path, right: Path, tmp_path: Path
) -> None:
    for suffix, kind in ((".png", "PNG"), (".jpg", "JPEG"), (".webp", "WEBP")):
        made("predict", build, "--left", left, "--right", right, "-o", tmp_path / "d.pfm",
             "--colour", tmp_path / f"c{suffix}", "--no-check")  # fmt: skip
        with Image.open(tmp_path / f"c{suffix}") as image:
            assert (image.format, image.size, image.mode) == (kind, (160, 80), "RGB")


@pytest.mark.parametrize(
    ("option", "name"),
    [("-o", "d.jpg"), ("-o", "d"), ("-o", "d.exr"), ("--colour", "c.pfm"), ("--npy", "d.txt"),
     ("--confidence", "c.jpg")],
)  # fmt: skip
def test_an_unknown_suffix_is_refused_before_any_work(
    refused: Refused, left: Path, right: Path, tmp_path: Path, option: str, name: str
) -> None:
    outputs = {"-o": tmp_path / "good.png"} | {option: tmp_path / name}
    said = refused("predict", tmp_path / "no-build", "--left", left, "--right", right,
                   *(word for each in outputs.items() for word in each))  # fmt: skip
    assert said.startswith(f"{option} {tmp_path / name}: the suffix says what is written, and ")
    assert ("a picture of it is --colour's" in said) == (name == "d.jpg")
    assert list(tmp_path.iterdir()) == []


def test_left_right_and_confidence(
    made: Made, build: Path, left: Path, right: Path, expected: np.ndarray, tmp_path: Path
) -> None:
    said = made("predict", build, "--left", left, "--right", right, "-o", tmp_path / "d.npy",
                "--left-right", "--confidence", tmp_path / "c.npy")  # fmt: skip
    frozen = read_build(build)
    backend = ReferenceBackend(frozen.graph, frozen.params)
    of_right = right_disparity(backend, read_image(left), read_image(right))
    difference = disagreement(expected, of_right)
    agreeing = difference <= 1
    assert 0 < agreeing.sum() < agreeing.size
    assert np.array_equal(np.load(tmp_path / "d.npy"), np.where(agreeing, expected, 0))
    assert np.array_equal(np.load(tmp_path / "c.npy"), (1 / (1 + difference)).astype(np.float32))
    share = 100 * agreeing.sum() / np.isfinite(difference).sum()
    assert f"left-right {share:.1f} %" in said


def test_faults_are_warned_of_and_change_nothing(
    fdscs: Callable[..., object], build: Path, left: Path, tmp_path: Path
) -> None:
    same = ("predict", build, "--left", left, "--right", left)
    outcome = fdscs(*same, "-o", tmp_path / "d.png")
    assert outcome.status == 0 and ", left-right " in outcome.out
    assert "fdscs: warning: 000000: left and right are one picture twice" in outcome.err
    silent = fdscs(*same, "-o", tmp_path / "e.png", "--no-check")
    assert silent.err == "" and "left-right" not in silent.out
    assert (tmp_path / "d.png").read_bytes() == (tmp_path / "e.png").read_bytes()


@pytest.fixture
def folders(dataset: Path, tmp_path: Path) -> Path:
    """Three pairs as left/left_N.png and right/right_N.png."""
    for side in ("left", "right"):
        (tmp_path / side).mkdir()
        for path in (dataset / side).glob("*.png"):
            shutil.copy(path, tmp_path / side / f"{side}_{path.name}")
    return tmp_path


def test_a_folder_a_pattern_and_a_list(
    made: Made, build: Path, folders: Path, expected: np.ndarray, tmp_path: Path
) -> None:
    (tmp_path / "list.txt").write_text(
        "".join(f"left/left_00000{k}.png right/right_00000{k}.png\n" for k in range(3))
    )
    forms = {
        "folder": ("--left", folders / "left", "--right", folders / "right"),
        "pattern": ("--left", folders / "left" / "*.png", "--right", folders / "right" / "r*g"),
        "list": ("--pairs", tmp_path / "list.txt"),
    }
    for name, given in forms.items():
        said = made("predict", build, *given, "-o", tmp_path / name, "--colour",
                    tmp_path / name / "*-seen.jpg")  # fmt: skip
        assert "3 pairs in " in said and "frames/s" in said
        prefix = "left_" if name == "list" else ""  # the list's names hold a folder
        names = [f"{prefix}left_00000{k}" for k in range(3)]
        files = {f"{each}{end}" for each in names for end in (".png", "-seen.jpg")}
        assert {path.name for path in (tmp_path / name).iterdir()} == files
        found = read_kitti_disparity(tmp_path / name / f"{names[0]}.png")[0]
        assert np.array_equal(found, np.floor(256 * np.clip(expected, 0, 255)) / 256)


def test_side_by_side(
    made: Made, refused: Refused, build: Path, left: Path, right: Path, expected: np.ndarray,
    tmp_path: Path,
) -> None:  # fmt: skip
    both = np.concatenate([read_image(left), read_image(right)], axis=1)
    Image.fromarray(both).save(tmp_path / "both.png")
    given = ("predict", build, "--left", tmp_path / "both.png")
    made(*given, "--side-by-side", "-o", tmp_path / "d.npy")
    assert np.array_equal(np.load(tmp_path / "d.npy"), expected)
    assert "give the right view's too (--right), or --side-by-side" in refused(
        *given, "-o", "d.png"
    )
    Image.fromarray(both[:, 1:]).save(tmp_path / "both.png")
    assert "is 319 columns wide" in refused(*given, "--side-by-side", "-o", tmp_path / "e.png")


def test_what_does_not_match_is_named(
    refused: Refused, build: Path, folders: Path, tmp_path: Path
) -> None:
    given = ("predict", build, "--left", folders / "left", "--right", folders / "right")
    said = refused(*given, "-o", tmp_path / "d.png")
    assert "is one file for several pairs; give a folder, or a name with * in it" in said
    (folders / "left" / "left_000000.png").unlink()
    assert "has 2 pictures but" in refused(*given, "-o", tmp_path / "out")
    (folders / "right" / "right_000002.png").unlink()
    assert "has no right view in" in refused(*given, "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    said = refused("predict", build, "--left", tmp_path / "x*.png", "--right", tmp_path / "y*",
                   "-o", tmp_path / "out")  # fmt: skip
    assert "no picture was found there" in said
    said = refused("predict", build, "-o", tmp_path / "d.png")
    assert said == "give --left and --right, or a list of pairs with --pairs."


def video(path: Path, frames: list[np.ndarray]) -> None:
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")
    rows, columns = frames[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 25, (columns, rows))
    for frame in frames:
        writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    writer.release()


def test_videos(made: Made, refused: Refused, build: Path, dataset: Path, tmp_path: Path) -> None:
    pairs = [
        [read_image(dataset / side / f"00000{k}.png") for side in ("left", "right")]
        for k in range(3)
    ]
    video(tmp_path / "left.mp4", [each[0] for each in pairs])
    video(tmp_path / "right.mp4", [each[1] for each in pairs[:2]])
    video(tmp_path / "both.mp4", [np.concatenate(each, axis=1) for each in pairs])
    given = ("predict", build, "--left")
    said = made(*given, tmp_path / "both.mp4", "--side-by-side", "-o", tmp_path / "b" / "*.npy")
    assert "3 pairs in " in said and said.count("left-right") == 1  # the cameras do not change
    assert {path.name for path in (tmp_path / "b").iterdir()} == {f"00000{k}.npy" for k in range(3)}
    assert np.load(tmp_path / "b" / "000000.npy").shape == (80, 160)
    two = (*given, tmp_path / "left.mp4", "--right", tmp_path / "right.mp4")
    said = refused(*two, "-o", tmp_path / "t", "--no-check")
    assert "right.mp4: ends after 2 frames, before the other" in said
    assert len(list((tmp_path / "t").iterdir())) == 2
    (tmp_path / "left.mp4").write_bytes(b"nothing")
    assert "left.mp4: cannot be read as a video" in refused(*two, "-o", tmp_path / "u")


def test_depth_and_cloud(
    made: Made, refused: Refused, build: Path, left: Path, right: Path, expected: np.ndarray,
    tmp_path: Path,
) -> None:  # fmt: skip
    plyfile = pytest.importorskip("plyfile", reason="plyfile is not installed")
    given = ("predict", build, "--left", left, "--right", right, "-o", tmp_path / "d.npy")
    outputs = ("--depth", tmp_path / "z.tiff", "--cloud", tmp_path / "c.ply")
    assert "need a calibration: --calib" in refused(*given, *outputs)
    calib = tmp_path / "calib.txt"
    text = "cam0=[100 0 80; 0 100 40; 0 0 1]\ncam1=[100 0 80; 0 100 40; 0 0 1]\nbaseline=500\n"
    calib.write_text(f"{text}width=9\nheight=9\n")
    assert "80x160 pixels but the calibration is of 9x9" in refused(*given, "--calib", calib)
    calib.write_text(text)
    made(*given, *outputs, "--calib", calib)
    depth = np.array(Image.open(tmp_path / "z.tiff"))
    known = expected > 0
    assert np.allclose(depth[known], 50 / expected[known]) and np.isnan(depth[~known]).all()
    vertices = plyfile.PlyData.read(str(tmp_path / "c.ply"))["vertex"]
    seen = expected >= 1
    assert np.allclose(vertices["z"], 50 / expected[seen])
    assert np.array_equal(vertices["red"], read_image(left)[..., 0][seen])
    made(*given, "--depth", tmp_path / "z.png", "--calib", calib, "--baseline", "0.01")
    mm = np.array(Image.open(tmp_path / "z.png"))
    assert np.array_equal(mm[seen], np.rint(1000 * (1 / expected[seen]).astype(np.float32)))
    assert "give --rectify" not in refused(*given, "--calib", calib, "--rectify")
