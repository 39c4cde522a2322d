"""A build: params.npz and manifest.json, and beside them the exported models.

Reading one needs NumPy only, so that the integer reference runs without PyTorch or ONNX.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.model.graph import Conv2d, Graph, InvalidGraph, graph_from_json
from fdscs.storage.atomic import replacing, write_text
from fdscs.storage.errors import BadInput
from fdscs.storage.npz import read_npz

IntArrays = dict[str, NDArray[np.integer]]

FORMAT = "fdscs-build/1"
PARAMS, MANIFEST = "params.npz", "manifest.json"
QONNX, QCDQ, PIXELS = "fdscs.qonnx.onnx", "fdscs.qcdq.onnx", "fdscs.pixels.onnx"
CHECKPOINT = "quant.safetensors"
FLOAT = "fdscs.float.onnx"  # of a float checkpoint, which makes no build


@dataclass(frozen=True, eq=False)
class Build:
    """A folder with a network frozen to integers."""

    folder: Path
    graph: Graph
    params: IntArrays
    manifest: dict[str, Any]


def array_digest(array: NDArray[Any]) -> str:
    """SHA-256 of type, shape and values."""
    head = f"{array.dtype.str}{array.shape}".encode()
    return hashlib.sha256(head + np.ascontiguousarray(array).tobytes()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_build(
    folder: Path, graph: Graph, params: Mapping[str, NDArray[np.integer]], extra: dict[str, Any]
) -> None:
    """Write params.npz, then manifest.json: a folder without a manifest is no build."""
    with replacing(folder / PARAMS) as temporary:
        np.savez_compressed(temporary, **dict(sorted(params.items())))  # type: ignore[arg-type]
    manifest = {
        "format": FORMAT,
        "graph": graph.to_json(),
        "graph_sha256": graph.digest(),
        "parameters": {name: array_digest(array) for name, array in sorted(params.items())},
        "files": {
            path.name: file_digest(path)
            for path in sorted(folder.iterdir())
            if path.name in (QONNX, QCDQ, PIXELS, CHECKPOINT)
        },
        **extra,
    }
    write_text(folder / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True) + "\n")


def read_build(folder: Path | str) -> Build:
    """Read and verify params.npz and manifest.json; raises BadInput naming the first fault."""
    folder = Path(folder)
    manifest = _read_manifest(folder / MANIFEST)
    try:
        graph = graph_from_json(manifest["graph"])
        digest = graph.digest()
    except (InvalidGraph, RecursionError) as error:
        raise BadInput(
            f"{folder / MANIFEST}: its graph is invalid: {error}; export again."
        ) from error
    if digest != manifest["graph_sha256"]:
        raise BadInput(f"{folder / MANIFEST}: the graph does not match its own hash; export again.")
    params = read_npz(folder / PARAMS)
    most = {conv.weight: conv.weight_max for conv in graph.of_type(Conv2d)}
    for name, shape in parameter_shapes(graph).items():
        where = f"{folder / PARAMS} does not match its manifest: {name}"
        if name not in params or params[name].shape != shape:
            found = params[name].shape if name in params else "missing"
            raise BadInput(f"{where} is {found}, the graph needs {shape}; export again.")
        if array_digest(params[name]) != manifest["parameters"].get(name):
            raise BadInput(f"{where} was changed after the export; export again.")
        if params[name].dtype.kind not in "iu":
            raise BadInput(f"{where} is {params[name].dtype}, not integers; export again.")
        if name.endswith(".weight") and np.abs(params[name].astype(np.int64)).max() > most[name]:
            raise BadInput(f"{where} has weights beyond ±{most[name]}; export again.")
        if name.endswith(".shift") and not 0 <= params[name].min() <= params[name].max() <= 31:
            raise BadInput(f"{where} has shifts outside 0 to 31; export again.")
    unknown = sorted(set(params) - set(parameter_shapes(graph)))
    if unknown:
        raise BadInput(f"{folder / PARAMS}: {unknown[0]} belongs to no layer; export again.")
    return Build(folder, graph, params, manifest)


def parameter_shapes(graph: Graph) -> dict[str, tuple[int, ...]]:
    """Shape of every parameter that the graph's convolutions need."""
    shapes: dict[str, tuple[int, ...]] = {}
    for conv in graph.of_type(Conv2d):
        shapes[conv.weight] = (conv.channels, conv.in_channels, conv.kernel, conv.kernel)
        shapes[conv.bias] = shapes[conv.shift] = (conv.channels,)
    return shapes


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadInput(
            f"{path.parent}: not a build, it has no {MANIFEST}; make one with `fdscs export`."
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"{path}: not readable as JSON; export again.") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BadInput(f"{path}: not a manifest of format {FORMAT}; export again.")
    for key, kind in (("graph", list), ("graph_sha256", str), ("parameters", dict)):
        if not isinstance(manifest.get(key), kind):
            raise BadInput(f"{path}: {key} is missing or not a {kind.__name__}; export again.")
    return manifest
