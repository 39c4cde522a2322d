"""The two phases: float with batch norms, and quantised."""

import torch
from lightning_fabric import Fabric
from torch import Tensor

from fdscs.model.config import Config
from fdscs.model.front_end import float_front_end
from fdscs.model.network import FloatNetwork
from fdscs.quantization.front_end import network_inputs
from fdscs.quantization.network import QuantNetwork
from fdscs.training.muon import Muon
from fdscs.training.objective import Distilled, Supervised
from fdscs.training.phase import Phase
from fdscs.training.shared_norm import share_statistics

FLOAT, QUANTISED = "float", "quantised"
OPTIMISERS = {"adamw": torch.optim.AdamW, "adam": torch.optim.Adam, "muon": Muon}


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
        fmt = net.graph.format_of(f"{name}_relu")
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
