"""A larger network that computes what a smaller one does, to be trained on from there.

Source: Chen, Goodfellow and Shlens, "Net2Net: Accelerating Learning via Knowledge Transfer", ICLR
2016. New channels start at random, not as copies, and what reads them starts at zero.
"""

import torch
from torch import Tensor

from fdscs.model import graph as g
from fdscs.model.config import Architecture
from fdscs.model.network import FloatNetwork

Places = dict[str, list[int]]  # where each channel of the small tensor lies in the large one


def grown(
    small: FloatNetwork, architecture: Architecture, generator: torch.Generator
) -> FloatNetwork:
    """A plain network of `architecture` with the same disparities as `small`, up to rounding.

    It may have more disparities, more channels in every layer, and more 1×1 layers behind the
    encoder's, which pass on what they read. Raises ValueError where it is smaller than `small`, or
    has other layers.
    """
    large = FloatNetwork(architecture)
    large.initialise(generator)
    _check_layers(small, large)
    places: Places = {"cost": list(range(3 * small.graph.disparities)), "rgb": [0, 1, 2]}
    for node in large.nodes:
        if isinstance(node, g.Conv2d):
            _place(small, large, node, places)
        elif isinstance(node, g.Concat):
            first, second = node.inputs
            shift = large.graph[first].channels
            places[node.name] = places[first] + [shift + at for at in places[second]]
        elif isinstance(node, g.DepthToSpace):  # block-major: the first block has every channel
            places[node.name] = places[node.inputs[0]][: len(places[node.inputs[0]]) // 4]
        else:
            places[node.name] = places[node.inputs[0]]
    _rescale(small.architecture, large)
    return large.eval()


def _check_layers(small: FloatNetwork, large: FloatNetwork) -> None:
    new = [name for name in large.convs if name not in small.convs]
    lost = [name for name in small.convs if name not in large.convs]
    other = lost + [name for name in new if not name.startswith("enc")]
    if other:
        raise ValueError(f"only one of the networks has {', '.join(sorted(other))}")
    if large.graph.disparities < small.graph.disparities:
        raise ValueError(
            f"it has {large.graph.disparities} disparities, fewer than {small.graph.disparities}"
        )
    for name in small.convs:
        before, after = (net.graph[name].channels for net in (small, large))
        if after < before:
            raise ValueError(f"{name} has {after} channels, fewer than {before}")


def _place(small: FloatNetwork, large: FloatNetwork, conv: g.Conv2d, places: Places) -> None:
    """Give `conv` of `large` the small one's weights, where the small one's channels lie."""
    read = places[conv.inputs[0]]
    weight, bias = (tensor.detach().clone() for tensor in large.plain(conv.name))
    if conv.name in small.convs:
        own, own_bias = small.plain(conv.name)
        written = _outputs(large.graph, conv, len(own))
    else:
        own, own_bias = torch.eye(len(read))[:, :, None, None], torch.zeros(len(read))
        written = list(range(len(read)))
    weight[written], bias[written] = 0.0, own_bias.detach()
    for row, values in zip(written, own.detach(), strict=True):
        weight[row, read] = values
    large.set_plain(conv.name, weight, bias)
    places[conv.name] = written


def _outputs(graph: g.Graph, conv: g.Conv2d, count: int) -> list[int]:
    """Where `count` channels go; what becomes space keeps its place within each block."""
    relu = graph.relu_of(conv.name).name
    if not any(relu in node.inputs for node in graph.of_type(g.DepthToSpace)):
        return list(range(count))
    block = conv.channels // 4
    return [k * block + c for k in range(4) for c in range(count // 4)]


def _rescale(small: Architecture, large: FloatNetwork) -> None:
    """The same disparity behind another scale and offset of the output."""
    to = large.architecture
    weight, bias = large.plain("out")
    scale = small.output_scale / to.output_scale
    moved = (small.output_offset - to.output_offset) / to.output_scale
    shifted: Tensor = bias * scale + moved
    large.set_plain("out", weight * scale, shifted)
