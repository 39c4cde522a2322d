"""Choosing binary points: power-of-two steps that lose least."""

import math
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from calibration.equalise import scale_channels
from model.fdscs import RELU
from model.graph import Conv2d, Format, Graph
from model.layout import links
from model.network import FloatNetwork
from quantization.freeze import FLOAT32_INTEGERS

FINER = 4  # how many steps finer than the smallest that does not saturate are tried
MAX_SHIFT = 20  # weights with less weight than this are noise: an output step is 2^20 of theirs


def best_frac(*parts: tuple[Tensor, int]) -> int:
    """Fraction bits with the least squared error for all `parts`: values and unsigned bits."""
    coarsest = [_coarsest(float(values.max()), bits) for values, bits in parts]
    candidates = range(min(coarsest), max(coarsest) + FINER + 1)
    return min(
        candidates,
        key=lambda frac: sum(_error(values, Format(bits, False, frac)) for values, bits in parts),
    )


def _coarsest(largest: float, bits: int) -> int:
    """Most fraction bits with which `largest` does not saturate."""
    if largest <= 0:
        return bits - 1
    return bits - math.ceil(math.log2(largest * 2**bits / (2**bits - 1)))


def _error(values: Tensor, fmt: Format) -> float:
    codes = (values / fmt.step + 0.5).floor().clamp(fmt.min, fmt.max)
    return float((codes * fmt.step - values).double().square().mean())


def activation_steps(
    net: FloatNetwork, graph: Graph, samples: Mapping[str, Tensor], fixed: Mapping[str, int]
) -> dict[str, int]:
    """Fraction bits of every requantised tensor; rescales channels of `net` where steps are tied.

    Tensors that are concatenated share a step. Where one of them is rgb, whose step is fixed, the
    others are multiplied by the power of two that makes that step their best.
    """
    frac = dict(fixed)
    tied = {name: group for group in graph.step_groups() for name in group}
    by_relu = {link.relu: link for link in links(graph)}
    for name, values in samples.items():
        if name in frac:
            continue
        group = tied.get(name, {name})
        if "rgb" in group:
            frac[name] = graph.format_of("rgb").frac
            gain = 2.0 ** (frac[name] - best_frac((values, graph.format_of(name).bits)))
            link = by_relu[name]
            with torch.no_grad():
                scale_channels(net, link, torch.full((link.channels,), gain))
        else:
            parts = ((samples[each], graph.format_of(each).bits) for each in sorted(group))
            frac |= dict.fromkeys(group, best_frac(*parts))
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
    rows, bias = weight.double().flatten(1), bias.double()
    lowest, _ = shift_range(graph, conv)
    chosen = torch.full((conv.channels,), lowest, dtype=torch.int64)
    best = torch.full((conv.channels,), float("inf"), dtype=torch.float64)
    for frac in range(*shift_range(graph, conv)):
        each = torch.full((conv.channels,), frac)
        error = (quantise_rows(rows, each, conv) - rows).square().sum(dim=1)
        better = (error < best) & fits_float32(graph, conv, rows, bias, each)
        best, chosen = torch.where(better, error, best), torch.where(better, each, chosen)
    return chosen.int().numpy()


def shift_range(graph: Graph, conv: Conv2d) -> tuple[int, int]:
    """Fraction bits that weights of `conv` may have: from a shift of 0 to below MAX_SHIFT."""
    lowest = graph.format_of(conv.name + RELU).frac - graph.format_of(conv.inputs[0]).frac
    return lowest, lowest + MAX_SHIFT + 1


def quantise_rows(rows: Tensor, frac: Tensor, conv: Conv2d) -> Tensor:
    """Rows (O, n) rounded to whole multiples of 2^−frac (O,), symmetric and saturated."""
    codes = (torch.ldexp(rows, frac[:, None]) + 0.5).floor()
    return torch.ldexp(codes.clamp(-conv.weight_max, conv.weight_max), -frac[:, None])


def fits_float32(graph: Graph, conv: Conv2d, rows: Tensor, bias: Tensor, frac: Tensor) -> Tensor:
    """Whether each channel's accumulator stays within what float32 follows exactly, (O,)."""
    ranges = torch.tensor(graph.range_of(conv.inputs[0]), dtype=torch.float64)
    low, high = ranges.repeat_interleave(conv.kernel**2, dim=0).T
    codes = torch.ldexp(quantise_rows(rows, frac, conv), frac[:, None])
    most = torch.maximum(codes * low, codes * high).sum(dim=1)
    least = torch.minimum(codes * low, codes * high).sum(dim=1)
    offset = torch.ldexp(bias.abs(), frac + graph.format_of(conv.inputs[0]).frac) + 1
    return torch.maximum(most, -least) + offset < FLOAT32_INTEGERS / 2 - 1


def coarsest_frac(rows: Tensor, conv: Conv2d) -> Tensor:
    """Most fraction bits with which no weight of a row saturates, (O,)."""
    largest = rows.abs().amax(dim=1).clamp(min=1e-30)
    return (conv.weight_max / largest).log2().floor().long()


def allowed_fracs(graph: Graph, conv: Conv2d, frac: Tensor, rows: Tensor, bias: Tensor) -> Tensor:
    """`frac` moved into the range of shifts, and lowered until the accumulators fit."""
    lowest, end = shift_range(graph, conv)
    frac = frac.clamp(lowest, end - 1)
    for _ in range(MAX_SHIFT):
        frac = torch.where(fits_float32(graph, conv, rows, bias, frac), frac, frac - 1)
    return frac.clamp(min=lowest)
