"""Where the true disparity jumps: edges of things, which a network blurs first."""

from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from fdscs.stereo_datasets.pair import Disparity, Mask

NEAR, JUMP = 8, 5.0  # px
Jumps = Literal["near", "away"]


def near_jumps(truth: Disparity, valid: Mask) -> Mask:
    """Where valid disparities (H, W) at most NEAR rows and columns away differ by over JUMP px."""
    highest = _largest(np.where(valid, truth, -np.inf))
    lowest = -_largest(np.where(valid, -truth, -np.inf))
    near: Mask = highest - lowest > JUMP  # −∞ where nothing is valid
    return near


def _largest(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """The largest within NEAR px of each, along both axes."""
    for axis in (0, 1):
        pad = [(0, 0), (0, 0)]
        pad[axis] = (NEAR, NEAR)
        padded = np.pad(values, pad, constant_values=-np.inf)
        values = sliding_window_view(padded, 2 * NEAR + 1, axis).max(-1)
    return values
