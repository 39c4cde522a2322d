"""The project that `fdscs hls` writes: sources, constants, script, test bench, golden vectors."""

import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

from fdscs.accelerator.hls.calls import call, cpp, definition, function, table
from fdscs.accelerator.project import prepare, render, write_design, write_port_vectors
from fdscs.export.build import Build
from fdscs.hardware.dataflow import BETWEEN, Dataflow
from fdscs.hardware.parameters import folded_channels, folded_weights
from fdscs.hardware.plan import Design
from fdscs.hardware.ports import COLOURS, TLAST, Ports
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.model import graph as g
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.atomic import replacing, write_text
from fdscs.vectors.index import Images

PACKAGE = "fdscs.accelerator.hls"
VIDEO = Ports()
LIBRARY = Path(str(files(PACKAGE)))


def write_project(
    folder: Path, build: Build, design: Design, ports: Ports, pair: StereoPair, images: Images
) -> None:
    """Write a Vitis HLS project for `design`, with golden vectors of its ports for `pair`.

    Raises BadInput for a folder that holds anything but such a project.
    """
    prepare(folder)
    write_sources(build, design.flow, folder, ports)
    write_port_vectors(folder / "vectors", build, pair, images)
    flow, target = design.flow, design.target
    values = {
        **template_values(build, flow, ports),
        "design": design,
        "target": target,
        "shares": design.shares,
        "multiple": 2 * build.graph.of_type(g.ReflectPad)[0].multiple,
        "deep": [each for each in flow.streams.values() if each.memory in ("bram", "uram")],
    }
    for name in ("run_hls.tcl", "hls_config.cfg", "README.md", "Makefile"):
        write_text(folder / name, render(PACKAGE, name, values))
    write_design(folder, build, design, "HLS C++")


def write_sources(build: Build, flow: Dataflow, folder: Path, ports: Ports = VIDEO) -> None:
    """Write the accelerator's C++ and the header library it includes into `folder`."""
    for path in sorted(LIBRARY.rglob("*")):
        if path.suffix in (".h", ".cpp"):
            target = folder / "fdscs" / path.relative_to(LIBRARY)
            with replacing(target) as temporary:
                shutil.copyfile(path, temporary)
    values = template_values(build, flow, ports)
    for name in ("accelerator.h", "accelerator.cpp", "parameters.h", "tensors.h"):
        write_text(folder / name, render(PACKAGE, name, values))


def template_values(build: Build, flow: Dataflow, ports: Ports) -> dict[str, Any]:
    """What the templates need."""
    front_end, network, upsample = flow.regions()
    cost, rgb = (flow.streams[name] for name in BETWEEN)
    functions = {function(flow, process) for process in flow.processes}
    return {
        "flow": flow,
        "ports": ports,
        "colours": COLOURS[ports.colours],
        "tlast": TLAST[ports.tlast],
        "digest": build.graph.digest(),
        "front_end": front_end,
        "network": network,
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
        "definition": definition,
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
