"""The project that `fdscs hls` writes: sources, constants, script, test bench, golden vectors."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fdscs.accelerator.hls.sources import render, template_values, write_sources
from fdscs.export.build import Build, file_digest
from fdscs.hardware.plan import Design
from fdscs.model.graph import ReflectPad
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.atomic import write_text
from fdscs.storage.checkpoint import versions
from fdscs.storage.errors import BadInput
from fdscs.vectors.index import Images
from fdscs.vectors.write import LaneChoice, write_vectors

DESIGN = "design.json"  # written last: a folder without it is no project
PORTS = ("left", "right", "disparity")


def write_project(
    folder: Path, build: Build, design: Design, pair: StereoPair, images: Images
) -> None:
    """Write a Vitis HLS project for `design`, with golden vectors of its ports for `pair`.

    Raises BadInput for a folder that holds anything but such a project.
    """
    _prepare(folder)
    write_sources(build, design.flow, folder)
    lanes = LaneChoice(named={name: 3 if name != "disparity" else 1 for name in PORTS})
    write_vectors(folder / "vectors", build, pair, images, PORTS, lanes, ("dat",))
    flow, target = design.flow, design.target
    values = {
        **template_values(build, flow),
        "design": design,
        "target": target,
        "shares": design.shares,
        "multiple": 2 * build.graph.of_type(ReflectPad)[0].multiple,
        "deep": [each for each in flow.streams.values() if each.memory in ("bram", "uram")],
    }
    for name in ("run_hls.tcl", "README.md", "Makefile"):
        write_text(folder / name, render(name, values))
    write_text(folder / DESIGN, json.dumps(design_as_data(build, design), indent=1) + "\n")


def _prepare(folder: Path) -> None:
    """Make `folder` no project until all is written; refuse one with other things in it."""
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"{folder}: is not a folder; choose another for the project.")
    others = folder.is_dir() and any(folder.iterdir()) and not (folder / DESIGN).is_file()
    if others:
        raise BadInput(f"{folder}: holds something else; choose an empty folder.")
    (folder / DESIGN).unlink(missing_ok=True)


def design_as_data(build: Build, design: Design) -> Mapping[str, Any]:
    """Folding, streams, timing and resources, with what they were made from."""
    flow, target = design.flow, design.target
    return {
        "graph_sha256": build.graph.digest(),
        "params_sha256": file_digest(build.folder / "params.npz"),
        "board": asdict(target.board),
        "clock_mhz": target.clock,
        "image_size": list(target.size),
        "max_columns": flow.max_columns,
        "frames_per_second": round(design.fps, 3),
        "interval_cycles": design.timing.interval,
        "latency_cycles": design.timing.end,
        "resources": asdict(design.usage),
        "folding": {
            name: [each.simd, each.pe] + ([2] if each.pixels == 2 else [])
            for name, each in flow.folding.items()
        },
        "processes": [
            {
                "name": process.name,
                "op": type(process.op).__name__,
                "inputs": list(process.inputs),
                "outputs": list(process.outputs),
                "cycles": row.cycles,
                "first_output_cycle": row.first,
                "macs_per_cycle": row.macs,
                "resources": asdict(row.usage),
                "memory_bits": row.memory_bits,
            }
            for process, row in zip(flow.processes, design.table, strict=True)
        ],
        "streams": [
            {
                "name": stream.name,
                "tensor": stream.tensor,
                "format": f"{'s' if stream.signed else 'u'}{stream.bits}",
                "channels": stream.channels,
                "lanes": stream.lanes,
                "words_per_pixel": stream.words,
                "depth": stream.depth,
                "memory": stream.memory,
            }
            for stream in flow.streams.values()
        ],
        "versions": versions(),
    }
