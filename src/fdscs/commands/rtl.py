"""fdscs rtl: the accelerator in SystemVerilog."""

from typing import Annotated

import typer

from fdscs.accelerator.rtl.vivado import write_project
from fdscs.commands.completion import offering
from fdscs.commands.designs import (
    SIZE,
    BoardOption,
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
from fdscs.commands.pairs import LeftOption, RightOption
from fdscs.hardware.ports import COLOURS, PIXEL_BITS, TLAST, Ports
from fdscs.storage.progress import stage


def rtl(
    build: BuildArgument,
    output: ProjectOption,
    board: BoardOption = "ZCU104",
    fps: FpsOption = None,
    clock: ClockOption = 200.0,
    size: SizeOption = SIZE,
    max_columns: MaxColumnsOption = None,
    limit: ShareOption = 0.8,
    parallelism: ParallelismOption = None,
    tlast: Annotated[
        str,
        typer.Option(
            help="TLAST on the last pixel of each line (video) or of the frame (DMA).",
            autocompletion=offering(TLAST),
        ),
    ] = "line",
    colours: Annotated[
        str,
        typer.Option(
            help="From a pixel's low byte up: rgb, or gbr as AMD's video IP has it.",
            autocompletion=offering(COLOURS),
        ),
    ] = "rgb",
    pixel_bits: Annotated[
        int,
        typer.Option(
            help="Bits of a pixel on its stream: 24 or 32.",
            autocompletion=offering(map(str, PIXEL_BITS)),
        ),
    ] = 24,
    left: LeftOption = None,
    right: RightOption = None,
    crop: CropOption = None,
) -> None:
    """The complete accelerator in SystemVerilog: Vivado and IP scripts, a test bench, synthesis.

    fdscs rtl build --board ZCU104 --fps 30 -o project

    Exit status 1 if the design does not fit the board; it is written all the same.
    """
    ports = Ports(pixel_bits, colours, tlast)
    wanted = Wanted(board, fps, clock, size, max_columns, limit, parallelism)
    frozen, found = found_design(build, wanted)
    pair, images = bench_pair(left, right, crop, found)
    with stage("writing the project and its test bench"):
        write_project(output, frozen, found, ports, pair, images)
    print_design(found)
    print(f"{output}: try `make -C {output} simulate`; Vivado was not run; see its README.md.")
    if not found.fits:
        raise typer.Exit(1)
