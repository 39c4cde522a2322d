"""The project that `fdscs rtl` writes: for Vivado, and for Verilator and Yosys without it."""

import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

from fdscs.accelerator.project import prepare, render, write_design, write_port_vectors
from fdscs.accelerator.rtl.instances import ADDRESS_BITS, MEMORY_PORTS
from fdscs.accelerator.rtl.project import accelerator, write_tables
from fdscs.accelerator.rtl.verilator import library
from fdscs.export.build import Build
from fdscs.hardware.dataflow import Dataflow
from fdscs.hardware.external import BURST, bandwidth, external, slots
from fdscs.hardware.plan import Design
from fdscs.hardware.ports import COLOURS, MOST_ROWS, TLAST, Ports, least_size
from fdscs.hardware.registers import ERRORS, REGISTERS, size_word
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.atomic import replacing, write_text
from fdscs.vectors.index import Images

PACKAGE = "fdscs.accelerator.rtl"
SIMULATION = Path(str(files(PACKAGE) / "simulation"))
TOP = "fdscs_accelerator"
TEMPLATES = (  # in the project's folder
    "constraints.xdc", "vivado.tcl", "package_ip.tcl", "synthesise.ys", "Makefile", "README.md",
)  # fmt: skip
BUSES = ("s_axi", "left", "right", "disparity")


def write_project(
    folder: Path, build: Build, design: Design, ports: Ports, pair: StereoPair, images: Images
) -> None:
    """Write a project for `design`, with golden vectors of its ports for `pair`.

    Raises BadInput for a folder that holds anything but a project.
    """
    prepare(folder)
    flow, target = design.flow, design.target
    core = accelerator(flow, build.params)
    top = board_top(flow, ports, target.size)
    modules = library(core + top)
    write_text(folder / "rtl" / f"{TOP}.v", top)
    write_text(folder / "rtl" / "accelerator.sv", core)
    for path in modules:
        _copy(path, folder / "rtl" / "ops" / path.name)
    for path in sorted(SIMULATION.iterdir()):
        _copy(path, folder / "simulation" / path.name)
    write_tables(build, flow, folder / "tables")
    write_port_vectors(folder / "vectors", build, pair, images)
    values = {
        **port_values(flow, ports, target.size),
        "top": TOP,
        "modules": [path.name for path in modules],
        "tables": sorted(path.name for path in (folder / "tables").glob("*.hex")),
        "megabytes": round(bandwidth(flow, *target.size) * design.fps / 1e6),
        "registers": REGISTERS,
        "errors": ERRORS,
        "colours": COLOURS[ports.colours],
        "tlast": TLAST[ports.tlast],
        "design": design,
        "target": target,
        "shares": design.shares,
        "deep": [each for each in flow.streams.values() if each.memory in ("bram", "uram")],
    }
    for name in TEMPLATES:
        write_text(folder / name, render(PACKAGE, name, values))
    write_design(folder, build, design, "SystemVerilog")


def board_top(flow: Dataflow, ports: Ports, size: tuple[int, int]) -> str:
    """The module fdscs_accelerator, in Verilog: the accelerator with registers and AXI4-Streams.

    `size`, rows and columns, is that of images until another is written.
    """
    return render(PACKAGE, f"{TOP}.v", port_values(flow, ports, size))


def port_values(flow: Dataflow, ports: Ports, size: tuple[int, int]) -> dict[str, Any]:
    """What templates need to know of the ports."""
    disparity, graph = flow.streams["disparity"], flow.graph
    frac = graph.format_of("disparity").frac
    return {
        "digest": graph.digest(),
        "ports": ports,
        "buses": [*BUSES, *(f"m_axi_{each.name}" for each in external(flow))],
        "external": external(flow),
        "memory_ports": MEMORY_PORTS,
        "address_bits": ADDRESS_BITS,
        "burst": BURST,
        "slots": slots,
        "disparity": disparity,
        "disparity_frac": frac,
        "disparity_bytes": -(-disparity.bits // 8),
        "disparity_word": frac << 24 | disparity.bits << 16 | graph.disparities,
        "least_size": least_size(graph),
        "most_size": (MOST_ROWS, flow.max_columns),
        "least": size_word(*least_size(graph)),
        "most": size_word(MOST_ROWS, flow.max_columns),
        "size": size_word(*size),
    }


def _copy(source: Path, target: Path) -> None:
    with replacing(target) as temporary:
        shutil.copyfile(source, temporary)
