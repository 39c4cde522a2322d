"""What synthesis tools report of an accelerator, beside what its plan says.

Read are csynth.xml of Vitis HLS; report_utilization, hierarchical or not, and report_timing_summary
of Vivado; `stat` of Yosys, as text or JSON, and what `fdscs synthesise -o` writes. The forms of
AMD's are those of published reports; none was made here.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from fdscs.accelerator.rtl.synthesis import Cells
from fdscs.storage.errors import BadInput

RESOURCES = {"LUT": "luts", "FF": "ffs", "DSP": "dsps", "BRAM": "brams", "URAM": "urams"}
TOP = ""  # the name of the whole
OFF = 0.15  # share of what was planned
VIVADO = {  # rows of report_utilization
    "CLB LUTs": "LUT", "Slice LUTs": "LUT", "CLB Registers": "FF", "Slice Registers": "FF",
    "DSPs": "DSP", "Block RAM Tile": "BRAM", "URAM": "URAM",
}  # fmt: skip
COLUMNS = {  # of a hierarchical one: resource, and how many of it one is
    "Total LUTs": ("LUT", 1.0), "FFs": ("FF", 1.0), "RAMB36": ("BRAM", 1.0),
    "RAMB18": ("BRAM", 0.5), "URAM": ("URAM", 1.0), "DSP Blocks": ("DSP", 1.0),
    "DSP48 Blocks": ("DSP", 1.0),
}  # fmt: skip
HLS = {"BRAM_18K": ("BRAM", 0.5), "DSP": ("DSP", 1.0), "DSP48E": ("DSP", 1.0), "FF": ("FF", 1.0),
       "LUT": ("LUT", 1.0), "URAM": ("URAM", 1.0)}  # fmt: skip
Amounts = dict[str, float]  # by resource


@dataclass
class Report:
    """What a report says: resources by instance, intervals by loop, slack in ns by its kind."""

    path: Path
    amounts: dict[str, Amounts] = field(default_factory=dict)
    intervals: dict[str, int] = field(default_factory=dict)
    slack: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Deviation:
    """A resource of which a tool takes more or less than planned; `name` is TOP for the whole."""

    name: str
    resource: str
    planned: float
    found: float

    @property
    def share(self) -> float:
        """How much more was found, of what was planned."""
        if self.planned:
            return self.found / self.planned - 1
        return float("inf") if self.found else 0.0


def read_report(path: Path) -> Report:
    """Read a report, whichever it is; raises BadInput if it is none that is known."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}; give a report that is there.") from error
    report = Report(path)
    if text.lstrip().startswith("<"):
        _csynth(report, text)
    elif text.lstrip()[:1] in ("{", "["):
        _json(report, text)
    elif "WNS(ns)" in text:
        _timing(report, text)
    elif "Utilization Design Information" in text or "| CLB LUTs" in text:
        _utilisation(report, text)
    elif "=== " in text:
        _stat(report, text)
    if not (report.amounts or report.intervals or report.slack):
        raise BadInput(
            f"{path}: is no report that is known; give csynth.xml, report_utilization, "
            "report_timing_summary, Yosys' stat, or what `fdscs synthesise -o` writes."
        )
    return report


def deviations(report: Report, plan: Mapping[str, Any]) -> list[Deviation]:
    """Where resources are not within OFF of `plan`, a project's design.json.

    A process is compared with the FIFOs that it reads, as it is planned; instances whose names are
    no process' are passed over.
    """
    found = []
    if TOP in report.amounts:
        found += _compared(TOP, plan["resources"], report.amounts[TOP])
    for process in plan["processes"]:
        name = process["name"]
        if name in report.amounts:
            parts = [name, *(f"fifo_{stream}" for stream in process["inputs"])]
            taken = _sum(report.amounts.get(part, {}) for part in parts)
            found += _compared(name, process["resources"], taken)
    return found


def _compared(name: str, planned: Mapping[str, float], found: Amounts) -> Iterator[Deviation]:
    for resource, amount in found.items():
        each = Deviation(name, resource, planned[RESOURCES[resource]], amount)
        if abs(each.share) > OFF:
            yield each


def _sum(amounts: Iterator[Amounts]) -> Amounts:
    total: Amounts = {}
    for each in amounts:
        for resource, amount in each.items():
            total[resource] = total.get(resource, 0) + amount
    return total


