"""fdscs check."""

import json
from collections.abc import Iterable
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from fdscs.backends.registry import CHECKED, COMPARABLE, without_program
from fdscs.commands.completion import offering_several
from fdscs.commands.output import show
from fdscs.commands.pairs import LeftOption, RightOption, given_pair
from fdscs.export.build import CHECKPOINT, read_build
from fdscs.storage.atomic import write_text
from fdscs.storage.errors import BadInput

if TYPE_CHECKING:
    from fdscs.vectors.mismatch import LayerResult
    from fdscs.verification.check import Report

OTHERS = [name for name in COMPARABLE if name not in CHECKED]
BackendsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--backend",
        help=f"Of {', '.join(CHECKED)}, all by default; or {', '.join(OTHERS)}.",
        autocompletion=offering_several(COMPARABLE),
    ),
]


def check(
    build: Annotated[Path, typer.Argument(help="Folder made by `fdscs export`.")],
    left: LeftOption = None,
    right: RightOption = None,
    backend: BackendsOption = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Where the report goes.")] = None,
    corner_cases: Annotated[bool, typer.Option(help="Generated corner cases too.")] = True,
) -> None:
    """Compare every layer of every back end with the integer reference; tolerance 0.

    fdscs check build --left l.png --right r.png --json check.json

    Exit status 1, and the first layer and pixel that differ, if anything does.
    """
    from fdscs.quantization.quant_checkpoint import load_quantised
    from fdscs.verification.check import check as check_build

    names = chosen_backends(backend)
    pair = given_pair(left, right)
    frozen = read_build(build)
    net = load_quantised(build / CHECKPOINT)[0]
    report = check_build(frozen, net, [pair], names, corner_cases)
    if json_file:
        write_text(json_file, json.dumps(report.to_json(), indent=1) + "\n")
    print_report(report)
    if not report.passed:
        raise typer.Exit(1)


def chosen_backends(given: list[str] | None) -> tuple[str, ...]:
    """Those that --backend names, comma-separated or one by one; all if it is left out."""
    names = tuple(name for each in given or () for name in each.split(","))
    unknown = sorted(set(names) - set(COMPARABLE))
    if unknown:
        raise BadInput(
            f"--backend {unknown[0]}: choose from {', '.join(COMPARABLE)}; each is compared "
            "with the reference."
        )
    return names or available()


def available() -> tuple[str, ...]:
    """What a check compares; what lacks its program is left out, which is said."""
    reasons = {name: without_program(name) for name in CHECKED}
    for name, reason in reasons.items():
        if reason:
            print(f"{name} is left out: {reason}.")
    return tuple(name for name, reason in reasons.items() if reason is None)


def print_report(report: "Report") -> None:
    """A table of the layers and who ran them, then what differs."""
    table = Table("layer", "by", "elements", "mismatches", "float exact", "ties", "saturated")
    groups = run_by(report.layers.values())
    for layer in report.layers.values():
        exact = "proved" if layer.exact_float else "NO"
        seen = (str(each.get(layer.name, "")) for each in (report.ties, report.saturated))
        by = groups[tuple(layer.backends)]
        table.add_row(layer.name, by, f"{layer.elements:,}", str(layer.mismatches), exact, *seen)
    show(table)
    for names, by in groups.items():
        print(f"by {by}: {', '.join(names)}")
    for difference in report.parameters:
        print(f"parameters differ: {difference}")
    for mismatch in report.first:
        print(f"mismatch: {mismatch}")
    for name, reason in report.not_run.items():
        print(f"not run: {name}: {reason}")
    print(outcome(report))


def run_by(layers: Iterable["LayerResult"]) -> dict[tuple[str, ...], str]:
    """A letter for each set of back ends that ran the same layers, in order of appearance."""
    sets = dict.fromkeys(tuple(layer.backends) for layer in layers)
    return {names: ascii_uppercase[index] for index, names in enumerate(sets)}


def outcome(report: "Report") -> str:
    """The verdict, and over how much it was reached."""
    elements = sum(layer.elements for layer in report.layers.values())
    verdict = "equal" if report.passed else "NOT EQUAL"
    return (
        f"{verdict}: {report.mismatches} mismatches in {elements:,} comparisons, "
        f"{len(report.layers)} layers, {len(report.cases)} cases, tolerance 0"
    )
