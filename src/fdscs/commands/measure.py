"""fdscs evaluate."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

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
    listed,
    said_of_files,
)
from fdscs.commands.output import show
from fdscs.commands.protocol import print_protocol, protocol_of, refuse_unread
from fdscs.evaluation.evaluate import evaluate as evaluate_backend
from fdscs.evaluation.jumps import Jumps
from fdscs.stereo_datasets.catalogue import open_dataset, select
from fdscs.storage.atomic import write_text
from fdscs.storage.errors import BadInput
from fdscs.storage.extras import needed_by
from fdscs.storage.progress import warn

BackendName = StrEnum("BackendName", {name: name for name in RUNNING})  # type: ignore[misc]
SGBM = "sgbm"  # OpenCV's semi-global matching: no back end, but a yardstick
SHOWN = 20  # pairs in the table; --json has all

LEFT_RIGHT = {"left_right": "left-right, %"}
TITLES = {  # of the table's columns
    "epe": "EPE, px", "d1": "D1, %", "bad1": "bad-1, %", "bad2": "bad-2, %", "bad3": "bad-3, %"
}  # fmt: skip

Measured = StrEnum("Measured", {name: name for name in (*RUNNING, SGBM)})  # type: ignore[misc]
BESIDE = {"epe": "SGBM: EPE, px", "d1": "SGBM: D1, %"}
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
    backend: Annotated[
        list[Measured] | None,
        typer.Option(
            help="By default float, brevitas or reference, as fits; sgbm puts OpenCV's semi-global "
            "matching beside it, up to the network's largest disparity. May be repeated.",
        ),
    ] = None,
    ids: ListOption = None,
    limit: LimitOption = None,
    largest: Annotated[
        float | None, typer.Option(min=0, help="Leave out true disparities above so many px.")
    ] = None,
    jumps: Annotated[
        Jumps | None,
        typer.Option(help="Count only pixels within 8 px of a jump of over 5 px, or only others."),
    ] = None,
    truth: TruthOption = None,
    scale: ScaleOption = None,
    bits: BitsOption = None,
    bayer: BayerOption = None,
    side_by_side: SideBySideOption = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Where all figures go, of every pair.")
    ] = None,
    submit: Annotated[
        Path | None,
        typer.Option(help="No figures: run KITTI's test pairs into the .zip its server takes."),
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

    Non-occluded pixels, background and foreground are reported too where the data set tells them
    apart. Pairs whose ground truth cannot be theirs, and pairs without any, are named.
    """
    named = [each.value for each in backend or []]
    beside = named.count(SGBM) > 0
    ours = [each for each in named if each != SGBM] or [None]
    if len(ours) > 1:
        raise BadInput(f"--backend {' and '.join(map(str, ours))}: name one, and sgbm beside it.")
    runner = open_backend(checkpoint, build, ours[0])
    if submit is not None:
        _submit(submit, runner, dataset.value, root, ids, limit)
        return
    said = said_of_files(scale, bits, bayer, side_by_side, truth)
    pairs = chosen_pairs(dataset.value, root, ids, limit, said)
    figures = evaluate_backend(runner, pairs, largest=largest, check=check, jumps=jumps)
    result = {"backend": runner.name, "dataset": pairs.name, "largest_px": largest, **figures}
    if jumps:
        result["jumps"] = jumps
    if beside:
        with needed_by("--backend sgbm"):
            from fdscs.evaluation.sgbm import Sgbm

        result[SGBM] = evaluate_backend(Sgbm(runner.graph), pairs, largest=largest, jumps=jumps)
    result["protocol"] = protocol_of(result)
    if json_file:
        write_text(json_file, json.dumps(result, indent=1) + "\n")
    print_figures(result)
    print_protocol(result, pairs)
    for each in result["per_image"]:
        for fault in each.get("faults", []):
            warn(f"{each['name']}: {fault}")
    refuse_unread(result)


def _submit(
    path: Path, runner: Any, dataset: str, root: Path | None, ids: str | None, limit: int | None
) -> None:
    from fdscs.evaluation.submission import check_submission, write_submission

    check_submission(path, dataset)
    pairs = select(open_dataset(dataset, root, split="testing"), listed(ids), limit)
    missing = write_submission(path, runner, pairs)
    print(f"{path}: {len(pairs)} pairs of {dataset}, test")
    if missing:
        warn(f"{path}: {missing} of the test pairs are missing; the server takes complete ones.")


def print_figures(result: dict[str, Any]) -> None:
    """A table of the pairs, the worst D1 first, then the averages, of SGBM too where it ran."""
    titles = TITLES | (LEFT_RIGHT if "left_right" in result["per_image"][0] else {})
    others = {each["name"]: each for each in result.get(SGBM, {}).get("per_image", [])}
    table = Table("pair", *titles.values(), *(BESIDE.values() if others else ()))
    worst = sorted(result["per_image"], key=lambda each: -each["d1"])
    for each in worst[:SHOWN]:
        other = others.get(each["name"], {})
        cells = [each[key] for key in titles] + [other[key] for key in BESIDE if other]
        table.add_row(each["name"], *(f"{cell:.3f}" for cell in cells))
    if len(worst) > SHOWN:
        table.caption = f"the {SHOWN} of {len(worst)} pairs with the largest D1"
    show(table)
    _print_averages(result, result["backend"], result)
    if others:
        _print_averages(result, SGBM, result[SGBM])


def _print_averages(result: dict[str, Any], name: str, figures: dict[str, Any]) -> None:
    print(
        f"{result['dataset']}, {figures['images']} pairs, {name}: "
        f"EPE {figures['epe']:.3f} px, "
        f"D1 {figures['d1']:.2f} %, bad-1 {figures['bad1']:.2f} %, bad-2 {figures['bad2']:.2f} %, "
        f"bad-3 {figures['bad3']:.2f} %"
    )
