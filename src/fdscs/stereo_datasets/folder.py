"""A plain folder of one's own pairs.

Either `left/`, `right/` and optionally `disparity/`, with the same file stem in each, or files
`<id>_left.png`, `<id>_right.png` and optionally `<id>_disp.png`, all in one folder. Pictures may
have any suffix of `images.SUFFIXES`; disparity is a PFM or a 16-bit PNG as KITTI writes it.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from fdscs.stereo_datasets.dataset import Entry, FileDataset, check_folder, found_in, pictures_in
from fdscs.stereo_datasets.images import SUFFIXES, read_disparity, read_rgb
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.errors import BadInput

EXPECTED = "left/<id>.png and right/<id>.png, or <id>_left.png and <id>_right.png"


def find_folder(root: Path) -> FileDataset:
    """The pairs of `root`. Raises BadInput where there are none or a right view is missing."""
    check_folder(root)
    entries = _from_subfolders(root) if (root / "left").is_dir() else _from_names(root)
    return found_in(root, "folder", entries, EXPECTED)


def load_pair(name: str, left: Path, right: Path, disparity: Path | None) -> StereoPair:
    """A pair from its files; disparity as `images.read_disparity` reads it."""
    views = read_rgb(left), read_rgb(right)
    return StereoPair(name, *views, *(read_disparity(disparity) if disparity else (None, None)))


def _from_subfolders(root: Path) -> Iterator[Entry]:
    for left in pictures_in(root / "left"):
        yield _entry(left.stem, left, root / "right" / left.stem, root / "disparity" / left.stem)


def _from_names(root: Path) -> Iterator[Entry]:
    for left in pictures_in(root):
        if left.stem.endswith("_left"):
            id_ = left.stem.removesuffix("_left")
            yield _entry(id_, left, root / f"{id_}_right", root / f"{id_}_disp")


def _entry(id_: str, left: Path, right_stem: Path, disparity_stem: Path) -> Entry:
    right = _with_suffix(right_stem, (left.suffix, *SUFFIXES))
    if right is None:
        raise BadInput(f"{left}: has no right view; expected {right_stem}{left.suffix}.")
    disparity = _with_suffix(disparity_stem, (".pfm", ".png"))
    return Entry(id_, partial(load_pair, id_, left, right, disparity))


def _with_suffix(stem: Path, suffixes: tuple[str, ...]) -> Path | None:
    paths = (stem.parent / (stem.name + suffix) for suffix in suffixes)
    return next((path for path in paths if path.is_file()), None)
