"""hls4ml, which knows nothing of this project, computes the same integers."""

from pathlib import Path

import numpy as np
import pytest
import torch

from fdscs.backends.hls4ml import Hls4mlBackend
from fdscs.backends.reference import ReferenceBackend
from fdscs.calibration.calibrate import calibrate
from fdscs.export.build import Build
from fdscs.export.hls4ml import TABLE, describe, pieces
from fdscs.export.qonnx import Source
from fdscs.hls_reference.run import Codes, run_front_end
from fdscs.model.config import LITE
from fdscs.model.graph import Conv2d, Graph
from fdscs.model.network import FloatNetwork
from fdscs.quantization.freeze import freeze
from fdscs.stereo_datasets.catalogue import open_dataset
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.vectors.mismatch import LayerResult, Mismatch, compare_tensors
from fdscs.verification.corner_cases import CodeCase, code_cases


@pytest.fixture(scope="module")
def simulated(tiny_build: Build) -> dict[str, Codes]:
    """What hls4ml makes of corner cases of a size that has to be padded, by the tiny network."""
    backend = Hls4mlBackend(tiny_build)
    return {case.name: backend.run_network(case.cost, case.rgb) for case in cases(tiny_build)}


def cases(build: Build) -> list[CodeCase]:
    return list(code_cases(build.graph))


def first_mismatch(
    build: Build, changes: dict[str, np.ndarray], case: CodeCase, found: Codes
) -> Mismatch | None:
    """Where the reference, with `changes` of parameters, first differs from `found`."""
    results = {node.name: LayerResult(node.name) for node in build.graph.nodes}
    reference = ReferenceBackend(build.graph, {**build.params, **changes})
    expected = reference.run_network(case.cost, case.rgb)
    return compare_tensors(expected, found, "hls4ml", case.name, results)


def layers(graph: Graph) -> set[str]:
    return {node.name for node in graph.of_type(*TABLE)}


@pytest.mark.slow
def test_padded_corner_cases_of_the_tiny_network(
    tiny_build: Build, simulated: dict[str, Codes]
) -> None:
    for case in cases(tiny_build):
        assert set(simulated[case.name]) == layers(tiny_build.graph)
        assert first_mismatch(tiny_build, {}, case, simulated[case.name]) is None


@pytest.mark.slow
def test_a_changed_parameter_is_found_in_its_layer(
    tiny_build: Build, simulated: dict[str, Codes]
) -> None:
    case = next(case for case in cases(tiny_build) if case.name == "codes noise")
    found = simulated[case.name]
    for conv in tiny_build.graph.of_type(Conv2d):
        for name, layer in ((conv.bias, conv.name), (f"{conv.name}.shift", f"{conv.name}_relu")):
            channel = int(np.argmax(found[f"{conv.name}_relu"].max(axis=(1, 2))))
            damaged = tiny_build.params[name].copy()
            damaged[channel] += 1
            mismatch = first_mismatch(tiny_build, {name: damaged}, case, found)
            assert mismatch is not None and mismatch.layer == layer


@pytest.mark.slow
def test_lite_on_corner_cases_and_a_real_crop(tmp_path: Path) -> None:
    """16×48 pixels at half resolution, which need no padding: hls4ml runs the whole network."""
    build = untrained(tmp_path)
    pair = open_dataset("motorcycle", None)[0]
    views = (view[200:232, 300:396] for view in (pair.left, pair.right))
    front = run_front_end(build.graph, *views)
    small = [CodeCase(c.name, c.cost[:, :16], c.rgb[:, :16]) for c in cases(build)]
    small.append(CodeCase("motorcycle", front["cost"], front["rgb"]))
    backend = Hls4mlBackend(build)
    for case in small:
        found = backend.run_network(case.cost, case.rgb)
        assert set(found) == layers(build.graph)
        assert first_mismatch(build, {}, case, found) is None


def untrained(folder: Path) -> Build:
    """`lite` with random weights, calibrated and frozen."""
    net = FloatNetwork(LITE.architecture)
    net.initialise(torch.Generator().manual_seed(5))
    frozen = freeze(calibrate(net.eval(), LITE, SyntheticPairs(2, (64, 128), 14, seed=3))[0])
    return Build(folder, frozen.graph, frozen.params, {})


@pytest.mark.parametrize(
    ("rows", "read"),
    [(32, [["cost", "rgb"]]), (34, [["cost", "rgb"], ["unet_pad"], ["unet_crop"]])],
)
def test_the_network_is_cut_where_it_is_padded_and_cropped(
    tiny_build: Build, rows: int, read: list[list[str]]
) -> None:
    graph = tiny_build.graph
    source = Source(graph, tiny_build.params, graph.shapes(rows, 32))
    found = pieces(source)
    described = [describe(source, piece) for piece in found]
    inputs = [[x["name"] for x in each if x["class_name"] == "InputLayer"] for each in described]
    assert inputs == read
    assert [node.name for piece in found for node in piece] == [
        node.name for node in graph.of_type(*TABLE)
    ]
