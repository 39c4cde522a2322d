"""The estimate of LUTs and flip-flops beside what Yosys made of the same modules."""

import json
from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from benchmarks.logic import (
    MEASURED,
    OPERATIONS,
    cases,
    fit,
    from_json,
    instance_of,
    least,
    rows_of,
    sizes_of,
    to_json,
    weights_in_luts,
)
from fdscs.hardware.boards import BOARDS
from fdscs.hardware.logic import fitted, logic
from fdscs.hardware.memories import Memory

SMALL = 16  # LUTs or flip-flops: modules may be as far off
# A requantisation's LUTs depend on which channels have which shifts, beside their range.
OFF = {"requantise": 0.5}
# Of 1,115 words of 56 bits Yosys makes two banks of block RAM, whose words are chosen among.
BANKS = {("cat_4", "luts"): 0.4}
SAVED = json.loads(MEASURED.read_text())
ROWS: list[dict[str, Any]] = rows_of(SAVED)


def estimated(row: dict[str, Any]) -> tuple[float, float]:
    """LUTs, those of a table of weights among them, and flip-flops."""
    found = sizes_of(row)
    assert found is not None
    usage = logic(*found)
    return usage.luts + weights_in_luts(row), usage.ffs


def known() -> list[dict[str, Any]]:
    """What is estimated: all but the border."""
    return [row for row in ROWS if sizes_of(row) is not None]


def test_coefficients_are_those_of_the_saved_measurements() -> None:
    assert fit(SAVED) == fitted()


def test_five_of_every_module_were_measured() -> None:
    sizes = defaultdict(set)
    for row in known():
        name, each = sizes_of(row)  # type: ignore[misc]
        sizes[name].add(json.dumps(row.get("parameters", each)))
    assert set(sizes) == set(fitted())
    assert set(fitted()) >= set(OPERATIONS)
    assert {name: len(each) for name, each in sizes.items() if len(each) < 5} == {}


def test_every_module_is_within_a_quarter() -> None:
    far = []
    for row in known():
        for what, guess in zip(("luts", "ffs"), estimated(row), strict=True):
            off = BANKS.get((row.get("name"), what), OFF.get(row["module"], 0.25))
            if abs(guess - row[what]) > max(off * row[what], SMALL):
                far.append((row["module"], row.get("name"), what, row[what], round(guess)))
    assert far == []


def test_every_operation_of_a_whole_lite_is_within_a_quarter_and_all_of_it_within_15_percent() -> (
    None
):
    sums: dict[str, Any] = defaultdict(lambda: np.zeros((2, 2)))
    for row in SAVED["lite"]:
        guess = estimated(row) if sizes_of(row) is not None else (0.0, 0.0)
        sums[row["module"]] += np.array([guess, (row["luts"], row["ffs"])])
    whole = sum(sums.values())
    del sums["axi_stream"]  # the border, which is no process
    for name, (guess, found) in [*sums.items(), ("whole", whole)]:
        share = 0.15 if name == "whole" else 0.25
        assert np.all(np.abs(guess - found) <= np.maximum(share * found, SMALL)), (
            name,
            guess,
            found,
        )


def test_modules_with_more_than_four_luts_between_registers() -> None:
    """What docs/rtl.md names."""
    deep = {row["module"] for row in ROWS if row["levels"] > 4}
    assert deep == {"conv2d", "conv2d_pairs", "reflect_pad", "fifo"}
    fifos = [row for row in ROWS if row["module"] == "fifo" and row["levels"] > 4]
    assert {row["kind"] for row in fifos} == {"uram"}


def test_parameters_come_back_from_json() -> None:
    for _, parameters in cases():
        assert from_json(json.loads(json.dumps(to_json(parameters)))) == parameters


def test_the_least_coefficients_are_never_below_zero() -> None:
    sizes = np.array([[1, 10], [1, 20], [1, 40]], float)
    assert least(sizes, sizes @ [5.0, 2.0]) == pytest.approx([5, 2])
    assert least(sizes, sizes @ [-5.0, 2.0])[0] == 0  # the nearest would be −5


def test_memories_that_can_be_written_take_the_luts_of_their_addresses() -> None:
    assert Memory("", 32, 14).luts == 8  # RAM32M16
    assert Memory("", 64, 14).luts == 16  # two RAM64M8
    assert Memory("", 65, 7).luts == 16
    assert Memory("", 65, 7, constant=True).luts == 14


def test_parts_have_two_flip_flops_a_lut() -> None:
    assert {name for name, board in BOARDS.items() if board.ffs != 2 * board.luts} == set()


@pytest.mark.slow
def test_syntheses_give_what_was_saved() -> None:
    """Where tables are random, or there are none.

    Beside other modules in one run of Yosys a module may take a LUT or two more or less.
    """
    from fdscs.accelerator.rtl.synthesis import synthesised

    rows = [row for row in SAVED["cases"] if row["module"] != "cost_volume"]
    instances = [instance_of(row["module"], from_json(row["parameters"])) for row in rows]
    for row, cells in zip(rows, synthesised(instances, "xcup"), strict=True):
        assert abs(cells.logic + cells.shifts - row["luts"]) <= max(2, row["luts"] // 500), row
        found = cells.lutram, cells.ffs, cells.levels
        assert found == (row["lutram"], row["ffs"], row["levels"]), row
