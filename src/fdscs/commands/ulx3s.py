"""fdscs ulx3s: a bitstream for a board that people buy, by free tools alone."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from fdscs.accelerator.ulx3s.project import SIZE, designed, settings_for, write_project
from fdscs.commands.designs import print_design
from fdscs.commands.output import show
from fdscs.export.build import read_build
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import stage


def ulx3s(
    build: Annotated[Path, typer.Argument(help="Folder made by `fdscs export`.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the project.")],
    fps: Annotated[
        float, typer.Option(min=0.01, help="Frames a second of 320x240 to reach.")
    ] = 30.0,
    clock: Annotated[
        float, typer.Option(min=25, max=200, help="MHz; 25 times a fraction such as 4 or 18/5.")
    ] = 100.0,
    seeds: Annotated[
        str, typer.Option(help="Of the placement, tried one by one until the clock is met.")
    ] = "1,2,3",
    sources: Annotated[
        bool, typer.Option("--sources", help="Write the sources alone, and run no tool.")
    ] = False,
) -> None:
    """A bitstream for the ULX3S-85F that tests itself: it lights "bit-exact".

    fdscs ulx3s build -o board

    Yosys, nextpnr and ecppack take some ten minutes. Exit status 2 where the clock is not met.
    """
    from fdscs.accelerator.ulx3s.bitstream import BITSTREAM, COUNTED, make_bitstream

    chosen, settings = _seeds(seeds), settings_for(SIZE, clock)
    frozen = read_build(build)
    found = designed(frozen, clock, fps)
    with stage("computing the reference's CRCs, and writing the sources"):
        write_project(frozen, found.flow, settings, output)
    print_design(found)
    if sources:
        print(f"{output}: the sources; no tool was run.")
        return
    routed = make_bitstream(output, chosen)
    table = Table("cells", "used", "there are", "%")
    for name, (used, there) in routed.cells.items():
        table.add_row(COUNTED[name], f"{used:,}", f"{there:,}", f"{100 * used / there:.0f}")
    show(table)
    print(
        f"{output / BITSTREAM}: {routed.reached:.1f} MHz routed, {routed.asked:g} asked for, seed "
        f"{routed.seed}; {found.fps:.1f} frames/s of 320x240 at {clock:g} MHz. No board has run it."
    )


def _seeds(text: str) -> list[int]:
    words = text.split(",")
    if not all(each.strip().isdecimal() for each in words):
        raise BadInput(f"--seeds {text}: give whole numbers with commas between them, as 1,2,3.")
    return [int(each) for each in words]
