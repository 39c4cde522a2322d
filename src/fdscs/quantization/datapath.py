"""The whole quantised datapath in PyTorch: images to full-resolution disparity, as integers."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fdscs.model import graph as g
from fdscs.model.back_end import upsample
from fdscs.model.codes import scaled, whole_or_real
from fdscs.quantization.front_end import run_front_end
from fdscs.quantization.network import QuantNetwork, accumulator_frac, to_codes

Codes = dict[str, NDArray[np.integer]]


def images_to_tensor(image: NDArray[np.uint8]) -> Tensor:
    """(H, W, 3) → (1, 3, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))[None]


def run_images(net: QuantNetwork, left: NDArray[np.uint8], right: NDArray[np.uint8]) -> Codes:
    """Every tensor of the datapath as integers (C, rows, columns), by name."""
    front = run_front_end(net.graph, images_to_tensor(left), images_to_tensor(right))
    codes: Codes = {name: value[0].numpy() for name, value in front.items()}
    codes |= run_network(net, codes["cost"], codes["rgb"])
    codes["disparity"] = _upsample(net.graph, codes[net.graph.output], *left.shape[:2])
    return codes


def run_network(net: QuantNetwork, cost: NDArray[np.integer], rgb: NDArray[np.integer]) -> Codes:
    """Every tensor of the network as integers, from cost and rgb codes (C, h, w).

    A tensor with a value off its grid, which would be a fault, is returned as it is.
    """
    step = net.graph.format_of("rgb").step
    net.eval()
    with torch.no_grad():
        values = net.run(
            torch.from_numpy(cost.astype(np.float32))[None],
            torch.from_numpy(rgb.astype(np.float32) * np.float32(step))[None],
        )
    return {
        node.name: whole_or_real(scaled(values[node.name][0].numpy(), tensor_frac(net, node)))
        for node in net.nodes
    }


def run_layer(net: QuantNetwork, conv: str, codes: NDArray[np.integer]) -> Codes:
    """Accumulator and requantised codes of one convolution, from the codes that it reads."""
    node = net.graph[conv]
    frac = net.graph.format_of(node.inputs[0]).frac
    net.eval()
    with torch.no_grad():
        real = torch.from_numpy(np.ldexp(codes.astype(np.float32), -frac))[None]
        acc = net.convs[conv](real)
        relu = net.graph.relu_of(conv).name
        made = {conv: acc, relu: net.relus[relu](acc)}
    return {
        name: whole_or_real(scaled(value[0].numpy(), tensor_frac(net, net.graph[name])))
        for name, value in made.items()
    }


def tensor_frac(net: QuantNetwork, node: g.Op) -> int | NDArray[np.int32]:
    """Fraction bits of a tensor of the network; one a channel for an accumulator."""
    if isinstance(node, g.Conv2d):
        return accumulator_frac(net.graph, node, net.steps)
    return net.graph.format_of(node.name).frac


def _upsample(graph: g.Graph, half: NDArray[np.integer], rows: int, columns: int) -> NDArray:
    step = graph.format_of(graph.output).step
    real = torch.from_numpy(half.astype(np.float64))[None] * step
    return to_codes(upsample(real, rows, columns), graph.format_of("disparity").frac)
