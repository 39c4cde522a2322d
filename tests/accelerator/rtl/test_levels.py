"""LUT levels of netlists written by hand, in the form of Yosys' write_json."""

from typing import Any

from fdscs.accelerator.rtl.levels import Netlist
from fdscs.accelerator.rtl.synthesis import Cells, total

INPUTS = {"I0", "I1", "D", "S", "DI", "CI", "A0", "C", "ADDRA", "WE", "RAD", "B"}


def netlist(cells: list[tuple[str, dict[str, list[int]]]], **ports: tuple[str, int]) -> Netlist:
    """`cells` by type and connections; `ports` of one bit, by direction and net."""
    return Netlist(
        {
            "ports": {n: {"direction": way, "bits": [bit]} for n, (way, bit) in ports.items()},
            "cells": {
                str(i): {
                    "type": kind,
                    "connections": connections,
                    "port_directions": {
                        port: "input" if port in INPUTS else "output" for port in connections
                    },
                }
                for i, (kind, connections) in enumerate(cells)
            },
            "netnames": {f"net{i}": {"hide_name": 0, "bits": [i]} for i in range(20)},
        }
    )  # fmt: skip


def test_a_path_counts_its_luts_and_no_carry_chain() -> None:
    found = netlist(
        [
            ("FDRE", {"D": [5], "Q": [1]}),
            ("LUT2", {"I0": [1], "I1": [2], "O": [3]}),
            ("CARRY4", {"S": [3], "DI": [1], "O": [4]}),
            ("LUT1", {"I0": [4], "O": [5]}),
        ],
        go=("input", 2),
        out=("output", 3),
    )
    assert found.levels == 2
    assert found.levels_to("out") == 1
    assert found.levels_from("go") == 2
    assert found.path() == ["net1", "net3", "net4", "net5"]


def test_registers_and_multipliers_end_a_path() -> None:
    cells: list[tuple[str, dict[str, Any]]] = [
        ("LUT1", {"I0": [1], "O": [2]}),
        ("DSP48E2", {"B": [2], "P": [3]}),
        ("LUT1", {"I0": [3], "O": [4]}),
        ("FDRE", {"D": [4], "Q": [5]}),
    ]
    assert netlist(cells, a=("input", 1)).levels == 1


def test_memory_of_luts_is_a_level_from_its_address_not_from_its_data() -> None:
    read = [("RAM32M", {"ADDRA": [1], "DOA": [3]}), ("FDRE", {"D": [3], "Q": [1]})]
    assert netlist(read).levels == 1
    written = [
        ("LUT1", {"I0": [1], "O": [2]}),
        ("RAM32M", {"WE": [2], "DOA": [3]}),
        ("FDRE", {"D": [3], "Q": [1]}),
    ]
    assert netlist(written).levels == 1
    ecp5 = [
        ("TRELLIS_DPR16X4", {"RAD": [1], "DO": [3]}),
        ("LUT4", {"A0": [3], "O": [4]}),
        ("TRELLIS_FF", {"D": [4], "Q": [1]}),
    ]
    assert netlist(ecp5).levels == 2


def test_cells_are_counted_in_luts() -> None:
    one = Cells({"LUT6": 3, "SRL16E": 2, "RAM32M16": 1, "FDRE": 5, "RAMB18E2": 1, "RAMB36E2": 1})
    assert (one.luts, one.logic, one.shifts, one.lutram) == (13, 3, 2, 8)
    assert (one.ffs, one.brams) == (5, 1.5)
    assert total([one.times(2), Cells({"URAM288": 1, "LUT2": 1}, 4)]).luts == 27
    assert total([one, Cells({}, 4)]).levels == 4
    ecp5 = Cells({"LUT4": 1, "CCU2C": 2, "TRELLIS_DPR16X4": 1, "MULT18X18D": 3, "DP16KD": 2})
    assert (ecp5.luts, ecp5.carries, ecp5.dsps, ecp5.brams) == (11, 2, 3, 1)
