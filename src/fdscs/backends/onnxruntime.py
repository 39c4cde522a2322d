"""The exported standard ONNX model, executed by ONNX Runtime."""

from typing import Any, Self

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import helper

from fdscs.backends.onnx_backend import OnnxBackend
from fdscs.export.build import QCDQ, Build
from fdscs.export.exporter import load_onnx
from fdscs.export.onnx_model import FLOAT
from fdscs.export.qcdq import bias_half_steps, emit_qcdq
from fdscs.export.qonnx import OUTPUT
from fdscs.hls_reference.fixed_point import dtype_of
from fdscs.hls_reference.run import Codes
from fdscs.model import graph as g
from fdscs.model.codes import scaled


class OnnxRuntimeBackend(OnnxBackend):
    """Runs fdscs.qcdq.onnx with graph optimisations off: fusions would round for themselves."""

    name = "onnxruntime"

    @classmethod
    def of_build(cls, build: Build) -> Self:
        """The model of a build."""
        return cls(build, load_onnx(build.folder / QCDQ), emit_qcdq)

    def prepare(self, model: onnx.ModelProto, taps: list[str]) -> onnxruntime.InferenceSession:
        """A session with every tensor of `taps` among its outputs."""
        for name in taps:
            if name != OUTPUT:
                model.graph.output.append(helper.make_tensor_value_info(name, FLOAT, None))
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # others work too
        return onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def execute(
        self, prepared: onnxruntime.InferenceSession, codes: Codes, taps: list[str]
    ) -> dict[str, Any]:
        """Run a session and return the tensors `taps`: real values, and the codes of the output."""
        feeds = {}
        for name, x in codes.items():
            fmt = self.build.graph.format_of(name)
            feeds[name] = x[None].astype(dtype_of(fmt.bits, fmt.signed))
        return self.run_model(prepared, feeds, taps)

    def run_model(
        self,
        prepared: onnxruntime.InferenceSession,
        feeds: dict[str, NDArray[Any]],
        taps: list[str],
    ) -> dict[str, Any]:
        """Run a session and return the tensors `taps`."""
        return dict(zip(taps, prepared.run(taps, feeds), strict=True))

    def accumulator(self, conv: g.Conv2d, real: NDArray[Any]) -> NDArray[Any]:
        """Accumulator integers from real values, less the half step that the bias carries.

        In float32: twice an accumulator is below 2^24, and what is above differs in any case.
        """
        halves = scaled(real, self.acc_frac(conv) + 1)
        halves -= bias_half_steps(self.source, conv).reshape(-1, 1, 1).astype(np.float32)
        halves *= np.float32(0.5)
        return halves
