"""What every back end can do."""

from typing import Any, Protocol

from numpy.typing import NDArray

from fdscs.hls_reference.fixed_point import IntArray
from fdscs.model.graph import Graph
from fdscs.model.images import Image

Codes = dict[str, IntArray]


class Backend(Protocol):
    """Runs the datapath, or as much of it as the back end has."""

    name: str
    graph: Graph

    def run_images(self, left: Image, right: Image) -> Codes:
        """Every tensor that the back end computes from two images, by name, (C, rows, columns)."""

    def run_network(self, cost: IntArray, rgb: IntArray) -> Codes:
        """Every tensor of the network, from cost and rgb codes (C, h, w)."""

    def run_layer(self, conv: str, codes: IntArray) -> Codes:
        """Accumulator and requantised codes of one convolution, from the codes that it reads.

        Nothing where the back end cannot run a layer by itself.
        """

    def disparity_px(self, left: Image, right: Image) -> NDArray[Any]:
        """Full-resolution disparity in pixels, (H, W)."""
