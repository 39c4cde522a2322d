"""Disparity maps as pictures."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray
from PIL import Image

from storage.atomic import replacing


def colour_disparity(disparity: NDArray[Any], largest: float | None = None) -> NDArray[np.uint8]:
    """(H, W) px → RGB (H, W, 3), near in red; `largest` by default the 99th centile."""
    top = largest or max(float(np.percentile(disparity, 99)), 1.0)
    rgba = colormaps["turbo"](np.clip(disparity / top, 0, 1), bytes=True)
    return np.ascontiguousarray(rgba[..., :3])


def colour_error(
    disparity: NDArray[Any], truth: NDArray[Any], valid: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """KITTI's error picture: blue below 3 px or 5 %, red above, on a logarithmic scale; RGB."""
    error = np.abs(disparity - truth)
    relative = np.minimum(error / 3, 20 * error / np.maximum(truth, 1e-6))
    edges = np.array([0, 0.0625, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16])
    colours = np.array(
        [
            (49, 54, 149), (69, 117, 180), (116, 173, 209), (171, 217, 233), (224, 243, 248),
            (254, 224, 144), (253, 174, 97), (244, 109, 67), (215, 48, 39), (165, 0, 38),
        ],
        np.uint8,
    )  # fmt: skip
    picture = colours[np.searchsorted(edges, relative, side="right") - 1]
    picture[~valid] = 0
    return picture


def save_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write an RGB picture as PNG, whole or not at all."""
    with replacing(path) as temporary:
        Image.fromarray(picture).save(temporary, format="PNG")
