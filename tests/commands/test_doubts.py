"""Pairs that are learnt from are looked at first: nothing is learnt from nonsense in silence."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fdscs.stereo_datasets.catalogue import open_dataset
from fdscs.stereo_datasets.images import write_pfm
from tests.commands.conftest import TOML


@pytest.fixture(scope="module")
def swapped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list of three real pairs, left and right exchanged, with the truth of before."""
    folder = tmp_path_factory.mktemp("swapped")
    pair = open_dataset("motorcycle")[0]
    lines = []
    for top in (60, 180, 300):
        window = np.s_[top : top + 120, 200:520]
        for name, picture in (("l", pair.right), ("r", pair.left)):
            Image.fromarray(picture[window]).save(folder / f"{name}{top}.png")
        write_pfm(folder / f"d{top}.pfm", np.where(pair.valid, pair.disparity, np.inf)[window])
        lines.append(f"l{top}.png r{top}.png d{top}.pfm\n")
    (folder / "list.txt").write_text("".join(lines))
    (folder / "c.toml").write_text(TOML)
    return folder


def test_calibrate(
    fdscs: Callable[..., Any], float_file: Path, swapped: Path, tmp_path: Path
) -> None:
    data = ("--dataset", "list", "--root", swapped / "list.txt")
    done = fdscs("calibrate", "--checkpoint", float_file, *data, "-o", tmp_path / "q.safetensors")
    assert done.status == 0
    assert done.err.count("left and right are swapped") == 3


def test_quantise_and_its_held_out_pairs(
    fdscs: Callable[..., Any], float_file: Path, swapped: Path, tmp_path: Path
) -> None:
    given = (
        "quantise", "--checkpoint", float_file, "--config", swapped / "c.toml", "--dataset", "list",
        "--root", swapped / "list.txt", "--unseen", "l60", "-o", tmp_path / "build",
    )  # fmt: skip
    refused = fdscs(*given)
    assert refused.status == 1
    assert "the ground truth cannot be this pair's" in refused.err
    assert "with left and right exchanged it would fit" in refused.err
    assert not (tmp_path / "build").exists()
