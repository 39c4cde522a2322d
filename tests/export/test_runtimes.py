"""The standard ONNX files in runtimes as people use them: the reference's integers, tolerance 0."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from fdscs.backends.float_network import FloatBackend
from fdscs.backends.onnxruntime import OnnxRuntimeBackend
from fdscs.backends.reference import ReferenceBackend
from fdscs.export.build import FLOAT, PIXELS, QCDQ, QONNX, Build
from fdscs.export.exporter import export_float, load_onnx
from fdscs.export.onnx_model import initialisers
from fdscs.export.pixels import emit_pixels
from fdscs.hls_reference.run import run, run_front_end
from fdscs.model.graph import Conv2d
from fdscs.model.network import FloatNetwork
from fdscs.quantization.bounds import FLOAT32_INTEGERS, accumulator_bounds

LEVELS = ["ORT_DISABLE_ALL", "ORT_ENABLE_BASIC", "ORT_ENABLE_EXTENDED", "ORT_ENABLE_ALL"]
SIZES = [(64, 96), (37, 53), (50, 33), (41, 64)]
Pair = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def network_case(tiny_build: Build, random_images: Callable[..., Pair]) -> tuple[dict, np.ndarray]:
    """What the network reads of a noisy pair, as the standard ONNX takes it, and what it makes."""
    graph = tiny_build.graph
    front = run_front_end(graph, *random_images(64, 96))
    feeds = {"cost": front["cost"], "rgb": front["rgb"]}
    expected = run(graph, tiny_build.params, feeds)[graph.output]
    assert len(np.unique(expected)) > 100
    return {name: x[None] for name, x in feeds.items()}, expected


def session(path: Path, level: str, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("level", LEVELS)
def test_onnx_runtime_at_every_level(
    tiny_build: Build, network_case: Any, random_images: Callable, level: str, threads: int
) -> None:
    feeds, expected = network_case
    found = session(tiny_build.folder / QCDQ, level, threads).run(None, feeds)[0]
    assert np.array_equal(found[0], expected)
    pixels = session(tiny_build.folder / PIXELS, level, threads)
    reference = ReferenceBackend(tiny_build.graph, tiny_build.params)
    for size in SIZES:
        left, right = random_images(*size)
        px = pixels.run(None, {"left": left[None], "right": right[None]})[0]
        assert px.dtype == np.float32 and px.shape == (1, *size)
        assert np.array_equal(px[0], reference.disparity_px(left, right)), size


def test_a_session_of_defaults(tiny_build: Build, network_case: Any) -> None:
    feeds, expected = network_case
    found = onnxruntime.InferenceSession(str(tiny_build.folder / QCDQ)).run(None, feeds)[0]
    assert found.dtype == np.uint16 and np.array_equal(found[0], expected)


def test_pictures_with_channels_first_and_in_batches(
    tiny_build: Build, random_images: Callable, tmp_path: Path
) -> None:
    model = emit_pixels(tiny_build.graph, tiny_build.params, "nchw", {})
    onnx.save(model, str(tmp_path / PIXELS))
    pairs = [random_images(37, 53, seed) for seed in (1, 2)]
    feeds = {
        name: np.stack([pair[k].transpose(2, 0, 1) for pair in pairs])
        for k, name in enumerate(("left", "right"))
    }
    found = onnxruntime.InferenceSession(str(tmp_path / PIXELS)).run(None, feeds)[0]
    reference = ReferenceBackend(tiny_build.graph, tiny_build.params)
    expected = [reference.disparity_px(*pair) for pair in pairs]
    assert np.array_equal(found, np.stack(expected))


def test_pictures_that_are_too_small_are_refused(tiny_build: Build, random_images: Any) -> None:
    runner = onnxruntime.InferenceSession(str(tiny_build.folder / PIXELS))
    left, right = random_images(37, 9)
    with pytest.raises(Exception, match="Invalid input shape"):
        runner.run(None, {"left": left[None], "right": right[None]})


def test_openvino(tiny_build: Build, network_case: Any, random_images: Callable) -> None:
    openvino = pytest.importorskip("openvino", reason="OpenVINO is not installed")
    feeds, expected = network_case
    hint = {"INFERENCE_PRECISION_HINT": "f32"}
    core = openvino.Core()
    model = core.compile_model(str(tiny_build.folder / QCDQ), "CPU", hint)
    assert np.array_equal(model(feeds)[0][0], expected)
    pixels = core.compile_model(str(tiny_build.folder / PIXELS), "CPU", hint)
    for size in SIZES[:2]:
        left, right = random_images(*size)
        px = pixels({"left": left[None], "right": right[None]})[0][0]
        reference = ReferenceBackend(tiny_build.graph, tiny_build.params)
        assert np.array_equal(px, reference.disparity_px(left, right))


def test_opencv(tiny_build: Build, network_case: Any) -> None:
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")
    feeds, expected = network_case
    net = cv2.dnn.readNetFromONNX(str(tiny_build.folder / QCDQ))
    net.enableWinograd(False)
    for name, codes in feeds.items():
        net.setInput(codes, name)
    assert np.array_equal(net.forward()[0], expected)


def test_no_partial_sum_of_the_exported_constants_leaves_float32(tiny_build: Build) -> None:
    """From the file's own weights and biases, halves included: any order, any input in range."""
    model = load_onnx(tiny_build.folder / QCDQ)
    constants, graph = initialisers(model), tiny_build.graph
    largest = 0
    for conv in graph.of_type(Conv2d):
        weight = constants[conv.weight].astype(np.int64)
        low, high = np.array(graph.range_of(conv.inputs[0]), np.int64).T[..., None, None]
        bias = constants[conv.bias].astype(np.int64)
        ends = np.stack([weight * low, weight * high])
        most = ends.max(axis=0).sum(axis=(1, 2, 3)) + np.maximum(bias, 0)
        least = ends.min(axis=0).sum(axis=(1, 2, 3)) + np.minimum(bias, 0)
        largest = max(largest, int(most.max()), int(-least.min()))
    said = json.loads({p.key: p.value for p in model.metadata_props}["fdscs.exact"])
    assert largest <= said["largest_partial_sum"] < FLOAT32_INTEGERS
    bounds = accumulator_bounds(graph, tiny_build.params).values()
    assert said["largest_partial_sum"] == max(max(b.magnitude, b.high) for b in bounds)
    assert said["float32_integers_to"] == FLOAT32_INTEGERS


