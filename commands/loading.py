"""From what a user names - a checkpoint or a build - to something that runs."""

from enum import StrEnum
from pathlib import Path
from typing import Any

import backends.float_network
from backends.backend import Backend
from backends.brevitas import BrevitasBackend
from backends.hls import HlsBackend
from backends.onnxruntime import OnnxRuntimeBackend
from backends.qonnx import QonnxBackend
from backends.reference import ReferenceBackend
from export.build import CHECKPOINT, read_build
from model.checkpoint import load_float
from quantization.checkpoint import load_quantised
from quantization.freeze import freeze
from storage.checkpoint import load_checkpoint
from storage.errors import BadInput


class BackendName(StrEnum):
    """What can run a network."""

    float = "float"
    brevitas = "brevitas"
    reference = "reference"
    qonnx = "qonnx"
    onnxruntime = "onnxruntime"
    hls = "hls"


def open_backend(checkpoint: Path | None, build: Path | None, name: BackendName | None) -> Any:
    """The back end `name` for a checkpoint or a build; by default the one that fits best."""
    if (checkpoint is None) == (build is None):
        raise BadInput("give either --checkpoint FILE or a BUILD folder.")
    if checkpoint is not None:
        return _from_checkpoint(checkpoint, name)
    assert build is not None
    return _from_build(build, name or BackendName.reference)


def _from_checkpoint(path: Path, name: BackendName | None) -> Any:
    kind = load_checkpoint(path, "float", "quantised").kind
    if kind == "float":
        if name not in (None, BackendName.float):
            raise BadInput(f"{path}: a float checkpoint; calibrate it before running {name.value}.")
        return backends.float_network.FloatBackend(load_float(path)[0])
    net = load_quantised(path)[0]
    if name == BackendName.reference:
        frozen = freeze(net)
        return ReferenceBackend(frozen.graph, frozen.params)
    if name not in (None, BackendName.brevitas):
        raise BadInput(
            f"{path}: a quantised checkpoint runs as brevitas or reference; for {name.value} "
            + ("take a float checkpoint." if name == BackendName.float else "export it first.")
        )
    return BrevitasBackend(net)


def _from_build(folder: Path, name: BackendName) -> Backend:
    build = read_build(folder)
    if name == BackendName.reference:
        return ReferenceBackend(build.graph, build.params)
    if name == BackendName.brevitas:
        return BrevitasBackend(load_quantised(folder / CHECKPOINT)[0])
    if name == BackendName.float:
        raise BadInput(f"{folder}: a build has no float network; give --checkpoint.")
    if name == BackendName.hls:
        return HlsBackend(build)
    return QonnxBackend(build) if name == BackendName.qonnx else OnnxRuntimeBackend(build)
