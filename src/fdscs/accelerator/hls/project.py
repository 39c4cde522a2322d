"""The project that `fdscs hls` writes: sources, constants, script, test bench, golden vectors."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

from fdscs.accelerator.hls.calls import call, cpp, function, table
from fdscs.export.build import Build, file_digest
from fdscs.hardware.dataflow import BETWEEN, Dataflow
from fdscs.hardware.parameters import folded_channels, folded_weights
from fdscs.hardware.plan import Design
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.model import graph as g
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.atomic import replacing, write_text
from fdscs.storage.checkpoint import versions
from fdscs.storage.errors import BadInput
from fdscs.vectors.index import Images
from fdscs.vectors.write import LaneChoice, write_vectors

LIBRARY = Path(str(files("fdscs.accelerator.hls")))
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
        "multiple": 2 * build.graph.of_type(g.ReflectPad)[0].multiple,
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


def write_sources(build: Build, flow: Dataflow, folder: Path) -> None:
    """Write the accelerator's C++ and the header library it includes into `folder`."""
    for path in sorted(LIBRARY.rglob("*")):
        if path.suffix in (".h", ".cpp"):
            target = folder / "fdscs" / path.relative_to(LIBRARY)
            with replacing(target) as temporary:
                shutil.copyfile(path, temporary)
    values = template_values(build, flow)
    for name in ("accelerator.h", "accelerator.cpp", "parameters.h", "tensors.h"):
        write_text(folder / name, render(name, values))


def render(name: str, values: Mapping[str, Any]) -> str:
    """The text of a template of templates/, with `values` put in."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # not all need it

    environment = Environment(
        loader=PackageLoader("fdscs.accelerator.hls"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # C++, no HTML
    )
    return environment.get_template(f"{name}.j2").render(values)


def template_values(build: Build, flow: Dataflow) -> dict[str, Any]:
    """What the templates need."""
    front_end, network, upsample = flow.regions()
    cost, rgb = (flow.streams[name] for name in BETWEEN)
    functions = {function(flow, process) for process in flow.processes}
    return {
        "flow": flow,
        "digest": build.graph.digest(),
        "front_end": front_end,
        "network": network,
        "upsample": upsample,
        "cost": cost,
        "rgb": rgb,
        "out": flow.streams[upsample.inputs[0]],
        "disparity": flow.streams["disparity"],
        "disparity_frac": build.graph.format_of("disparity").frac,
        "disparities": build.graph.disparities,
        "headers": sorted(f"{name}.h" for name in functions),
        "tables": [text for conv in convs(flow) for text in tables(build, flow, conv)],
        "tensors": [s for name, s in flow.streams.items() if s.name == s.tensor != "disparity"],
        "call": call,
        "cpp": cpp,
    }


def convs(flow: Dataflow) -> list[g.Conv2d]:
    """The convolutions."""
    return flow.graph.of_type(g.Conv2d)


def tables(build: Build, flow: Dataflow, conv: g.Conv2d) -> list[str]:
    """C++ definitions of a convolution's weights, biases and shifts."""
    folding, params = flow.folding[conv.name], build.params
    weights = folded_weights(params[conv.weight], folding.simd, folding.pe)
    biases, shifts = (folded_channels(params[name], folding.pe) for name in (conv.bias, conv.shift))
    return [
        _definition(f"Table<{conv.weight_bits}>::type", table(conv.weight), weights),
        _definition("int", table(conv.bias), biases),
        _definition("unsigned char", table(conv.shift), shifts),
    ]


def _definition(kind: str, name: str, array: IntArray) -> str:
    size = "".join(f"[{n}]" for n in array.shape)
    lines = array.reshape(len(array), -1)
    body = ",\n".join(", ".join(map(str, line)) for line in lines.tolist())
    return f"static const {kind} {name}{size} = {{\n{body}}};"
