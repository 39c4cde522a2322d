"""Options that several commands share, and what they stand for."""

from enum import StrEnum
from errno import ENAMETOOLONG
from pathlib import Path
from typing import Annotated

import typer

from stereo_datasets.catalogue import DATASETS, open_dataset, select
from stereo_datasets.dataset import StereoDataset
from storage.errors import BadInput

DatasetName = StrEnum("DatasetName", {name: name for name in DATASETS})  # type: ignore[misc]

DatasetOption = Annotated[
    DatasetName, typer.Option(help="Data set: its layout, ground truth and scale.")
]
RootOption = Annotated[Path | None, typer.Option(help="Folder of the data set (or the file list).")]
ListOption = Annotated[
    str | None,
    typer.Option("--list", help="Ids of pairs: comma-separated, or a file with one a line."),
]
LimitOption = Annotated[int | None, typer.Option(min=1, help="At most so many pairs.")]
ConfigOption = Annotated[
    str | None, typer.Option(help="paper, lite, or a TOML file with changes to one of them.")
]


def chosen_pairs(
    dataset: str, root: Path | None, ids: str | None = None, limit: int | None = None
) -> StereoDataset:
    """The data set that the options name."""
    return select(open_dataset(dataset, root), _ids(ids), limit)


def _ids(text: str | None) -> list[str] | None:
    if text is None:
        return None
    path = Path(text)
    try:
        if path.is_file():
            text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) != ENAMETOOLONG:  # a long list of ids is no file
            raise BadInput(f"{path}: not a readable list of ids.") from error
    return [each for each in text.replace(",", " ").split() if each]
