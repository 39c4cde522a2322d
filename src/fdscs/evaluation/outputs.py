"""Maps in files, by suffix: disparity, depth, confidence and pictures of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fdscs.stereo_datasets.images import write_kitti_disparity, write_pfm
from fdscs.storage.atomic import replacing
from fdscs.storage.errors import BadInput

Map = NDArray[Any]  # (H, W) floats, or a picture (H, W, 3)
Writer = Callable[[Path, Map], None]
MOST_MM = 65_535


def write_npy(path: Path, values: Map) -> None:
    """Write (H, W) as float32 .npy."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.save(file, values.astype(np.float32))


def write_tiff(path: Path, values: Map) -> None:
    """Write (H, W) as a TIFF of 32-bit floats."""
    with replacing(path) as temporary:
        Image.fromarray(values.astype(np.float32)).save(temporary, format="TIFF")


def write_share(path: Path, values: Map) -> None:
    """Write shares 0 … 1 (H, W) as 8-bit gray PNG, round(255·share)."""
    with replacing(path) as temporary:
        Image.fromarray(np.rint(255 * values).astype(np.uint8)).save(temporary, format="PNG")


def write_millimetres(path: Path, values: Map) -> None:
    """Write metres (H, W) as 16-bit PNG in mm, rounded; 0 where unknown or beyond 65.535 m."""
    mm = np.rint(1000 * np.where(np.isfinite(values), values, 0))
    with replacing(path) as temporary:
        known = np.where((mm >= 0) & (mm <= MOST_MM), mm, 0)
        Image.fromarray(known.astype(np.uint16)).save(temporary, format="PNG")


def _picture(kind: str) -> Writer:
    def write(path: Path, picture: Map) -> None:
        with replacing(path) as temporary:
            Image.fromarray(picture).save(temporary, format=kind)

    return write


DISPARITY: dict[str, Writer] = {
    ".png": write_kitti_disparity, ".pfm": write_pfm, ".npy": write_npy,
    ".tiff": write_tiff, ".tif": write_tiff,
}  # fmt: skip
CONFIDENCE: dict[str, Writer] = {".png": write_share, ".npy": write_npy, ".pfm": write_pfm}
DEPTH: dict[str, Writer] = {
    ".npy": write_npy, ".tiff": write_tiff, ".tif": write_tiff, ".png": write_millimetres,
    ".pfm": write_pfm,
}  # fmt: skip
PICTURE: dict[str, Writer] = {
    ".png": _picture("PNG"), ".jpg": _picture("JPEG"), ".jpeg": _picture("JPEG"),
    ".webp": _picture("WEBP"),
}  # fmt: skip


@dataclass(frozen=True)
class Output:
    """Where an option's files go: one file, or one for each pair of several.

    For several pairs `path` is a folder, whose files get the first suffix of `writers`, or has a *
    in its name that stands for the pair's. Raises BadInput for a suffix that nothing is written by.
    """

    option: str
    path: Path
    writers: Mapping[str, Writer]
    several: bool = False

    def __post_init__(self) -> None:
        self.target("x")  # refused before any work

    def target(self, name: str) -> Path:
        """The file for the pair called `name`."""
        path = self._of_pair(name)
        if path.suffix.lower() not in self.writers:
            hint = (
                "; a picture of it is --colour's"
                if self.writers is DISPARITY and path.suffix.lower() in PICTURE
                else ""
            )
            raise BadInput(
                f"{self.option} {self.path}: the suffix says what is written, and "
                f"{path.suffix or 'none'} is none of {', '.join(self.writers)}; choose "
                f"one{hint}."
            )
        return path

    def write(self, name: str, values: Map) -> Path:
        """Write the values of the pair called `name`."""
        path = self.target(name)
        self.writers[path.suffix.lower()](path, values)
        return path

    def _of_pair(self, name: str) -> Path:
        flat = name.replace("/", "_")
        if "*" in self.path.name:
            return self.path.with_name(self.path.name.replace("*", flat))
        if self.path.is_dir() or (self.several and not self.path.suffix):
            return self.path / f"{flat}{next(iter(self.writers))}"
        if self.several:
            raise BadInput(
                f"{self.option} {self.path}: is one file for several pairs; give a folder, or a "
                "name with * in it for the pair's."
            )
        return self.path
