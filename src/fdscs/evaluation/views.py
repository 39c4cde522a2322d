"""What is wrong with a pair of views, by name: a network gives numbers for any two pictures.

Limits were measured on right pairs (KITTI, ETH3D, Middlebury, Scene Flow, made-up ones) and the
same ones swapped, shifted, turned and doubled; docs/cameras.md has the figures and margins.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.evaluation.consistency import agreement, disagreement, right_disparity
from fdscs.evaluation.matches import Matches, find_matches
from fdscs.stereo_datasets.pair import StereoPair

BAND = 128  # rows in the middle of the views, which the network is run on once more
CONTEXT = 32  # of these above and below, which it only looks at
FEWEST = 8  # matches that say anything
SAME = 0.9  # share of matches that lie where they were, at least
SWAPPED = 0.7  # share of matches on the wrong side, at least
CONVERGING = 0.2
OFF_ROW = 0.75  # px from their row, by the median
BEYOND = 0.1  # share of matches with larger disparities than the network compares
AGREED = 30.0  # % of pixels, at least
MOSAIC_SIZE = 32  # rows and columns that say anything
MOSAIC = 1.05  # the difference to the next pixel by that to the one after it


@dataclass(frozen=True)
class Verdict:
    """What was found about a pair: its left-right figure, and what is wrong, a sentence each."""

    agreement: float  # % of the pixels compared whose two disparities differ by 1 px at most
    faults: list[str]


def judge(
    backend: Any,
    pair: StereoPair,
    disparity: NDArray[Any],
    difference: NDArray[np.float32] | None = None,
) -> Verdict:
    """The verdict on a pair and its `disparity` (H, W) px.

    `difference` is that of the left-right check (H, W). Without it the right view's disparity is
    computed from rows in the middle alone, a third of a KITTI picture, and compared on half of
    these.
    """
    agreed = agreement(_middle(backend, pair, disparity) if difference is None else difference)
    return Verdict(agreed, faults(pair, agreed, backend.graph.largest_disparity))


def _middle(backend: Any, pair: StereoPair, disparity: NDArray[Any]) -> NDArray[np.float32]:
    """The left-right difference of the middle rows, px."""
    height = pair.size[0]
    top = max(0, (height - BAND) // 4 * 2)  # even, so that 2×2 blocks stay what they are
    bottom = min(height, top + BAND)
    of_right = right_disparity(backend, pair.left[top:bottom], pair.right[top:bottom])
    inner = slice(CONTEXT if top else 0, -CONTEXT if bottom < height else None)
    return disagreement(disparity[top:bottom][inner], of_right[inner])


def faults(pair: StereoPair, agreed: float, largest: float) -> list[str]:
    """What matched points, and an `agreed` share of the left-right check in %, say is wrong."""
    if np.array_equal(pair.left, pair.right):
        return ["left and right are one picture twice; give the right camera's as --right."]
    matches = find_matches(pair.left, pair.right)
    found = _mosaic(pair)
    found += _faults_of(matches, largest) if len(matches) >= FEWEST else []
    if not found and agreed < AGREED:
        found = [
            f"left and right agree on only {agreed:.0f} % of the disparities, and {len(matches)} "
            f"of {matches.tried} distinct points were found again: expected are two rectified "
            "views of one scene, taken at the same moment, the left one first."
        ]
    return found


def _mosaic(pair: StereoPair) -> list[str]:
    """In pictures, next neighbours are more alike than second ones; under colour filters, less."""
    gray = pair.left[..., 1].astype(np.int16)
    if min(gray.shape) < MOSAIC_SIZE or (pair.left != pair.left[..., :1]).any():
        return []
    steps = [
        np.abs(np.diff(gray, axis=axis)).mean()
        / max(float(np.abs(_second(gray, axis)).mean()), 1.0)
        for axis in (0, 1)
    ]
    if np.mean(steps) < MOSAIC:
        return []
    return [
        "the pictures look like the raw mosaic of a colour camera: pixels differ more from their "
        "neighbours than from every second one; say which, such as --bayer RGGB."
    ]


def _second(gray: NDArray[np.int16], axis: int) -> NDArray[np.int16]:
    """Differences between pixels two apart."""
    size = gray.shape[axis]
    later: NDArray[np.int16] = gray.take(range(2, size), axis) - gray.take(range(size - 2), axis)
    return later


def _faults_of(matches: Matches, largest: float) -> list[str]:
    still = (np.abs(matches.right) < 0.5) & (np.abs(matches.down) < 0.5)
    if still.mean() >= SAME:
        return [
            f"left and right show the same: {still.sum()} of {len(matches)} matched points lie "
            "where they were, as in one picture twice; give the right camera's as --right."
        ]
    wrong_side = float(np.mean(matches.right > 1))
    found = []
    if wrong_side >= SWAPPED:
        found.append(
            f"left and right are swapped: {100 * wrong_side:.0f} % of {len(matches)} matched "
            "points lie farther right in the right view; give them the other way round."
        )
    elif wrong_side >= CONVERGING:
        found.append(
            f"{100 * wrong_side:.0f} % of {len(matches)} matched points have negative "
            "disparities, which no network here gives: the cameras' axes are not parallel; "
            "rectify the views first (--rectify)."
        )
    return [*found, *_off_rows(matches), *_beyond(matches, largest)]


def _off_rows(matches: Matches) -> list[str]:
    off = float(np.median(np.abs(matches.down)))
    if off < OFF_ROW:
        return []
    low, high = np.percentile(matches.down, (10, 90))
    return [
        f"the views are not rectified: matched points lie {off:.1f} px off their row (median of "
        f"{len(matches)}; {low:+.1f} to {high:+.1f}); rectify them first (--rectify)."
    ]


def _beyond(matches: Matches, largest: float) -> list[str]:
    far = -matches.right > largest + 1
    if far.mean() < BEYOND:
        return []
    return [
        f"{100 * far.mean():.0f} % of {len(matches)} matched points have disparities beyond this "
        f"network's {largest:.0f} px, up to {-matches.right[far].min():.0f}: they come out wrong; "
        "take a network with more disparities, or smaller pictures."
    ]
