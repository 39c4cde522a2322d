"""Left-right consistency: the right view's disparity, by the same network, against the left's.

Seen in a mirror, the right view is the left one of a rectified pair, and the mirrored left view is
its right one. So the network gives the right view's disparity from the mirrored, exchanged pair,
with the same integers. A left pixel at x with disparity d lies at x − d in the right view; where
the disparity there is another one, the pixel is hidden from one camera, or a disparity is wrong.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.stereo_datasets.pair import Picture

AGREEING = 1.0  # px that the two disparities of a point may differ


def right_disparity(backend: Any, left: Picture, right: Picture) -> NDArray[Any]:
    """Disparity of the right view in px, (H, W): a point at x lies at x + disparity on the left."""
    mirrored = (np.ascontiguousarray(view[:, ::-1]) for view in (right, left))
    return np.ascontiguousarray(backend.disparity_px(*mirrored)[:, ::-1])


def disagreement(disparity: NDArray[Any], of_right: NDArray[Any]) -> NDArray[np.float32]:
    """|d(x) − d_right(x − d(x))| in px, (H, W), at the nearest pixel; infinite left of the view."""
    columns = np.arange(disparity.shape[1])
    at = np.rint(columns - disparity).astype(np.int64)
    there = np.take_along_axis(of_right, np.clip(at, 0, disparity.shape[1] - 1), axis=1)
    return np.where(at >= 0, np.abs(disparity - there), np.inf).astype(np.float32)


def agreement(difference: NDArray[np.float32]) -> float:
    """Share in % of the pixels inside the right view whose disparities differ by 1 px at most."""
    inside = difference[np.isfinite(difference)]
    return 100 * float(np.mean(inside <= AGREEING)) if inside.size else 0.0


def confidence(difference: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 / (1 + difference in px): 1 where both agree, 0.5 where they differ by 1 px, 0 outside."""
    return (1 / (1 + difference)).astype(np.float32)


def seen_by_both(difference: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where the two disparities agree, which they do not where only one camera sees the point."""
    return difference <= AGREEING
