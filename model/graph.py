"""The datapath as data: number formats, typed operations, and the graph that joins them.

Nothing here computes. Every back end walks a `Graph` and keeps one table {operation: function};
docs/datapath.md says what each operation does to the integers. Only the standard library is needed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, ClassVar

Shape = tuple[int, int, int]  # channels, rows, columns


class InvalidGraph(ValueError):
    """The graph, or one of its nodes, is not one that a datapath can have."""


def require(condition: bool, message: str) -> None:
    """Raise InvalidGraph with `message` unless `condition` holds."""
    if not condition:
        raise InvalidGraph(message)


@dataclass(frozen=True)
class Format:
    """Fixed point: an integer code of `bits` bits that stands for code · 2^−frac."""

    bits: int
    signed: bool
    frac: int

    def __post_init__(self) -> None:
        require(
            type(self.bits) is int and 1 <= self.bits <= 32, f"{self.bits} bits: 1 to 32 supported"
        )
        require(type(self.signed) is bool, f"signed must be true or false, not {self.signed!r}")
        require(
            type(self.frac) is int and -64 <= self.frac <= 64,
            f"{self.frac} fraction bits: -64 to 64 supported",
        )

    @property
    def min(self) -> int:
        """Smallest code."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def max(self) -> int:
        """Largest code."""
        return (1 << (self.bits - self.signed)) - 1

    @property
    def step(self) -> float:
        """The value of one code, exact: a power of two."""
        return 2.0**-self.frac

    def __str__(self) -> str:
        return f"{'s' if self.signed else 'u'}{self.bits}.{self.frac}"


@dataclass(frozen=True)
class Op:
    """A node: reads the tensors `inputs`, makes the tensor `name` with `channels` channels."""

    name: str
    inputs: tuple[str, ...]
    channels: int
    arity: ClassVar[int] = 1

    def __post_init__(self) -> None:
        require(
            isinstance(self.name, str) and self.name.isidentifier(), f"{self.name!r} is no name"
        )
        require(
            len(self.inputs) == self.arity,
            f"{self.name}: {len(self.inputs)} inputs; {type(self).__name__} takes {self.arity}",
        )
        require(
            type(self.channels) is int and 1 <= self.channels <= 4096,
            f"{self.name}: {self.channels} channels: 1 to 4096 supported",
        )

    def output_shape(self, *shapes: Shape) -> Shape:
        """Shape made from inputs of `shapes`."""
        return (self.channels, *shapes[0][1:])

    def check(self, sources: Sequence["Op"]) -> None:
        """Raise InvalidGraph unless the node fits the nodes it reads."""
        same = all(source.channels == self.channels for source in sources)
        require(same, f"{self.name}: channels differ from those of {', '.join(self.inputs)}")


@dataclass(frozen=True)
class Formatted(Op):
    """A node whose output codes have one format of their own."""

    format: Format


# --- Front end: camera pixels to integer costs -------------------------------------------------


@dataclass(frozen=True)
class Image(Formatted):
    """The uint8 pixels of one view."""

    arity: ClassVar[int] = 0

    def check(self, sources: Sequence[Op]) -> None:
        require(self.format == Format(8, False, 0), f"{self.name}: pixels are u8.0")


@dataclass(frozen=True)
class BlockSum(Formatted):
    """Sum of each 2×2 block; an odd size repeats the first row or column."""

    def output_shape(self, *shapes: Shape) -> Shape:
        channels, rows, columns = shapes[0]
        return (channels, (rows + 1) // 2, (columns + 1) // 2)


@dataclass(frozen=True)
class ColourMix(Formatted):
    """Weighted sum of red, green and blue, rounded half up and shifted right by `shift`."""

    coefficients: tuple[int, int, int]
    shift: int

    def check(self, sources: Sequence[Op]) -> None:
        require(sources[0].channels == 3, f"{self.name}: reads three colours")
        require(self.channels == 1, f"{self.name}: makes one channel")


@dataclass(frozen=True)
class CentredRgb(Formatted):
    """Block sums narrowed to signed codes with zero at mid-grey."""


@dataclass(frozen=True)
class Census(Formatted):
    """24 comparisons of each pixel with its 5×5 neighbours, one bit each."""


@dataclass(frozen=True)
class CostVolume(Formatted):
    """Hamming, |ΔU| and |ΔV| costs of every disparity; inputs are left and right of each in turn.

    Channel 3·d + k holds cost k of disparity d; |ΔU| and |ΔV| saturate at `saturation`.
    """

    disparities: int
    saturation: int
    arity: ClassVar[int] = 6

    def check(self, sources: Sequence[Op]) -> None:
        require(self.channels == 3 * self.disparities, f"{self.name}: three channels per disparity")
        require(
            self.format.max >= 24 and self.saturation <= self.format.max,
            f"{self.name}: costs do not fit {self.format}",
        )

    def maxima(self) -> tuple[int, int, int]:
        """Largest code of each of the three costs."""
        return (24, self.saturation, self.saturation)


# --- Network -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Conv2d(Op):
    """Convolution with integer weights and bias, zero padding 'same'; makes the accumulator.

    Weights have `weight_bits` bits, symmetric (−2^(b−1)+1 …), and a power-of-two step per output
    channel. `acc_bits` is the proven signed accumulator width; None until parameters are frozen.
    """

    in_channels: int
    kernel: int
    weight_bits: int
    acc_bits: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.kernel in (1, 3), f"{self.name}: kernel {self.kernel}: 1 and 3 supported")
        require(
            2 <= self.weight_bits <= 16, f"{self.name}: {self.weight_bits} weight bits: 2 to 16"
        )

    def check(self, sources: Sequence[Op]) -> None:
        require(
            sources[0].channels == self.in_channels,
            f"{self.name}: {self.in_channels} input channels, {self.inputs[0]} has "
            f"{sources[0].channels}",
        )

    @property
    def weight(self) -> str:
        """Name of the weight codes (O, I, k, k) among the parameters."""
        return f"{self.name}.weight"

    @property
    def bias(self) -> str:
        """Name of the bias (O,), in accumulator steps, among the parameters."""
        return f"{self.name}.bias"

    @property
    def weight_max(self) -> int:
        """Largest magnitude of a weight code."""
        return (1 << (self.weight_bits - 1)) - 1


