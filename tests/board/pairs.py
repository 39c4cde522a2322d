"""Pairs for boards, and what the integer reference gives for them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.export.build import Build
from fdscs.hls_reference.run import run_images

SIZE = (16, 24)
OTHER = (13, 31)
Pair = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def pair(seed: int, size: tuple[int, int] = SIZE) -> Pair:
    """Noise, moved by a few pixels."""
    rng = np.random.default_rng(seed)
    left = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
    return left, np.roll(left, -rng.integers(1, 8), axis=1)


def golden(build: Build, views: Pair) -> NDArray[Any]:
    """Codes of the disparity, (H, W)."""
    return run_images(build.graph, build.params, *views)["disparity"][0]
