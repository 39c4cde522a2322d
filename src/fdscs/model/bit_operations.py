"""What a choice of widths costs: bit operations."""

from fdscs.model.graph import Concat, Conv2d, Graph, Op

REFERENCE_BITS = 8 * 8

Reads = dict[tuple[str, str], float]  # by convolution and source


def reads(graph: Graph, rows: int, columns: int) -> Reads:
    """Multiply-accumulates with which each convolution reads each source, in % of all.

    A source is a tensor with a format of its own; a concatenation has several.
    """
    macs = graph.macs(rows, columns)
    total = sum(macs.values())
    found: Reads = {}
    for conv in graph.of_type(Conv2d):
        for source, channels in _parts(graph, graph[conv.inputs[0]]):
            share = channels / conv.in_channels
            found[conv.name, source] = 100 * share * macs[conv.name] / total
    return found


def bit_operations(graph: Graph, rows: int, columns: int) -> float:
    """Σ MACs × weight bits × activation bits, in % of the same network at 8 × 8 bits.

    Each input channel counts with the bits of its own format: 6 for costs, those of rgb beside
    features.
    """
    weight_bits = {conv.name: conv.weight_bits for conv in graph.of_type(Conv2d)}
    products = (
        percent * weight_bits[conv] * graph.format_of(source).bits
        for (conv, source), percent in reads(graph, rows, columns).items()
    )
    return float(sum(products)) / REFERENCE_BITS


def _parts(graph: Graph, node: Op) -> list[tuple[str, int]]:
    """The sources of a tensor and how many of its channels each makes up."""
    sources = graph.sources_of(node.name)
    if len(sources) == 1:
        return [(sources[0], node.channels)]
    inputs = node.inputs if isinstance(node, Concat) else node.inputs[:1]
    return [part for name in inputs for part in _parts(graph, graph[name])]
