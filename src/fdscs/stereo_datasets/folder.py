"""A plain folder of one's own pairs.

Folders left/, right/ and optionally disparity/ with the same file stem in each, or files whose
names say the view, all in one folder, or pictures that hold both views side by side. NAMES has what
is understood. Pictures may have any suffix of `images.SUFFIXES`; disparity is a PFM or a 16-bit PNG
as KITTI writes it, unless a scale is given.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from fdscs.stereo_datasets.dataset import Entry, FileDataset, check_folder, found_in, pictures_in
from fdscs.stereo_datasets.images import SUFFIXES, read_disparity
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.stereo_datasets.pictures import PLAIN, Reading, read_views
from fdscs.storage.errors import BadInput

EXPECTED = "left/<id>.png and right/<id>.png, or <id>_left.png and <id>_right.png"
FOLDERS = (  # of left and right views
    ("left", "right"), ("Left", "Right"), ("LEFT", "RIGHT"), ("l", "r"), ("L", "R"),
    ("left_image", "right_image"), ("image_left", "image_right"),
)  # fmt: skip
TRUTHS = ("disparity", "Disparity", "disp", "gt")
# What the names of left and right views begin and end with, and that of the truth.
AFFIXES = (
    (("", "_left"), ("", "_right"), ("", "_disp")),
    (("left_", ""), ("right_", ""), ("disp_", "")),
    (("", "_l"), ("", "_r"), ("", "_d")),
    (("", "_L"), ("", "_R"), ("", "_D")),
    (("", "-left"), ("", "-right"), ("", "-disp")),
    (("Left_", ""), ("Right_", ""), ("Disp_", "")),
    (("left", ""), ("right", ""), ("disp", "")),
)


def find_folder(
    root: Path,
    scale: float | None = None,
    bits: int | None = None,
    bayer: str | None = None,
    side_by_side: bool = False,
) -> FileDataset:
    """The pairs of `root`; `scale` is the disparity files', the rest `pictures.Reading`'s.

    With `side_by_side` every picture holds both views, and its disparity is <id>_disp. Raises
    BadInput where there are none or a right view is missing.
    """
    check_folder(root)
    reading = Reading(bits, bayer, side_by_side)
    present = [pair for pair in FOLDERS if (root / pair[0]).is_dir() and (root / pair[1]).is_dir()]
    if side_by_side:
        found = _side_by_side(root)
    elif present or (root / "left").is_dir():
        found = _from_subfolders(root, *(present or FOLDERS)[0])
    else:
        found = _from_names(root)
    entries = [
        Entry(id_, partial(load_pair, id_, left, right, truth, reading, scale))
        for id_, left, right, truth in found
    ]
    return found_in(root, "folder", entries, EXPECTED)


def load_pair(
    name: str,
    left: Path,
    right: Path | None,
    disparity: Path | None,
    reading: Reading = PLAIN,
    scale: float | None = None,
) -> StereoPair:
    """A pair from its files; disparity as `images.read_disparity` reads it."""
    views = read_views(left, right, reading)
    truth = read_disparity(disparity, scale) if disparity else (None, None)
    return StereoPair(name, *views, *truth)


Found = Iterator[tuple[str, Path, Path | None, Path | None]]


def _from_subfolders(root: Path, left_folder: str, right_folder: str) -> Found:
    truths = [folder for name in TRUTHS if (folder := root / name).is_dir()]
    for left in pictures_in(root / left_folder):
        right = _right(left, root / right_folder / left.stem)
        yield left.stem, left, right, _truth(truths[0] / left.stem) if truths else None


def _from_names(root: Path) -> Found:
    pictures = pictures_in(root)
    for affixes in AFFIXES:
        (before, after), other, truth = affixes
        of_left = [path for path in pictures if _named(path.stem, before, after)]
        if of_left:
            for left in of_left:
                id_ = left.stem[len(before) : len(left.stem) - len(after)]
                right = _right(left, root / f"{other[0]}{id_}{other[1]}")
                yield id_, left, right, _truth(root / f"{truth[0]}{id_}{truth[1]}")
            return


def _named(stem: str, before: str, after: str) -> bool:
    return stem.startswith(before) and stem.endswith(after) and len(stem) > len(before + after)


def _side_by_side(root: Path) -> Found:
    for picture in pictures_in(root):
        if not picture.stem.endswith("_disp"):
            yield picture.stem, picture, None, _truth(root / f"{picture.stem}_disp")


def _right(left: Path, stem: Path) -> Path:
    found = _with_suffix(stem, (left.suffix, *SUFFIXES))
    if found is None:
        raise BadInput(f"{left}: has no right view; expected {stem}{left.suffix}.")
    return found


def _truth(stem: Path) -> Path | None:
    return _with_suffix(stem, (".pfm", ".png"))


def _with_suffix(stem: Path, suffixes: tuple[str, ...]) -> Path | None:
    paths = (stem.parent / (stem.name + suffix) for suffix in suffixes)
    return next((path for path in paths if path.is_file()), None)
