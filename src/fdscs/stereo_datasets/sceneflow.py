"""Scene Flow (FlyingThings3D, Driving, Monkaa): rendered scenes with dense ground truth.

The three share one layout: every `left` folder below `frames_finalpass` or `frames_cleanpass` has
a `right` folder beside it and its ground truth, PFM files, under the same path below
`disparity`. Both views' disparities are positive in these releases; files of a release that signs
them the other way have no valid pixel. An id is the frame's path without the view, such as
"TRAIN/A/0000/0006".
"""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from fdscs.stereo_datasets.dataset import Entry, FileDataset, found_in, pictures_in, subfolders_of
from fdscs.stereo_datasets.images import read_disparity
from fdscs.stereo_datasets.pair import Disparity, Mask, StereoPair
from fdscs.stereo_datasets.pictures import read_views
from fdscs.storage.errors import BadInput

PASSES = ("finalpass", "cleanpass")
UNUSED = "all_unused_files.txt"  # FlyingThings3D frames that its authors advise against


def find_sceneflow(
    root: Path, name: str = "sceneflow", frames: str | None = None, split: str | None = None
) -> FileDataset:
    """All frames in `root` and in its subfolders, two deep (whose names then begin the ids).

    `frames` is "finalpass" or "cleanpass"; by default the final pass where there is one. `split`
    keeps the ids that begin with that folder, such as TRAIN. Frames listed in the file
    all_unused_files.txt are left out. Raises BadInput where nothing is found.
    """
    if frames is not None and frames not in PASSES:
        raise BadInput(f"{name}: frames is {frames!r}; it must be {' or '.join(PASSES)}.")
    passes = (frames,) if frames else PASSES
    entries, notes = [], []
    for base in _bases(root):
        below = base.relative_to(root).as_posix()
        found = list(_entries(base, "" if base == root else f"{below}/", passes, split))
        entries += found
        taken, *others = _frames(base, PASSES if frames is None else (frames, *PASSES))
        passed = "".join(f", {other.name} passed over" for other in others if other != taken)
        if found:
            notes.append(f"{below}: {len(found)} frames of {taken.name}{passed}")
    below = f"{split}/…" if split else "…"
    expected = f"frames_{'|'.join(passes)}/{below}/left/*.png and disparity/{below}/left/*.pfm"
    return found_in(root, name, entries, expected, notes)


def _entries(
    base: Path, prefix: str, passes: tuple[str, ...], split: str | None
) -> Iterator[Entry]:
    present = _frames(base, passes)
    if not present:
        return
    frames = present[0]
    unused = _unused(base / UNUSED)
    for folder in _left_folders(frames / split if split else frames):
        sequence = folder.parent.relative_to(frames)
        for left in {path.stem: path for path in pictures_in(folder)}.values():
            id_ = (sequence / left.stem).as_posix()
            if id_ not in unused:
                disparity = base / "disparity" / sequence
                yield Entry(prefix + id_, partial(_load, prefix + id_, left, disparity))


def _frames(base: Path, passes: tuple[str, ...]) -> list[Path]:
    """The folders of frames in `base`, in order of `passes`; those of WebP have their own names."""
    names = [f"frames_{name}{suffix}" for name in passes for suffix in ("", "_webp")]
    return [folder for name in names if (folder := base / name).is_dir()]


def _bases(root: Path) -> list[Path]:
    """The folders that hold frames: `root`, those in it, and those in these, in order of name."""
    inner = [folder for folder in subfolders_of(root) if not folder.name.startswith("frames_")]
    inner = [folder for folder in inner if folder.name != "disparity"]
    deeper = [each for folder in inner if not _frames(folder, PASSES)
              for each in subfolders_of(folder)]  # fmt: skip
    return [folder for folder in (root, *sorted([*inner, *deeper])) if _frames(folder, PASSES)]


def _left_folders(frames: Path) -> Iterator[Path]:
    for folder, subfolders, _ in os.walk(frames):
        if "left" in subfolders:
            yield Path(folder) / "left"
        subfolders[:] = sorted(set(subfolders) - {"left", "right"})


def _unused(path: Path) -> set[str]:
    """Ids of the frames whose left or right file is listed."""
    if not path.is_file():
        return set()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read as text; make it anew or take it away.") from error
    files = [PurePosixPath(line.strip()) for line in lines if line.strip()]
    return {(file.parent.parent / file.stem).as_posix() for file in files}


def _load(name: str, left: Path, disparity: Path) -> StereoPair:
    truth = _truth(disparity / "left" / f"{left.stem}.pfm")
    truth_right = _truth(disparity / "right" / f"{left.stem}.pfm")
    return StereoPair(
        name,
        *read_views(left, left.parent.parent / "right" / left.name),
        disparity=truth[0],
        valid=truth[1],
        disparity_right=truth_right[0],
        valid_right=truth_right[1],
    )


def _truth(path: Path) -> tuple[Disparity, Mask] | tuple[None, None]:
    return read_disparity(path) if path.is_file() else (None, None)
