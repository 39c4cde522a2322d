"""Who produces and who consumes each channel: what may be scaled, or taken out."""

from dataclasses import dataclass

from fdscs.model.graph import Concat, Conv2d, DepthToSpace, Formatted, Graph, Op, Requantise


@dataclass(frozen=True)
class Link:
    """Channels of one requantised tensor as some convolutions read them.

    Channel c of `channels` comes from the producer's channels c, c + channels, … (`blocks` of them,
    one but for depth-to-space), and is input channel offset + c of every consumer.
    """

    relu: str
    producer: str
    channels: int
    blocks: int
    consumers: tuple[tuple[str, int], ...]  # convolution, offset


def links(graph: Graph) -> list[Link]:
    """One link for every requantised tensor that convolutions read."""
    readers: dict[str, list[tuple[str, int, int]]] = {}
    for conv in graph.of_type(Conv2d):
        offset = 0
        for source, channels in _layout(graph, graph[conv.inputs[0]]):
            readers.setdefault(source, []).append((conv.name, offset, channels))
            offset += channels
    found = []
    for relu in graph.of_type(Requantise):
        if relu.name in readers:
            channels = readers[relu.name][0][2]
            consumers = tuple((name, offset) for name, offset, _ in readers[relu.name])
            blocks = relu.channels // channels
            found.append(Link(relu.name, relu.inputs[0], channels, blocks, consumers))
    return found


def _layout(graph: Graph, node: Op) -> list[tuple[str, int]]:
    """The formatted tensors whose channels make up `node`, in order, with how many of each."""
    if isinstance(node, Formatted):
        return [(node.name, node.channels)]
    if isinstance(node, DepthToSpace):
        return [(node.inputs[0], node.channels)]
    parts = node.inputs if isinstance(node, Concat) else node.inputs[:1]
    return [part for name in parts for part in _layout(graph, graph[name])]
