"""What every back end can do."""

from typing import Any, Protocol

from numpy.typing import NDArray

from fdscs.export.build import Build
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.hls_reference.run import Codes
from fdscs.model.graph import Graph
from fdscs.model.images import Image


class Backend(Protocol):
    """Runs the datapath, or as much of it as the back end has."""

    name: str
    graph: Graph

    @classmethod
    def of_build(cls, build: Build) -> "Backend":
        """The back end of a build; raises BadInput where it has none, or something is missing."""

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
