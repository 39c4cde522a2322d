"""The float network, with the published method's float front and back end."""

from pathlib import Path
from typing import Any, Self

import torch
from numpy.typing import NDArray

from fdscs.export.build import Build
from fdscs.model.back_end import upsample
from fdscs.model.float_checkpoint import load_float
from fdscs.model.front_end import float_front_end
from fdscs.model.images import Image
from fdscs.model.network import FloatNetwork
from fdscs.quantization.datapath import images_to_tensor
from fdscs.storage.errors import BadInput


class FloatBackend:
    """Runs a float network; it has real values only, so it takes no part in a check."""

    name = "float"

    def __init__(self, net: FloatNetwork) -> None:
        self.net = net
        self.graph = net.graph

    @classmethod
    def of_build(cls, build: Build) -> Self:
        """None: raises BadInput, since a build holds integers alone."""
        raise BadInput(f"{build.folder}: a build has no float network; give --checkpoint.")

    @classmethod
    def of_checkpoint(cls, path: Path) -> Self:
        """The back end of a float checkpoint."""
        return cls(load_float(path)[0])

    def disparity_px(self, left: Image, right: Image) -> NDArray[Any]:
        """Full-resolution disparity."""
        disparities = self.net.architecture.disparities
        with torch.no_grad():
            cost, rgb = float_front_end(
                images_to_tensor(left), images_to_tensor(right), disparities
            )
            full = upsample(self.net(cost, rgb), *left.shape[:2])
        result: NDArray[Any] = full[0, 0].numpy()
        return result
