"""Pairs to run: two pictures, two folders, two patterns, two videos, or one file side by side."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from glob import glob, has_magic
from pathlib import Path

from fdscs.stereo_datasets.dataset import Entry, StereoDataset, pictures_in
from fdscs.stereo_datasets.pair import Picture, StereoPair
from fdscs.stereo_datasets.pictures import PLAIN, Reading, read_views
from fdscs.stereo_datasets.video import VIDEOS, Video
from fdscs.storage.errors import BadInput

SIDE = re.compile(r"(?<![a-z])(left|right|l|r)(?![a-z])|(?<=im)[0126](?!\d)")  # words of a name


@dataclass(frozen=True)
class Sequence:
    """Named pairs in order, each read when it is reached; `count` is None where nobody knows."""

    pairs: Iterator[StereoPair]
    count: int | None
    several: bool  # even if it turns out to be one: a folder, a pattern, a list or a video
    video: bool = False  # of two cameras that stay what they are


def open_sequence(left: Path, right: Path | None, reading: Reading = PLAIN) -> Sequence:
    """The pairs of two pictures, folders, patterns (*.png) or videos, or of one side by side.

    Folders and patterns are matched by name: those that are equal, or equal but for left and right
    (l and r, or im0 and im1) in them. Raises BadInput where nothing is found, where a picture has
    no partner, and for a video that cannot be read.
    """
    if (right is None) != reading.side_by_side:
        raise BadInput(
            f"{left}: give the right view's too (--right), or --side-by-side where both are in "
            "one picture, not both."
        )
    if left.suffix.lower() in VIDEOS and left.is_file():
        return _of_videos(left, right)
    if _is_many(left) or (right is not None and _is_many(right)):
        return _of_pictures(left, right, reading)
    return Sequence(iter([_load(left.stem, left, right, reading)]), 1, several=False)


def of_dataset(dataset: StereoDataset) -> Sequence:
    """The pairs of a data set, such as a list."""
    pairs = (dataset[index] for index in range(len(dataset)))
    return Sequence(pairs, len(dataset), several=True)


def halves(name: str, picture: Picture) -> StereoPair:
    """A picture with the left view in its left half and the right one beside it as a pair."""
    columns = picture.shape[1]
    if columns % 2:
        raise BadInput(
            f"{name}: is {columns} pixels wide; two views side by side have an even width; give "
            "such a picture."
        )
    return StereoPair(name, picture[:, : columns // 2], picture[:, columns // 2 :])


def _load(name: str, left: Path, right: Path | None, reading: Reading) -> StereoPair:
    return StereoPair(name, *read_views(left, right, reading))


def _is_many(path: Path) -> bool:
    return path.is_dir() or (has_magic(str(path)) and not path.exists())


def _of_pictures(left: Path, right: Path | None, reading: Reading) -> Sequence:
    lefts = _pictures(left)
    if right is None:
        entries = [
            Entry(path.stem, partial(_load, path.stem, path, None, reading)) for path in lefts
        ]
    else:
        entries = list(_matched(left, lefts, right, _pictures(right), reading))
    return Sequence((each.load() for each in entries), len(entries), several=True)


def _pictures(path: Path) -> list[Path]:
    found = pictures_in(path) if path.is_dir() else sorted(map(Path, glob(str(path))))  # noqa: PTH207  the whole path is a pattern
    if not found:
        raise BadInput(f"{path}: no picture was found there; give a folder or pattern with some.")
    return found


def _matched(
    left: Path, lefts: list[Path], right: Path, rights: list[Path], reading: Reading
) -> Iterator[Entry]:
    """Each left picture with the right one of its name, or of its name but for the side."""
    whole = {path.stem: path for path in rights}
    sideless = {_sideless(path): path for path in rights}
    if len(whole) < len(rights) or len({path.stem for path in lefts}) < len(lefts):
        raise BadInput(f"{left}, {right}: two pictures have one name; keep one of them.")
    for path in lefts:
        partner = whole.get(path.stem) or sideless.get(_sideless(path))
        if partner is None:
            raise BadInput(
                f"{path}: has no right view in {right}; expected a picture of the same name, but "
                "for left and right in it."
            )
        yield Entry(path.stem, partial(_load, path.stem, path, partner, reading))
    if len(rights) != len(lefts):
        raise BadInput(
            f"{left} has {len(lefts)} pictures but {right} {len(rights)}; leave out those "
            "without a partner."
        )


def _sideless(path: Path) -> str:
    return SIDE.sub("*", path.stem.lower())


def _of_videos(left: Path, right: Path | None) -> Sequence:
    videos = [Video(path) for path in (left, right) if path is not None]
    counts = [video.count for video in videos if video.count is not None]
    return Sequence(_frames(videos), min(counts, default=None), several=True, video=True)


def _frames(videos: list[Video]) -> Iterator[StereoPair]:
    """Pairs of frames, 000000 and on; BadInput where one video ends before the other."""
    streams = [video.frames() for video in videos]
    number = 0
    while True:
        views = [next(stream, None) for stream in streams]
        there = [view for view in views if view is not None]
        if not there:
            return
        if len(there) < len(views):
            shorter = next(v.path for v, view in zip(videos, views, strict=True) if view is None)
            raise BadInput(
                f"{shorter}: ends after {number} frames, before the other; cut both to the same "
                "frames. Those before were written."
            )
        name = f"{number:06d}"
        yield halves(name, there[0]) if len(there) == 1 else StereoPair(name, there[0], there[1])
        number += 1
