"""What a run did, for the table at its end."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from fdscs.evaluation.metrics import Metrics


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
    """One row a phase."""
    table = Table("phase", "steps", "time", "steps/s", "EPE, px", "D1, %", "bad-1/2/3, %")
    for report in reports:
        minutes, seconds = divmod(round(report.seconds), 60)
        time = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        rate = f"{report.steps / report.seconds:.2f}" if report.seconds else ""
        found = report.metrics
        bad = f"{found.bad1:.1f}/{found.bad2:.1f}/{found.bad3:.1f}"
        figures = (f"{found.epe:.3f}", f"{found.d1:.2f}", bad)
        table.add_row(report.name, f"{report.steps:,}", time, rate, *figures)
    return table
