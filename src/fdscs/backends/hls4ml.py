"""An independent cross-check: the network as hls4ml generates and simulates it.

hls4ml computes every convolution, requantisation, concatenation, maximum and depth-to-space with
layers of its own, in C++ that it writes and g++ compiles. Padding and cropping, which hls4ml does
not have, are the reference's where the size needs them; their tensors are not compared. So are
front and back end.

For small crops: each size is compiled anew, and a second passes for every few hundred pixels.
"""

import shutil
import tempfile
import threading
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fdscs.accelerator.hls.simulate import COMPILER
from fdscs.export.build import Build
from fdscs.export.hls4ml import MOVES, Layer, describe, pieces
from fdscs.export.qonnx import Source
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.hls_reference.run import TABLE as REFERENCE
from fdscs.hls_reference.run import Codes, disparity_px, run, run_front_end, views
from fdscs.model import graph as g
from fdscs.model.codes import whole_or_real
from fdscs.model.images import Image
from fdscs.storage.errors import BadInput

# hls4ml copies a reshaped tensor that is read twice in the default type, whatever type the tensor
# was given: the default has to hold every code.
DEFAULT_TYPE = "ap_fixed<32,32>"
STACK_BYTES = 1 << 28  # it transposes a whole feature map on the stack


class Hls4mlBackend:
    """Runs the network of a build by hls4ml's C simulation."""

    name = "hls4ml"

    def __init__(self, build: Build) -> None:
        """Raises BadInput where hls4ml or a compiler is missing."""
        require_hls4ml()
        self.build, self.graph = build, build.graph
        self._folder = tempfile.TemporaryDirectory(prefix="fdscs-hls4ml-")
        self._simulations: dict[tuple[int, ...], list[Simulation]] = {}

    @classmethod
    def of_build(cls, build: Build) -> Self:
        """The network of a build."""
        return cls(build)

    def run_images(self, left: Image, right: Image) -> Codes:
        """Every tensor of the network, on the reference's front end."""
        front = run_front_end(self.graph, left, right)
        return self.run_network(front["cost"], front["rgb"])

    def run_network(self, cost: IntArray, rgb: IntArray) -> Codes:
        """Every tensor of the network, but for those that padding and cropping make."""
        values: Codes = {"cost": cost, "rgb": rgb}
        found: Codes = {}
        for simulation in self._simulations_for(cost.shape[1:]):
            self._move(values)
            made = simulation.run(values)
            values |= made
            found |= made
        return found

    def run_layer(self, conv: str, codes: IntArray) -> Codes:
        """Nothing: layers are joined by streams, which begin at the network's inputs."""
        return {}

    def disparity_px(self, left: Image, right: Image) -> NDArray[Any]:
        """Full-resolution disparity, on the reference's front and back end."""
        half = self.run_images(left, right)[self.graph.output]
        given = {"left": views(left, right)["left"], self.graph.output: half}  # for its size
        return disparity_px(self.graph, run(self.graph, {}, given)).astype(np.float32)

    def _simulations_for(self, size: tuple[int, ...]) -> list["Simulation"]:
        if size not in self._simulations:
            rows, columns = size
            shapes = self.graph.shapes(2 * rows, 2 * columns)
            source = Source(self.graph, self.build.params, shapes)
            self._simulations[size] = [
                Simulation(source, nodes, Path(self._folder.name) / f"{rows}x{columns}_{index}")
                for index, nodes in enumerate(pieces(source))
            ]
        return self._simulations[size]

    def _move(self, values: Codes) -> None:
        """Add what padding and cropping make of `values`, by the reference."""
        for node in self.graph.of_type(*MOVES):
            if node.name not in values and all(name in values for name in node.inputs):
                inputs = (values[name] for name in node.inputs)
                values[node.name] = REFERENCE[type(node)](node, {}, *inputs)


class Simulation:
    """Some of the nodes, compiled by hls4ml for one size, with every tensor they make an output."""

    def __init__(self, source: Source, nodes: Sequence[g.Op], folder: Path) -> None:
        self.source, self.nodes = source, nodes
        layers = describe(source, nodes)
        self.inputs = [each["name"] for each in layers if each["class_name"] == "InputLayer"]
        self.model = _compile(layers, self.inputs, [node.name for node in nodes], folder)

    def run(self, values: Mapping[str, IntArray]) -> Codes:
        """The tensors that the nodes make, (C, rows, columns)."""
        given = [
            np.ascontiguousarray(values[name].transpose(1, 2, 0)[None], np.float64)
            for name in self.inputs
        ]
        outputs = _on_a_deep_stack(self.model.predict, given if len(given) > 1 else given[0])
        return {
            node.name: whole_or_real(self._integers(node, flat))
            for node, flat in zip(self.nodes, outputs, strict=True)
        }

    def _integers(self, node: g.Op, flat: NDArray[np.float64]) -> NDArray[np.float64]:
        channels, rows, columns = self.source.shapes[node.name]
        values = flat.reshape(rows, columns, channels).transpose(2, 0, 1)
        if not isinstance(node, g.Conv2d):
            return values
        shift = self.source.params[node.shift].astype(np.int32)
        return np.ldexp(values, shift[:, None, None])


def require_hls4ml() -> None:
    """Raise BadInput unless hls4ml and a compiler are installed."""
    try:
        with redirect_stdout(StringIO()):  # it tells which frameworks it did not find
            import hls4ml  # noqa: F401
    except ImportError as error:
        raise BadInput(
            "the back end hls4ml is not installed: run `make setup`, or "
            "pip install -r requirements.lock."
        ) from error
    if not shutil.which(COMPILER):
        raise BadInput(
            f"the back end hls4ml needs {COMPILER}, which is not installed; install Debian's g++."
        )


def _compile(layers: Sequence[Layer], inputs: list[str], outputs: list[str], folder: Path) -> Any:
    """hls4ml's model, ready to run."""
    from hls4ml.model import ModelGraph
    from hls4ml.utils.config import create_config

    shared = {"Strategy": "Latency", "ReuseFactor": 1}  # any layer takes these; nothing is built
    types = {each["name"]: {"Precision": each["types"], **shared} for each in layers}
    plain = [{key: each[key] for key in each if key != "types"} for each in layers]
    with warnings.catch_warnings(), redirect_stdout(StringIO()):
        warnings.simplefilter("ignore")
        config = create_config(str(folder), "network", "Vitis", io_type="io_stream")
        defaults = {"Precision": DEFAULT_TYPE, **shared}
        config["HLSConfig"] = {"Model": defaults, "LayerName": types}
        model = ModelGraph.from_layer_list(config, plain, inputs, outputs)
        model.compile()
    return model


def _on_a_deep_stack(function: Any, argument: Any) -> Any:
    """`function`(`argument`), in a thread with STACK_BYTES of stack."""
    before = threading.stack_size(STACK_BYTES)
    try:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(function, argument).result()
    finally:
        threading.stack_size(before)
