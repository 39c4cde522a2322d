"""Do all artefacts of a build hold the same parameters, formats and shifts?"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fdscs.export.build import (
    CHECKPOINT,
    MANIFEST,
    PARAMS,
    PIXELS,
    QCDQ,
    QONNX,
    Build,
    file_digest,
)
from fdscs.export.exporter import load_onnx
from fdscs.export.match import compare_models
from fdscs.export.pictures import DIMENSIONS, Layout
from fdscs.export.pixels import emit_pixels
from fdscs.export.qcdq import emit_qcdq
from fdscs.export.qonnx import emit_qonnx
from fdscs.model.config_file import config_from
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Graph, Requantise
from fdscs.quantization.bounds import accumulator_bounds
from fdscs.quantization.freeze import freeze
from fdscs.quantization.network import QuantNetwork
from fdscs.storage.errors import BadInput


@dataclass(frozen=True)
class ParameterDifference:
    """An artefact that does not hold what the build's parameters say."""

    artefact: str
    layer: str
    what: str

    def __str__(self) -> str:
        return f"{self.layer}: in {self.artefact}, {self.what}"


def compare_parameters(build: Build, net: QuantNetwork) -> list[ParameterDifference]:
    """All differences between params.npz and the other artefacts, and from the description."""
    found = [*_manifest(build), *_checkpoint(build, net), *_models(build)]
    return found + list(_files(build, {each.artefact for each in found}))


def _manifest(build: Build) -> Iterator[ParameterDifference]:
    config = config_from(build.manifest.get("config"), build.folder / MANIFEST)
    frac = {relu.name: relu.format.frac for relu in build.graph.of_type(Requantise)}
    described: Graph = build_graph(config.architecture, config.precision, frac)
    widths = {
        name: bound.bits for name, bound in accumulator_bounds(build.graph, build.params).items()
    }
    described = described.with_accumulators(widths)
    if len(described.nodes) != len(build.graph.nodes):
        yield ParameterDifference(MANIFEST, "graph", "the network is not the one configured")
        return
    for mine, his in zip(build.graph.nodes, described.nodes, strict=True):
        if mine != his:
            yield ParameterDifference(MANIFEST, his.name, f"the graph has {mine}, expected {his}")


def _checkpoint(build: Build, net: QuantNetwork) -> Iterator[ParameterDifference]:
    try:
        params = freeze(net).params
    except BadInput as error:
        yield ParameterDifference(CHECKPOINT, str(error).split(":")[0], str(error))
        return
    for name, expected in build.params.items():
        found = params[name]
        if found.shape != expected.shape or not np.array_equal(found, expected):
            count = int((found != expected).sum()) if found.shape == expected.shape else found.size
            what = f"{name} differs from {PARAMS} in {count} of {expected.size} values"
            yield ParameterDifference(CHECKPOINT, name.split(".")[0], what)
    for relu in build.graph.of_type(Requantise):
        if net.graph[relu.name] != relu:
            what = f"the format is {net.graph.format_of(relu.name)}, expected {relu.format}"
            yield ParameterDifference(CHECKPOINT, relu.name, what)


def _models(build: Build) -> Iterator[ParameterDifference]:
    rows, columns = image_size(build)
    graph, params = build.graph, build.params
    models = {
        QONNX: emit_qonnx(graph, params, rows, columns, {}),
        QCDQ: emit_qcdq(graph, params, rows, columns, {}),
        PIXELS: emit_pixels(graph, params, picture_layout(build), {}),
    }
    for name, expected in models.items():
        for difference in compare_models(load_onnx(build.folder / name), expected):
            yield ParameterDifference(name, difference.layer, difference.what)


def _files(build: Build, known: set[str]) -> Iterator[ParameterDifference]:
    """Files that are not the ones exported though nothing above tells why."""
    exported = build.manifest.get("files")
    for name in (CHECKPOINT, QONNX, QCDQ, PIXELS):
        digest = exported.get(name) if isinstance(exported, dict) else None
        if name not in known and file_digest(build.folder / name) != digest:
            yield ParameterDifference(name, "file", "it is not the file that was exported")


def image_size(build: Build) -> tuple[int, int]:
    """Rows and columns of the images that the exported models are for."""
    size = build.manifest.get("image_size")
    if (
        isinstance(size, list)
        and len(size) == 2
        and all(type(each) is int and 16 <= each <= 16384 for each in size)
    ):
        return size[0], size[1]
    raise BadInput(f"{build.folder / MANIFEST}: image_size is not two sizes; export again.")


def picture_layout(build: Build) -> Layout:
    """Order of the dimensions of the pictures that the model of the whole datapath takes."""
    for layout in DIMENSIONS:
        if build.manifest.get("picture_layout") == layout:
            return layout
    known = " or ".join(DIMENSIONS)
    raise BadInput(f"{build.folder / MANIFEST}: picture_layout is not {known}; export again.")
