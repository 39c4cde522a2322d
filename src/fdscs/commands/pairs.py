"""The pair that a command works on: two images, or the one that needs no files."""

from pathlib import Path
from typing import Annotated

import typer

from fdscs.stereo_datasets.augment import crop
from fdscs.stereo_datasets.catalogue import open_dataset
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.stereo_datasets.pictures import PLAIN, Reading, read_views
from fdscs.storage.errors import BadInput
from fdscs.vectors.index import Images

LeftOption = Annotated[Path | None, typer.Option(help="Left image; Motorcycle if left out.")]
RightOption = Annotated[Path | None, typer.Option(help="Right image.")]


def read_pair(left: Path, right: Path | None, reading: Reading = PLAIN) -> StereoPair:
    """Two images as a pair without ground truth; raises BadInput if they do not belong together."""
    return StereoPair(left.stem, *read_views(left, right, reading))


def given_pair(left: Path | None, right: Path | None) -> StereoPair:
    """The two images, or the Motorcycle pair where none is given."""
    if (left is None) != (right is None):
        raise BadInput("give both --left and --right, or neither for the Motorcycle pair.")
    return read_pair(left, right) if left and right else open_dataset("motorcycle", None)[0]


def cropped(pair: StereoPair, size: str | None) -> tuple[StereoPair, Images]:
    """The middle of both views at the same place, and where that is."""
    rows, columns = pair.size
    height, width = parse_size(size, "--crop") if size else (rows, columns)
    if height > rows or width > columns:
        raise BadInput(f"--crop {size}: the images have {rows}x{columns} pixels; take fewer.")
    top, left = (rows - height) // 2, (columns - width) // 2
    return crop(pair, top, left, height, width), Images(pair.title, height, width, top, left)


def parse_size(text: str, option: str = "--size") -> tuple[int, int]:
    """(rows, columns) of "375x1242"."""
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.isdigit() and 16 <= int(part) <= 16384 for part in parts):
        raise BadInput(f"{option} {text}: give rows x columns, such as 375x1242; 16 to 16384 each.")
    return int(parts[0]), int(parts[1])