def _csynth(report: Report, text: str) -> None:
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise BadInput(f"{report.path}: {error}; give csynth.xml as Vitis HLS wrote it.") from error
    if (area := root.find("AreaEstimates/Resources")) is not None:
        report.amounts[TOP] = _hls_amounts(area)
    times = [
        root.findtext(f"UserAssignments/{name}") or "0"
        for name in ("TargetClockPeriod", "ClockUncertainty")
    ]
    timing = "PerformanceEstimates/SummaryOfTimingAnalysis/EstimatedClockPeriod"
    if estimated := root.findtext(timing):
        target, uncertainty = (float(each) for each in times)
        report.slack["estimated clock"] = round(target - uncertainty - float(estimated), 3)
    for module in [root, *root.iterfind("ModuleInformation/Module")]:
        name = module.findtext("Name") or root.findtext("UserAssignments/TopModelName") or "top"
        loops = module.find("PerformanceEstimates/SummaryOfLoopLatency")
        for loop in loops.iter() if loops is not None else ():
            interval = loop.findtext("PipelineII")
            if interval is not None and interval.isdecimal():
                report.intervals[f"{name}/{loop.findtext('Name') or loop.tag}"] = int(interval)


def _hls_amounts(area: ElementTree.Element) -> Amounts:
    found: Amounts = {}
    for each in area:
        if each.tag in HLS and each.text:
            resource, one = HLS[each.tag]
            found[resource] = found.get(resource, 0) + one * float(each.text)
    return found


def _utilisation(report: Report, text: str) -> None:
    columns: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[0] == "Instance":
            columns = cells
        elif columns and len(cells) == len(columns):
            row = dict(zip(columns, cells, strict=True))
            name = TOP if TOP not in report.amounts else row["Instance"]
            amounts: Amounts = {}
            for column, (resource, one) in COLUMNS.items():
                if column in row:
                    amounts[resource] = amounts.get(resource, 0) + one * _number(row[column])
            report.amounts.setdefault(name, amounts)
        elif (kind := VIVADO.get(cells[0].rstrip("*"))) and len(cells) > 1:
            report.amounts.setdefault(TOP, {}).setdefault(kind, _number(cells[1]))


def _number(cell: str) -> float:
    """The number that a cell begins with, such as "123 (4.5%)"."""
    found = re.match(r"[\d.]+", cell)
    return float(found[0]) if found else 0.0


def _timing(report: Report, text: str) -> None:
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if "WNS(ns)" in line)
    names = re.findall(r"\S+(?: \S+)*", lines[at].strip())
    for line in lines[at + 1 : at + 4]:
        values = line.split()
        if len(values) == len(names):
            for name, value in zip(names, values, strict=True):
                if name in ("WNS(ns)", "WHS(ns)", "WPWS(ns)") and re.fullmatch(r"-?[\d.]+", value):
                    report.slack[{"WN": "setup", "WH": "hold", "WP": "pulse width"}[name[:2]]] = (
                        float(value)
                    )


def _stat(report: Report, text: str) -> None:
    whole = re.split(r"^=== .* ===$", text, flags=re.M)[-1]
    types: dict[str, int] = {}
    for line in whole.splitlines():
        new = re.fullmatch(r"\s+(\d+)\s+([A-Z][A-Z0-9_]+)", line)
        old = re.fullmatch(r"\s+([A-Z][A-Z0-9_]+)\s+(\d+)", line)
        if new or old:
            count, name = (new[1], new[2]) if new else (old[2], old[1])  # type: ignore[index]
            types[name] = types.get(name, 0) + int(count)
    if types:
        report.amounts[TOP] = _amounts(Cells(types))


def _json(report: Report, text: str) -> None:
    try:
        found = json.loads(text)
        if isinstance(found, dict):
            cells = Cells(found["design"]["num_cells_by_type"])
            report.amounts[TOP] = _amounts(cells)
            return
        for row in found:
            name = f"fifo_{row['name']}" if row["operation"] == "fifo" else row["name"]
            report.amounts[name] = _amounts(Cells(row["types"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{report.path}: is JSON, and not of Yosys' `stat -json` or `fdscs synthesise -o`; "
            "give one of these."
        ) from error
    report.amounts[TOP] = _sum(iter(list(report.amounts.values())))


def _amounts(cells: Cells) -> Amounts:
    return {"LUT": cells.luts, "FF": cells.ffs, "DSP": cells.dsps, "BRAM": cells.brams,
            "URAM": cells.urams}  # fmt: skip
