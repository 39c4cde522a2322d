"""The datapath as data: operations joined to a graph.

Every back end walks a `Graph` and keeps one table {operation: function}. Only the standard library
is needed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from fdscs.model.operations import (
    BlockSum,
    Census,
    CentredRgb,
    ColourMix,
    Concat,
    Conv2d,
    CostVolume,
    Crop,
    DepthToSpace,
    Format,
    Formatted,
    Image,
    InvalidGraph,
    MaxPool,
    Op,
    ReflectPad,
    Requantise,
    Shape,
    Upsample,
    require,
)

__all__ = [
    "BlockSum",
    "Census",
    "CentredRgb",
    "ColourMix",
    "Concat",
    "Conv2d",
    "CostVolume",
    "Crop",
    "DepthToSpace",
    "Format",
    "Formatted",
    "Graph",
    "Image",
    "InvalidGraph",
    "MaxPool",
    "Op",
    "Ranges",
    "ReflectPad",
    "Requantise",
    "Shape",
    "Upsample",
    "graph_from_json",
]

Ranges = list[tuple[int, int]]  # smallest and largest code, by channel

OPS: dict[str, type[Op]] = {
    op.__name__: op
    for op in (
        Image, BlockSum, ColourMix, CentredRgb, Census, CostVolume, Conv2d, Requantise,
        Concat, MaxPool, DepthToSpace, ReflectPad, Crop, Upsample,
    )
}  # fmt: skip


@dataclass(frozen=True)
class Graph:
    """Nodes in an order in which each reads only earlier ones."""

    nodes: tuple[Op, ...]
    _index: dict[str, Op] = field(init=False, repr=False, compare=False, default_factory=dict)
    _relus: dict[str, Requantise] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )  # by convolution

    def __post_init__(self) -> None:
        for node in self.nodes:
            require(node.name not in self._index, f"{node.name}: two nodes of this name")
            for name in node.inputs:
                require(name in self._index, f"{node.name}: reads {name}, which no node makes")
            node.check([self._index[name] for name in node.inputs])
            self._index[node.name] = node
            if isinstance(node, Requantise):
                self._relus[node.inputs[0]] = node
        for node in self.nodes:
            if isinstance(node, Concat):
                self._check_steps(node)

    def _check_steps(self, node: Concat) -> None:
        first, second = (self.format_of(name) for name in node.inputs)
        require(
            first.frac == second.frac,
            f"{node.name}: {node.inputs[0]} is {first}, {node.inputs[1]} is {second}; concatenated "
            "tensors must have the same number of fraction bits",
        )

    def __getitem__(self, name: str) -> Op:
        return self._index[name]

    def of_type(self, *kinds: type[Op]) -> list[Any]:
        """The nodes of the given kinds, in order."""
        return [node for node in self.nodes if isinstance(node, kinds)]

    @property
    def disparities(self) -> int:
        """Disparities that the cost volume compares, at half resolution."""
        volume: CostVolume = self.of_type(CostVolume)[0]
        return volume.disparities

    @property
    def largest_disparity(self) -> int:
        """The largest disparity that the cost volume compares, in full-resolution px."""
        return 2 * self.disparities - 2

    @property
    def output(self) -> str:
        """The tensor with the half-resolution disparity, which the network ends in."""
        upsample: Upsample = self.of_type(Upsample)[0]
        return upsample.inputs[0]

    def relu_of(self, conv: str) -> Requantise:
        """What requantises the accumulator of a convolution."""
        return self._relus[conv]

    def conv_of(self, relu: str) -> Conv2d:
        """The convolution whose accumulator a requantisation reads."""
        conv = self._index[self._index[relu].inputs[0]]
        assert isinstance(conv, Conv2d)
        return conv

    def layer_of(self, tensor: str) -> str:
        """The convolution that a requantised tensor is of; any other tensor is its own layer."""
        return self.conv_of(tensor).name if isinstance(self[tensor], Requantise) else tensor

    def format_of(self, name: str) -> Format:
        """Format of the codes of a tensor; a concatenation's is the narrowest that holds both."""
        node = self._index[name]
        if isinstance(node, Formatted):
            return node.format
        require(not isinstance(node, Conv2d), f"{name}: an accumulator's step differs by channel")
        if not isinstance(node, Concat):
            return self.format_of(node.inputs[0])
        formats = [self.format_of(source) for source in node.inputs]
        signed = any(each.signed for each in formats)
        bits = max(each.bits + (signed and not each.signed) for each in formats)
        return Format(bits, signed, formats[0].frac)

    def sources_of(self, name: str) -> list[str]:
        """The formatted nodes whose codes the tensor `name` carries, in channel order."""
        node = self._index[name]
        if isinstance(node, Formatted):
            return [name]
        count = 2 if isinstance(node, Concat) else 1
        return [root for source in node.inputs[:count] for root in self.sources_of(source)]

    def range_of(self, name: str, known: Mapping[str, Ranges] | None = None) -> Ranges:
        """Smallest and largest possible code of each channel of `name`.

        `known` gives ranges of formatted tensors narrower than their formats.
        """
        node = self._index[name]
        if known and name in known:
            return known[name]
        require(not isinstance(node, Conv2d), f"{name}: accumulators have no given range")
        if isinstance(node, CostVolume):
            return [(0, largest) for largest in node.maxima()] * node.disparities
        if isinstance(node, Formatted):
            return [(node.format.min, node.format.max)] * node.channels
        if isinstance(node, Concat):
            return [pair for source in node.inputs for pair in self.range_of(source, known)]
        ranges = self.range_of(node.inputs[0], known)
        if isinstance(node, DepthToSpace):
            blocks = [ranges[c :: node.channels] for c in range(node.channels)]
            return [(min(b)[0], max(high for _, high in b)) for b in blocks]
        return ranges

    def step_groups(self) -> list[set[str]]:
        """Formatted tensors that must share a step, because their codes are concatenated."""
        groups: list[set[str]] = []
        for concat in self.of_type(Concat):
            joined = set(self.sources_of(concat.name))
            for other in [group for group in groups if group & joined]:
                groups.remove(other)
                joined |= other
            groups.append(joined)
        return groups

    def shapes(self, rows: int, columns: int) -> dict[str, Shape]:
        """Shape of every tensor for images of `rows` × `columns` pixels."""
        shapes: dict[str, Shape] = {}
        for node in self.nodes:
            sources = [shapes[name] for name in node.inputs] or [(3, rows, columns)]
            shapes[node.name] = node.output_shape(*sources)
        return shapes

    def macs(self, rows: int, columns: int) -> dict[str, int]:
        """Multiply-accumulates of every convolution for images of `rows` × `columns` pixels."""
        shapes = self.shapes(rows, columns)
        return {
            conv.name: conv.kernel**2 * conv.in_channels * _size(shapes[conv.name])
            for conv in self.of_type(Conv2d)
        }

    def with_accumulators(self, bits: Mapping[str, int]) -> "Graph":
        """The same graph with the accumulator widths `bits`, by convolution."""
        return Graph(
            tuple(
                replace(node, acc_bits=bits[node.name]) if isinstance(node, Conv2d) else node
                for node in self.nodes
            )
        )

    def to_json(self) -> list[dict[str, Any]]:
        """The nodes as plain data; `graph_from_json` reads them back."""
        return [{"op": type(node).__name__, **asdict(node)} for node in self.nodes]

    def digest(self) -> str:
        """SHA-256 of the canonical JSON of the nodes."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def graph_from_json(data: Any) -> Graph:
    """Rebuild a graph from `Graph.to_json`; raises InvalidGraph for anything else."""
    require(isinstance(data, list), "a graph is a list of nodes")
    return Graph(tuple(_node_from_json(entry) for entry in data))


def _node_from_json(entry: Any) -> Op:
    known = isinstance(entry, dict) and type(entry.get("op")) is str and entry["op"] in OPS
    require(known, f"unknown node {str(entry)[:80]}")
    kind = OPS[entry["op"]]
    values = {key: value for key, value in entry.items() if key != "op"}
    require(
        set(values) == {each.name for each in fields(kind)},
        f"{values.get('name')}: the fields of {kind.__name__} are "
        f"{', '.join(each.name for each in fields(kind))}",
    )
    try:
        if "format" in values:
            values["format"] = Format(**values["format"])
        values = {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}
        return kind(**values)
    except TypeError as error:
        raise InvalidGraph(f"{values.get('name')}: {error}") from error


def _size(shape: Shape) -> int:
    return shape[0] * shape[1] * shape[2]
