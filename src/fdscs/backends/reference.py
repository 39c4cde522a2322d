"""The NumPy integer reference."""

from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fdscs.export.build import Build
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.hls_reference.run import Codes, Parameters, disparity_px, run, run_images, run_layer
from fdscs.model.graph import Graph
from fdscs.model.images import Image


class ReferenceBackend:
    """Runs a frozen graph with its integers."""

    name = "reference"

    def __init__(self, graph: Graph, params: Parameters) -> None:
        self.graph, self.params = graph, params

    @classmethod
    def of_build(cls, build: Build) -> Self:
        """The back end of a build."""
        return cls(build.graph, build.params)

    @classmethod
    def of_checkpoint(cls, path: Path) -> Self:
        """The back end of a quantised checkpoint, which is frozen first."""
        from fdscs.quantization.freeze import freeze
        from fdscs.quantization.quant_checkpoint import load_quantised  # PyTorch, and only here

        frozen = freeze(load_quantised(path)[0])
        return cls(frozen.graph, frozen.params)

    def run_images(self, left: Image, right: Image) -> Codes:
        """Every tensor of the datapath."""
        return run_images(self.graph, self.params, left, right)

    def run_network(self, cost: IntArray, rgb: IntArray) -> Codes:
        """Every tensor of the network."""
        return run(self.graph, self.params, {"cost": cost, "rgb": rgb})

    def run_layer(self, conv: str, codes: IntArray) -> Codes:
        """Accumulator and requantised codes of one convolution."""
        return run_layer(self.graph, self.params, conv, codes)

    def disparity_px(self, left: Image, right: Image) -> NDArray[Any]:
        """Full-resolution disparity, exact, as float32: 16 bits fit."""
        values = run_images(self.graph, self.params, left, right, keep=("disparity",))
        return disparity_px(self.graph, values).astype(np.float32)
