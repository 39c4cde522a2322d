"""A phase of training, float or quantised: what is trained, on what, for how long."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from fdscs.model.config import Config
from fdscs.model.front_end import float_front_end
from fdscs.model.network import FloatNetwork
from fdscs.quantization.accumulators import limit_accumulators
from fdscs.quantization.front_end import network_inputs
from fdscs.quantization.network import QuantNetwork
from fdscs.training.average import WeightAverage
from fdscs.training.data import Batch
from fdscs.training.loss import end_point_error
from fdscs.training.muon import Muon
from fdscs.training.objective import Distilled, Supervised
from fdscs.training.rates import rate_at, warm_up_and_cosine
from fdscs.training.shared_norm import share_statistics

FLOAT, QUANTISED = "float", "quantised"
OPTIMISERS = {"adamw": torch.optim.AdamW, "adam": torch.optim.Adam, "muon": Muon}


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


def float_phase(net: FloatNetwork, config: Config, fabric: Fabric) -> Phase:
    """One rate for everything; bfloat16 if the configuration asks for it."""
    training = config.training
    if fabric.world_size > 1:
        share_statistics(net)
    net.to(memory_format=torch.channels_last)
    optimiser = OPTIMISERS[training.optimiser](
        list(net.parameters()), lr=training.float_learning_rate, weight_decay=training.weight_decay
    )

    def inputs(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
        return float_front_end(left, right, config.architecture.disparities)

    objective = Supervised(net, inputs, training.float_loss, training.bfloat16)
    return Phase(
        FLOAT, objective, optimiser, training.float_steps, fabric,
        training.float_rates, training.largest_gradient, training.average,
    )  # fmt: skip


def quantised_phase(
    net: QuantNetwork, teacher: FloatNetwork | None, config: Config, fabric: Fabric
) -> Phase:
    """Adam with a rate for each layer, in proportion to its weights.

    With a `teacher`, the float network that calibration left, the quantised one imitates it.

    Equalisation leaves layers of very different sizes, so one rate for all would move some by many
    steps and others by none. A bias moves in proportion to the largest value of its output.
    """
    net.to(memory_format=torch.channels_last)
    rate = config.training.learning_rate
    groups: list[dict[str, object]] = []
    for name, conv in net.convs.items():
        fmt = net.graph.relu_of(name).format
        spread = float(conv.weight.detach().std()) if conv.weight.numel() > 1 else 1.0
        groups.append({"params": [conv.weight], "lr": rate * max(spread, 1e-6)})
        groups.append({"params": [conv.bias], "lr": rate * fmt.max * fmt.step / 16})
    optimiser = torch.optim.Adam(groups, betas=(0.9, 0.99))

    def inputs(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
        return network_inputs(net.graph, left, right)

    training = config.training
    if teacher is None:
        objective = Supervised(net, inputs, training.loss, bfloat16=False)
    else:
        teacher.to(memory_format=torch.channels_last)
        objective = Distilled(net, teacher, inputs, training)
    return Phase(
        QUANTISED, objective, optimiser, training.steps, fabric,
        largest_gradient=training.largest_gradient,
    )  # fmt: skip
