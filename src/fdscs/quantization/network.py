"""The quantised network: Brevitas layers on the steps that calibration chose."""

from dataclasses import dataclass

import brevitas.nn as qnn
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fdscs.model import graph as g
from fdscs.model.codes import scaled, whole_or_real
from fdscs.model.config import Architecture, Precision
from fdscs.model.fdscs import build_graph
from fdscs.model.network import Network
from fdscs.quantization.quantisers import activation_quantiser, bias_quantiser, weight_quantiser


@dataclass(frozen=True)
class Steps:
    """Where the binary points are: fraction bits of every tensor that has some."""

    activations: dict[str, int]  # by requantised tensor, "enc0_relu" …
    weights: dict[str, NDArray[np.int32]]  # by convolution, one an output channel


class QuantNetwork(Network):
    """The network on integer costs and on rgb codes times their step; computes in exact floats.

    Parameters are real-valued and trainable; every forward pass uses their quantised values.
    """

    def __init__(self, architecture: Architecture, precision: Precision, steps: Steps) -> None:
        graph = build_graph(architecture, precision, steps.activations)
        convs = {conv.name: _conv(graph, conv, steps) for conv in graph.of_type(g.Conv2d)}
        relus = {
            node.name: qnn.QuantReLU(act_quant=activation_quantiser(node.format))
            for node in graph.of_type(g.Requantise)
        }
        super().__init__(graph, convs, relus)
        self.steps = steps

    def set_parameters(self, tensors: dict[str, NDArray[np.float32]]) -> None:
        """Take weights and biases, "enc0.weight", "enc0.bias", …"""
        with torch.no_grad():
            for name, conv in self.convs.items():
                conv.weight.copy_(torch.from_numpy(tensors[f"{name}.weight"]))
                conv.bias.copy_(torch.from_numpy(tensors[f"{name}.bias"]))

    def get_parameters(self) -> dict[str, NDArray[np.float32]]:
        """Weights and biases as `set_parameters` takes them."""
        return {
            f"{name}.{part}": getattr(conv, part).detach().numpy().copy()
            for name, conv in self.convs.items()
            for part in ("weight", "bias")
        }

    def set_weight_steps(self, name: str, frac: NDArray[np.int32]) -> None:
        """Give the weights of `name` other fraction bits (O,), and its bias with them."""
        self.steps.weights[name] = frac
        layer, conv = self.convs[name], self.graph[name]
        assert isinstance(conv, g.Conv2d)
        weight_frac = torch.from_numpy(frac).reshape(-1, 1, 1, 1)
        layer.weight_quant.tensor_quant.frac.copy_(weight_frac)
        bias_frac = torch.from_numpy(accumulator_frac(self.graph, conv, self.steps))
        layer.bias_quant.tensor_quant.frac.copy_(bias_frac)

    def snap(self) -> None:
        """Move weights and biases onto their grids: the same function, nothing left to round."""
        with torch.no_grad():
            for conv in self.convs.values():
                conv.weight.copy_(conv.weight_quant.tensor_quant(conv.weight)[0])
                conv.bias.copy_(conv.bias_quant.tensor_quant(conv.bias)[0])


def accumulator_frac(graph: g.Graph, conv: g.Conv2d, steps: Steps) -> NDArray[np.int32]:
    """Fraction bits of the accumulator of `conv`, one a channel: input's plus weights'."""
    return steps.weights[conv.name] + np.int32(graph.format_of(conv.inputs[0]).frac)


def to_codes(x: Tensor, frac: int | NDArray[np.int32]) -> NDArray[np.signedinteger]:
    """Integers x · 2^frac of one image (1, C, h, w) → (C, h, w); raises if any is not whole."""
    codes = whole_or_real(scaled(x[0].numpy(), frac))
    if codes.dtype.kind != "i":
        count = int((codes != np.rint(codes)).sum())
        raise ArithmeticError(f"{count} values are off the grid 2^-{frac}")
    return codes


def _conv(graph: g.Graph, conv: g.Conv2d, steps: Steps) -> qnn.QuantConv2d:
    weight_frac = torch.from_numpy(steps.weights[conv.name]).reshape(-1, 1, 1, 1)
    bias_frac = torch.from_numpy(accumulator_frac(graph, conv, steps))
    return qnn.QuantConv2d(
        conv.in_channels,
        conv.channels,
        conv.kernel,
        padding=conv.kernel // 2,
        bias=True,
        weight_quant=weight_quantiser(conv.weight_bits, weight_frac),
        bias_quant=bias_quantiser(bias_frac),
    )
