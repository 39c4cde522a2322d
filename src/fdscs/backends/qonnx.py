"""The exported QONNX model, executed by qonnx."""

from typing import Any, Self

import numpy as np
import onnx
from numpy.typing import NDArray
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.infer_shapes import InferShapes

from fdscs.backends.onnx_backend import OnnxBackend
from fdscs.export.build import QONNX, Build
from fdscs.export.exporter import load_onnx
from fdscs.export.qonnx import emit_qonnx
from fdscs.hls_reference.run import Codes
from fdscs.model import graph as g
from fdscs.model.codes import scaled


class QonnxBackend(OnnxBackend):
    """Runs fdscs.qonnx.onnx node by node in float32."""

    name = "qonnx"

    @classmethod
    def of_build(cls, build: Build) -> Self:
        """The model of a build."""
        return cls(build, load_onnx(build.folder / QONNX), emit_qonnx)

    def prepare(self, model: onnx.ModelProto, taps: list[str]) -> ModelWrapper:
        """The model with every shape known; all its tensors can be returned."""
        return ModelWrapper(model).transform(InferShapes())

    def execute(self, prepared: ModelWrapper, codes: Codes, taps: list[str]) -> dict[str, Any]:
        """Run a model and return the real values of `taps`."""
        feeds = {name: x[None].astype(np.float32) for name, x in codes.items()}
        return self.run_model(prepared, feeds, taps)

    def run_model(
        self, prepared: ModelWrapper, feeds: dict[str, NDArray[Any]], taps: list[str]
    ) -> dict[str, Any]:
        """Run a model and return the tensors `taps`."""
        context = execute_onnx(prepared, feeds, return_full_exec_context=True)
        return {name: context[name] for name in taps}

    def accumulator(self, conv: g.Conv2d, real: NDArray[Any]) -> NDArray[Any]:
        """Accumulator integers from real values."""
        return scaled(real, self.acc_frac(conv))
