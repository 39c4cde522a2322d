"""SGBM beside the network, and archives for KITTI's server."""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

from fdscs.backends.reference import ReferenceBackend
from fdscs.export.build import read_build
from fdscs.library.pictures import read_image

Made = Callable[..., str]


def test_sgbm_beside_ours(made: Made, build: Path, dataset: Path, tmp_path: Path) -> None:
    pytest.importorskip("cv2", reason="OpenCV is not installed")
    given = ("evaluate", build, "--dataset", "folder", "--root", dataset)
    said = made(*given, "--backend", "sgbm", "--json", tmp_path / "e.json")
    lines = [line for line in said.splitlines() if line.startswith("folder, 3 pairs, ")]
    assert ["reference:" in lines[0], "sgbm:" in lines[1], len(lines)] == [True, True, 2]
    found = json.loads((tmp_path / "e.json").read_text())
    made(*given, "--json", tmp_path / "f.json", "--no-check")
    alone = json.loads((tmp_path / "f.json").read_text())
    for key in ("epe", "d1", "bad1", "bad2", "bad3"):
        assert found[key] == alone[key]
    assert found["sgbm"]["d1"] < found["d1"]  # of an untrained network
    assert all(0 <= each["left_right"] <= 100 for each in found["per_image"])
    assert "left_right" not in alone["per_image"][0] and "sgbm" not in alone


def test_figures_name_what_is_wrong(
    fdscs: Callable[..., object], build: Path, dataset: Path, tmp_path: Path
) -> None:
    shutil.copytree(dataset, tmp_path / "same")
    shutil.copy(dataset / "left" / "000001.png", tmp_path / "same" / "right" / "000001.png")
    outcome = fdscs("evaluate", build, "--dataset", "folder", "--root", tmp_path / "same")
    assert outcome.status == 0
    assert "fdscs: warning: 000001: left and right are one picture twice" in outcome.err


@pytest.mark.parametrize(
    ("edition", "folders", "inside"),
    [("kitti2015", ("image_2", "image_3"), "disp_0/"), ("kitti2012", ("image_0", "image_1"), "")],
)
def test_an_archive_to_submit(
    fdscs: Callable[..., object], build: Path, left: Path, right: Path, tmp_path: Path,
    edition: str, folders: tuple[str, str], inside: str,
) -> None:  # fmt: skip
    for folder, view in zip(folders, (left, right), strict=True):
        (tmp_path / "k" / "testing" / folder).mkdir(parents=True)
        for name in ("000000_10.png", "000000_11.png", "000007_10.png"):
            shutil.copy(view, tmp_path / "k" / "testing" / folder / name)
    path = tmp_path / "kitti.zip"
    outcome = fdscs("evaluate", build, "--dataset", edition, "--root", tmp_path / "k",
                    "--submit", path)  # fmt: skip
    assert outcome.status == 0 and "of the test pairs are missing" in outcome.err
    with ZipFile(path) as archive:
        assert archive.namelist() == [f"{inside}000000_10.png", f"{inside}000007_10.png"]
        image = Image.open(io.BytesIO(archive.read(f"{inside}000007_10.png")))
    frozen = read_build(build)
    made = ReferenceBackend(frozen.graph, frozen.params)
    disparity = made.disparity_px(read_image(left), read_image(right))
    assert image.mode == "I;16"
    assert np.array_equal(np.array(image), np.clip(np.floor(256 * disparity), 1, 65_280))


def test_no_other_archive(refused: Callable[..., str], build: Path, tmp_path: Path) -> None:
    given = ("evaluate", build, "--root", tmp_path, "--submit")
    said = refused(*given, tmp_path / "k.zip", "--dataset", "eth3d")
    assert said == "eth3d: has no archive to submit; choose --dataset kitti2015 or kitti2012."
    assert "takes a .zip" in refused(*given, tmp_path / "k.tar", "--dataset", "kitti2015")
