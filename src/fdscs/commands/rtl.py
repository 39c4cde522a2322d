"""fdscs rtl: the accelerator in SystemVerilog."""

from typing import Annotated

import typer

from fdscs.accelerator.rtl.vivado import write_project
from fdscs.commands.designs import (
    SIZE,
    BoardOption,
    BuildArgument,
    ClockOption,
    ColoursOption,
    CropOption,
    FpsOption,
    MaxColumnsOption,
    ParallelismOption,
    PixelBitsOption,
    ProjectOption,
    ShareOption,
    SizeOption,
    TlastOption,
    Wanted,
    bench_pair,
    found_design,
    print_design,
)
from fdscs.commands.pairs import LeftOption, RightOption
from fdscs.hardware.ports import Ports
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
    external: Annotated[
        bool,
        typer.Option(
            "--external",
            help="The deepest skips wait in external memory, each behind an AXI4 port of its own.",
        ),
    ] = False,
    tlast: TlastOption = "line",
    colours: ColoursOption = "rgb",
    pixel_bits: PixelBitsOption = 24,
    left: LeftOption = None,
    right: RightOption = None,
    crop: CropOption = None,
) -> None:
    """The complete accelerator in SystemVerilog: Vivado and IP scripts, a test bench, synthesis.

    fdscs rtl build --board ZCU104 --fps 30 -o project

    Exit status 1 if the design does not fit the board; it is written all the same.
    """
    ports = Ports(pixel_bits, colours, tlast)
    wanted = Wanted(board, fps, clock, size, max_columns, limit, parallelism, external)
    frozen, found = found_design(build, wanted)
    pair, images = bench_pair(left, right, crop, found)
    with stage("writing the project and its test bench"):
        write_project(output, frozen, found, ports, pair, images)
    print_design(found)
    print(f"{output}: try `make -C {output} simulate`; Vivado was not run; see its README.md.")
    if not found.fits:
        raise typer.Exit(1)
