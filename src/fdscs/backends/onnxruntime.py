"""The exported standard ONNX models, executed by ONNX Runtime."""

from functools import cached_property
from typing import Any, Self

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import helper

from fdscs.backends.onnx_backend import OnnxBackend
from fdscs.export.build import PIXELS, QCDQ, Build
from fdscs.export.exporter import load_onnx
from fdscs.export.onnx_model import FLOAT
from fdscs.export.pictures import DISPARITY_PX
from fdscs.export.qcdq import emit_qcdq, half
from fdscs.export.qonnx import OUTPUT
from fdscs.hls_reference.fixed_point import dtype_of
from fdscs.hls_reference.run import Codes
from fdscs.model import graph as g
from fdscs.model.codes import scaled, whole_or_real
from fdscs.model.images import Image


class OnnxRuntimeBackend(OnnxBackend):
    """Runs fdscs.qcdq.onnx, and fdscs.pixels.onnx on images, as anyone would.

    ONNX Runtime's optimisations are at their default.
    """

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
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # others work too
        return onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def execute(
        self, prepared: onnxruntime.InferenceSession, codes: Codes, taps: list[str]
    ) -> dict[str, Any]:
        """Run a session and return the codes of `taps`."""
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

    def run_images(self, left: Image, right: Image) -> Codes:
        """Every tensor of the network, on the reference's front end; disparity from the pixels."""
        real = self.disparity_px(left, right)[None]
        disparity = whole_or_real(scaled(real, self.graph.format_of("disparity").frac))
        return super().run_images(left, right) | {"disparity": disparity}

    def disparity_px(self, left: Image, right: Image) -> NDArray[Any]:
        """Full-resolution disparity, the whole datapath in one model."""
        channels_last = self._pixels.get_inputs()[0].shape[3] == 3
        order = (0, 1, 2) if channels_last else (2, 0, 1)
        views = (("left", left), ("right", right))
        feeds = {name: view.transpose(order)[None] for name, view in views}
        found: NDArray[Any] = self.run_model(self._pixels, feeds, [DISPARITY_PX])[DISPARITY_PX][0]
        return found

    @cached_property
    def _pixels(self) -> onnxruntime.InferenceSession:
        return self.prepare(load_onnx(self.build.folder / PIXELS), [])

    def frac(self, name: str) -> int:
        """None: the model's tensors are codes."""
        return 0

    def accumulator(self, conv: g.Conv2d, real: NDArray[Any]) -> NDArray[Any]:
        """Accumulator integers, less the half that the bias carries: exact in float32."""
        whole: NDArray[Any] = real - half(self.source, conv).reshape(-1, 1, 1).astype(np.float32)
        return whole
