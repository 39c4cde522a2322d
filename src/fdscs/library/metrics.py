"""EPE, D1 and bad-k of arrays that users hand over."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.evaluation import metrics
from fdscs.storage.errors import BadInput

Array = NDArray[Any]


def measure(disparity: Array, truth: Array, valid: Array | None = None) -> metrics.Metrics:
    """Errors of `disparity` against `truth`, floats (H, W) in px, where `valid`, bool (H, W).

    Without `valid`, where the truth is finite and above 0, which is how files say that it is known.
    Raises BadInput for maps that do not fit together, that are not finite where they count, or
    that no pixel is valid in.
    """
    disparity, truth = _map("disparity", disparity), _map("truth", truth)
    valid = np.isfinite(truth) & (truth > 0) if valid is None else np.asarray(valid)
    if valid.dtype != np.bool_:
        raise BadInput(f"valid is {valid.dtype}; a mask is bool: give valid > 0.")
    for name, other in (("disparity", disparity), ("valid", valid)):
        if other.shape != truth.shape:
            raise BadInput(
                f"{name} has the shape {other.shape} but truth {truth.shape}; maps that are "
                "compared must have the same."
            )
    for name, values in (("disparity", disparity), ("truth", truth)):
        count = int((~np.isfinite(values[valid])).sum())
        if count:
            raise BadInput(
                f"{name} is not finite in {count} valid pixels; leave them out of valid, or fill "
                "them."
            )
    return metrics.measure(disparity, truth, valid)


def _map(name: str, given: Any) -> Array:
    values = np.asarray(given)
    if values.ndim != 2:
        raise BadInput(f"{name} has the shape {values.shape}; expected (height, width).")
    if values.dtype.kind != "f":
        raise BadInput(
            f"{name} is {values.dtype}; expected floats, in px: the codes of KITTI's files are "
            "256 times that."
        )
    return values
