"""Bias correction: take out the mean error that quantisation adds, where units are active.

A mean over all positions ruins some layers: where a ReLU is off in both networks, an error means
nothing. So only positions count where the float or the quantised unit is on.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from calibration.observe import Inputs
from model import graph as g
from model.network import TABLE, Network

FEWEST = 200  # active positions; a channel with fewer is left alone


def correct_biases(quantised: Network, real: Network, inputs: Sequence[Inputs]) -> None:
    """Correct the biases of `quantised` layer by layer, each on inputs already corrected."""
    last_use = {name: node.name for node in real.nodes for name in node.inputs}
    runs = [({"cost": c, "rgb": r}, {"cost": c, "rgb": r}) for c, r in inputs]
    with torch.no_grad():
        for node in real.nodes:
            for values in runs:
                for net, tensors in zip((real, quantised), values, strict=True):
                    args = (tensors[name] for name in node.inputs)
                    tensors[node.name] = TABLE[type(node)](net, node, *args)
            if isinstance(node, g.Conv2d):
                _correct(quantised, node, runs, is_output=node.name == "out")
            for name in node.inputs:
                if last_use[name] == node.name:
                    for values in runs:
                        for tensors in values:
                            tensors.pop(name, None)


def _correct(
    quantised: Network,
    conv: g.Conv2d,
    runs: Sequence[tuple[dict[str, Tensor], dict[str, Tensor]]],
    is_output: bool,
) -> None:
    total = torch.zeros(conv.channels, dtype=torch.float64)
    count = torch.zeros(conv.channels, dtype=torch.float64)
    for real_values, quantised_values in runs:
        real, found = real_values[conv.name], quantised_values[conv.name]
        active = torch.ones_like(real) if is_output else ((real > 0) | (found > 0)).float()
        total += ((real - found) * active).double().sum(dim=(0, 2, 3))
        count += active.double().sum(dim=(0, 2, 3))
    shift = torch.where(count >= FEWEST, total / count.clamp(min=1), 0.0).float()
    quantised.convs[conv.name].bias += shift
    for _, quantised_values in runs:
        quantised_values[conv.name] += shift[:, None, None]
