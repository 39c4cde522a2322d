"""Data sets with one folder a scene: what Middlebury and ETH3D have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fdscs.stereo_datasets.dataset import Entry, FileDataset, found_in, subfolders_of
from fdscs.stereo_datasets.images import read_mask
from fdscs.stereo_datasets.pair import Disparity, Mask, StereoPair
from fdscs.stereo_datasets.pictures import read_views

TruthReader = Callable[[Path], tuple[Disparity, Mask]]


@dataclass(frozen=True)
class SceneLayout:
    """File names within a scene's folder; only the two views must exist.

    `truth` lists names in order of choice. `visible` is a mask, 255 where both cameras see.
    """

    left: str
    right: str
    truth: tuple[str, ...]
    truth_right: tuple[str, ...]
    visible: str


def find_scenes(root: Path, name: str, layout: SceneLayout, read_truth: TruthReader) -> FileDataset:
    """The scenes in the subfolders of `root`, or `root` itself where it is one; ids are folders.

    Raises BadInput where there is none.
    """
    entries = [
        Entry(folder.name, partial(_load, folder, layout, read_truth))
        for folder in (root.resolve(), *subfolders_of(root))
        if (folder / layout.left).is_file()
    ]
    expected = f"<scene>/{layout.left}, {layout.right} and {layout.truth[0]}"
    return found_in(root, name, entries, expected)


def _load(folder: Path, layout: SceneLayout, read_truth: TruthReader) -> StereoPair:
    disparity, valid = _truth(folder, layout.truth, read_truth)
    disparity_right, valid_right = _truth(folder, layout.truth_right, read_truth)
    mask = folder / layout.visible
    return StereoPair(
        folder.name,
        *read_views(folder / layout.left, folder / layout.right),
        disparity,
        valid,
        read_mask(mask) if mask.is_file() else None,
        disparity_right,
        valid_right,
    )


def _truth(
    folder: Path, names: tuple[str, ...], read_truth: TruthReader
) -> tuple[Disparity, Mask] | tuple[None, None]:
    present = [path for name in names if (path := folder / name).is_file()]
    return read_truth(present[0]) if present else (None, None)
