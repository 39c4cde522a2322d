"""The layers and streams of a FINN dataflow graph, as far as timing and memory depend on them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Stream:
    """Words of `lanes` codes of `bits` bits; `words` of them are a pixel, or a window of pixels.

    FINN pads a word to whole bytes.
    """

    name: str
    bits: int
    lanes: int
    words: int
    pixels: int

    @property
    def word_bits(self) -> int:
        """Bits of a word, in whole bytes."""
        return -(-self.bits * self.lanes // 8) * 8


@dataclass(frozen=True)
class Node:
    """A layer: FINN's name and kind, sizes before and after, and what its kind adds.

    `size` and `out_size` are rows and columns. `values` are the attributes that timing and
    estimates read: kernel, stride, padding [top, left, bottom, right], multiplier sizes.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    size: tuple[int, int]
    out_size: tuple[int, int]
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FinnGraph:
    """Nodes in an order in which each reads earlier ones' streams."""

    nodes: tuple[Node, ...]
    streams: Mapping[str, Stream]

    def to_json(self) -> dict[str, Any]:
        """Plain data; `from_json` reads it back."""
        return {
            "nodes": [asdict(node) for node in self.nodes],
            "streams": [asdict(stream) for stream in self.streams.values()],
        }


def from_json(data: Mapping[str, Any]) -> FinnGraph:
    """The graph that `FinnGraph.to_json` has written."""
    pairs = ("inputs", "outputs", "size", "out_size")
    nodes = tuple(
        Node(**{**each, **{name: tuple(each[name]) for name in pairs}}) for each in data["nodes"]
    )
    return FinnGraph(nodes, {each["name"]: Stream(**each) for each in data["streams"]})
