# ruff: noqa: E501 - reports are as wide as the tools write them
"""Reports of synthesis tools, in the forms that these write, and where they leave a plan."""

import json
from pathlib import Path

import pytest

from fdscs.accelerator.reports import TOP, Deviation, deviations, read_report
from fdscs.storage.errors import BadInput

CSYNTH = """<?xml version="1.0"?>
<profile>
  <UserAssignments><TargetClockPeriod>3.33</TargetClockPeriod>
    <ClockUncertainty>0.90</ClockUncertainty><TopModelName>accelerator</TopModelName></UserAssignments>
  <PerformanceEstimates>
    <SummaryOfTimingAnalysis><EstimatedClockPeriod>2.65</EstimatedClockPeriod></SummaryOfTimingAnalysis>
  </PerformanceEstimates>
  <AreaEstimates>
    <Resources><BRAM_18K>10</BRAM_18K><DSP>4</DSP><FF>900</FF><LUT>600</LUT><URAM>0</URAM></Resources>
    <AvailableResources><BRAM_18K>624</BRAM_18K></AvailableResources>
  </AreaEstimates>
  <ModuleInformation>
    <Module><Name>conv2d_s</Name><PerformanceEstimates><SummaryOfLoopLatency>
      <rows><Name>rows</Name><PipelineII>2</PipelineII></rows></SummaryOfLoopLatency></PerformanceEstimates></Module>
    <Module><Name>crop_s</Name><PerformanceEstimates><SummaryOfLoopLatency>
      <rows><Name>rows</Name><PipelineII>1</PipelineII></rows></SummaryOfLoopLatency></PerformanceEstimates></Module>
  </ModuleInformation>
</profile>
"""
FLAT = """Utilization Design Information
| CLB LUTs*                  |  600 |     0 |          0 |    117120 |  0.51 |
|   LUT as Logic             |  500 |     0 |          0 |    117120 |  0.43 |
| CLB Registers              |  900 |     0 |          0 |    234240 |  0.38 |
| Block RAM Tile    |  5.5 |     0 |          0 |       144 |  3.82 |
| URAM              |    0 |     0 |          0 |        64 |  0.00 |
| DSPs           |    4 |     0 |          0 |      1248 |  0.32 |
"""
NESTED = """Utilization Design Information
|     Instance     |    Module   | Total LUTs | Logic LUTs | LUTRAMs |   SRLs  |   FFs   | RAMB36 | RAMB18 | URAM | DSP Blocks |
| accelerator      |       (top) | 600(0.51%) | 500(0.43%) | 60(0.1%) | 40(0.1%) | 900(0.4%) |  5(3.5%) | 1(0.3%) | 0(0.00%) | 4(0.3%) |
|   enc0           |      conv2d | 300(0.26%) | 300(0.26%) | 0(0.0%) | 0(0.0%) | 500(0.2%) |  2(1.4%) | 1(0.3%) | 0(0.00%) | 4(0.3%) |
|   fifo_cost      | stream_fifo | 100(0.09%) |  40(0.03%) | 60(0.1%) | 0(0.0%) |  90(0.1%) |  0(0.0%) | 0(0.0%) | 0(0.00%) | 0(0.0%) |
"""
TIMING = """| Design Timing Summary
    WNS(ns)      TNS(ns)  TNS Failing Endpoints  TNS Total Endpoints      WHS(ns)      THS(ns)  THS Failing Endpoints  THS Total Endpoints     WPWS(ns)     TPWS(ns)  TPWS Failing Endpoints  TPWS Total Endpoints
    -------      -------  ---------------------  -------------------      -------      -------  ---------------------  -------------------     --------     --------  ----------------------  --------------------
     -0.121       -4.500                     40                21000        0.014        0.000                      0                21000        1.124        0.000                       0                 9000
"""
STAT = """
=== enc0 ===
       10   LUT2
=== accelerator ===

        +----------Local Count, excluding submodules.
      179 wires
        8   CARRY4
       86   FDRE
       10   INV
       17   LUT2
        3   LUT6
        5   RAM32M16
"""
PLAN = {
    "resources": {"luts": 590, "ffs": 600, "dsps": 4, "brams": 5.5, "urams": 0},
    "processes": [
        {
            "name": "enc0", "inputs": ["cost"],
            "resources": {"luts": 400, "ffs": 590, "dsps": 3, "brams": 2.5, "urams": 0},
        }
    ],
}  # fmt: skip


