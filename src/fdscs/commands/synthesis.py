"""fdscs synthesis: reports of synthesis tools beside the plan."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from fdscs.accelerator.reports import OFF, RESOURCES, TOP, deviations, read_report
from fdscs.commands.output import show
from fdscs.storage.errors import BadInput

DESIGN = "design.json"


def synthesis(
    reports: Annotated[
        list[Path],
        typer.Argument(
            help="csynth.xml, Vivado's utilisation and timing, Yosys' stat, or cells.json."
        ),
    ],
    project: Annotated[Path, typer.Option(help="Folder of the project that was synthesised.")],
) -> None:
    """Where tools differ from a project's plan: resources, intervals, slack.

    fdscs synthesis csynth.xml utilization.rpt timing.rpt --project project

    Exit status 1 if a resource is off by more than 15 %, an interval is above 1 or slack negative.
    """
    plan = _plan(project)
    table = Table("report", "what", "planned", "found", "off")
    slow, late = [], []
    for path in reports:
        report = read_report(path)
        for each in deviations(report, plan):
            table.add_row(
                path.name, f"{each.resource} of {each.name or 'all'}", f"{each.planned:,.1f}",
                f"{each.found:,.1f}", f"{100 * each.share:+.0f} %",
            )  # fmt: skip
        slow += [f"{name}: {cycles}" for name, cycles in report.intervals.items() if cycles > 1]
        late += [f"{path.name}, {name}: {ns:g} ns" for name, ns in report.slack.items() if ns < 0]
        compared = ", ".join(report.amounts.get(TOP, {})) or "no resources"
        print(
            f"{path}: {compared}; {len(report.intervals)} intervals; slack {_slack(report.slack)}"
        )
    show(table)
    print(f"resources off by more than {100 * OFF:.0f} %: {table.row_count}")
    print(f"intervals above 1: {', '.join(slow) or 'none'}")
    print(f"negative slack: {', '.join(late) or 'none'}")
    if table.row_count or slow or late:
        raise typer.Exit(1)


def _slack(slack: dict[str, float]) -> str:
    return ", ".join(f"{name} {ns:g} ns" for name, ns in slack.items()) or "not in it"


def _plan(project: Path) -> dict[str, Any]:
    """The project's design.json; raises BadInput where it is missing or has no flip-flops."""
    path = project / DESIGN
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        complete = set(RESOURCES.values()) <= set(found["resources"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path}: is no plan of a project; make one with `fdscs hls`.") from error
    if not complete:
        raise BadInput(f"{path}: counts no flip-flops; write the project anew with `fdscs hls`.")
    return found
