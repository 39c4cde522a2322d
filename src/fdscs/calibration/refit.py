"""Rounding weights against data: least-squares refit, then GPTQ.

Each layer is first refitted to the float network's outputs on the inputs that the quantised network
will give it, then its weights are rounded one input at a time, the error of each spread over those
not yet rounded (Frantar et al., "GPTQ: Accurate Post-Training Quantization for Generative
Pre-trained Transformers", ICLR 2023). Steps are powers of two, one an output channel, chosen by the
error that remains on the data.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from fdscs.calibration.observe import Inputs
from fdscs.calibration.steps import accumulator_fits, allowed_fracs, coarsest_frac
from fdscs.calibration.together import Sample, walk_together
from fdscs.model.graph import Conv2d
from fdscs.model.network import FloatNetwork
from fdscs.quantization.accumulators import limit_accumulator
from fdscs.quantization.network import QuantNetwork
from fdscs.storage.progress import track

POSITIONS = 32_000  # per layer, over all samples
RIDGE = 0.02  # of the mean input power: holds the refit to the float weights where data say little
TRUST = 0.35  # how much of the refit is taken: all of it fits the crops, not the network
DAMPING = 0.01  # of the mean input power, for the inverse that GPTQ needs
BLOCK = 96  # inputs rounded before their errors are spread over the rest
FINER = 3  # steps tried, from the coarsest that does not saturate


@dataclass(frozen=True)
class Problem:
    """A layer as a regression: rows of `inputs` (n, I·k·k) to rows of `outputs` (n, O).

    Outputs are the float network's before the ReLU; `rectified` says that one follows.
    """

    inputs: Tensor
    outputs: Tensor
    rectified: bool = True

    def missing(self, weight: Tensor, bias: Tensor) -> Tensor:
        """What each output lacks, (n, O); nothing where the ReLU makes zero of both."""
        made = self.inputs @ weight.T + bias
        if not self.rectified:
            return self.outputs - made
        counts = torch.maximum(made, self.outputs) > 0
        return torch.where(counts, self.outputs.clamp(min=0) - made, 0)


@torch.no_grad()
def refit_and_round(
    quantised: QuantNetwork, real: FloatNetwork, inputs: Sequence[Inputs], seed: int = 0
) -> None:
    """Give every layer of `quantised` weights on their grids and a matching bias, in order."""
    generator = torch.Generator().manual_seed(seed)
    layers = walk_together(quantised, real, inputs)
    for conv, samples in track(layers, "rounding weights, layer by layer", len(quantised.convs)):
        problem = regression(conv, samples, generator)
        weight, bias = real.plain(conv.name)
        flat = weight.double().flatten(1)
        rounded, offset, frac = solve(problem, flat, bias.double(), quantised, conv)
        quantised.set_weight_steps(conv.name, frac)
        layer = quantised.convs[conv.name]
        layer.weight.copy_(rounded.reshape(weight.shape))
        layer.bias.copy_(offset)
        if conv.acc_bits is not None:
            limit_accumulator(quantised, conv)


def regression(conv: Conv2d, samples: Sequence[Sample], generator: torch.Generator) -> Problem:
    """Windows of the quantised inputs and the float outputs at random positions."""
    margin = conv.kernel // 2
    windows: list[Tensor] = []
    outputs: list[Tensor] = []
    for sample in samples:
        _, _, height, width = sample.real.shape
        count = min(height * width, POSITIONS // len(samples) + 1)
        pick = torch.randperm(height * width, generator=generator)[:count]
        y, x = pick // width, pick % width
        padded = F.pad(sample.quantised_input[0], (margin,) * 4)
        taps = [padded[:, y + i, x + j] for i in range(conv.kernel) for j in range(conv.kernel)]
        windows.append(torch.stack(taps, dim=1).flatten(0, 1).T)  # channels outermost, as weights
        outputs.append(sample.real[0].flatten(1)[:, pick].T)
    rectified = conv.name != "out"  # its ReLU only cuts off negative disparities
    return Problem(torch.cat(windows).double(), torch.cat(outputs).double(), rectified)


def solve(
    problem: Problem, weight: Tensor, bias: Tensor, net: QuantNetwork, conv: Conv2d
) -> tuple[Tensor, Tensor, NDArray[np.int32]]:
    """Rounded weights (O, I·k·k), biases (O,) and fraction bits (O,) for one layer.

    Rounding keeps the mean of each output. The mean of the float network is not forced on it:
    that made disparities worse. Only disparity itself is brought to the median.
    """
    mean_in = problem.inputs.mean(dim=0)
    centred = problem.inputs - mean_in
    power = centred.T @ centred / len(centred)
    missing = problem.missing(weight, bias)
    correlation = (missing - missing.mean(dim=0)).T @ centred / len(centred)
    refitted = weight + TRUST * _ridge_regression(power, correlation)
    loss = torch.full((len(weight),), float("inf"), dtype=torch.float64)
    rounded = refitted
    chosen = allowed_fracs(net.graph, conv, coarsest_frac(refitted, conv), refitted, bias)
    for finer in (*range(FINER), -1, -2):
        if finer < 0 and bool(loss.isfinite().all()):
            break  # coarser steps only where the accumulator leaves no other choice
        wanted = coarsest_frac(refitted, conv) + finer
        frac = allowed_fracs(net.graph, conv, wanted, refitted, bias)
        candidate = gptq(refitted, power, frac, conv.weight_max)
        error = refitted - candidate
        remains = ((error @ power) * error).sum(dim=1)
        fits = accumulator_fits(net.graph, conv, candidate, bias + error @ mean_in, frac)
        better = (remains < loss) & fits
        loss, chosen = torch.where(better, remains, loss), torch.where(better, frac, chosen)
        rounded = torch.where(better[:, None], candidate, rounded)
    bias = bias + (refitted - rounded) @ mean_in
    if not problem.rectified:
        bias = bias + problem.missing(rounded, bias).median(dim=0).values
    return rounded.float(), bias.float(), chosen.int().numpy()


def _ridge_regression(power: Tensor, correlation: Tensor) -> Tensor:
    ridge = (RIDGE * power.diagonal().mean() + 1e-9) * torch.eye(len(power), dtype=power.dtype)
    return torch.linalg.solve(power + ridge, correlation.T).T


def gptq(weight: Tensor, power: Tensor, frac: Tensor, largest: int) -> Tensor:
    """Round rows of `weight` (O, n) to multiples of 2^−frac (O,), at most `largest` times it.

    `power` (n, n) is the second moment of the centred inputs.
    """
    step = torch.ldexp(torch.ones(len(frac), dtype=weight.dtype), -frac)
    damping = DAMPING * power.diagonal().mean() + 1e-12
    damped = power + damping * torch.eye(len(power), dtype=power.dtype)
    order = damped.diagonal().argsort(descending=True)
    damped, left = damped[order][:, order], weight[:, order].clone()
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped))
    factor = torch.linalg.cholesky(inverse, upper=True)
    rounded = torch.zeros_like(left)
    for start in range(0, len(power), BLOCK):
        end = min(start + BLOCK, len(power))
        errors = torch.zeros(len(left), end - start, dtype=left.dtype)
        for k in range(start, end):
            codes = (left[:, k] / step + 0.5).floor().clamp(-largest, largest)
            rounded[:, k] = codes * step
            error = (left[:, k] - rounded[:, k]) / factor[k, k]
            left[:, k + 1 : end] -= error[:, None] * factor[k, k + 1 : end]
            errors[:, k - start] = error
        left[:, end:] -= errors @ factor[start:end, end:]
    return rounded[:, order.argsort()]
