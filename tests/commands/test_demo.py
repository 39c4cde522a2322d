"""The demo, from the checkpoint that comes along to the comparison on a real pair."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fdscs.evaluation.metrics import measure
from fdscs.stereo_datasets.catalogue import open_dataset
from fdscs.stereo_datasets.images import read_kitti_disparity
from fdscs.storage.checkpoint import load_checkpoint


@pytest.mark.slow
def test_demo(made: Callable[..., str], tmp_path: Path) -> None:
    printed = made("demo", "-o", tmp_path, "--steps", 1)
    assert json.loads((tmp_path / "check.json").read_text())["mismatches"] == 0
    found = re.findall(
        r"(fdscs, integer reference|OpenCV's SGBM): +EPE ([\d.]+) px, D1 ([\d.]+) %", printed
    )
    assert [name for name, _, _ in found] == ["fdscs, integer reference", "OpenCV's SGBM"]
    assert all(float(d1) < 20 for _, _, d1 in found)
    disparity, _ = read_kitti_disparity(tmp_path / "motorcycle.png")
    pair = open_dataset("motorcycle")[0]
    assert pair.disparity is not None and pair.valid is not None
    metrics = measure(np.asarray(disparity), pair.disparity, pair.valid)
    assert float(found[0][2]) == pytest.approx(metrics.d1, abs=0.06)  # printed to a tenth
    assert (tmp_path / "motorcycle-colour.png").stat().st_size > 100_000
    header = load_checkpoint(tmp_path / "quant.safetensors", "quantised").header
    assert header["provenance"]["dataset"]["name"] == "synthetic"
