"""A Vitis HLS project from a build: sources, constants, scripts, a C simulation."""

import shutil
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from fdscs.accelerator.hls.calls import call, cpp, function, table
from fdscs.export.build import Build
from fdscs.hardware.dataflow import BETWEEN, Dataflow
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.model import graph as g
from fdscs.storage.atomic import replacing, write_text

LIBRARY = Path(str(files("fdscs.accelerator.hls")))


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


def folded_weights(weight: IntArray, simd: int, pe: int) -> IntArray:
    """(O, I, k, k) → (output groups · taps · input groups, PE, SIMD), zero where there is none."""
    outputs, inputs, kernel, _ = weight.shape
    padding = ((0, -outputs % pe), (0, -inputs % simd), (0, 0), (0, 0))
    padded = np.pad(weight, padding)
    split = padded.reshape(len(padded) // pe, pe, -1, simd, kernel * kernel)
    return split.transpose(0, 4, 2, 1, 3).reshape(-1, pe, simd)


def folded_channels(values: IntArray, pe: int) -> IntArray:
    """(O,) → (output groups, PE), zero where there is no channel."""
    return np.pad(values, (0, -len(values) % pe)).reshape(-1, pe)


def _definition(kind: str, name: str, array: IntArray) -> str:
    size = "".join(f"[{n}]" for n in array.shape)
    lines = array.reshape(len(array), -1)
    body = ",\n".join(", ".join(map(str, line)) for line in lines.tolist())
    return f"static const {kind} {name}{size} = {{\n{body}}};"