def write(folder: Path, text: str) -> Path:
    """A report."""
    path = folder / "report"
    path.write_text(text)
    return path


def test_vitis_hls(tmp_path: Path) -> None:
    report = read_report(write(tmp_path, CSYNTH))
    assert report.amounts == {TOP: {"BRAM": 5, "DSP": 4, "FF": 900, "LUT": 600, "URAM": 0}}
    assert report.intervals == {"conv2d_s/rows": 2, "crop_s/rows": 1}
    assert report.slack == {"estimated clock": pytest.approx(3.33 - 0.90 - 2.65)}


def test_vivado_utilisation(tmp_path: Path) -> None:
    whole = {"LUT": 600, "FF": 900, "DSP": 4, "BRAM": 5.5, "URAM": 0}
    assert read_report(write(tmp_path, FLAT)).amounts == {TOP: whole}
    nested = read_report(write(tmp_path, NESTED)).amounts
    assert nested[TOP] == whole
    assert nested["enc0"] == {"LUT": 300, "FF": 500, "DSP": 4, "BRAM": 2.5, "URAM": 0}


def test_vivado_timing(tmp_path: Path) -> None:
    found = read_report(write(tmp_path, TIMING))
    assert found.slack == {"setup": -0.121, "hold": 0.014, "pulse width": 1.124}


def test_yosys(tmp_path: Path) -> None:
    whole = {"LUT": 60, "FF": 86, "DSP": 0, "BRAM": 0, "URAM": 0}
    assert read_report(write(tmp_path, STAT)).amounts == {TOP: whole}
    old = STAT.replace("86   FDRE", "FDRE   86").replace("3   LUT6", "LUT6    3")
    assert read_report(write(tmp_path, old)).amounts == {TOP: whole}
    types = {"LUT2": 17, "LUT6": 3, "RAM32M16": 5, "FDRE": 86, "CARRY4": 8}
    text = json.dumps({"design": {"num_cells_by_type": types}})
    assert read_report(write(tmp_path, text)).amounts == {TOP: whole}
    rows = [
        {"name": "enc0", "operation": "conv2d", "types": types},
        {"name": "cost", "operation": "fifo", "types": {"FDRE": 4}},
    ]
    found = read_report(write(tmp_path, json.dumps(rows))).amounts
    assert found["fifo_cost"]["FF"] == 4 and found["enc0"] == whole
    assert found[TOP] == {**whole, "FF": 90}


def test_a_process_is_compared_with_the_fifos_that_it_reads(tmp_path: Path) -> None:
    found = deviations(read_report(write(tmp_path, NESTED)), PLAN)
    assert found == [
        Deviation(TOP, "FF", 600, 900),  # half as much again; LUTs are 2 % off
        Deviation("enc0", "DSP", 3, 4),  # 300 + 100 LUTs and 500 + 90 flip-flops are as planned
    ]
    assert [round(each.share, 2) for each in found] == [0.5, 0.33]


def test_what_was_not_planned_is_off_by_any_amount() -> None:
    assert Deviation("enc0", "URAM", 0, 2).share == float("inf")
    assert Deviation("enc0", "URAM", 0, 0).share == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no report that is known; give csynth.xml"),
        ("{}", "is JSON, and not of Yosys' `stat -json`"),
        ("[1]", "is JSON, and not of Yosys' `stat -json`"),
        ("<profile>", "no element found.*; give csynth.xml as Vitis HLS wrote it"),
        ("=== top ===\n 3 wires\n", "is no report that is known"),
    ],
)
def test_refuses_what_is_no_report(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_report(write(tmp_path, text))
    with pytest.raises(BadInput, match="No such file or directory; give a report that is there"):
        read_report(tmp_path / "nothing")
