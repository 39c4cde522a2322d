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


def save_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write an RGB picture as PNG, whole or not at all."""
    with replacing(path) as temporary:
        Image.fromarray(picture).save(temporary, format="PNG")
