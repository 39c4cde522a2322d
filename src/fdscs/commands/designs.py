"""Designs for a board and a rate: the options that choose one, and what is printed of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from fdscs.commands.completion import offering
from fdscs.commands.output import show
from fdscs.commands.pairs import cropped, given_pair, parse_size
from fdscs.export.build import Build, read_build
from fdscs.hardware.boards import BOARDS, Board
from fdscs.hardware.dataflow import Folding
from fdscs.hardware.external import bandwidth, external, slots
from fdscs.hardware.plan import Design, design, fastest_fitting, target_for
from fdscs.hardware.ports import COLOURS, PIXEL_BITS, TLAST
from fdscs.model.graph import Conv2d, Graph
from fdscs.model.images import DEFAULT_SIZE, check_size
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import stage
from fdscs.vectors.index import Images

SIZE = f"{DEFAULT_SIZE[0]}x{DEFAULT_SIZE[1]}"
BuildArgument = Annotated[Path, typer.Argument(help="Folder made by `fdscs export`.")]
ProjectOption = Annotated[Path, typer.Option("-o", "--output", help="Folder of the project.")]
BoardOption = Annotated[
    str, typer.Option(help=f"Of {', '.join(BOARDS)}.", autocompletion=offering(BOARDS))
]
FpsOption = Annotated[
    float | None,
    typer.Option(min=0.01, help="Frames a second to reach; as many as fit if left out."),
]
ClockOption = Annotated[float, typer.Option(min=1, max=1000, help="MHz.")]
SizeOption = Annotated[str, typer.Option(help="Image size, rows x columns, that the rate is for.")]
MaxColumnsOption = Annotated[
    int | None, typer.Option(max=16384, help="Widest image possible; that of --size if left out.")
]
ShareOption = Annotated[
    float, typer.Option(min=0.01, max=1, help="Share of the board's resources to use.")
]
ParallelismOption = Annotated[
    str | None,
    typer.Option(
        help="Of some layers, SIMD x PE, and x 2 for two pixels at once: "
        "enc0=48x32x2,cenc=5x16; found if left out."
    ),
]
CropOption = Annotated[
    str | None,
    typer.Option(help="Middle of the images for the test bench, rows x columns; 32x256 or so."),
]
TlastOption = Annotated[
    str,
    typer.Option(
        help="TLAST on the last pixel of each line (video) or of the frame (DMA).",
        autocompletion=offering(TLAST),
    ),
]
ColoursOption = Annotated[
    str,
    typer.Option(
        help="From a pixel's low byte up: rgb, or gbr as AMD's video IP has it.",
        autocompletion=offering(COLOURS),
    ),
]
PixelBitsOption = Annotated[
    int,
    typer.Option(
        help="Bits of a pixel on its stream: 24 or 32.",
        autocompletion=offering(map(str, PIXEL_BITS)),
    ),
]


@dataclass(frozen=True)
class Wanted:
    """What the options say of a design."""

    board: str | Board
    fps: float | None
    clock: float
    size: str
    max_columns: int | None
    limit: float
    parallelism: str | None
    external: bool = False


def found_design(build: Path, wanted: Wanted) -> tuple[Build, Design]:
    """A build, and the design for it that the options ask for."""
    frozen = read_build(build)
    folding = parse_parallelism(wanted.parallelism, frozen.graph)
    target = target_for(
        wanted.board, wanted.clock, parse_size(wanted.size), wanted.max_columns, wanted.limit,
        folding, wanted.external,
    )  # fmt: skip
    graph, fps = frozen.graph, wanted.fps
    check_size(graph, *target.size)
    with stage(f"searching a design for {fps:g} frames/s" if fps else "searching the fastest"):
        return frozen, design(graph, target, fps) if fps else fastest_fitting(graph, target)


def bench_pair(
    left: Path | None, right: Path | None, crop: str | None, found: Design
) -> tuple[StereoPair, Images]:
    """The pair of a project's test bench, and which part of the images it is."""
    pair = given_pair(left, right)
    return cropped(pair, crop or small_crop(pair, found))


def small_crop(pair: StereoPair, found: Design) -> str:
    """A test bench's part of a pair: wide enough for the disparities, quick to simulate."""
    rows, columns = pair.size
    needed = 2 * found.flow.graph.disparities
    return f"{min(rows, 32)}x{min(columns, max(needed, 256), found.flow.max_columns)}"


def parse_parallelism(text: str | None, graph: Graph) -> dict[str, Folding]:
    """Folding of layers from "enc0=48x32x2,cenc=5x16"."""
    convs = {conv.name: conv for conv in graph.of_type(Conv2d)}
    found = {}
    for each in (text or "").split(","):
        if not each:
            continue
        name, _, lanes = each.partition("=")
        factors = lanes.split("x")
        if name not in convs or len(factors) not in (2, 3) or not all(map(str.isdecimal, factors)):
            raise BadInput(
                f"--parallelism {each}: write layer=SIMDxPE, such as enc0=48x32, or "
                f"enc0=48x32x2 for two pixels at once; the layers are {', '.join(convs)}."
            )
        conv, folding = convs[name], Folding(*map(int, factors))
        if not (1 <= folding.simd <= conv.in_channels and 1 <= folding.pe <= conv.channels):
            raise BadInput(
                f"--parallelism {each}: {name} has {conv.in_channels} input and {conv.channels} "
                "output channels; SIMD and PE must be 1 to these."
            )
        if fault := folding.fault(conv):
            raise BadInput(f"--parallelism {each}: {fault}; choose another.")
        found[name] = folding
    return found


def print_design(found: Design) -> None:
    """The layers with multipliers, then the whole."""
    table = Table(
        "layer", "SIMD x PE x px", "cycles/frame", "MACs/cycle", "LUT", "FF", "DSP", "BRAM", "URAM"
    )
    for row in found.table:
        folding = found.flow.folding.get(row.name)
        if folding:
            used = row.usage
            logic = (f"{each:,.0f}" for each in (used.luts, used.ffs))
            usage = [*logic, str(used.dsps), str(used.brams), str(used.urams)]
            lanes = f"{folding.simd} x {folding.pe}" + (" x 2" if folding.pixels == 2 else "")
            table.add_row(row.name, lanes, f"{row.cycles:,}", str(row.macs), *usage)
    show(table)
    target = found.target
    rows, columns = target.size
    print(
        f"{found.fps:.1f} frames/s at {columns}x{rows} and {target.clock:g} MHz, decided by "
        f"{found.bottleneck.name}, where frames overlap; {found.fps_alone:.1f} where each waits "
        f"for the one before: {found.timing.end / target.clock / 1000:.1f} ms latency"
    )
    verdict = "fits" if found.fits else f"DOES NOT FIT {100 * target.limit:.0f} % of"
    print(f"{verdict} {target.board.name}: {found.taken}")
    if outside := external(found.flow):
        rate = bandwidth(found.flow, rows, columns) * found.fps / 1e6
        print(
            f"in external memory: {', '.join(each.name for each in outside)}; "
            f"{sum(map(slots, outside)):,} KiB, {rate:,.0f} MB/s written and read"
        )
    print("LUT and FF: an estimate, of what Yosys makes of the same operations in SystemVerilog")
