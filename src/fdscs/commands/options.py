"""Options that several commands share, and what they stand for."""

from enum import StrEnum
from errno import ENAMETOOLONG
from pathlib import Path
from typing import Annotated, Any

import typer

from fdscs.commands.completion import offering
from fdscs.model.config_file import names
from fdscs.stereo_datasets.catalogue import DATASETS, open_dataset, select
from fdscs.stereo_datasets.dataset import StereoDataset
from fdscs.stereo_datasets.pictures import BAYER
from fdscs.storage.errors import BadInput

DatasetName = StrEnum("DatasetName", {name: name for name in DATASETS})  # type: ignore[misc]

BayerPattern = StrEnum("BayerPattern", {name: name for name in BAYER})  # type: ignore[misc]
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
    str | None,
    typer.Option(
        help="paper, lite, tiny, a file of configurations/ such as w4 or authors-kitti, or a TOML "
        "file that changes a preset.",
        autocompletion=offering(names),
    ),
]
DatasetsOption = Annotated[
    list[DatasetName], typer.Option("--dataset", help="Data set; several may be mixed.")
]
RootsOption = Annotated[
    list[Path] | None,
    typer.Option("--root", help="Folder of the data set; one for each that needs one, in order."),
]
OptionalDatasetsOption = Annotated[
    list[DatasetName] | None,
    typer.Option(
        "--dataset", help="Data set; several may be mixed. Without it, the configuration's."
    ),
]
CheckpointOption = Annotated[
    Path | None,
    typer.Option(help="Where training starts; without it, from nothing."),
]
ResumeOption = Annotated[
    bool, typer.Option("--resume", help="Go on with a run that was interrupted or killed.")
]
RestartOption = Annotated[
    bool, typer.Option("--restart", help="Remove the run that the folder holds, and begin anew.")
]
DevicesOption = Annotated[
    int,
    typer.Option(min=1, help="Processes on each machine that share every batch: its GPUs, if any."),
]
NodesOption = Annotated[int, typer.Option(min=1, help="Machines that take part.")]
WorkersOption = Annotated[
    int,
    typer.Option(
        min=0, help="More processes that make batches ahead; the batches are the same for any."
    ),
]
DeterministicOption = Annotated[
    bool | None,
    typer.Option(
        help="Algorithms that give the same bytes again. On processors always, unless refused; on "
        "GPUs, where they are slower, if asked for.",
        show_default=False,
    ),
]
ScaleOption = Annotated[
    float | None,
    typer.Option(
        help="Disparity files hold so many times the pixels: 256 in PNGs (as KITTI) and 1 in PFMs "
        "unless said; -1 where PFMs are negative. For folder and list, whose lines may say it too.",
        show_default=False,
    ),
]
BitsOption = Annotated[
    int | None,
    typer.Option(
        min=8, max=16, show_default=False,
        help="Bits of pixels stored in 16, of which the upper 8 are kept. By default the least of "
        "8, 10, 12, 14, 16 that holds the pair's largest value.",
    ),
]  # fmt: skip
BayerOption = Annotated[
    BayerPattern | None, typer.Option(help="Pictures are raw mosaics with this pattern.")
]
SideBySideOption = Annotated[
    bool, typer.Option("--side-by-side", help="Each picture holds both views, the left one left.")
]
TruthOption = Annotated[
    str | None,
    typer.Option(help="KITTI: occ, all pixels, or noc, those that both cameras see."),
]
TrustOption = Annotated[
    bool, typer.Option("--trust-truth", help="Train on ground truth that does not fit its pair.")
]
ExcludeOption = Annotated[
    str | None,
    typer.Option(help="Ids to leave out, comma-separated; of several sets as kitti2015/000004."),
]


