"""What there is to know of an operation; each file of this folder has one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from fdscs.hardware.cycles import Schedule, Shape, pixel_by_pixel
from fdscs.hardware.dataflow import (
    ChangeLanes,
    Codes,
    Dataflow,
    Folding,
    Fork,
    Grid,
    Stream,
    Word,
)
from fdscs.hardware.logic import Sizes
from fdscs.hardware.memories import Memory
from fdscs.model import graph as g

Node = TypeVar("Node", bound=g.Op | Fork | ChangeLanes)
Value = int | Grid | Codes | Word
Parameters = dict[str, Value]  # by name, in the order of the function's template in accelerator/hls


def number(p: Parameters, name: str) -> int:
    """The parameter `name`, which is an integer."""
    value = p[name]
    assert isinstance(value, int)
    return value


def code(p: Parameters, name: str) -> Codes:
    """The parameter `name`, which is a kind of codes."""
    value = p[name]
    assert isinstance(value, Codes)
    return value


@dataclass(frozen=True)
class Surroundings:
    """The graph around an operation, and how its convolutions are folded."""

    graph: g.Graph
    folding: Mapping[str, Folding]

    def simd_behind(self, node: g.Op) -> int:
        """Input lanes of the first convolution that reads `node`, padding passed over."""
        for reader in self.graph.nodes:
            if node.name in reader.reads:
                if isinstance(reader, g.Conv2d):
                    return self.folding[reader.name].simd
                return self.simd_behind(reader)
        raise g.InvalidGraph(f"{node.name}: no convolution reads it")


@dataclass(frozen=True)
class Placed:
    """A process within a dataflow, by the streams at its ports; images are no streams."""

    flow: Dataflow
    inputs: tuple[Stream, ...]
    output: Stream

    @property
    def columns(self) -> int:
        """Columns of the output when the image has as many as the accelerator takes."""
        return self.flow.most_columns(self.output)

    @property
    def columns_in(self) -> int:
        """Columns of the first input when the image has as many as the accelerator takes."""
        return self.flow.most_columns(self.inputs[0])


class Operation(Generic[Node]):
    """Sizes, lanes, cycles, memories and parameters; what is inherited is true of most."""

    def function(self, op: Node, at: Placed) -> str:
        """The name of its module, which is that of its file in every language."""
        return type(self).__module__.rpartition(".")[2]

    def grid(self, op: Node, source: Grid) -> Grid:
        """Size of the output, from that of the first input."""
        return source

    def lanes_read(self, op: Node, tensor: str, stream: Stream, around: Surroundings) -> int:
        """Lanes in which it wants the input `tensor`, which comes as `stream`."""
        return stream.lanes

    def lanes_written(self, op: Node, inputs: list[Stream], around: Surroundings) -> int:
        """Lanes of the output."""
        assert isinstance(op, g.Op)
        return inputs[0].lanes if inputs and op.channels > 1 else 1

    def schedule(self, op: Node, at: Placed, s: Shape) -> Schedule:
        """When pixels are read and written."""
        return pixel_by_pixel(s)

    def memories(self, function: str, p: Parameters) -> list[Memory]:
        """Memories within module `function` of parameters `p`; FIFOs are not its own.

        Those that are no tables are the arrays that the function in accelerator/hls is given.
        """
        return []

    def products(self, op: Node, at: Placed) -> int:
        """Multiplications a cycle of codes with weights."""
        return 0

    def dsps(self, op: Node, at: Placed) -> int:
        """DSP slices that these take."""
        return 0

    def sizes(self, function: str, p: Parameters) -> Sizes:
        """What the logic of module `function` grows with, in bits, for parameters `p`: `logic`."""
        raise NotImplementedError

    def parameters(self, op: Node, at: Placed) -> Parameters:
        """What its module or function is generated with."""
        raise NotImplementedError

    def tables(self, op: Node) -> tuple[str, ...]:
        """Names of the parameters that it has in tables, such as enc0.weight."""
        return ()
