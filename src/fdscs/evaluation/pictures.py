"""Disparity maps as pictures."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray
from PIL import Image

from fdscs.storage.atomic import replacing

# Bounds between bins, in multiples of what counts as an outlier, and a colour for each bin.
KITTI_ERROR_BINS = tuple(2.0**k for k in range(-4, 5))
KITTI_ERROR_COLOURS = (
    (49, 54, 149), (69, 117, 180), (116, 173, 209), (171, 217, 233), (224, 243, 248),
    (254, 224, 144), (253, 174, 97), (244, 109, 67), (215, 48, 39), (165, 0, 38),
)  # fmt: skip


def colour_disparity(disparity: NDArray[Any], largest: float | None = None) -> NDArray[np.uint8]:
    """(H, W) px → RGB (H, W, 3), near in red; `largest` by default the 99th centile."""
    top = largest or max(float(np.percentile(disparity, 99)), 1.0)
    rgba = colormaps["turbo"](np.clip(disparity / top, 0, 1), bytes=True)
    return np.ascontiguousarray(rgba[..., :3])


def colour_error(
    disparity: NDArray[Any], truth: NDArray[Any], valid: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Errors of (H, W) px maps in KITTI's colours, RGB (H, W, 3); black where not `valid`.

    Blue within 3 px or 5 % of the truth, which D1 counts as right, and red beyond both; each of
    the ten bins is twice as wide as the one before. Colours and bins of the KITTI 2015 development
    kit, `disp_error_image` and `error_colormap`.
    """
    error = np.abs(disparity.astype(np.float64) - truth)
    relative = np.minimum(error / 3, error / (0.05 * np.where(valid, truth, 1)))
    colours = np.array(KITTI_ERROR_COLOURS, np.uint8)
    picture = colours[np.digitize(relative, KITTI_ERROR_BINS)]
    picture[~valid] = 0
    return picture


def save_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write an RGB picture as PNG, whole or not at all."""
    with replacing(path) as temporary:
        Image.fromarray(picture).save(temporary, format="PNG")
