"""Freezing: the quantised network as integers, with every accumulator's width proved."""

from dataclasses import dataclass

import numpy as np
import torch

from fdscs.hls_reference.fixed_point import IntArray, dtype_of
from fdscs.model.graph import Conv2d, Graph, Requantise
from fdscs.quantization.bounds import Bound, accumulator_bound
from fdscs.quantization.network import QuantNetwork, accumulator_frac, to_codes
from fdscs.quantization.quantisers import BIAS_BITS
from fdscs.storage.errors import BadInput

MAX_SHIFT = 31


@dataclass(frozen=True)
class Frozen:
    """The datapath and its integers: all that the reference, HLS and RTL need."""

    graph: Graph
    params: dict[str, IntArray]
    bounds: dict[str, Bound]


def freeze(net: QuantNetwork) -> Frozen:
    """Integer weights, biases and shifts of `net`, and the proven accumulator widths.

    Raises BadInput where a layer cannot be frozen: a shift outside 0 … 31, a bias over 32 bits, or
    an accumulator that float32 could not follow exactly.
    """
    graph = net.graph
    params: dict[str, IntArray] = {}
    bounds: dict[str, Bound] = {}
    for relu in graph.of_type(Requantise):
        conv = graph.conv_of(relu.name)
        params |= _integers(net, conv, relu)
        bounds[conv.name] = bound = accumulator_bound(graph, conv, params)
        if not bound.exact_float:
            raise BadInput(
                f"{conv.name}: its accumulator can reach ±{bound.magnitude}, more than float32 "
                f"follows exactly (2^23); give {conv.name} fewer weight bits, or its input fewer "
                "activation bits, and calibrate again."
            )
        if conv.acc_bits is not None and bound.bits > conv.acc_bits:
            raise BadInput(
                f"{conv.name}: its accumulator needs {bound.bits} bits, the configuration allows "
                f"{conv.acc_bits}; give it fewer weight bits, or its input fewer, and calibrate "
                "again."
            )
    widths = {name: bound.bits for name, bound in bounds.items()}
    return Frozen(graph.with_accumulators(widths), params, bounds)


def _integers(net: QuantNetwork, conv: Conv2d, relu: Requantise) -> dict[str, IntArray]:
    layer, steps = net.convs[conv.name], net.steps
    acc_frac = accumulator_frac(net.graph, conv, steps)
    shift = acc_frac - relu.format.frac
    if shift.min() < 0 or shift.max() > MAX_SHIFT:
        raise BadInput(
            f"{conv.name}: shifts from {shift.min()} to {shift.max()}, supported are 0 to "
            f"{MAX_SHIFT}; calibrate again."
        )
    with torch.no_grad():
        weight = layer.weight_quant.tensor_quant(layer.weight)[0]
        bias = layer.bias_quant.tensor_quant(layer.bias)[0]
    weight_frac = np.repeat(steps.weights[conv.name], weight[0].numel())
    weight_codes = to_codes(weight.reshape(1, -1, 1, 1), weight_frac).reshape(weight.shape)
    return {
        conv.weight: weight_codes.astype(dtype_of(conv.weight_bits, True)),
        conv.bias: to_codes(bias.reshape(1, -1, 1, 1), acc_frac)
        .ravel()
        .astype(dtype_of(BIAS_BITS, True)),
        relu.shift: shift.astype(np.uint8),
    }
