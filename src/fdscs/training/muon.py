"""Muon (Jordan et al. 2024): momentum whose matrices are made orthogonal before they are applied.

A convolution's weight is the matrix of outputs by inputs. What is no matrix (biases, and the single
row of `out`) is left to Adam.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
BETAS = (0.9, 0.999)
EPSILON = 1e-8
SERIES = (3.4445, -4.7750, 2.0315)  # of the quintic iteration, as published
ITERATIONS = 5
RMS = 0.2  # of an update, about what Adam's has, so that rates mean the same


class Muon(torch.optim.Optimizer):
    """Muon for matrices, Adam for the rest; weights decay as in AdamW."""

    def __init__(self, parameters: Sequence[nn.Parameter], lr: float, weight_decay: float) -> None:
        matrices = [each for each in parameters if is_matrix(each)]
        rest = [each for each in parameters if not is_matrix(each)]
        groups = [{"params": matrices, "matrices": True}, {"params": rest, "matrices": False}]
        defaults = {"lr": lr, "weight_decay": weight_decay}
        super().__init__([each for each in groups if each["params"]], defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """One step on the gradients at hand."""
        for group in self.param_groups:
            moving = [each for each in group["params"] if each.grad is not None]
            for each in moving:
                each.mul_(1 - group["lr"] * group["weight_decay"])
            (self._matrices if group["matrices"] else self._rest)(moving, group["lr"])

    def _matrices(self, weights: list[nn.Parameter], rate: float) -> None:
        alike: dict[tuple[int, ...], list[tuple[nn.Parameter, Tensor]]] = defaultdict(list)
        for weight in weights:
            state = self._state(weight, "momentum")
            assert weight.grad is not None
            state["momentum"].lerp_(weight.grad, 1 - MOMENTUM)
            ahead = weight.grad.lerp(state["momentum"], MOMENTUM).flatten(1)
            alike[tuple(ahead.shape)].append((weight, ahead))
        for shape, pairs in alike.items():
            updates = orthogonal(torch.stack([ahead for _, ahead in pairs]))
            for (weight, _), update in zip(pairs, updates, strict=True):
                weight.add_(update.view(weight.shape), alpha=-rate * RMS * max(shape) ** 0.5)

    def _rest(self, parameters: list[nn.Parameter], rate: float) -> None:
        for each in parameters:
            state = self._state(each, "mean", "square")
            assert each.grad is not None
            state["step"] += 1
            step = float(state["step"])
            state["mean"].lerp_(each.grad, 1 - BETAS[0])
            state["square"].lerp_(each.grad.square(), 1 - BETAS[1])
            mean = state["mean"] / (1 - BETAS[0] ** step)
            spread = (state["square"] / (1 - BETAS[1] ** step)).sqrt()
            each.addcdiv_(mean, spread + EPSILON, value=-rate)

    def _state(self, parameter: nn.Parameter, *names: str) -> dict[str, Any]:
        state: dict[str, Any] = self.state[parameter]
        if not state:
            state["step"] = torch.zeros(())
            state.update({name: torch.zeros_like(parameter) for name in names})
        return state


def is_matrix(parameter: Tensor) -> bool:
    """Whether there are several rows and columns to be made orthogonal."""
    return parameter.ndim == 4 and parameter.shape[0] > 1


def orthogonal(matrices: Tensor) -> Tensor:
    """About the nearest matrices (n, rows, columns) with orthogonal rows, or columns if more rows.

    Newton-Schulz: singular values end between 0.7 and 1.2, which is near enough.
    """
    if matrices.shape[1] > matrices.shape[2]:
        return orthogonal(matrices.mT).mT
    a, b, c = SERIES
    x = matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(ITERATIONS):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x
