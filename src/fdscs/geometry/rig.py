"""A rectified pair of cameras, and what a disparity is in metres."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.stereo_datasets.pair import Picture
from fdscs.storage.errors import BadInput

LEAST_PX = 1.0  # disparity below which a point is left out of a cloud: its depth is anyone's guess


@dataclass(frozen=True)
class Rig:
    """Two rectified cameras of one focal length; (cx, cy) is the left one's principal point.

    Raises BadInput for numbers that no cameras have.
    """

    fx: float  # px
    fy: float  # px
    cx: float  # px
    cy: float  # px
    baseline: float  # m
    offset: float = 0.0  # px: cx of the right camera less the left one's (Middlebury's doffs)
    size: tuple[int, int] | None = None  # rows, columns, where the calibration says so

    def __post_init__(self) -> None:
        numbers = (self.fx, self.fy, self.cx, self.cy, self.baseline, self.offset)
        if not np.isfinite(numbers).all() or min(self.fx, self.fy, self.baseline) <= 0:
            raise BadInput(
                f"the calibration has a focal length of {self.fx:g} px and a baseline of "
                f"{self.baseline:g} m; both must be above 0: give that of the left camera first."
            )

    def check_size(self, name: str, size: tuple[int, int]) -> None:
        """Raise BadInput where the calibration says that it is of pictures of another size."""
        if self.size is not None and self.size != size:
            raise BadInput(
                f"{name}: has {size[0]}x{size[1]} pixels but the calibration is of "
                f"{self.size[0]}x{self.size[1]}; give pictures of that size."
            )

    def depth(self, disparity: NDArray[Any]) -> NDArray[np.float32]:
        """Metres along the optical axis, (H, W): fx·baseline / (disparity + offset).

        NaN where the disparity is not above 0 or the sum is not: unknown, or infinitely far.
        """
        shifted = np.where(disparity > 0, disparity.astype(np.float64) + self.offset, 0)
        with np.errstate(divide="ignore"):
            metres = self.fx * self.baseline / shifted
        return np.where(shifted > 0, metres, np.nan).astype(np.float32)

    def points(
        self, disparity: NDArray[Any], left: Picture
    ) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """Points in space (N, 3) and their colours (N, 3), from the left view (H, W, 3).

        In metres from the left camera: x to the right, y down, z forward. Pixels without a
        disparity, or with one below LEAST_PX px, give none.
        """
        z = self.depth(disparity)
        known = np.isfinite(z) & (disparity + self.offset >= LEAST_PX)
        rows, columns = np.nonzero(known)
        depth = z[known]
        x, y = (columns - self.cx) / self.fx * depth, (rows - self.cy) / self.fy * depth
        return np.stack([x, y, depth], axis=1).astype(np.float32), left[known]
