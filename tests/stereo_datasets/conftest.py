"""Writers of small data set files."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fdscs.stereo_datasets.images import write_pfm
from fdscs.stereo_datasets.pair import StereoPair

SaveArray = Callable[[Path, object], None]


@pytest.fixture
def save_picture() -> Callable[..., None]:
    """Write a flat picture of one gray level, of `size` (height, width)."""

    def save(path: Path, level: int = 100, size: tuple[int, int] = (2, 3), mode: str = "RGB"):
        path.parent.mkdir(parents=True, exist_ok=True)
        colour = (level,) * 3 if mode == "RGB" else level
        Image.new(mode, (size[1], size[0]), colour).save(path)

    return save


@pytest.fixture
def save_gray16() -> SaveArray:
    """Write a 16-bit gray PNG, as KITTI stores disparity."""
    return lambda path, values: _save(path, np.array(values, np.uint16))


@pytest.fixture
def save_gray8() -> SaveArray:
    return lambda path, values: _save(path, np.array(values, np.uint8))


@pytest.fixture
def save_pfm() -> SaveArray:
    return lambda path, values: write_pfm(path, np.array(values, np.float32))


@pytest.fixture
def pair() -> StereoPair:
    """4x6, both views' truth known but for one pixel each."""
    rng = np.random.default_rng(0)
    left, right = rng.integers(0, 256, (2, 4, 6, 3), dtype=np.uint8)
    disparity, disparity_right = rng.uniform(1, 3, (2, 4, 6)).astype(np.float32)
    disparity[0, 0] = disparity_right[3, 5] = 0
    return StereoPair(
        "sample",
        left,
        right,
        disparity,
        disparity > 0,
        disparity > 2,
        disparity_right,
        disparity_right > 0,
    )


def _save(path: Path, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path)
