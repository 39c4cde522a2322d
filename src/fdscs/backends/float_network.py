"""The float network, with the published method's float front and back end."""

from typing import Any

import torch
from numpy.typing import NDArray

from fdscs.model.back_end import upsample
from fdscs.model.front_end import float_front_end
from fdscs.model.images import Image
from fdscs.model.network import FloatNetwork
from fdscs.quantization.datapath import images_to_tensor


class FloatBackend:
    """Runs a float network; it has real values only, so it takes no part in a check."""

    name = "float"

    def __init__(self, net: FloatNetwork) -> None:
        self.net = net
        self.graph = net.graph

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
