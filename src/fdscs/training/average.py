"""Averaged weights: a network that is steadier than the one in training."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

EARLY = 9  # steps by which the average trails at first


class WeightAverage:
    """The exponentially weighted mean of a network's parameters over the steps.

    Of each step `decay` stays, less at first, so that the start is soon forgotten.
    """

    def __init__(self, net: nn.Module, decay: float) -> None:
        self.net, self.decay = net, decay
        self.values = {name: each.detach().clone() for name, each in net.named_parameters()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the parameters after `step`, counted from 0."""
        share = 1 - min(self.decay, (step + 1) / (step + 1 + EARLY))
        for name, value in self.net.named_parameters():
            self.values[name].lerp_(value.to(self.values[name].device), share)

    def restore(self, values: dict[str, Tensor]) -> None:
        """Go on from saved `values`; raises KeyError where one is missing."""
        for name, value in self.values.items():
            value.copy_(values[name])

    @torch.no_grad()
    def settle(self) -> None:
        """Give the network the mean."""
        for name, value in self.net.named_parameters():
            value.copy_(self.values[name])

    @contextmanager
    def shown(self) -> Iterator[None]:
        """The network with the mean, and afterwards again with its own parameters."""
        own = {name: each.detach().clone() for name, each in self.net.named_parameters()}
        self.settle()
        try:
            yield
        finally:
            with torch.no_grad():
                for name, value in self.net.named_parameters():
                    value.copy_(own[name])
