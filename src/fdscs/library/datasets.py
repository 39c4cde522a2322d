"""Stereo pairs by the name of their data set."""

from os import PathLike
from pathlib import Path
from typing import Any

from fdscs.stereo_datasets.catalogue import DATASETS
from fdscs.stereo_datasets.catalogue import open_dataset as open_in_catalogue
from fdscs.stereo_datasets.dataset import StereoDataset


def datasets() -> dict[str, str]:
    """The data sets that `open_dataset` knows: name → what it is, in a sentence."""
    return {name: kind.help for name, kind in DATASETS.items()}


def open_dataset(
    name: str, root: str | PathLike[str] | None = None, **options: Any
) -> StereoDataset:
    """The data set `name` in the folder `root`: a sequence of `StereoPair`, read when asked for.

    "motorcycle" and "synthetic" need no files; "list" has a text file as its root. `options` are
    the data set's own, such as count, size, max_disparity and seed of "synthetic". Raises BadInput
    for a name or an option that does not exist, for a root that is missing or not wanted, and
    where there are no pairs.
    """
    return open_in_catalogue(name, None if root is None else Path(root), **options)
