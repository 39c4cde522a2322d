"""The network as hls4ml describes one: layers, channels last, and a number type for each tensor.

Codes are whole numbers. Weights and biases are given in steps of their layer's output, as
code · 2^−shift; so requantisation is a ReLU into a type that rounds half up (AP_RND) and saturates
(AP_SAT). Every layer is hls4ml's own: depth-to-space is a transposition between two reshapes.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fdscs.export.qonnx import Source
from fdscs.model import graph as g

Layer = dict[str, Any]  # as hls4ml takes it; but for "types", the types of its tensors

MOVES = (g.ReflectPad, g.Crop)  # hls4ml cannot mirror borders; where one pads, the other crops


def pieces(source: Source) -> list[list[g.Op]]:
    """The nodes that hls4ml runs, cut where this size needs padding or cropping."""
    found: list[list[g.Op]] = [[]]
    for node in source.graph.of_type(*TABLE, *MOVES):
        if not isinstance(node, MOVES):
            found[-1].append(node)
        elif source.shapes[node.name] != source.shapes[node.inputs[0]]:
            found.append([])
    return found


def describe(source: Source, nodes: Sequence[g.Op]) -> list[Layer]:
    """Layers for `nodes`, one of `pieces`; an input layer for each tensor they do not make."""
    layers: list[Layer] = []
    made = {node.name for node in nodes}
    for node in nodes:
        inputs = [_origin(source, name, made) for name in node.inputs]
        for name in inputs:
            if name not in made:
                layers.append(_input(source, name))
                made.add(name)
        layers += TABLE[type(node)](source, node, *inputs)
    return layers


def _origin(source: Source, name: str, made: set[str]) -> str:
    """The tensor to read for `name`: padding that adds nothing leaves what it reads."""
    node = source.graph[name]
    return node.inputs[0] if isinstance(node, MOVES) and node.inputs[0] in made else name


def _layer(kind: str, name: str, inputs: list[str], types: dict[str, str], **more: Any) -> Layer:
    return {
        "class_name": kind,
        "name": name,
        "inputs": inputs,
        "data_format": "channels_last",
        "types": types,
        **more,
    }


def _fixed(bits: int, whole_bits: int, signed: bool = True, modes: str = "") -> str:
    return f"ap_{'' if signed else 'u'}fixed<{bits},{whole_bits}{modes}>"


def _codes(source: Source, name: str) -> str:
    fmt = source.graph.format_of(name)
    return _fixed(fmt.bits, fmt.bits, fmt.signed)


def _input(source: Source, name: str) -> Layer:
    channels, rows, columns = source.shapes[name]
    types = {"result": _codes(source, name)}
    return _layer("InputLayer", name, [], types, input_shape=[rows, columns, channels])


def _conv2d(source: Source, conv: g.Conv2d, x: str) -> list[Layer]:
    shift = source.params[conv.shift].astype(np.int32)
    low, spread = int(shift.min()), int(np.ptp(shift))
    assert conv.acc_bits is not None
    accumulator = _fixed(conv.acc_bits + spread, conv.acc_bits - low)
    weight = source.params[conv.weight].transpose(2, 3, 1, 0).astype(np.float64)
    size = _window(source, conv.name, conv.kernel, 1, conv.kernel // 2)
    types = {
        "result": accumulator,
        "accum": accumulator,
        "bias": accumulator,
        "weight": _fixed(conv.weight_bits + spread, conv.weight_bits - low),
    }
    values = {
        "weight_data": np.ldexp(weight, -shift),
        "bias_data": np.ldexp(source.params[conv.bias].astype(np.float64), -shift),
    }
    return [_layer("Conv2D", conv.name, [x], types, n_chan=conv.in_channels, **size, **values)]


def _window(source: Source, name: str, kernel: int, stride: int, margin: int) -> dict[str, int]:
    channels, rows, columns = source.shapes[name]
    sizes = {"n_filt": channels}
    for axis, length in (("height", rows), ("width", columns)):
        sizes |= {f"in_{axis}": stride * length, f"out_{axis}": length, f"stride_{axis}": stride}
        sizes |= {f"filt_{axis}": kernel, f"pool_{axis}": kernel}
    return sizes | {f"pad_{side}": margin for side in ("top", "bottom", "left", "right")}


def _requantise(source: Source, relu: g.Requantise, acc: str) -> list[Layer]:
    codes = _fixed(relu.format.bits, relu.format.bits, False, ",AP_RND,AP_SAT")
    return [_layer("Activation", relu.name, [acc], {"result": codes}, activation="relu")]


def _concat(source: Source, node: g.Concat, x: str, y: str) -> list[Layer]:
    types = {"result": _codes(source, node.name)}
    return [_layer("Concatenate", node.name, [x, y], types, axis=3, op="concatenate3d")]


def _max_pool(source: Source, pool: g.MaxPool, x: str) -> list[Layer]:
    codes = _codes(source, pool.name)
    size = _window(source, pool.name, 2, 2, 0)
    return [_layer("MaxPooling2D", pool.name, [x], {"result": codes, "accum": codes}, **size)]


def _depth_to_space(source: Source, node: g.DepthToSpace, x: str) -> list[Layer]:
    """(h, w, 2i + j, c) → (h, i, w, (j, c)), which in memory is (2h + i, 2w + j, c)."""
    channels, rows, columns = source.shapes[node.name]
    types = {"result": _codes(source, node.name)}
    split, swapped = f"{node.name}_split", f"{node.name}_swapped"
    blocks = [rows // 2, columns // 2, 2, 2 * channels]
    return [
        _layer("Reshape", split, [x], types, target_shape=blocks),
        _layer("Transpose", swapped, [split], types, perm=[0, 2, 1, 3]),
        _layer("Reshape", node.name, [swapped], types, target_shape=[rows, columns, channels]),
    ]


TABLE: dict[type[g.Op], Callable[..., list[Layer]]] = {
    g.Conv2d: _conv2d,
    g.Requantise: _requantise,
    g.Concat: _concat,
    g.MaxPool: _max_pool,
    g.DepthToSpace: _depth_to_space,
}
