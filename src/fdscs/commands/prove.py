"""fdscs prove: properties of the SystemVerilog for all inputs, by a solver."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from fdscs.accelerator.rtl.proofs.prove import FILE, Proof, proofs, write_proofs
from fdscs.accelerator.rtl.proofs.solver import OPEN, PROVED, REFUTED
from fdscs.commands.completion import offering
from fdscs.commands.output import show
from fdscs.commands.pairs import parse_size
from fdscs.export.build import read_build
from fdscs.hardware.boards import BOARDS
from fdscs.hardware.plan import default_flow, design, target_for
from fdscs.model.images import DEFAULT_SIZE
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import stage


def prove(
    build: Annotated[Path, typer.Argument(help="Folder made by `fdscs export`.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help=f"The table as JSON; BUILD/{FILE}.")
    ] = None,
    board: Annotated[
        str | None, typer.Option(help="Of the accelerator for it.", autocompletion=offering(BOARDS))
    ] = None,
    fps: Annotated[
        float | None, typer.Option(min=0.01, help="Frames a second, with --board.")
    ] = None,
    clock: Annotated[float, typer.Option(min=1, max=1000, help="MHz, with --board.")] = 200.0,
    size: Annotated[
        str, typer.Option(help="Image size, rows x columns, with --board.")
    ] = f"{DEFAULT_SIZE[0]}x{DEFAULT_SIZE[1]}",
    limit: Annotated[int, typer.Option(min=1, help="Seconds for one proof.")] = 600,
) -> None:
    """Prove parts of the SystemVerilog for all inputs: arithmetic and streams, by SymbiYosys.

    fdscs prove build

    Without --board of the accelerator that `fdscs check --backend rtl` simulates. What was proved
    is kept, so a second run is quick. Exit status 1 if a property is refuted.
    """
    if (board is None) != (fps is None):
        raise BadInput("--board and --fps go together; give both or none.")
    frozen = read_build(build)
    flow = default_flow(frozen.graph)
    if board is not None and fps is not None:
        flow = design(frozen.graph, target_for(board, clock, parse_size(size)), fps).flow
    count, decided = proofs(flow, frozen.params, limit)
    found: list[Proof] = []
    with stage("proving", count) as running:
        for proof in decided:
            found.append(proof)
            running.advance(proof.module)
    write_proofs(found, frozen, output or build / FILE)
    print_proofs(found)
    if any(proof.verdict.outcome == REFUTED for proof in found):
        raise typer.Exit(1)


def print_proofs(found: list[Proof]) -> None:
    """A row a property, then what was refuted and the whole."""
    table = Table("property", "module", "parameters", "of", "how", "holds", "s")
    for proof in found:
        given = " ".join(f"{name}={value}" for name, value in proof.parameters.items())
        places = proof.places[0] + (f" +{len(proof.places) - 1}" if proof.places[1:] else "")
        seconds = f"{proof.verdict.seconds:.0f}"
        table.add_row(proof.claim, proof.module, given, places, proof.how, proof.reach, seconds)
    show(table)
    for proof in found:
        if proof.verdict.fault:
            print(f"{proof.reach}: {proof.verdict.fault}")
    proved = sum(proof.verdict.outcome == PROVED for proof in found)
    refuted = sum(proof.verdict.outcome == REFUTED for proof in found)
    open_ = sum(proof.verdict.outcome == OPEN for proof in found)
    print(
        f"{len(found)} properties: {proved} proved for all inputs, "
        f"{len(found) - proved - refuted - open_} up to a bound, {open_} open, {refuted} refuted"
    )
