"""What a step minimises: the error against ground truth, and against the float network."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from fdscs.model.config import Training
from fdscs.model.graph import Requantise
from fdscs.model.network import FloatNetwork, Network
from fdscs.storage.errors import BadInput
from fdscs.training.loss import disparity_loss, feature_loss, imitation_loss

Inputs = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]  # images to cost and rgb


class Supervised(nn.Module):
    """The loss of a network against ground truth."""

    def __init__(self, net: Network, inputs: Inputs, loss: str, bfloat16: bool) -> None:
        super().__init__()
        self.net, self.inputs, self.loss, self.bfloat16 = net, inputs, loss, bfloat16

    def forward(
        self, left: Tensor, right: Tensor, truth: Tensor, weight: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Loss and half-resolution disparity (N, 1, h, w) of uint8 images (N, 3, H, W)."""
        half = self.predict(left, right)
        return disparity_loss(self.loss, half, truth, weight), half

    def predict(self, left: Tensor, right: Tensor) -> Tensor:
        """Half-resolution disparity, px."""
        cost, rgb = self.inputs(left, right)
        cost = cost.contiguous(memory_format=torch.channels_last)
        with torch.autocast(
            left.device.type, torch.bfloat16, enabled=self.bfloat16 and self.net.training
        ):
            half: Tensor = self.net(cost, rgb)
        return half.float()

    def wanted(self, left: Tensor, right: Tensor) -> Tensor:
        """What half-resolution disparity should be where there is no ground truth."""
        raise BadInput(
            "a pair has no ground truth, and no float network to compare with; leave it out."
        )


class Distilled(Supervised):
    """Also what separates a quantised network from the float network it was calibrated on.

    Both must have the same channel scales, so that their features can be compared. Pixels without
    ground truth count too: the float network has a disparity for each.
    """

    def __init__(
        self, net: Network, teacher: FloatNetwork, inputs: Inputs, training: Training
    ) -> None:
        super().__init__(net, inputs, training.loss, bfloat16=False)
        self.teacher = teacher.requires_grad_(False)
        self.weights = training
        relus = net.graph.of_type(Requantise)
        self.features = [relu.name for relu in relus if relu.name != net.graph.output]

    def forward(
        self, left: Tensor, right: Tensor, truth: Tensor, weight: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Loss and half-resolution disparity (N, 1, h, w) of uint8 images (N, 3, H, W)."""
        cost, rgb = self.inputs(left, right)
        cost = cost.contiguous(memory_format=torch.channels_last)
        with torch.no_grad():
            wanted = self.teacher.run(cost, rgb)
        made = self.net.run(cost, rgb)
        output = self.net.graph.output
        half = made[output]
        weights = self.weights
        loss = weights.imitation * imitation_loss(half, wanted[output])
        pairs = ((made[name], wanted[name]) for name in self.features)
        loss = loss + weights.features * feature_loss(pairs)
        if weights.ground_truth:
            supervised = disparity_loss(self.loss, half, truth, weight)
            loss = loss + weights.ground_truth * supervised
        return loss, half

    def wanted(self, left: Tensor, right: Tensor) -> Tensor:
        """The float network's half-resolution disparity, px."""
        cost, rgb = self.inputs(left, right)
        half: Tensor = self.teacher(cost, rgb)
        return half
