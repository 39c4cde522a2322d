"""Depth, points and PLY files, by hand."""

from pathlib import Path

import numpy as np
import pytest

from fdscs.evaluation.outputs import write_millimetres
from fdscs.geometry.cloud import write_cloud
from fdscs.geometry.rig import Rig
from fdscs.storage.errors import BadInput

RIG = Rig(fx=100, fy=50, cx=1, cy=0, baseline=0.5, offset=2)


def test_depth_and_points() -> None:
    disparity = np.array([[0.0, 3.0, 23.0]])  # unknown; 50/5 m; 50/25 m
    depth = RIG.depth(disparity)
    assert np.isnan(depth[0, 0]) and depth[0, 1:].tolist() == [10, 2]
    left = np.arange(9, dtype=np.uint8).reshape(1, 3, 3)
    points, colours = RIG.points(disparity, left)
    assert np.allclose(points, [[0, 0, 10], [0.02, 0, 2]])
    assert colours.tolist() == [[3, 4, 5], [6, 7, 8]]


def test_what_no_camera_has() -> None:
    for numbers in ((0, 1, 0, 0, 1), (1, 1, 0, 0, -1), (1, 1, float("nan"), 0, 1)):
        with pytest.raises(BadInput, match="both must be above 0"):
            Rig(*numbers)


def test_a_cloud_is_read_again(tmp_path: Path) -> None:
    plyfile = pytest.importorskip("plyfile", reason="plyfile is not installed")
    points = np.array([[1, 2, 3], [4, 5, 6.5]], np.float32)
    write_cloud(tmp_path / "c.ply", points, np.array([[1, 2, 3], [4, 5, 255]], np.uint8))
    vertices = plyfile.PlyData.read(str(tmp_path / "c.ply"))["vertex"]
    assert vertices["z"].tolist() == [3, 6.5] and vertices["blue"].tolist() == [3, 255]


def test_millimetres(tmp_path: Path) -> None:
    from PIL import Image

    write_millimetres(tmp_path / "d.png", np.array([[1.2345, np.nan, 65.535, 65.6]]))
    assert np.array(Image.open(tmp_path / "d.png")).tolist() == [[1234, 0, 65535, 0]]
