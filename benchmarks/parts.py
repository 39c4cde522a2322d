"""What `make bench` measures: each sets up, and returns what is timed.

Weights and images are random: neither time nor memory depends on them.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from benchmarks import plain
from benchmarks.training import step_of_ours
from fdscs.backends.float_network import FloatBackend
from fdscs.backends.qonnx import QonnxBackend
from fdscs.calibration.calibrate import calibrate
from fdscs.export.build import Build
from fdscs.export.qonnx import emit_qonnx
from fdscs.hls_reference.run import run_front_end, run_images
from fdscs.model.config import PAPER, Architecture, Config, replace
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Conv2d, Graph
from fdscs.model.network import FloatNetwork
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.training.data import Sampler
from fdscs.training.engine import engine
from fdscs.training.phase import quantised_phase, train_step

Run = Callable[[], object]
Size = tuple[int, int]  # rows, columns


def network(disparities: int, quick: bool) -> Config:
    """`paper` with another number of disparities, or a tiny network."""
    small = {"encoder": (6, 4), "context": (4,), "unet": (4, 6)} if quick else {}
    precision = replace(PAPER.precision, weights={}, activations={})
    return replace(
        PAPER, architecture=Architecture(disparities=disparities, **small), precision=precision
    )


def frozen(config: Config) -> tuple[Graph, dict[str, np.ndarray]]:
    """The graph with integers of 8 bits that float32 can follow."""
    graph = build_graph(config.architecture, config.precision)
    graph = graph.with_accumulators({conv.name: 25 for conv in graph.of_type(Conv2d)})
    rng = np.random.default_rng(0)
    params: dict[str, np.ndarray] = {}
    for conv in graph.of_type(Conv2d):
        shape = (conv.channels, conv.in_channels, conv.kernel, conv.kernel)
        params[conv.weight] = rng.integers(-15, 16, shape).astype(np.int8)
        params[conv.bias] = rng.integers(-99, 99, conv.channels).astype(np.int32)
        params[f"{conv.name}.shift"] = np.full(conv.channels, 8, np.uint8)
    return graph, params


def images(size: Size) -> tuple[np.ndarray, np.ndarray]:
    """A pair of noise."""
    left = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    return left, np.roll(left, -4, axis=1)


def reference(config: Config, size: Size) -> Run:
    """The disparity by the integer datapath, every width asserted."""
    graph, params = frozen(config)
    pair = images(size)
    return lambda: run_images(graph, params, *pair, keep=("disparity",))


def reference_kept(config: Config, size: Size) -> Run:
    """The same with every tensor, as a check needs them."""
    graph, params = frozen(config)
    pair = images(size)
    return lambda: run_images(graph, params, *pair)


def float_network(config: Config, size: Size) -> Run:
    """The float network and its front end in PyTorch."""
    net = FloatNetwork(config.architecture)
    net.initialise(torch.Generator().manual_seed(0))
    backend, pair = FloatBackend(net.eval()), images(size)
    return lambda: backend.disparity_px(*pair)


def qonnx(config: Config, size: Size) -> Run:
    """qonnx's executor from the costs on, with every tensor."""
    graph, params = frozen(config)
    model = emit_qonnx(graph, params, *size, {})
    backend = QonnxBackend.__new__(QonnxBackend)  # of a model that no file holds
    build = Build(Path(), graph, params, {})
    super(QonnxBackend, backend).__init__(build, model, emit_qonnx)
    front = run_front_end(graph, *images(size))
    return lambda: backend.run_network(front["cost"], front["rgb"])


def front_end(config: Config, size: Size) -> Run:
    """The reference's front end."""
    graph, pair = frozen(config)[0], images(size)
    return lambda: run_front_end(graph, *pair)


def front_end_plainly(config: Config, size: Size) -> Run:
    """Integer costs of census words and chroma by loops over disparities and bits."""
    front = run_front_end(frozen(config)[0], *images(size))
    names = (f"{view}_{part}" for part in ("census", "u", "v") for view in ("left", "right"))
    maps = [torch.from_numpy(front[name].astype(np.int32)) for name in names]
    return lambda: plain.integer_costs(maps, config.architecture.disparities, 63)


def float_step(config: Config, size: Size) -> Run:
    """A step of training in floating point on a batch of crops."""
    return step_of_ours(_crops(config, size))


def quantised_step(config: Config, size: Size) -> Run:
    """A step of quantised training that follows the ground truth."""
    return _quantised_step(_crops(config, size, imitation=0.0, features=0.0))


def quantised_step_with_teacher(config: Config, size: Size) -> Run:
    """A step of quantised training that imitates the float network."""
    return _quantised_step(_crops(config, size))


def _crops(config: Config, size: Size, **changes: float) -> Config:
    return replace(config, training=replace(config.training, crop=size, **changes))


def _quantised_step(config: Config) -> Run:
    fabric, data = engine(), SyntheticPairs(1, config.training.crop, max_disparity=8)
    net = FloatNetwork(config.architecture)
    net.initialise(torch.Generator().manual_seed(0))
    quantised, teacher = calibrate(net, config, data)
    distils = config.training.distils
    phase = quantised_phase(quantised, teacher if distils else None, config, fabric)
    batch = Sampler(data, config.training, 0).batch(0)
    return lambda: train_step(phase, batch)


REFERENCE, KEPT, FLOAT, QONNX = "reference", "reference, all tensors", "float PyTorch", "qonnx"
FRONT_END, LOOPS = "front end", "front end, plain loops"
FLOAT_STEP, STEP, DISTILLING = "float step", "quantised step", "quantised step with teacher"
ON_PAIRS: dict[str, Callable[[Config, Size], Run]] = {
    FLOAT: float_network,
    REFERENCE: reference,
    KEPT: reference_kept,
    QONNX: qonnx,
    FRONT_END: front_end,
    LOOPS: front_end_plainly,
}
IN_TRAINING: dict[str, Callable[[Config, Size], Run]] = {
    FLOAT_STEP: float_step,
    STEP: quantised_step,
    DISTILLING: quantised_step_with_teacher,
}
PARTS = ON_PAIRS | IN_TRAINING
