"""fdscs board: a kit for a board that runs Python."""

from typing import Annotated

import typer

from fdscs.accelerator.kits.boards import BOARD_PARTS, kit_board
from fdscs.accelerator.kits.kit import check_transfers, write_kit
from fdscs.accelerator.kits.rehearsal import rehearse
from fdscs.board.errors import BoardError
from fdscs.commands.completion import offering
from fdscs.commands.designs import (
    SIZE,
    BuildArgument,
    ClockOption,
    CropOption,
    FpsOption,
    MaxColumnsOption,
    ParallelismOption,
    ProjectOption,
    ShareOption,
    SizeOption,
    Wanted,
    bench_pair,
    found_design,
    print_design,
)
from fdscs.commands.pairs import LeftOption, RightOption, given_pair, parse_size
from fdscs.export.build import Build, read_build
from fdscs.hardware.plan import Design
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import stage


def board(
    build: BuildArgument,
    output: ProjectOption,
    board: Annotated[
        str,
        typer.Option(
            help=f"Of {', '.join(BOARD_PARTS)}, or a TOML file of another.",
            autocompletion=offering(BOARD_PARTS),
        ),
    ] = "KV260",
    fps: FpsOption = None,
    clock: ClockOption = 200.0,
    size: SizeOption = SIZE,
    max_columns: MaxColumnsOption = None,
    limit: ShareOption = 0.8,
    parallelism: ParallelismOption = None,
    left: LeftOption = None,
    right: RightOption = None,
    crop: CropOption = None,
    simulate: Annotated[
        bool,
        typer.Option("--simulate", help="Then run the self-test on a simulated board (minutes)."),
    ] = False,
) -> None:
    """A kit for a board: accelerator, block design, driver in Python, golden vectors.

    fdscs board build --board KV260 --size 480x640 -o kit

    docs/board.md goes from there to a running board. Exit status 1 if the design does not fit the
    board; the kit is written all the same.
    """
    chosen = kit_board(board)
    check_transfers(read_build(build).graph, parse_size(size))  # before a search that takes longer
    wanted = Wanted(chosen.board, fps, clock, size, max_columns, limit, parallelism)
    frozen, found = found_design(build, wanted)
    bench = bench_pair(left, right, crop, found)
    pair = given_pair(left, right)
    with stage("computing golden vectors, and writing the kit"):
        write_kit(output, frozen, found, chosen, pair, bench)
    print_design(found)
    if simulate:
        with stage("running the self-test on a simulated board"):
            print(f"driver on a simulated board: {_rehearsed(frozen, found, pair)}")
    print(
        f"{output}: {chosen.board.name}; next `make -C {output} bitstream`, with Vivado, which was "
        "not run; see its README.md."
    )
    if not found.fits:
        raise typer.Exit(1)


def _rehearsed(build: Build, found: Design, pair: StereoPair) -> str:
    try:
        return rehearse(build, found, pair)
    except BoardError as error:
        raise BadInput(str(error)) from error
