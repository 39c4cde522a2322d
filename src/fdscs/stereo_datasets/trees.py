"""Data sets whose views and truth lie in trees of the same form, one file a frame.

| data set | left view, below the root | truth |
|---|---|---|
| InStereo2K | …/<scene>/left.png | left_disp.png, 16 bits, 100 to a px |
| DrivingStereo | left-image-half-size/…, -full-size | disparity-map-…, 16 bits, 256 to a px, 128 |
| Virtual KITTI 2 | …/frames/rgb/Camera_0/rgb_*.jpg | depth/Camera_0, 16 bits, cm |
| Spring | …/frame_left/frame_left_*.png | disp1_left, HDF5, px, twice the size |
| Scene Flow's subset | …/image_clean/left, image_final | disparity/left, PFM, px of either sign |

The formats are the data sets' own, by their pages and development kits.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from fdscs.stereo_datasets.dataset import Entry, FileDataset, check_folder, found_in
from fdscs.stereo_datasets.images import (
    MAX_PIXELS,
    decoded,
    read_disparity,
    read_pfm,
    split_known,
)
from fdscs.stereo_datasets.pair import Disparity, Mask, StereoPair
from fdscs.stereo_datasets.pictures import read_views
from fdscs.storage.errors import BadInput
from fdscs.storage.extras import needed_by

Truth = tuple[Disparity, Mask]
VKITTI_FOCAL, VKITTI_BASELINE = 725.0087, 0.532725  # px, m; the same for all its scenes
VKITTI_SKY = 65_535  # cm: farther than anything


@dataclass(frozen=True)
class Tree:
    """How the files of a frame are named after its left view.

    `left` is a pattern of its path below the root, with parts in brackets; `right` and the truths
    are what it is replaced by.
    """

    left: str
    right: str
    truth: str
    truth_right: str
    read: Callable[[Path], Truth]
    expected: str


def find_instereo2k(root: Path) -> FileDataset:
    """InStereo2K: indoor scenes, structured light; 100 to a px."""
    return _find(root, "instereo2k", INSTEREO2K)


def find_drivingstereo(root: Path) -> FileDataset:
    """DrivingStereo: streets, laser; pictures of half or full size, each with its own scale."""
    return _find(root, "drivingstereo", DRIVING_STEREO)


def find_virtual_kitti2(root: Path) -> FileDataset:
    """Virtual KITTI 2: rendered streets; disparity = 725.0087 px · 0.532725 m / depth."""
    return _find(root, "virtualkitti2", VIRTUAL_KITTI_2)


def find_spring(root: Path) -> FileDataset:
    """Spring: rendered scenes; the truth of every second pixel of its 4K maps."""
    return _find(root, "spring", SPRING)


def find_sceneflow_subset(root: Path) -> FileDataset:
    """The subset of FlyingThings3D (DispNet, FlowNet 2): clean frames, and final ones where there
    are any; disparities that are negative throughout are turned round."""
    return _find(root, "sceneflow-subset", SUBSET)


def _find(root: Path, name: str, tree: Tree) -> FileDataset:
    check_folder(root)
    pattern = re.compile(tree.left)
    entries = []
    for path in sorted(root.resolve().rglob("*")):
        below = path.relative_to(root.resolve()).as_posix()
        if pattern.fullmatch(below) and path.is_file():
            id_ = Path(below).with_suffix("").as_posix()
            entries.append(Entry(id_, partial(_load, id_, root.resolve(), below, tree)))
    return found_in(root, name, entries, tree.expected)


def _load(name: str, root: Path, left: str, tree: Tree) -> StereoPair:
    right, truth, other = (
        root / re.sub(tree.left, replacement, left)
        for replacement in (tree.right, tree.truth, tree.truth_right)
    )
    views = read_views(root / left, right)
    known = tree.read(truth) if truth.is_file() else (None, None)
    known_right = tree.read(other) if other.is_file() else (None, None)
    return StereoPair(
        name,
        *views,
        disparity=known[0],
        valid=known[1],
        disparity_right=known_right[0],
        valid_right=known_right[1],
    )


def _read_driving(path: Path) -> Truth:
    return read_disparity(path, 128 if "full-size" in path.as_posix() else 256)


def _read_virtual_depth(path: Path) -> Truth:
    image, _ = decoded(path, ("PNG",))
    if image.mode not in ("I;16", "I"):
        raise BadInput(f"{path}: is of mode {image.mode}; a depth map in cm must have 16 bits.")
    depth = np.array(image).astype(np.float32) / np.float32(100)
    known = (depth > 0) & (depth < np.float32(VKITTI_SKY / 100))
    reach = np.float32(VKITTI_FOCAL * VKITTI_BASELINE)
    return split_known(np.where(known, reach / np.where(known, depth, 1), 0).astype(np.float32))


def _read_dsp5(path: Path) -> Truth:
    with needed_by("Spring's ground truth"):
        import h5py  # only Spring needs it

    try:
        with h5py.File(path, "r") as file:
            stored = file["disparity"]
            if stored.ndim != 2 or stored.size > 4 * MAX_PIXELS:
                raise ValueError(f"its disparity has the shape {stored.shape}")
            values = np.asarray(stored[::2, ::2], np.float32)
    except Exception as error:  # h5py raises many types on damaged files
        reason = str(error).partition("\n")[0].rstrip(".")
        raise BadInput(f"{path}: is no disparity of Spring ({reason}); give another.") from error
    return split_known(values)


def _read_either_sign(path: Path) -> Truth:
    values = read_pfm(path)
    return split_known(-values if not (np.nan_to_num(values) > 0).any() else values)


INSTEREO2K = Tree(
    r"(.*/|)left\.(png|jpg)", r"\1right.\2", r"\1left_disp.png", r"\1right_disp.png",
    partial(read_disparity, scale=100), "<scene>/left.png, right.png and left_disp.png",
)  # fmt: skip
DRIVING_STEREO = Tree(
    r"(.*/|)left-image-(half|full)-size/(.+)\.(jpg|png)",
    r"\1right-image-\2-size/\3.\4",
    r"\1disparity-map-\2-size/\3.png",
    r"\1none-\2-\3",  # there is no other
    _read_driving,
    "left-image-half-size/…, right-image-half-size/… and disparity-map-half-size/…",
)
VIRTUAL_KITTI_2 = Tree(
    r"(.+/|)rgb/Camera_0/rgb_(\d+)\.(jpg|png)",
    r"\1rgb/Camera_1/rgb_\2.\3",
    r"\1depth/Camera_0/depth_\2.png",
    r"\1depth/Camera_1/depth_\2.png",
    _read_virtual_depth,
    "Scene01/clone/frames/rgb/Camera_0/rgb_00000.jpg, Camera_1 and depth",
)
SPRING = Tree(
    r"(.*/|)frame_left/frame_left_(\d+)\.(png|jpg)",
    r"\1frame_right/frame_right_\2.\3",
    r"\1disp1_left/disp1_left_\2.dsp5",
    r"\1disp1_right/disp1_right_\2.dsp5",
    _read_dsp5,
    "train/0001/frame_left/frame_left_0001.png, frame_right and disp1_left",
)
SUBSET = Tree(
    r"(.*/|)image_(clean|final)/left/(\d+)\.(png|webp)",
    r"\1image_\2/right/\3.\4",
    r"\1disparity/left/\3.pfm",
    r"\1disparity/right/\3.pfm",
    _read_either_sign,
    "train/image_clean/left/0000000.png, right and disparity",
)
