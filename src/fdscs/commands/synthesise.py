"""fdscs synthesise: what Yosys makes of a build's accelerator in SystemVerilog."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from fdscs.accelerator.rtl.synthesis import NAMES, Cells, Part, parts, synthesised, total
from fdscs.commands.output import show
from fdscs.commands.pairs import parse_size
from fdscs.export.build import read_build
from fdscs.hardware.boards import BOARDS
from fdscs.hardware.plan import design, fastest_fitting, target_for
from fdscs.model.images import DEFAULT_SIZE, check_size
from fdscs.storage.atomic import write_text
from fdscs.storage.progress import stage

MOST_LEVELS = 4  # LUTs between registers that 300 MHz allow on UltraScale+
Found = list[tuple[Part, Cells]]


class Family(StrEnum):
    """Parts that Yosys synthesises for."""

    XCUP = "xcup"
    ECP5 = "ecp5"


def synthesise(
    build: Annotated[Path, typer.Argument(help="Folder made by `fdscs export`.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="JSON file for the cells of every module.")
    ] = None,
    board: Annotated[str, typer.Option(help=f"Of {', '.join(BOARDS)}.")] = "ZCU104",
    fps: Annotated[
        float | None,
        typer.Option(min=0.01, help="Frames a second to reach; as many as fit if left out."),
    ] = None,
    clock: Annotated[float, typer.Option(min=1, max=1000, help="MHz.")] = 300.0,
    size: Annotated[
        str, typer.Option(help="Image size, rows x columns, that the rate is for.")
    ] = f"{DEFAULT_SIZE[0]}x{DEFAULT_SIZE[1]}",
    family: Annotated[
        Family, typer.Option(help="UltraScale+ (xcup), or ECP5; the folding stays the board's.")
    ] = Family.XCUP,
) -> None:
    """LUTs, flip-flops, multipliers and memories of the accelerator, by Yosys.

    fdscs synthesise build --board KV260 --fps 60 --size 480x640 -o cells.json

    Every module is synthesised for itself: minutes, or seconds where it has been before.
    """
    frozen, target = read_build(build), target_for(board, clock, parse_size(size))
    graph = frozen.graph
    check_size(graph, *target.size)
    plan = design(graph, target, fps) if fps else fastest_fitting(graph, target)
    made = parts(plan.flow, frozen.params)
    with stage(f"synthesising {len(made)} modules for {NAMES[family]}"):
        found = list(zip(made, synthesised([each.instance for each in made], family), strict=True))
    if output is not None:
        rows = [{"name": p.name, "operation": p.operation, **asdict(cells)} for p, cells in found]
        write_text(output, json.dumps(rows, indent=1) + "\n")
    show(_table(found))
    print(f"more than {MOST_LEVELS} LUTs between registers: {_deep(found) or 'nowhere'}")
    whole = total(cells for _, cells in found)
    print(
        f"{whole.luts:,} LUTs, {whole.ffs:,} flip-flops, {whole.dsps} multipliers, "
        f"{whole.brams:g} block RAMs of 36 Kbit, {whole.urams} UltraRAMs: {NAMES[family]}, by Yosys"
    )


def _deep(found: Found) -> str:
    """Modules with more LUTs between registers than MOST_LEVELS, by operation."""
    names: dict[str, list[str]] = {}
    for part, cells in found:
        if cells.levels > MOST_LEVELS:
            names.setdefault(part.operation, []).append(f"{part.name} {cells.levels}")
    return "; ".join(f"{operation}: {', '.join(each)}" for operation, each in names.items())


def _table(found: Found) -> Table:
    """A row an operation, and their sum."""
    table = Table(
        "operation", "modules", "LUT", "logic", "shift", "memory", "FF", "carry", "DSP", "BRAM",
        "URAM", "levels",
    )  # fmt: skip
    operations = sorted({part.operation for part, _ in found})
    for name in operations:
        table.add_row(name, *_figures([c for part, c in found if part.operation == name]))
    table.add_section()
    table.add_row("all", *_figures([cells for _, cells in found]))
    return table


def _figures(cells: list[Cells]) -> Iterable[str]:
    all_of_it = total(cells)
    counts = (
        all_of_it.luts, all_of_it.logic, all_of_it.shifts, all_of_it.lutram, all_of_it.ffs,
        all_of_it.carries, all_of_it.dsps, all_of_it.brams, all_of_it.urams, all_of_it.levels,
    )  # fmt: skip
    return str(len(cells)), *(f"{each:,g}" if each < 1e5 else f"{each:,.0f}" for each in counts)
