"""fdscs predict, fdscs evaluate."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table

from fdscs.backends.registry import RUNNING, open_backend
from fdscs.commands.options import (
    BayerOption,
    BitsOption,
    DatasetOption,
    LimitOption,
    ListOption,
    RootOption,
    ScaleOption,
    SideBySideOption,
    TruthOption,
    chosen_pairs,
    said_of_files,
)
from fdscs.commands.output import show
from fdscs.commands.pairs import read_pair
from fdscs.commands.protocol import print_protocol, protocol_of, refuse_unread
from fdscs.evaluation.evaluate import evaluate as evaluate_backend
from fdscs.evaluation.evaluate import predict_pair
from fdscs.evaluation.jumps import Jumps
from fdscs.stereo_datasets.images import write_kitti_disparity
from fdscs.storage.atomic import replacing, write_text

BackendName = StrEnum("BackendName", {name: name for name in RUNNING})  # type: ignore[misc]
SHOWN = 20  # pairs in the table; --json has all

TITLES = {  # of the table's columns
    "epe": "EPE, px", "d1": "D1, %", "bad1": "bad-1, %", "bad2": "bad-2, %", "bad3": "bad-3, %"
}  # fmt: skip

BuildArgument = Annotated[Path | None, typer.Argument(help="Folder made by `fdscs export`.")]
CheckpointOption = Annotated[Path | None, typer.Option(help="Float or quantised checkpoint.")]
BackendOption = Annotated[
    BackendName | None, typer.Option(help="By default float, brevitas or reference, as fits.")
]


def predict(
    left: Annotated[Path, typer.Option(help="Left image: 8-bit RGB, or gray.")],
    right: Annotated[Path, typer.Option(help="Right image, of the same size.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="16-bit PNG, 256·d as KITTI.")],
    build: BuildArgument = None,
    checkpoint: CheckpointOption = None,
    backend: BackendOption = None,
    npy: Annotated[Path | None, typer.Option(help="Also as float32 .npy, in pixels.")] = None,
    colour: Annotated[Path | None, typer.Option(help="Also as a coloured PNG.")] = None,
) -> None:
    """Disparity of one pair.

    fdscs predict build --left l.png --right r.png -o disp.png --colour disp-colour.png
    """
    if colour:
        from fdscs.evaluation.pictures import colour_disparity, save_picture  # Matplotlib

    disparity = predict_pair(open_backend(checkpoint, build, backend), read_pair(left, right))
    write_kitti_disparity(output, disparity)
    if npy:
        with replacing(npy) as temporary, temporary.open("wb") as file:
            np.save(file, disparity)
    if colour:
        save_picture(colour, colour_disparity(disparity))
    low, high = float(disparity.min()), float(disparity.max())
    print(f"{output}: {disparity.shape[0]}x{disparity.shape[1]}, {low:.2f} to {high:.2f} px")


def evaluate(
    dataset: DatasetOption,
    build: BuildArgument = None,
    checkpoint: CheckpointOption = None,
    root: RootOption = None,
    backend: BackendOption = None,
    ids: ListOption = None,
    limit: LimitOption = None,
    largest: Annotated[
        float | None, typer.Option(min=0, help="Leave out true disparities above so many px.")
    ] = None,
    truth: TruthOption = None,
    scale: ScaleOption = None,
    bits: BitsOption = None,
    bayer: BayerOption = None,
    side_by_side: SideBySideOption = False,
    jumps: Annotated[
        Jumps | None,
        typer.Option(help="Count only pixels within 8 px of a jump of over 5 px, or only others."),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Where all figures go, of every pair.")
    ] = None,
) -> None:
    """EPE, D1 and bad-k over a data set, averaged over images.

    fdscs evaluate --checkpoint float.safetensors --dataset kitti2015 --root KITTI --json e.json

    Non-occluded pixels, background and foreground are reported too where the data set tells them
    apart. Pairs whose ground truth cannot be theirs, and pairs without any, are named.
    """
    said = said_of_files(scale, bits, bayer, side_by_side, truth)
    pairs = chosen_pairs(dataset.value, root, ids, limit, said)
    runner = open_backend(checkpoint, build, backend)
    figures = evaluate_backend(runner, pairs, largest=largest, jumps=jumps)
    result = {"backend": runner.name, "dataset": pairs.name, "largest_px": largest, **figures}
    if jumps:
        result["jumps"] = jumps
    result["protocol"] = protocol_of(result)
    if json_file:
        write_text(json_file, json.dumps(result, indent=1) + "\n")
    print_figures(result)
    print_protocol(result, pairs)
    refuse_unread(result)


def print_figures(result: dict[str, Any]) -> None:
    """A table of the pairs, the worst D1 first, then the averages."""
    table = Table("pair", *TITLES.values())
    worst = sorted(result["per_image"], key=lambda each: -each["d1"])
    for each in worst[:SHOWN]:
        table.add_row(each["name"], *(f"{each[key]:.3f}" for key in TITLES))
    if len(worst) > SHOWN:
        table.caption = f"the {SHOWN} of {len(worst)} pairs with the largest D1"
    show(table)
    print(
        f"{result['dataset']}, {result['images']} pairs, {result['backend']}: "
        f"EPE {result['epe']:.3f} px, "
        f"D1 {result['d1']:.2f} %, bad-1 {result['bad1']:.2f} %, bad-2 {result['bad2']:.2f} %, "
        f"bad-3 {result['bad3']:.2f} %"
    )