def test_every_file_says_where_it_is_not_exact(tiny_build: Build) -> None:
    for name, word in ((QONNX, "QuantToQCDQ"), (QCDQ, "Winograd"), (PIXELS, "bfloat16")):
        model = load_onnx(tiny_build.folder / name)
        said = json.loads({p.key: p.value for p in model.metadata_props}["fdscs.exact"])
        assert word in said["not_in"]


@pytest.mark.filterwarnings("ignore")
def test_qonnx_turns_our_rounding_into_half_to_even(tiny_build: Build) -> None:
    """Why the QONNX does not survive it, as its metadata says: if qonnx mends it, say so."""
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.transformation.qonnx_to_qcdq import QuantToQCDQ

    model = ModelWrapper(load_onnx(tiny_build.folder / QONNX)).transform(QuantToQCDQ())
    quantised = {node.output[0]: node for node in model.graph.node}
    relus = [node for node in model.graph.node if node.op_type == "Relu"]
    after = [n.op_type for n in quantised.values() if relus[0].output[0] in n.input]
    assert after == ["QuantizeLinear"]


@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
def test_the_float_network_from_pixels(
    tiny_float: FloatNetwork, random_images: Callable, tmp_path: Path, layout: Any
) -> None:
    path = export_float(tiny_float, tmp_path, layout)
    assert path.name == FLOAT
    runner = onnxruntime.InferenceSession(str(path))
    for size in SIZES:
        left, right = random_images(*size)
        order = (0, 1, 2) if layout == "nhwc" else (2, 0, 1)
        feeds = {"left": left.transpose(order)[None], "right": right.transpose(order)[None]}
        expected = FloatBackend(tiny_float).disparity_px(left, right)
        assert np.ptp(expected) > 1
        assert np.abs(runner.run(None, feeds)[0][0] - expected).max() < 1e-3, size


def test_the_back_end_runs_the_whole_datapath(tiny_build: Build, random_images: Callable) -> None:
    images = random_images(37, 53)
    found = OnnxRuntimeBackend.of_build(tiny_build).run_images(*images)
    expected = ReferenceBackend(tiny_build.graph, tiny_build.params).run_images(*images)
    assert np.array_equal(found["disparity"], expected["disparity"])
