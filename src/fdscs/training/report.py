"""What a run did, for the table at its end."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from rich.table import Table

from fdscs.evaluation.metrics import TITLES, Metrics


@dataclass(frozen=True)
class PhaseReport:
    """One phase: its optimiser steps, the seconds they took, and the last validation."""

    name: str
    steps: int
    seconds: float  # of all sittings; steps that a killed one lost are not counted
    metrics: Metrics

    def to_json(self) -> dict[str, Any]:
        """Plain data that `read_report` reads back."""
        return asdict(self)


def read_report(plain: dict[str, Any]) -> PhaseReport:
    """A report from what `to_json` made of it."""
    return PhaseReport(**{**plain, "metrics": Metrics(**plain["metrics"])})


def table_of_phases(reports: Sequence[PhaseReport]) -> Table:
    """One row a phase; EPE in px, the rest in %."""
    names = [each.name for each in fields(Metrics)]
    table = Table("phase", "steps", "time", "steps/s", *(TITLES[name] for name in names))
    for report in reports:
        minutes, seconds = divmod(round(report.seconds), 60)
        rate = f"{report.steps / report.seconds:.2f}" if report.seconds else ""
        figures = (f"{value:.{3 if name == 'epe' else 2}f}"
                   for name, value in zip(names, report.metrics.values(), strict=True))  # fmt: skip
        time = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        table.add_row(report.name, f"{report.steps:,}", time, rate, *figures)
    return table