def said_of_files(
    scale: float | None = None,
    bits: int | None = None,
    bayer: StrEnum | None = None,
    side_by_side: bool = False,
    truth: str | None = None,
) -> dict[str, Any]:
    """What options say of a data set's files, as `open_dataset` takes it."""
    given = {"scale": scale, "bits": bits, "bayer": bayer and bayer.value, "truth": truth}
    given["side_by_side"] = side_by_side or None
    return {name: value for name, value in given.items() if value is not None}


def open_datasets(
    datasets: list[str], roots: list[Path] | None, said: dict[str, Any] | None = None
) -> list[StereoDataset]:
    """The data sets named, each that needs a folder with the next of `roots`.

    What is `said` of files goes to those data sets that it can be said of; BadInput where there is
    none.
    """
    left = list(roots or [])
    needing = [name for name in datasets if DATASETS[name].needs_root]
    if len(needing) != len(left):
        raise BadInput(
            f"{len(left)} --root given, {len(needing)} needed: one for each data set that is a "
            "folder, in the order of --dataset."
        )
    for option in said or {}:
        if not any(option in DATASETS[name].options for name in datasets):
            raise BadInput(
                f"--{option.replace('_', '-')} can be said of none of {', '.join(datasets)}; "
                "leave it out."
            )
    return [
        open_dataset(
            name,
            left.pop(0) if DATASETS[name].needs_root else None,
            **{key: said[key] for key in said or {} if key in DATASETS[name].options},
        )
        for name in datasets
    ]


def parts_chosen(
    datasets: list[DatasetName],
    roots: list[Path] | None,
    ids: str | None,
    limit: int | None,
    excluded: str | None,
    said: dict[str, Any] | None = None,
) -> list[StereoDataset]:
    """The data sets that the options name, each with the pairs that they leave."""
    parts = without(open_datasets([each.value for each in datasets], roots, said), excluded)
    if ids is not None:
        found = selected(parts, ids)
        parts = [each for each in found if len(each)] or found[:1]
    return [select(part, None, limit) for part in parts]


def without(parts: list[StereoDataset], excluded: str | None) -> list[StereoDataset]:
    """`parts` without the pairs that `excluded` names."""
    return [
        select(part, [id_ for id_ in part.ids() if id_ not in gone])
        for part, gone in zip(parts, _by_part(parts, listed(excluded) or []), strict=True)
    ]


def selected(parts: list[StereoDataset], chosen: str) -> list[StereoDataset]:
    """`parts` with no other pairs than those that `chosen` names."""
    found = _by_part(parts, listed(chosen) or [])
    return [select(part, ids) for part, ids in zip(parts, found, strict=True)]


def _by_part(parts: list[StereoDataset], ids: list[str]) -> list[list[str]]:
    if len(parts) == 1:
        return [select(parts[0], [id_.removeprefix(f"{parts[0].name}/") for id_ in ids]).ids()]
    found: list[list[str]] = [[] for _ in parts]
    for id_ in ids:
        name, _, short = id_.rpartition("/")
        at = [k for k, part in enumerate(parts) if part.name == name]
        if not at or short not in parts[at[0]].ids():
            raise BadInput(
                f"{id_}: no such pair in {', '.join(part.name for part in parts)}; with several "
                "data sets write an id as kitti2015/000004."
            )
        found[at[0]].append(short)
    return found


def chosen_pairs(
    dataset: str,
    root: Path | None,
    ids: str | None = None,
    limit: int | None = None,
    said: dict[str, Any] | None = None,
) -> StereoDataset:
    """The data set that the options name, and what they say of its files."""
    return select(open_dataset(dataset, root, **(said or {})), listed(ids), limit)


def listed(text: str | None) -> list[str] | None:
    """Ids in `text`, comma-separated, or in the file of that name; None for all."""
    if text is None:
        return None
    path = Path(text)
    try:
        if path.is_file():
            text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) != ENAMETOOLONG:  # a long list of ids is no file
            raise BadInput(f"{path}: not a readable list of ids; write one a line.") from error
    return [each for each in text.replace(",", " ").split() if each]