@dataclass(frozen=True)
class Requantise(Formatted):
    """ReLU, add half, shift right by the channel's shift, saturate."""

    @property
    def shift(self) -> str:
        """Name of the shifts (C,) among the parameters: those of the convolution it reads."""
        return f"{self.inputs[0]}.shift"

    def check(self, sources: Sequence[Op]) -> None:
        super().check(sources)
        require(isinstance(sources[0], Conv2d), f"{self.name}: reads an accumulator")
        require(not self.format.signed, f"{self.name}: a ReLU's codes are unsigned")


@dataclass(frozen=True)
class Concat(Op):
    """Channels of the first input, then of the second; both have the same step."""

    arity: ClassVar[int] = 2

    def check(self, sources: Sequence[Op]) -> None:
        total = sum(source.channels for source in sources)
        require(self.channels == total, f"{self.name}: {self.channels} channels, inputs {total}")


@dataclass(frozen=True)
class MaxPool(Op):
    """Maximum of each 2×2 block."""

    def output_shape(self, *shapes: Shape) -> Shape:
        channels, rows, columns = shapes[0]
        return (channels, rows // 2, columns // 2)


@dataclass(frozen=True)
class DepthToSpace(Op):
    """Block-major: out[c, 2y+i, 2x+j] = in[(2i+j)·C + c, y, x]."""

    def output_shape(self, *shapes: Shape) -> Shape:
        return (self.channels, 2 * shapes[0][1], 2 * shapes[0][2])

    def check(self, sources: Sequence[Op]) -> None:
        require(sources[0].channels == 4 * self.channels, f"{self.name}: input is not 4x as deep")


@dataclass(frozen=True)
class ReflectPad(Op):
    """Mirror the borders (the border pixel not repeated) up to multiples of `multiple`."""

    multiple: int

    def pads(self, rows: int, columns: int) -> tuple[int, int, int, int]:
        """Rows above, rows below, columns left, columns right; the odd one goes last."""
        down, across = -rows % self.multiple, -columns % self.multiple
        return (down // 2, down - down // 2, across // 2, across - across // 2)

    def output_shape(self, *shapes: Shape) -> Shape:
        channels, rows, columns = shapes[0]
        top, bottom, left, right = self.pads(rows, columns)
        require(
            max(top, bottom) < rows and max(left, right) < columns,
            f"{self.name}: {rows}x{columns} is too small to mirror up to multiples of "
            f"{self.multiple}",
        )
        return (channels, rows + top + bottom, columns + left + right)


@dataclass(frozen=True)
class Crop(Op):
    """Take off what `pad` added: the first input's inner part, the size of the second input."""

    arity: ClassVar[int] = 2

    def output_shape(self, *shapes: Shape) -> Shape:
        return (self.channels, *shapes[1][1:])

    def check(self, sources: Sequence[Op]) -> None:
        super().check(sources[:1])


# --- Back end ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Upsample(Formatted):
    """Full-resolution disparity: bilinear where it is within 1 px of nearest, else nearest."""

    arity: ClassVar[int] = 2  # the half-resolution disparity, and the image whose size to take

    def output_shape(self, *shapes: Shape) -> Shape:
        return (self.channels, *shapes[1][1:])

    def check(self, sources: Sequence[Op]) -> None:
        super().check(sources[:1])


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

    def __post_init__(self) -> None:
        for node in self.nodes:
            require(node.name not in self._index, f"{node.name}: two nodes of this name")
            for name in node.inputs:
                require(name in self._index, f"{node.name}: reads {name}, which no node makes")
            node.check([self._index[name] for name in node.inputs])
            self._index[node.name] = node
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

    def range_of(self, name: str) -> list[tuple[int, int]]:
        """Smallest and largest possible code of each channel of `name`."""
        node = self._index[name]
        if isinstance(node, CostVolume):
            return [(0, largest) for largest in node.maxima()] * node.disparities
        if isinstance(node, Formatted):
            return [(node.format.min, node.format.max)] * node.channels
        if isinstance(node, Concat):
            return [pair for source in node.inputs for pair in self.range_of(source)]
        return self.range_of(node.inputs[0])[: node.channels]

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
    require(isinstance(entry, dict) and entry.get("op") in OPS, f"unknown node {str(entry)[:80]}")
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
