"""From what a user names - a checkpoint or a build - to something that runs."""

from enum import StrEnum
from pathlib import Path
from typing import Any

from fdscs.accelerator.hls.simulate import HlsBackend
from fdscs.backends.brevitas import BrevitasBackend
from fdscs.backends.float_network import FloatBackend
from fdscs.backends.onnxruntime import OnnxRuntimeBackend
from fdscs.backends.protocol import Backend
from fdscs.backends.qonnx import QonnxBackend
from fdscs.backends.reference import ReferenceBackend
from fdscs.export.build import CHECKPOINT, read_build
from fdscs.model.checkpoint import load_float
from fdscs.quantization.checkpoint import load_quantised
from fdscs.quantization.freeze import freeze
from fdscs.storage.checkpoint import load_checkpoint
from fdscs.storage.errors import BadInput


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
        return FloatBackend(load_float(path)[0])
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
