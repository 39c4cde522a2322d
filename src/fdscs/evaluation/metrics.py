"""EPE, D1 and bad-k of one disparity map."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.storage.errors import BadInput


@dataclass(frozen=True)
class Metrics:
    """Errors over the valid pixels of a map: EPE in px, the rest in %."""

    epe: float  # mean |error|
    d1: float  # |error| > 3 px and > 5 % of the true disparity, as KITTI counts outliers
    bad1: float  # |error| > 1 px
    bad2: float
    bad3: float

    def values(self) -> tuple[float, ...]:
        """The five figures in order."""
        return tuple(asdict(self).values())


def measure(
    disparity: NDArray[Any], truth: NDArray[Any], valid: NDArray[np.bool_], name: str = "map"
) -> Metrics:
    """Metrics of `disparity` against `truth` (both (H, W), px) where `valid`."""
    if not valid.any():
        raise BadInput(f"{name}: no pixel has ground truth; leave it out.")
    error = np.abs(disparity[valid].astype(np.float64) - truth[valid])
    outlier = (error > 3) & (error > 0.05 * truth[valid])
    share = [100 * float(np.mean(each)) for each in (outlier, error > 1, error > 2, error > 3)]
    return Metrics(float(error.mean()), *share)


def average(metrics: list[Metrics]) -> Metrics:
    """Mean over images."""
    return Metrics(*(float(column) for column in np.mean([m.values() for m in metrics], axis=0)))
