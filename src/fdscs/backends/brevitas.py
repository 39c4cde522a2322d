"""The trained Brevitas network, with the PyTorch integer front end."""

from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fdscs.export.build import CHECKPOINT, Build
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.hls_reference.run import Codes
from fdscs.model.images import Image
from fdscs.quantization.datapath import run_images, run_layer, run_network
from fdscs.quantization.network import QuantNetwork
from fdscs.quantization.quant_checkpoint import load_quantised


class BrevitasBackend:
    """Runs a quantised network in exact floating point."""

    name = "brevitas"

    def __init__(self, net: QuantNetwork) -> None:
        self.net = net
        self.graph = net.graph

    @classmethod
    def of_build(cls, build: Build) -> Self:
        """The network that a build came from."""
        return cls.of_checkpoint(build.folder / CHECKPOINT)

    @classmethod
    def of_checkpoint(cls, path: Path) -> Self:
        """The back end of a quantised checkpoint."""
        return cls(load_quantised(path)[0])

    def run_images(self, left: Image, right: Image) -> Codes:
        """Every tensor of the datapath."""
        return run_images(self.net, left, right)

    def run_network(self, cost: IntArray, rgb: IntArray) -> Codes:
        """Every tensor of the network."""
        return run_network(self.net, cost, rgb)

    def run_layer(self, conv: str, codes: IntArray) -> Codes:
        """Accumulator and requantised codes of one convolution."""
        return run_layer(self.net, conv, codes)

    def disparity_px(self, left: Image, right: Image) -> NDArray[Any]:
        """Full-resolution disparity."""
        codes = self.run_images(left, right)["disparity"][0]
        return (codes * self.net.graph.format_of("disparity").step).astype(np.float32)
