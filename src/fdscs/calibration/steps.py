"""Choosing binary points: power-of-two steps that lose least."""

import math
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fdscs.calibration.equalise import scale_channels
from fdscs.model.graph import Conv2d, Graph
from fdscs.model.links import links
from fdscs.model.network import FloatNetwork
from fdscs.quantization.bounds import FLOAT32_INTEGERS

FINER = 4  # octaves below the smallest step that does not saturate that are tried
STEPS_PER_OCTAVE = 8
MAX_SHIFT = 20  # weights with less weight than this are noise: an output step is 2^20 of theirs


def best_step(*parts: tuple[Tensor, int]) -> float:
    """Step with the least squared error for all `parts`: values and unsigned bits."""
    largest = max(float(values.max()) / (2**bits - 1) for values, bits in parts)
    if largest <= 0:
        return 1.0
    candidates = [largest * 2 ** (-k / STEPS_PER_OCTAVE) for k in range(FINER * STEPS_PER_OCTAVE)]
    return min(candidates, key=lambda step: sum(_error(*part, step) for part in parts))


def _error(values: Tensor, bits: int, step: float) -> float:
    codes = (values / step + 0.5).floor().clamp(0, 2**bits - 1)
    return float((codes * step - values).double().square().mean())


def activation_steps(
    net: FloatNetwork, graph: Graph, samples: Mapping[str, Tensor], fixed: Mapping[str, int]
) -> dict[str, int]:
    """Fraction bits of every requantised tensor; rescales channels of `net` to suit them.

    The best step is hardly ever a power of two, so the channels are multiplied where they are made
    and divided where they are read by what makes it one. Tensors that are concatenated share a
    step; where one of them is rgb, whose step is fixed, the others are brought to that.
    """
    frac = dict(fixed)
    tied = {name: group for group in graph.step_groups() for name in group}
    by_relu = {link.relu: link for link in links(graph)}
    for name in samples:
        if name in frac:
            continue
        tied_to = tied.get(name, {name})
        free = "rgb" not in tied_to  # rgb fixes the step, and each tensor is brought to it alone
        group = sorted(tied_to & samples.keys()) if free else [name]
        step = best_step(*((samples[each], graph.format_of(each).bits) for each in group))
        chosen = round(-math.log2(step)) if free else graph.format_of("rgb").frac
        for each in group:
            frac[each] = chosen
            link = by_relu[each]
            with torch.no_grad():
                scale_channels(net, link, torch.full((link.channels,), step * 2.0**chosen))
    return frac


def weight_steps(net: FloatNetwork, graph: Graph) -> dict[str, NDArray[np.int32]]:
    """Fraction bits of the weights of every convolution, one an output channel."""
    return {
        conv.name: _channel_steps(
            net.convs[conv.name].weight.detach(), net.convs[conv.name].bias.detach(), graph, conv
        )
        for conv in graph.of_type(Conv2d)
    }


def _channel_steps(weight: Tensor, bias: Tensor, graph: Graph, conv: Conv2d) -> NDArray[np.int32]:
    """Least squared error per channel, within the shifts and accumulators that are allowed."""
    flat, bias = weight.double().flatten(1), bias.double()
    lowest, _ = shift_range(graph, conv)
    chosen = torch.full((conv.channels,), lowest, dtype=torch.int64)
    best = torch.full((conv.channels,), float("inf"), dtype=torch.float64)
    for frac in range(*shift_range(graph, conv)):
        each = torch.full((conv.channels,), frac)
        error = (quantise_flat(flat, each, conv) - flat).square().sum(dim=1)
        better = (error < best) & accumulator_fits(graph, conv, flat, bias, each)
        best, chosen = torch.where(better, error, best), torch.where(better, each, chosen)
    return chosen.int().numpy()


def shift_range(graph: Graph, conv: Conv2d) -> tuple[int, int]:
    """Fraction bits that weights of `conv` may have: from a shift of 0 to below MAX_SHIFT."""
    lowest = graph.relu_of(conv.name).format.frac - graph.format_of(conv.inputs[0]).frac
    return lowest, lowest + MAX_SHIFT + 1


def quantise_flat(flat: Tensor, frac: Tensor, conv: Conv2d) -> Tensor:
    """Rows (O, n) rounded to whole multiples of 2^−frac (O,), symmetric and saturated."""
    codes = (torch.ldexp(flat, frac[:, None]) + 0.5).floor()
    return torch.ldexp(codes.clamp(-conv.weight_max, conv.weight_max), -frac[:, None])


def accumulator_fits(
    graph: Graph, conv: Conv2d, flat: Tensor, bias: Tensor, frac: Tensor
) -> Tensor:
    """Whether each channel's accumulator has its width, and float32 follows it exactly, (O,)."""
    ranges = torch.tensor(graph.range_of(conv.inputs[0]), dtype=torch.float64)
    low, high = ranges.repeat_interleave(conv.kernel**2, dim=0).T
    codes = torch.ldexp(quantise_flat(flat, frac, conv), frac[:, None])
    most = torch.maximum(codes * low, codes * high).sum(dim=1)
    least = torch.minimum(codes * low, codes * high).sum(dim=1)
    offset = torch.ldexp(bias.abs(), frac + graph.format_of(conv.inputs[0]).frac) + 1
    largest = torch.maximum(most, -least) + offset
    fits = largest < FLOAT32_INTEGERS / 2 - 1
    if conv.acc_bits is not None:
        shift = frac + graph.format_of(conv.inputs[0]).frac - graph.relu_of(conv.name).format.frac
        half = torch.ldexp(torch.ones_like(bias), shift - 1)
        fits &= largest + half < 2 ** (conv.acc_bits - 1)
    return fits


def coarsest_frac(flat: Tensor, conv: Conv2d) -> Tensor:
    """Most fraction bits with which no weight of a row saturates, (O,)."""
    largest = flat.abs().amax(dim=1).clamp(min=1e-30)
    return (conv.weight_max / largest).log2().floor().long()


def allowed_fracs(graph: Graph, conv: Conv2d, frac: Tensor, flat: Tensor, bias: Tensor) -> Tensor:
    """`frac` moved into the range of shifts, and lowered until the accumulators fit."""
    lowest, end = shift_range(graph, conv)
    frac = frac.clamp(lowest, end - 1)
    for _ in range(MAX_SHIFT):
        frac = torch.where(accumulator_fits(graph, conv, flat, bias, frac), frac, frac - 1)
    return frac.clamp(min=lowest)
