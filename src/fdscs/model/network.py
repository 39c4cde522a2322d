"""The network in PyTorch: the graph's network nodes, walked with layers that a caller supplies.

The float network (here) and the quantised one (`fdscs.quantization.network`) differ only in their
layers.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fdscs.model import graph as g
from fdscs.model.config import Architecture
from fdscs.model.fdscs import build_graph

BATCH_NORM_EPSILON = 1e-8
BATCH_NORM_MOMENTUM = 0.05

TABLE: dict[type[g.Op], Callable[..., Tensor]] = {
    g.Conv2d: lambda net, op, x: net.convs[op.name](x),
    g.Requantise: lambda net, op, x: net.relus[op.name](x),
    g.Concat: lambda net, op, x, y: torch.cat([x, y], dim=1),
    g.MaxPool: lambda net, op, x: F.max_pool2d(x, 2),
    g.DepthToSpace: lambda net, op, x: depth_to_space(x),
    g.ReflectPad: lambda net, op, x: reflect_pad(x, op.pads(*x.shape[2:])),
    g.Crop: lambda net, op, x, like: crop(x, *like.shape[2:]),
}


class Network(nn.Module):
    """FDSCS from the cost volume to the half-resolution disparity.

    `convs` and `relus` hold a layer for every convolution and every requantisation of `graph`.
    """

    def __init__(
        self, graph: g.Graph, convs: dict[str, nn.Module], relus: dict[str, nn.Module]
    ) -> None:
        super().__init__()
        self.graph = graph
        self.nodes = graph.of_type(*TABLE)
        self.convs = nn.ModuleDict(convs)
        self.relus = nn.ModuleDict(relus)

    def forward(self, cost: Tensor, rgb: Tensor) -> Tensor:
        """(N, 3·D, h, w) costs and (N, 3, h, w) colours → (N, 1, h, w) disparity, px."""
        return self.run(cost, rgb)[self.graph.output]

    def run(self, cost: Tensor, rgb: Tensor) -> dict[str, Tensor]:
        """Every tensor of the network, by name."""
        values = {"cost": cost, "rgb": rgb}
        for node in self.nodes:
            inputs = (values[name] for name in node.inputs)
            values[node.name] = TABLE[type(node)](self, node, *inputs)
        return values


class BatchNormConv2d(nn.Module):
    """Convolution, batch norm without learnt scale, then the learnt bias."""

    def __init__(self, conv: g.Conv2d) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            conv.in_channels, conv.channels, conv.kernel, padding=conv.kernel // 2, bias=False
        )
        self.norm = nn.BatchNorm2d(
            conv.channels, eps=BATCH_NORM_EPSILON, momentum=BATCH_NORM_MOMENTUM, affine=False
        )
        self.bias = nn.Parameter(torch.zeros(conv.channels))

    def forward(self, x: Tensor) -> Tensor:
        """(N, I, h, w) → (N, O, h, w).

        A float32 bias would make all that follows float32, at twice the memory.
        """
        normalised: Tensor = self.norm(self.conv(x))
        return normalised + self.bias.to(normalised.dtype)[:, None, None]

    def folded(self) -> tuple[Tensor, Tensor]:
        """Weight and bias of the plain convolution that computes the same with fixed statistics."""
        mean, variance = self.norm.running_mean, self.norm.running_var
        assert mean is not None and variance is not None
        scale = (variance + self.norm.eps).rsqrt()
        weight = self.conv.weight * scale[:, None, None, None]
        return weight, self.bias - mean * scale


class DisparityConv2d(nn.Conv2d):
    """The last convolution, in float32 always: disparity needs more than bfloat16's 8 bits."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, I, h, w) → (N, 1, h, w)."""
        if x.dtype == torch.float32:
            return super().forward(x)
        with torch.autocast(x.device.type, enabled=False):
            return super().forward(x.float())


class OutputDisparity(nn.Module):
    """relu(scale · out + offset), px."""

    def __init__(self, scale: float, offset: float) -> None:
        super().__init__()
        self.scale, self.offset = scale, offset

    def forward(self, out: Tensor) -> Tensor:
        """(N, 1, h, w), linear → disparity in px."""
        return F.relu(out * self.scale + self.offset)


