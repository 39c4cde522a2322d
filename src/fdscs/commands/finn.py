"""fdscs finn: the network as FINN's dataflow graph."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from fdscs.accelerator.finn.report import Result, plot_result, read_result, write_tables
from fdscs.accelerator.finn.target import Target
from fdscs.commands.output import show
from fdscs.commands.pairs import LeftOption, RightOption, cropped, given_pair, parse_size
from fdscs.export.build import read_build
from fdscs.hardware.boards import BOARDS
from fdscs.model.graph import Graph
from fdscs.model.images import DEFAULT_SIZE, check_size
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import stage

SMALL_ROWS = 46  # of the check: odd at half the size and at no multiple, so that padding is seen


def finn(
    build: Annotated[Path, typer.Argument(help="Folder made by `fdscs export`.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the result.")],
    fps: Annotated[float, typer.Option(min=0.01, help="Frames a second to reach.")],
    board: Annotated[str, typer.Option(help=f"Of {', '.join(BOARDS)}.")] = "ZCU104",
    clock: Annotated[float, typer.Option(min=1, max=1000, help="MHz.")] = 200.0,
    size: Annotated[
        str, typer.Option(help="Image size, rows x columns.")
    ] = f"{DEFAULT_SIZE[0]}x{DEFAULT_SIZE[1]}",
    limit: Annotated[
        float, typer.Option(min=0.01, max=1, help="Share of the board's resources to use.")
    ] = 0.8,
    thresholds_up_to: Annotated[
        int,
        typer.Option(
            min=0,
            max=8,
            help="Bits of codes up to which FINN counts thresholds; wider are shifted.",
        ),
    ] = 0,
    weights_in_uram: Annotated[
        bool, typer.Option(help="Let UltraRAM hold weights; the driver has to write them.")
    ] = False,
    rates: Annotated[bool, typer.Option(help="Also resources for other rates.")] = False,
    synthesise: Annotated[
        bool, typer.Option(help="Go on to a stitched IP and its synthesis; needs Vivado and Vitis.")
    ] = False,
    left: LeftOption = None,
    right: RightOption = None,
    crop: Annotated[
        str | None, typer.Option(help="Middle of the images for the check, rows x columns.")
    ] = None,
) -> None:
    """The network by FINN: one dataflow partition, checked stage by stage, folded for a board.

    fdscs finn build --board ZCU102 --fps 30 -o finn

    Exit status 1 if the design does not fit the board; it is written all the same.
    """
    from fdscs.accelerator.finn.job import run_finn

    if board not in BOARDS:
        raise BadInput(f"--board {board}: choose from {', '.join(BOARDS)}.")
    frozen = read_build(build)
    target = Target(BOARDS[board], clock, fps, limit, weights_in_uram)
    rows, columns = parse_size(size)
    check_size(frozen.graph, rows, columns)
    pair = given_pair(left, right)
    pair, _ = cropped(pair, crop or small_crop(pair, frozen.graph))
    check_size(frozen.graph, *pair.size)
    options = {"thresholds_up_to": thresholds_up_to, "rates": rates, "synthesise": synthesise}
    with stage("converting, checking and folding, by FINN"):
        result = read_result(run_finn(frozen, target, (rows, columns), pair, output, options))
    write_tables(result, output / "report.md")
    plot_result(result, output / "report.png")
    print_result(result)
    if not result.fits:
        raise typer.Exit(1)


def small_crop(pair: StereoPair, graph: Graph) -> str:
    """A part of the pair: wide enough for the disparities, quick to compute in FINN's Python."""
    rows, columns = pair.size
    wanted = 2 * graph.disparities + 30
    return f"{min(rows, SMALL_ROWS)}x{min(columns, wanted)}"


def print_result(result: Result) -> None:
    """The products and the whole."""
    table = Table("layer", "SIMD x PE", "cycles a frame", "busy %", "DSP", "weights in")
    for row in result.products:
        folding = row["folding"]
        table.add_row(
            row["layer"], f"{folding['SIMD']} x {folding['PE']}", f"{row['cycles']:,}",
            f"{100 * row['cycles'] / result.interval:.0f}", str(row["added"]["dsps"]),
            row["memory"],
        )  # fmt: skip
    show(table)
    for line in result.summary:
        print(line)
