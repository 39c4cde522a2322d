"""fdscs synthesise and synthesis: what tools make of an accelerator, beside its plan."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from fdscs.accelerator.rtl.synthesis import Cells, Instance
from tests.accelerator.test_reports import FLAT, PLAN, TIMING


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a plan."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "design.json").write_text(json.dumps(PLAN))
    return tmp_path / "project"


def test_synthesis_says_what_is_off_and_late(
    fdscs: Callable[..., Any], project: Path, tmp_path: Path
) -> None:
    (tmp_path / "utilisation.rpt").write_text(FLAT)
    (tmp_path / "timing.rpt").write_text(TIMING)
    reports = tmp_path / "utilisation.rpt", tmp_path / "timing.rpt"
    outcome = fdscs("synthesis", *reports, "--project", project)
    assert outcome.status == 1
    assert "resources off by more than 15 %: 1" in outcome.out
    assert "+50 %" in outcome.out and "FF of all" in outcome.out
    assert "intervals above 1: none" in outcome.out
    assert "negative slack: timing.rpt, setup: -0.121 ns" in outcome.out


def test_synthesis_is_content_where_all_is_as_planned(
    fdscs: Callable[..., Any], project: Path, tmp_path: Path
) -> None:
    (tmp_path / "report").write_text(FLAT.replace("|  900 |", "|  610 |"))
    outcome = fdscs("synthesis", tmp_path / "report", "--project", project)
    assert outcome.status == 0, outcome.err
    assert "resources off by more than 15 %: 0" in outcome.out


def test_synthesis_refuses_a_folder_without_a_plan(
    refused: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "report").write_text(FLAT)
    said = refused("synthesis", tmp_path / "report", "--project", tmp_path)
    assert "is no plan of a project; make one with `fdscs hls`" in said


def test_synthesise_adds_up_by_operation(
    fdscs: Callable[..., Any], build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With cells that no tool made: six LUTs of each module, and a deep path in the first."""
    families = []

    def made(instances: Sequence[Instance], family: str) -> list[Cells]:
        families.append(family)
        return [Cells({"LUT6": 6, "FDRE": 2}, 7 if i == 0 else 2) for i in range(len(instances))]

    monkeypatch.setattr("fdscs.commands.synthesise.synthesised", made)
    cells = tmp_path / "cells.json"
    outcome = fdscs(
        "synthesise", build, "--size", "64x96", "--fps", 30, "--family", "ecp5", "-o", cells
    )
    assert outcome.status == 0, outcome.err
    rows = json.loads(cells.read_text())
    assert families == ["ecp5"]
    assert {"conv2d", "requantise", "fifo", "axi_stream"} <= {row["operation"] for row in rows}
    first = f"{rows[0]['operation']}: {rows[0]['name']} 7"
    assert f"more than 4 LUTs between registers: {first}\n" in outcome.out
    assert f"{6 * len(rows):,} LUTs, {2 * len(rows):,} flip-flops, 0 multipliers" in outcome.out
    assert "ECP5, by Yosys" in outcome.out
