"""The integer datapath, from two images or from a cost volume, with every intermediate."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fdscs.hls_reference.fixed_point import IntArray, assert_fits
from fdscs.hls_reference.ops.block_sum import block_sum
from fdscs.hls_reference.ops.census import census
from fdscs.hls_reference.ops.centred_rgb import centred_rgb
from fdscs.hls_reference.ops.colour_mix import colour_mix
from fdscs.hls_reference.ops.concat import concat
from fdscs.hls_reference.ops.conv2d import conv2d
from fdscs.hls_reference.ops.conv2d_requantise import conv2d_requantise
from fdscs.hls_reference.ops.cost_volume import cost_volume
from fdscs.hls_reference.ops.crop import crop
from fdscs.hls_reference.ops.depth_to_space import depth_to_space
from fdscs.hls_reference.ops.max_pool import max_pool
from fdscs.hls_reference.ops.reflect_pad import reflect_pad
from fdscs.hls_reference.ops.requantise import requantise
from fdscs.hls_reference.ops.upsample import upsample
from fdscs.model import graph as g

Parameters = Mapping[str, IntArray]  # "enc0.weight", "enc0.bias", "enc0.shift", …
Codes = dict[str, IntArray]  # tensors by name, (C, rows, columns)


@dataclass(frozen=True)
class Layer:
    """A convolution with its requantisation, whose accumulator nobody else asks for."""

    conv: g.Conv2d
    relu: g.Requantise

    @property
    def name(self) -> str:
        """Name of the requantised tensor, which the layer makes."""
        return self.relu.name

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the tensors that the layer reads."""
        return self.conv.inputs


TABLE: dict[type[g.Op | Layer], Callable[..., IntArray]] = {
    g.Image: lambda op, params: _missing(op),
    g.BlockSum: lambda op, params, x: block_sum(x),
    g.ColourMix: lambda op, params, x: colour_mix(x, op.coefficients, op.shift),
    g.CentredRgb: lambda op, params, x: centred_rgb(x, op.format.bits),
    g.Census: lambda op, params, x: census(x),
    g.CostVolume: lambda op, params, *maps: cost_volume(maps, op.disparities, op.saturation),
    g.Conv2d: lambda op, params, x: conv2d(x, params[op.weight], params[op.bias]),
    g.Requantise: lambda op, params, acc: requantise(acc, params[op.shift], op.format),
    Layer: lambda layer, params, x: conv2d_requantise(
        x, params[layer.conv.weight], params[layer.conv.bias], params[layer.relu.shift],
        layer.relu.format, _acc_bits(layer.conv), layer.conv.name,
    ),
    g.Concat: lambda op, params, x, y: concat(x, y),
    g.MaxPool: lambda op, params, x: max_pool(x),
    g.DepthToSpace: lambda op, params, x: depth_to_space(x),
    g.ReflectPad: lambda op, params, x: reflect_pad(x, op.pads(*x.shape[1:])),
    g.Crop: lambda op, params, x, like: crop(x, *like.shape[1:]),
    g.Upsample: lambda op, params, x, image: upsample(x, op.format.frac - 2, *image.shape[1:]),
}  # fmt: skip

FRONT_END = (g.Image, g.BlockSum, g.ColourMix, g.CentredRgb, g.Census, g.CostVolume)


def run_images(
    graph: g.Graph,
    params: Parameters,
    left: IntArray,
    right: IntArray,
    keep: Collection[str] | None = None,
) -> Codes:
    """Every tensor of the datapath, or those of `keep`, by name, for uint8 images (H, W, 3).

    Tensors are (C, rows, columns) integers: accumulators for convolutions, codes of the declared
    format for all else. Raises WidthError if a value exceeds its declared width.
    """
    return run(graph, params, views(left, right), keep)


def views(left: IntArray, right: IntArray) -> Codes:
    """Two pictures (H, W, 3) as the tensors that the datapath begins with, (3, H, W)."""
    return {"left": left.transpose(2, 0, 1), "right": right.transpose(2, 0, 1)}


def run_front_end(graph: g.Graph, left: IntArray, right: IntArray) -> Codes:
    """The tensors up to the cost volume and rgb, which are what the network reads."""
    front = g.Graph(tuple(graph.of_type(*FRONT_END)))
    return run(front, {}, views(left, right))


def run(
    graph: g.Graph,
    params: Parameters,
    given: Mapping[str, IntArray],
    keep: Collection[str] | None = None,
) -> Codes:
    """All tensors that follow from `given`: {"left", "right"}, or {"cost", "rgb"}, or any others.

    From a cost volume and rgb it reaches the half-resolution disparity "out_relu". With `keep`
    only the tensors of these names are returned, every other one is freed after its last reader,
    and accumulators are requantised block by block; KeyError for a name that does not follow.
    """
    values: Codes = {}
    nodes = graph.nodes if keep is None else _with_layers(graph, {*given, *keep})
    last_reader = {name: node.name for node in nodes for name in node.inputs}
    for node in nodes:
        if node.name in given:
            x = given[node.name]
        elif node.inputs and all(name in values for name in node.inputs):
            x = TABLE[type(node)](node, params, *(values[name] for name in node.inputs))
        else:
            continue
        values[node.name] = assert_fits(x, *declared_width(graph, graph[node.name]), node.name)
        if keep is not None:
            read = {name for name in node.inputs if last_reader[name] == node.name}
            for name in read.intersection(values).difference(keep):
                del values[name]
    return values if keep is None else {name: values[name] for name in keep}


def run_layer(graph: g.Graph, params: Parameters, conv: str, codes: IntArray) -> Codes:
    """The accumulator and the requantised codes of one convolution, from the codes it reads."""
    relu = graph.relu_of(conv)
    layer = graph[conv]
    acc = TABLE[g.Conv2d](layer, params, codes)
    made = {conv: acc, relu.name: TABLE[g.Requantise](relu, params, acc)}
    return {
        name: assert_fits(x, *declared_width(graph, graph[name]), name) for name, x in made.items()
    }


def declared_width(graph: g.Graph, node: g.Op) -> tuple[int, bool]:
    """Bits and signedness that the datapath declares for the tensor of `node`."""
    if isinstance(node, g.Conv2d):
        return _acc_bits(node), True
    fmt = graph.format_of(node.name)
    return fmt.bits, fmt.signed


def disparity_px(graph: g.Graph, values: Mapping[str, IntArray]) -> np.ndarray[Any, Any]:
    """The full-resolution disparity in pixels, float64 (H, W), exact."""
    fmt = graph.format_of("disparity")
    return np.asarray(values["disparity"][0] * fmt.step)


def _with_layers(graph: g.Graph, wanted: Collection[str]) -> list[g.Op | Layer]:
    """The nodes in order, each unwanted accumulator and its only reader as a Layer."""
    nodes: dict[str, g.Op | Layer] = {node.name: node for node in graph.nodes}
    for conv in graph.of_type(g.Conv2d):
        readers = [node for node in graph.nodes if conv.name in node.inputs]
        match readers:
            case [g.Requantise() as relu] if conv.name not in wanted:
                del nodes[conv.name]
                nodes[relu.name] = Layer(conv, relu)
    return list(nodes.values())


def _acc_bits(conv: g.Conv2d) -> int:
    if conv.acc_bits is None:
        raise ValueError(f"{conv.name}: no accumulator width; the graph is not frozen")
    return conv.acc_bits


def _missing(op: g.Op) -> IntArray:
    raise ValueError(f"{op.name}: no image was given")
