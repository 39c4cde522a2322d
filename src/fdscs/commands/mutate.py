"""fdscs mutate: what a single wrong bit would have to be for the check not to see it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from fdscs.commands.output import show
from fdscs.commands.pairs import LeftOption, RightOption, given_pair
from fdscs.export.build import read_build
from fdscs.storage.atomic import write_text
from fdscs.storage.errors import BadInput

if TYPE_CHECKING:
    from fdscs.verification.faults import MutationReport

MOST_UNSEEN = 1.0  # % of the faults that can change a code
SHOWN = 20
BACKENDS = "reference", "rtl"


def mutate(
    build: Annotated[Path, typer.Argument(help="Folder made by `fdscs export`.")],
    faults: Annotated[int, typer.Option(min=6, help="How many single-bit faults.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Of the sample.")] = 0,
    left: LeftOption = None,
    right: RightOption = None,
    backend: Annotated[
        str, typer.Option(help=f"Where the faults are: {' or '.join(BACKENDS)}.")
    ] = BACKENDS[0],
    json_file: Annotated[Path | None, typer.Option("--json", help="Where the report goes.")] = None,
) -> None:
    """Try single-bit faults: which does the comparison of `fdscs check` find, which can matter?

    fdscs mutate build --faults 1000 --json mutations.json

    On the corner cases of the check, and on a pair if one is given; with --backend rtl, bits of
    the tables of weights and biases of the simulated SystemVerilog, on layers alone. Exit status 1
    if it does not see 1 % or more of those that can change a code.
    """
    from fdscs.verification.faults import FaultTrial

    if backend not in BACKENDS:
        raise BadInput(f"--backend {backend}: choose {' or '.join(BACKENDS)}.")
    pairs = [] if left is None and right is None else [given_pair(left, right)]
    simulated = None if backend == BACKENDS[0] else backend
    report = FaultTrial(read_build(build), pairs, backend=simulated).run(faults, seed)
    if json_file:
        write_text(json_file, json.dumps({"seed": seed, **report.to_json()}, indent=1) + "\n")
    print_mutations(report, alone=simulated is not None)
    if report.unseen_percent >= MOST_UNSEEN:
        raise typer.Exit(1)


def print_mutations(report: "MutationReport", alone: bool) -> None:
    """A table by kind, then what was not seen; `alone` if layers ran alone and no other way."""
    from fdscs.verification.faults import HARMLESS, OUTCOMES

    table = Table("fault in", *OUTCOMES)
    for kind, counts in report.outcomes.items():
        table.add_row(kind, *(str(counts[each]) for each in OUTCOMES))
    show(table)
    for fault, why in report.unseen[:SHOWN]:
        print(f"unseen: {fault}: {why}")
    through = f", {report.unseen_percent_through:.2f} % without the layers run alone"
    print(
        f"{report.total(*OUTCOMES)} single-bit faults; {report.total(HARMLESS)} change no code, "
        f"proved; of the others {report.unseen_percent:.2f} % not found{'' if alone else through}"
    )
