"""Builds, and their parameters alone."""

import re
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from fdscs.evaluation.accuracy import FILE as ACCURACY
from fdscs.evaluation.accuracy import read_accuracy
from fdscs.export.build import MANIFEST, PARAMS, file_digest, read_build
from fdscs.inspection.description import (
    ACCEPTED,
    MAX_JSON,
    Description,
    check_size,
    one_or_range,
)
from fdscs.inspection.networks import network_facts, shape_of
from fdscs.model.bit_operations import bit_operations
from fdscs.model.config_file import config_from
from fdscs.model.graph import Conv2d
from fdscs.model.images import DEFAULT_SIZE
from fdscs.quantization.bounds import accumulator_bounds
from fdscs.storage.errors import BadInput
from fdscs.storage.npz import read_npz

PARAMETER = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,80})\.(weight|bias|shift)")
Layers = dict[str, dict[str, NDArray[Any]]]


def describe_build(folder: Path) -> Description:
    """A folder made by `fdscs export` or `fdscs quantise`."""
    for name, most in ((MANIFEST, MAX_JSON), (ACCURACY, MAX_JSON)):
        if (folder / name).is_file():
            check_size(folder / name, most)
    build = read_build(folder)
    graph, manifest = build.graph, build.manifest
    config = config_from(manifest.get("config"), folder / MANIFEST)
    bounds = accumulator_bounds(build.graph, build.params)
    facts = {
        **network_facts(config.architecture),
        "parameters": sum(array.size for array in build.params.values()),
        "bit operations, % of 8 x 8 bits": round(bit_operations(graph, *DEFAULT_SIZE), 2),
        "ONNX files are for": "x".join(map(str, manifest.get("image_size") or ["unknown"])),
        "graph SHA-256": graph.digest(),
        **_files(folder, manifest.get("files")),
    }
    if (folder / ACCURACY).is_file():
        found = read_accuracy(folder)
        facts[f"accuracy, {len(found.pairs)} pairs of {found.dataset}"] = (
            f"EPE {found.reference['epe']:.3f} px, D1 {found.reference['d1']:.2f} % "
            f"(float {found.float['epe']:.3f}, {found.float['d1']:.2f})"
        )
    layers = [
        {
            **shape_of(conv),
            "input": str(graph.format_of(conv.inputs[0])),
            "weights": f"s{conv.weight_bits}",
            "accumulator": f"s{bounds[conv.name].bits}",
            "proved": f"{bounds[conv.name].low} … {bounds[conv.name].high}",
            "shift": one_or_range(build.params[conv.shift].tolist()),
            "output": str(graph.relu_of(conv.name).format),
        }
        for conv in graph.of_type(Conv2d)
    ]
    made = {key: manifest.get(key) for key in ("provenance", "versions", "config")}
    return Description("build", facts, layers, {k: v for k, v in made.items() if v})


def describe_params(path: Path) -> Description:
    """A params.npz."""
    size = check_size(path)
    layers = _layers(path)
    rows = [
        {
            "layer": name,
            "kernel": "x".join(map(str, own["weight"].shape[2:])),
            "channels": f"{own['weight'].shape[1]} → {own['weight'].shape[0]}",
            "weights": f"{own['weight'].min()} … {own['weight'].max()}",
            "stored as": str(own["weight"].dtype),
            "bias": f"{own['bias'].min()} … {own['bias'].max()}",
            "shift": one_or_range(own["shift"].tolist()),
        }
        for name, own in layers.items()
    ]
    values = sum(array.size for own in layers.values() for array in own.values())
    facts = {"layers": len(layers), "values": values, "bytes": size, "SHA-256": file_digest(path)}
    return Description("integer parameters of a build", facts, rows)


def _layers(path: Path) -> Layers:
    """The arrays by layer and part; raises BadInput unless each layer has all three."""
    layers: Layers = {}
    for name, array in read_npz(path).items():
        match = PARAMETER.fullmatch(name)
        if not match or array.dtype.kind not in "iu":
            raise BadInput(
                f"{path}: its {name[:80]!r} is no integer parameter of a layer; give {ACCEPTED}."
            )
        layers.setdefault(match[1], {})[match[2]] = array
    for name, own in layers.items():
        sizes = [own[part].shape for part in ("weight", "bias", "shift") if part in own]
        if len(sizes) < 3 or len(sizes[0]) != 4 or 0 in sizes[0] or {*sizes[1:]} != {sizes[0][:1]}:
            raise BadInput(
                f"{path}: {name} needs a weight of four dimensions, a bias and a shift for each "
                "output channel; export again."
            )
    if not layers:
        raise BadInput(f"{path}: holds no arrays; export again.")
    return layers


def _files(folder: Path, exported: Any) -> dict[str, str]:
    """Sizes of the files, and whether they are those that were exported."""
    found = {}
    digests = exported if isinstance(exported, dict) else {}
    for name in (PARAMS, MANIFEST, *sorted(name for name in digests if Path(name).name == name)):
        path = folder / name
        if not path.is_file():
            found[name] = "missing"
            continue
        found[name] = f"{path.stat().st_size:,} bytes"
        if name in digests and file_digest(path) != digests[name]:
            found[name] += ", NOT the file that was exported"
    return found
