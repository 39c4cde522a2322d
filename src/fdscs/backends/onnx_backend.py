"""What the QONNX and the standard ONNX back ends share: front and back end, sizes, codes."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Self

import numpy as np
import onnx
from numpy.typing import NDArray

from fdscs.export.build import Build
from fdscs.export.layer_model import layer_model
from fdscs.export.qonnx import OUTPUT, TABLE, Source, acc_frac
from fdscs.export.resize import resized
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.hls_reference.run import Codes, run, run_front_end
from fdscs.model import graph as g
from fdscs.model.codes import scaled, whole_or_real
from fdscs.model.images import Image

Emitter = Callable[..., onnx.ModelProto]


class OnnxBackend(ABC):
    """Runs a model of a build; front and back end, which no model holds, are the reference's."""

    name: str

    def __init__(self, build: Build, model: onnx.ModelProto, emit: Emitter) -> None:
        self.build, self.model, self.emit = build, model, emit
        self.graph = build.graph
        self.source = Source(build.graph, build.params, {})
        self._prepared: tuple[object, Any] = (None, None)  # the last one, and what it is for

    @classmethod
    @abstractmethod
    def of_build(cls, build: Build) -> Self:
        """The back end of a build."""

    @abstractmethod
    def prepare(self, model: onnx.ModelProto, taps: list[str]) -> Any:
        """What `execute` needs to run `model` and return the tensors `taps`."""

    @abstractmethod
    def execute(self, prepared: Any, codes: Codes, taps: list[str]) -> dict[str, Any]:
        """Run what `prepare` made on {"cost", "rgb"} codes and return the tensors `taps`."""

    @abstractmethod
    def run_model(
        self, prepared: Any, feeds: dict[str, NDArray[Any]], taps: list[str]
    ) -> dict[str, Any]:
        """Run what `prepare` made and return the tensors `taps`, in their order."""

    def frac(self, name: str) -> int:
        """Fraction bits of a tensor of the model, which holds real values."""
        return self.graph.format_of(name).frac

    @abstractmethod
    def accumulator(self, conv: g.Conv2d, real: NDArray[Any]) -> NDArray[Any]:
        """Integers of the tensor that `conv` makes."""

    def run_network(self, cost: IntArray, rgb: IntArray) -> Codes:
        """Every tensor of the network."""
        graph = self.graph
        nodes = graph.of_type(*TABLE)
        taps = [OUTPUT if node.name == graph.output else node.name for node in nodes]
        values = self._execute(cost, rgb, taps)
        codes = {graph.output: whole_or_real(values[OUTPUT][0])}
        for node in nodes:
            if isinstance(node, g.Conv2d):
                codes[node.name] = whole_or_real(self.accumulator(node, values[node.name][0]))
            elif node.name != graph.output:
                real = values[node.name][0]
                codes[node.name] = whole_or_real(scaled(real, self.frac(node.name)))
        return codes

    def run_layer(self, conv: str, codes: IntArray) -> Codes:
        """Accumulator and requantised codes of one convolution."""
        relu, node = self.graph.relu_of(conv).name, self.graph[conv]
        assert isinstance(node, g.Conv2d)
        taps = [conv, OUTPUT if relu == self.graph.output else relu]
        model, source = layer_model(self.model, conv, taps, codes.shape)
        real = np.ldexp(codes[None].astype(np.float32), -self.frac(node.inputs[0]))
        prepared = self.prepare(model, [])  # its outputs are the taps
        acc, made = (value[0] for value in self.run_model(prepared, {source: real}, taps).values())
        if relu != self.graph.output:
            made = np.ldexp(made, self.frac(relu))
        return {conv: whole_or_real(self.accumulator(node, acc)), relu: whole_or_real(made)}

    def run_images(self, left: Image, right: Image) -> Codes:
        """Every tensor of the network, on the reference's front end."""
        front = run_front_end(self.graph, left, right)
        return self.run_network(front["cost"], front["rgb"])

    def disparity_px(self, left: Image, right: Image) -> NDArray[Any]:
        """Full-resolution disparity, on the reference's front and back end."""
        front = run_front_end(self.graph, left, right)
        half = whole_or_real(self._execute(front["cost"], front["rgb"], [OUTPUT])[OUTPUT][0])
        given = {"left": front["left"], self.graph.output: half}
        codes = run(self.graph, {}, given)["disparity"][0]
        return (codes * self.graph.format_of("disparity").step).astype(np.float32)

    def _execute(self, cost: IntArray, rgb: IntArray, taps: list[str]) -> dict[str, Any]:
        rows, columns = 2 * cost.shape[1], 2 * cost.shape[2]
        if self._prepared[0] != (rows, columns, taps):
            expected = self.emit(self.graph, self.build.params, rows, columns, {})
            model = resized(self.model, expected, self.graph)
            self._prepared = (rows, columns, taps), self.prepare(model, taps)
        return self.execute(self._prepared[1], {"cost": cost, "rgb": rgb}, taps)

    def acc_frac(self, conv: g.Conv2d) -> IntArray:
        """Fraction bits of an accumulator, shaped to its channels."""
        return acc_frac(self.source, conv).reshape(-1, 1, 1)
