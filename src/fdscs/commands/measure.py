"""fdscs evaluate."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from fdscs.backends.registry import RUNNING, open_backend
from fdscs.commands.options import DatasetOption, LimitOption, ListOption, RootOption, chosen_pairs
from fdscs.commands.output import show
from fdscs.evaluation.evaluate import evaluate as evaluate_backend
from fdscs.storage.atomic import write_text
from fdscs.storage.progress import warn

BackendName = StrEnum("BackendName", {name: name for name in RUNNING})  # type: ignore[misc]
SHOWN = 20  # pairs in the table; --json has all

LEFT_RIGHT = {"left_right": "left-right, %"}
TITLES = {  # of the table's columns
    "epe": "EPE, px", "d1": "D1, %", "bad1": "bad-1, %", "bad2": "bad-2, %", "bad3": "bad-3, %"
}  # fmt: skip

BuildArgument = Annotated[Path | None, typer.Argument(help="Folder made by `fdscs export`.")]
CheckpointOption = Annotated[Path | None, typer.Option(help="Float or quantised checkpoint.")]
BackendOption = Annotated[
    BackendName | None, typer.Option(help="By default float, brevitas or reference, as fits.")
]


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
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Where all figures go, of every pair.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option(help="Compare left and right in the middle rows, and name what is wrong."),
    ] = True,
) -> None:
    """EPE, D1 and bad-k over a data set, averaged over images.

    fdscs evaluate --checkpoint float.safetensors --dataset kitti2015 --root KITTI --json e.json

    "left-right" is the share of the disparities on which both views agree within 1 px, in the
    middle rows. Pairs that are swapped, not rectified or out of the network's range are named.
    """
    pairs = chosen_pairs(dataset.value, root, ids, limit)
    runner = open_backend(checkpoint, build, backend)
    figures = evaluate_backend(runner, pairs, largest=largest, check=check)
    result = {"backend": runner.name, "dataset": pairs.name, "largest_px": largest, **figures}
    if json_file:
        write_text(json_file, json.dumps(result, indent=1) + "\n")
    print_figures(result)
    for each in result["per_image"]:
        for fault in each.get("faults", []):
            warn(f"{each['name']}: {fault}")


def print_figures(result: dict[str, Any]) -> None:
    """A table of the pairs, the worst D1 first, then the averages."""
    titles = TITLES | (LEFT_RIGHT if "left_right" in result["per_image"][0] else {})
    table = Table("pair", *titles.values())
    worst = sorted(result["per_image"], key=lambda each: -each["d1"])
    for each in worst[:SHOWN]:
        table.add_row(each["name"], *(f"{each[key]:.3f}" for key in titles))
    if len(worst) > SHOWN:
        table.caption = f"the {SHOWN} of {len(worst)} pairs with the largest D1"
    show(table)
    print(
        f"{result['dataset']}, {result['images']} pairs, {result['backend']}: "
        f"EPE {result['epe']:.3f} px, "
        f"D1 {result['d1']:.2f} %, bad-1 {result['bad1']:.2f} %, bad-2 {result['bad2']:.2f} %, "
        f"bad-3 {result['bad3']:.2f} %"
    )
