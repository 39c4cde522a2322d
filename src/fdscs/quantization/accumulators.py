"""Keeping accumulators within a chosen width, in calibration and in training.

With power-of-two steps the widest value of an accumulator is a sum of integer weights, each times
the largest code of its input. Weights of one sign are moved towards zero, by λ times that code,
until the sum fits: the Euclidean projection onto the half-space of the sum (as in Colbert et al.,
"A2Q: Accumulator-Aware Quantization with Guaranteed Overflow Avoidance", ICCV 2023, whose L1 bound
this is with the two signs apart and the rounding counted).
"""

import torch
from torch import Tensor

from fdscs.model.graph import Conv2d
from fdscs.quantization.network import QuantNetwork, accumulator_frac

ITERATIONS = 30  # of bisection: λ to 2^-30 of its range


@torch.no_grad()
def limit_accumulators(net: QuantNetwork) -> None:
    """Shrink the weights of every convolution whose accumulator has a width, until it fits."""
    for conv in net.graph.of_type(Conv2d):
        if conv.acc_bits is not None:
            limit_accumulator(net, conv)


@torch.no_grad()
def limit_accumulator(net: QuantNetwork, conv: Conv2d) -> None:
    """Shrink the weights of one convolution, in place, until its accumulator fits its width.

    Its bias is cut to half of the width first.
    """
    assert conv.acc_bits is not None
    layer, largest = net.convs[conv.name], 2.0 ** (conv.acc_bits - 1)
    device = layer.weight.device
    frac = torch.from_numpy(net.steps.weights[conv.name]).to(device)
    acc_frac = torch.from_numpy(accumulator_frac(net.graph, conv, net.steps)).to(device)
    bias = torch.ldexp(layer.bias.double(), acc_frac).clamp(-largest / 2, largest / 2)
    layer.bias.copy_(torch.ldexp(bias, -acc_frac))
    shift = acc_frac - net.graph.relu_of(conv.name).format.frac
    half = torch.where(shift > 0, torch.ldexp(torch.ones_like(bias), shift - 1), 0)
    reach = net.graph.range_of(conv.inputs[0])
    ranges = torch.tensor(reach, dtype=torch.float64, device=device)
    low, high = ranges.repeat_interleave(conv.kernel**2, dim=0).T
    codes = torch.ldexp(layer.weight.double().flatten(1), frac[:, None])
    codes = codes.clamp(-conv.weight_max, conv.weight_max)
    above = largest - 1 - half - bias.clamp(min=0) - 1  # one for the rounding of the bias
    below = largest - (-bias).clamp(min=0) - 1
    codes = _limited(codes, low, high, above)
    codes = -_limited(-codes, low, high, below)
    layer.weight.copy_(torch.ldexp(codes, -frac[:, None]).reshape(layer.weight.shape))


def _limited(codes: Tensor, low: Tensor, high: Tensor, most: Tensor) -> Tensor:
    """Codes (O, n), the positive ones shrunk until no sum of products is above `most` (O,).

    Inputs lie in `low` … `high` (n,), 0 among them.
    """
    reach = torch.maximum(high, -low)

    def shrunk(amount: Tensor) -> Tensor:
        return torch.where(codes > 0, (codes - amount[:, None] * reach).clamp(min=0), codes)

    def too_large(amount: Tensor) -> Tensor:
        less = shrunk(amount)
        # Never less than what rounding makes of them once they are float32 again.
        whole = less.sign() * (less.abs() + 0.501).floor()
        return torch.maximum(whole * low, whole * high).sum(dim=1) > most

    least, largest = torch.zeros_like(most), codes.abs().amax(dim=1) / reach[reach > 0].min()
    broken = too_large(least)
    if not bool(broken.any()):
        return codes
    for _ in range(ITERATIONS):
        middle = (least + largest) / 2
        over = too_large(middle)
        least, largest = torch.where(over, middle, least), torch.where(over, largest, middle)
    return torch.where(broken[:, None], shrunk(largest), codes)
