"""Channels of zeros where their number has too few divisors: FINN folds by divisors alone.

35 channels can be read 1, 5, 7 or 35 at a time, 36 in nine ways. A channel that is added has
weights of zero and code 0, so every other value stays as it is.
"""

import json

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper

from fdscs.accelerator.finn.compiler.codes import attribute

MULTIPLE = 4
METADATA = "fdscs.channels"
Places = list[int]  # of each channel, the channel that it was; −1 for one of zeros


def widen(model: ModelWrapper, multiple: int = MULTIPLE) -> ModelWrapper:
    """`model`, in integers, with channels of rgb and of every convolution but the last up to
    `multiple`.

    The metadata "fdscs.channels" says which channel each was: see `places_of`.
    """
    widener = _Widener(model, multiple)
    for node in model.graph.node:
        widener.node(node)
    for name, places in widener.places.items():
        shape = model.get_tensor_shape(name)
        model.set_tensor_shape(name, [shape[0], len(places), *shape[2:]])
    changed = {name: each for name, each in widener.places.items() if -1 in each}
    model.set_metadata_prop(METADATA, json.dumps(changed))
    return model


def places_of(model: ModelWrapper) -> dict[str, Places]:
    """For each tensor that has channels of zeros, which channel each of its channels was."""
    return dict(json.loads(model.get_metadata_prop(METADATA) or "{}"))


class _Widener:
    def __init__(self, model: ModelWrapper, multiple: int) -> None:
        self.model, self.multiple = model, multiple
        self.places: dict[str, Places] = {}
        self.last = model.graph.output[0].name
        for entry in model.graph.input:
            channels = model.get_tensor_shape(entry.name)[1]
            added = channels == 3  # rgb, which is concatenated with features
            self.places[entry.name] = self._filled(channels) if added else list(range(channels))

    def node(self, node: NodeProto) -> None:
        source, output = node.input[0], node.output[0]
        places = self.places[source]
        if node.op_type == "Conv":
            places = self._conv(node)
        elif node.op_type == "MultiThreshold":
            self._thresholds(node, places)
        elif node.op_type == "Concat":
            first, second = (self.places[name] for name in node.input)
            behind = 1 + max(first)
            places = first + [-1 if each < 0 else each + behind for each in second]
        elif node.op_type == "DepthToSpace":
            places = places[: len(places) // attribute(node, "blocksize") ** 2]
        self.places[output] = places

    def _filled(self, channels: int) -> Places:
        return list(range(channels)) + [-1] * (-channels % self.multiple)

    def _conv(self, node: NodeProto) -> Places:
        weight = node.input[1]
        codes, kind = self.model.get_initializer(weight), self.model.get_tensor_datatype(weight)
        outputs = self._outputs(node, codes.shape[0])
        widened = _taken(_taken(codes, outputs, 0), self.places[node.input[0]], 1)
        self.model.set_initializer(weight, widened)
        self.model.set_tensor_datatype(weight, kind)
        return outputs

    def _outputs(self, conv: NodeProto, channels: int) -> Places:
        readers = self.model.find_direct_successors(conv)
        if readers[0].output[0] == self.last:
            return list(range(channels))
        beyond = self.model.find_direct_successors(readers[0])
        if beyond[0].op_type != "DepthToSpace":
            return self._filled(channels)
        blocks = attribute(beyond[0], "blocksize") ** 2
        block, deep = self._filled(channels // blocks), channels // blocks
        return [-1 if c < 0 else deep * b + c for b in range(blocks) for c in block]

    def _thresholds(self, node: NodeProto, places: Places) -> None:
        name = node.input[1]
        table = self.model.get_initializer(name)
        kind = self.model.get_tensor_datatype(name)
        widened = _taken(table, places, 0)
        widened[np.array(places) < 0] = 1 + np.arange(table.shape[1])  # an accumulator of 0 makes 0
        self.model.set_initializer(name, widened)
        self.model.set_tensor_datatype(name, kind)


def _taken(values: NDArray[np.float32], places: Places, axis: int) -> NDArray[np.float32]:
    """`values` with its entries along `axis` at their places, and zeros between."""
    pads = [(0, 1) if i == axis else (0, 0) for i in range(values.ndim)]
    return np.pad(values, pads).take(places, axis)  # −1 takes the zeros that are added behind
