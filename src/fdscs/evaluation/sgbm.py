"""Semi-global matching (Hirschmüller 2008) as OpenCV has it: a yardstick for the network."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fdscs.model.graph import Graph
from fdscs.stereo_datasets.pair import Picture

BLOCK = 3  # px
SMALL, LARGE = 8 * BLOCK**2, 32 * BLOCK**2  # penalties that OpenCV's documentation suggests


def sgbm_disparity(left: Picture, right: Picture, largest: float) -> NDArray[np.float32]:
    """Disparity (H, W) px up to `largest`, of all eight directions on gray images.

    Both views are widened by that many columns on the left, so that every left pixel is matched;
    what the left-right check, the uniqueness check and the speckle filter refuse is filled.
    """
    reach = -(-int(np.ceil(largest + 1)) // 16) * 16
    matcher = cv2.StereoSGBM.create(
        minDisparity=0,
        numDisparities=reach,
        blockSize=BLOCK,
        P1=SMALL,
        P2=LARGE,
        disp12MaxDiff=1,
        preFilterCap=63,
        uniquenessRatio=10,
        speckleWindowSize=100,
        speckleRange=2,
        mode=cv2.STEREO_SGBM_MODE_HH,
    )
    views = [
        cv2.copyMakeBorder(
            cv2.cvtColor(view, cv2.COLOR_RGB2GRAY), 0, 0, reach, 0, cv2.BORDER_REPLICATE
        )
        for view in (left, right)
    ]
    found = matcher.compute(*views)[:, reach:].astype(np.float32) / 16
    return fill(found, found > 0)


def fill(disparity: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """What is not known becomes the smaller of the next known values to the left and right.

    The smaller is the farther: unknown pixels mostly belong to what lies behind. Rows without any
    known value become 0.
    """
    columns = np.arange(disparity.shape[1])
    before = np.maximum.accumulate(np.where(known, columns, -1), axis=1)
    after = np.where(known, columns, len(columns))[:, ::-1]
    after = np.minimum.accumulate(after, axis=1)[:, ::-1]
    fenced = np.pad(np.where(known, disparity, np.inf), ((0, 0), (1, 1)), constant_values=np.inf)
    values: NDArray[Any] = np.minimum(
        np.take_along_axis(fenced, before + 1, 1), np.take_along_axis(fenced, after + 1, 1)
    )
    return np.where(np.isfinite(values), values, 0).astype(np.float32)


class Sgbm:
    """Semi-global matching as a back end, up to the largest disparity of a network's `graph`."""

    name = "sgbm"

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def disparity_px(self, left: Picture, right: Picture) -> NDArray[np.float32]:
        """Disparity in px, (H, W)."""
        return sgbm_disparity(left, right, self.graph.largest_disparity)
