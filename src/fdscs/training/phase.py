"""One phase of training: what is trained, on what, for how long."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from lightning_fabric import Fabric
from torch import nn

from fdscs.quantization.accumulators import limit_accumulators
from fdscs.quantization.network import QuantNetwork
from fdscs.training.average import WeightAverage
from fdscs.training.data import Batch
from fdscs.training.loss import end_point_error
from fdscs.training.objective import Supervised
from fdscs.training.schedule import rate_at, warm_up_and_cosine


@dataclass
class Phase:
    """An objective and its optimiser; `rates` replace the warm-up and cosine of its own rates.

    `average` are the weights that are evaluated and kept, where they are not the last ones.
    """

    name: str
    objective: Supervised
    optimiser: torch.optim.Optimizer
    steps: int
    fabric: Fabric
    rates: Sequence[tuple[int, float]] = ()
    largest_gradient: float = 3.0
    decay: float = 0.0  # of averaged weights; 0 for none

    def __post_init__(self) -> None:
        self.average = WeightAverage(self.net, self.decay) if self.decay else None
        self.peaks = [group["lr"] for group in self.optimiser.param_groups]
        self.step, self.optimiser = self.fabric.setup(self.objective, self.optimiser)

    @property
    def net(self) -> nn.Module:
        """The network that is trained."""
        return self.objective.net

    def set_rate(self, step: int) -> None:
        """Give every group the rate of this step."""
        for group, peak in zip(self.optimiser.param_groups, self.peaks, strict=True):
            cosine = peak * warm_up_and_cosine(step, self.steps)
            group["lr"] = rate_at(self.rates, step) if self.rates else cosine


def train_step(phase: Phase, batch: Batch) -> tuple[float, float]:
    """One optimiser step; returns the loss and the EPE in px."""
    phase.net.train()
    left, right, truth, valid, weight = phase.fabric.to_device(
        (batch.left, batch.right, batch.disparity, batch.valid, batch.weight)
    )
    loss, half = phase.step(left, right, truth, weight)
    phase.optimiser.zero_grad(set_to_none=True)
    phase.fabric.backward(loss)
    if phase.largest_gradient:
        nn.utils.clip_grad_norm_(phase.net.parameters(), phase.largest_gradient)
    phase.optimiser.step()
    if isinstance(phase.net, QuantNetwork):
        limit_accumulators(phase.net)
    return float(loss.detach()), end_point_error(half.detach(), truth, valid)
