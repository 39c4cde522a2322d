"""KITTI stereo 2012 and 2015: outdoor scenes with sparse laser ground truth.

`training/` has picture folders and two ground truths, 16-bit PNGs (see
`images.read_kitti_disparity`): "occ" covers all pixels, "noc" only those seen by both cameras.
`testing/` has pictures alone. Pairs are the frames *_10.png; an id is "000004".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fdscs.stereo_datasets.dataset import Entry, FileDataset, check_folder, found_in
from fdscs.stereo_datasets.images import read_kitti_disparity, read_labels
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.stereo_datasets.pictures import read_views
from fdscs.storage.errors import BadInput

FRAME = "_10.png"
OBJECTS = "obj_map"  # KITTI 2015: 0 for background, else the number of a moving object
TRUTHS = ("best", "occ", "noc")


@dataclass(frozen=True)
class Layout:
    """Folder names of one edition; `views` lists the left and right folders in order of choice."""

    name: str
    views: tuple[tuple[str, str], ...]
    occ: str
    noc: str


KITTI_2015 = Layout("kitti2015", (("image_2", "image_3"),), "disp_occ_0", "disp_noc_0")
KITTI_2012 = Layout(
    "kitti2012", (("colored_0", "colored_1"), ("image_0", "image_1")), "disp_occ", "disp_noc"
)


def find_kitti2015(root: Path, split: str = "training", truth: str = "best") -> FileDataset:
    """KITTI 2015 below `root`: the data set's folder, or its training or testing folder.

    `truth` "occ" or "noc" keeps the pairs that have that ground truth and uses it; "best" keeps
    all and uses occ, else noc, else none. `visible` is where noc is known, where there is a noc.
    `foreground` is where obj_map has an object. Raises BadInput where nothing is found.
    """
    return _find(KITTI_2015, root, split, truth)


def find_kitti2012(root: Path, split: str = "training", truth: str = "best") -> FileDataset:
    """KITTI 2012, as `find_kitti2015`; colour pictures where the copy has them, else gray."""
    return _find(KITTI_2012, root, split, truth)


def _find(layout: Layout, root: Path, split: str, truth: str) -> FileDataset:
    if split not in ("training", "testing"):
        raise BadInput(f"{layout.name}: split is {split!r}; it must be training or testing.")
    if truth not in TRUTHS:
        raise BadInput(f"{layout.name}: truth is {truth!r}; it must be {', '.join(TRUTHS)}.")
    check_folder(root)
    base = root / split if (root / split).is_dir() else root
    folders = " or ".join(f"{left}/*{FRAME} and {right}" for left, right in layout.views)
    needed = "" if truth == "best" else f" with {getattr(layout, truth)}"
    entries = list(_entries(layout, base, truth))
    expected = f"{split}/{folders}{needed}"
    return found_in(root, layout.name, entries, expected, _notes(layout, base, len(entries)))


def _notes(layout: Layout, base: Path, count: int) -> Iterator[str]:
    """What was found, and what of it passed over."""
    present = [views for views in layout.views if (base / views[0]).is_dir()]
    if not present:
        return
    total = len(list((base / present[0][0]).glob("*" + FRAME)))
    over = "".join(f", {views[0]} passed over" for views in present[1:])
    left = f"; {total - count} without that truth passed over" if total > count else ""
    yield f"{count} pairs of {present[0][0]}{over}{left}"


def _entries(layout: Layout, base: Path, truth: str) -> Iterator[Entry]:
    present = [views for views in layout.views if (base / views[0]).is_dir()]
    if not present:
        return
    left, right = present[0]
    for path in sorted((base / left).glob("*" + FRAME)):
        name = path.name.removesuffix(FRAME)
        occ = _if_present(base / layout.occ / path.name, truth != "noc")
        noc = _if_present(base / layout.noc / path.name, True)
        if (truth == "occ" and not occ) or (truth == "noc" and not noc):
            continue
        objects = _if_present(base / OBJECTS / path.name, True)
        yield Entry(name, partial(_load, name, path, base / right / path.name, occ, noc, objects))


def _if_present(path: Path, wanted: bool) -> Path | None:
    return path if wanted and path.is_file() else None


def _load(
    name: str, left: Path, right: Path, occ: Path | None, noc: Path | None, objects: Path | None
) -> StereoPair:
    views = read_views(left, right)
    noc_map = read_kitti_disparity(noc) if noc else None
    best = read_kitti_disparity(occ) if occ else noc_map
    return StereoPair(
        name,
        *views,
        disparity=best[0] if best else None,
        valid=best[1] if best else None,
        visible=noc_map[1] if noc_map else None,
        foreground=read_labels(objects) > 0 if objects else None,
        truth="occ" if occ else "noc" if noc else "",
    )
