"""One rectified stereo pair and what is known about it."""

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from fdscs.storage.errors import BadInput

Picture = NDArray[np.uint8]  # (H, W, 3), RGB
Disparity = NDArray[np.float32]  # (H, W), full-resolution pixels
Mask = NDArray[np.bool_]  # (H, W)
Kind = TypeVar("Kind", bound=np.generic)


@dataclass(frozen=True, eq=False)
class StereoPair:
    """Two rectified views; a left pixel at column x corresponds to right column x − disparity.

    Ground truth comes as a disparity with its `valid` mask, or not at all (both None). `visible`
    marks left pixels known to be seen by the right camera too, `visible_right` the other way
    round; they are None where the data set does not say. Raises BadInput, naming the pair, for
    parts that do not fit together.
    """

    name: str
    left: Picture  # uint8 (H, W, 3), RGB
    right: Picture  # uint8 (H, W, 3), RGB
    disparity: Disparity | None = None  # float32 (H, W), px; 0 where not valid
    valid: Mask | None = None  # bool (H, W): disparity is known, finite and > 0
    visible: Mask | None = None  # bool (H, W)
    disparity_right: Disparity | None = None  # the same from the right view: x + disparity
    valid_right: Mask | None = None
    visible_right: Mask | None = None
    foreground: Mask | None = None  # left pixels on objects, where the data set says; evaluation's
    truth: str = ""  # which ground truth it is, where the data set has several: "occ", "noc"

    def __post_init__(self) -> None:
        self._check_picture("left", self.left)
        self._check_picture("right", self.right)
        if self.left.shape != self.right.shape:
            raise BadInput(
                f"{self.name}: left is {_size(self.left)} but right is {_size(self.right)}; "
                "both views of a pair must have the same size."
            )
        self._check_truth("disparity", self.disparity, "valid", self.valid)
        self._check_truth("disparity_right", self.disparity_right, "valid_right", self.valid_right)
        for part, mask in (
            ("visible", self.visible),
            ("visible_right", self.visible_right),
            ("foreground", self.foreground),
        ):
            if mask is not None:
                self._check_map(part, mask, np.bool_)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.left.shape[0], self.left.shape[1]

    @property
    def title(self) -> str:
        """Name and size."""
        return f"{self.name} ({_size(self.left)})"

    def mirrored(self) -> "StereoPair":
        """Both views flipped left to right and exchanged: again a rectified pair.

        The right view's ground truth becomes the left's, so BadInput is raised where there is
        none.
        """
        if self.disparity_right is None or self.valid_right is None:
            raise BadInput(
                f"{self.name}: has no ground truth for the right view, so it cannot be mirrored; "
                "set training.mirror to none."
            )
        return StereoPair(
            name=self.name,
            left=_flipped(self.right),
            right=_flipped(self.left),
            disparity=_flipped(self.disparity_right),
            valid=_flipped(self.valid_right),
            visible=None if self.visible_right is None else _flipped(self.visible_right),
            disparity_right=None if self.disparity is None else _flipped(self.disparity),
            valid_right=None if self.valid is None else _flipped(self.valid),
            visible_right=None if self.visible is None else _flipped(self.visible),
        )

    def _check_picture(self, part: str, picture: Picture) -> None:
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
            raise BadInput(
                f"{self.name}: {part} is {picture.dtype} of shape {picture.shape}; "
                "a view must be uint8 of shape (height, width, 3)."
            )
        if picture.size == 0:
            raise BadInput(f"{self.name}: {part} is {_size(picture)}; a view must not be empty.")

    def _check_map(self, part: str, values: NDArray[Any], dtype: type[np.generic]) -> None:
        if values.dtype != dtype or values.ndim != 2:
            raise BadInput(
                f"{self.name}: {part} is {values.dtype} of shape {values.shape}; "
                f"it must be {np.dtype(dtype)} of shape (height, width)."
            )
        if values.shape != self.size:
            raise BadInput(
                f"{self.name}: left is {_size(self.left)} but {part} is {_size(values)}; "
                "ground truth must have the size of the views."
            )

    def _check_truth(
        self, part: str, disparity: Disparity | None, mask_part: str, valid: Mask | None
    ) -> None:
        if disparity is None and valid is None:
            return
        if disparity is None or valid is None:
            raise BadInput(f"{self.name}: {part} and {mask_part} must be given together.")
        self._check_map(part, disparity, np.float32)
        self._check_map(mask_part, valid, np.bool_)
        in_range = (disparity >= 0) & np.isfinite(disparity)  # False for NaN
        if not in_range.all() or not np.array_equal(disparity > 0, valid):
            raise BadInput(
                f"{self.name}: {part} must be finite and above 0 where {mask_part} is set, "
                "and 0 elsewhere."
            )


def _size(values: NDArray[Any]) -> str:
    return f"{values.shape[0]}x{values.shape[1]}"


def _flipped(values: NDArray[Kind]) -> NDArray[Kind]:
    return np.ascontiguousarray(values[:, ::-1])