class FloatNetwork(Network):
    """The float network, on normalised costs and colours from −1 to 1.

    With `train_batch_norm` the layers that the architecture normalises carry batch norms, else all
    convolutions are plain.
    """

    def __init__(self, architecture: Architecture, train_batch_norm: bool = False) -> None:
        graph = build_graph(architecture)
        convs: dict[str, nn.Module] = {
            conv.name: BatchNormConv2d(conv)
            if train_batch_norm and is_normalised(architecture, conv.name)
            else (DisparityConv2d if conv.name == "out" else nn.Conv2d)(
                conv.in_channels, conv.channels, conv.kernel, padding=conv.kernel // 2
            )
            for conv in graph.of_type(g.Conv2d)
        }
        relus: dict[str, nn.Module] = {node.name: nn.ReLU() for node in graph.of_type(g.Requantise)}
        relus[graph.output] = OutputDisparity(architecture.output_scale, architecture.output_offset)
        super().__init__(graph, convs, relus)
        self.architecture = architecture

    def initialise(self, generator: torch.Generator) -> None:
        """He initialisation of every convolution; `out` starts near the constant offset."""
        for name, layer in self.convs.items():
            conv = layer.conv if isinstance(layer, BatchNormConv2d) else layer
            assert isinstance(conv, nn.Conv2d)
            nn.init.kaiming_normal_(conv.weight, nonlinearity="relu", generator=generator)
            if conv.bias is not None:
                nn.init.zeros_(conv.bias)
            if name == "out":
                nn.init.normal_(conv.weight, std=0.05, generator=generator)

    def plain(self, name: str) -> tuple[Tensor, Tensor]:
        """Weight and bias of the convolution `name`, its batch norm folded."""
        layer = self.convs[name]
        if isinstance(layer, BatchNormConv2d):
            return layer.folded()
        assert isinstance(layer, nn.Conv2d) and layer.bias is not None
        return layer.weight, layer.bias

    def set_plain(self, name: str, weight: Tensor, bias: Tensor) -> None:
        """Give the convolution `name`, which carries no batch norm, other values."""
        layer = self.convs[name]
        assert isinstance(layer, nn.Conv2d) and layer.bias is not None
        with torch.no_grad():
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)

    def folded(self) -> "FloatNetwork":
        """The same function with every batch norm folded into its convolution."""
        folded = FloatNetwork(self.architecture)
        for name in self.convs:
            folded.set_plain(name, *self.plain(name))
        return folded.eval()


def is_normalised(architecture: Architecture, name: str) -> bool:
    """Whether the convolution `name` is batch-normalised in training."""
    return name != "out" and (architecture.batch_norm == "all" or "enc" in name)


def depth_to_space(x: Tensor) -> Tensor:
    """Block-major: out[c, 2y+i, 2x+j] = x[(2i+j)·C + c, y, x], (N, 4C, h, w) → (N, C, 2h, 2w)."""
    batch, depth, rows, columns = x.shape
    blocks = x.reshape(batch, 2, 2, depth // 4, rows, columns)
    return blocks.permute(0, 3, 4, 1, 5, 2).reshape(batch, depth // 4, 2 * rows, 2 * columns)


def reflect_pad(x: Tensor, pads: tuple[int, int, int, int]) -> Tensor:
    """Mirror rows above and below, columns left and right; the border pixel is not repeated."""
    top, bottom, left, right = pads
    if x.is_cuda and torch.are_deterministic_algorithms_enabled():
        return reflect_axis(reflect_axis(x, 2, top, bottom), 3, left, right)
    return F.pad(x, (left, right, top, bottom), mode="reflect") if any(pads) else x


def reflect_axis(x: Tensor, axis: int, before: int, after: int) -> Tensor:
    """One axis of `reflect_pad` by parts, whose gradient has one order on GPUs too."""
    size = x.shape[axis]
    first = x.narrow(axis, 1, before).flip(axis)
    last = x.narrow(axis, size - 1 - after, after).flip(axis)
    return torch.cat([first, x, last], dim=axis)


def crop(x: Tensor, rows: int, columns: int) -> Tensor:
    """Take off floor(p/2) of the p extra rows above and the rest below; columns likewise."""
    top, left = (x.shape[2] - rows) // 2, (x.shape[3] - columns) // 2
    return x[:, :, top : top + rows, left : left + columns]
