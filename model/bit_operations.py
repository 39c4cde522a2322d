"""What a choice of widths costs: bit operations."""

from model.graph import Conv2d, Graph

REFERENCE_BITS = 8 * 8


def bit_operations(graph: Graph, rows: int, columns: int) -> float:
    """Σ MACs × weight bits × activation bits, in % of the same network at 8 × 8 bits.

    Each input channel counts with the bits of its own format: 6 for costs, those of rgb beside
    features.
    """
    total = reference = 0.0
    for conv in graph.of_type(Conv2d):
        macs = graph.macs(rows, columns)[conv.name]
        total += macs * conv.weight_bits * mean_input_bits(graph, conv)
        reference += macs * REFERENCE_BITS
    return 100 * total / reference


def mean_input_bits(graph: Graph, conv: Conv2d) -> float:
    """Bits of an input channel of `conv`, averaged over channels."""
    sources = graph.sources_of(conv.inputs[0])
    parts = [(graph[name].channels, graph.format_of(name).bits) for name in sources]
    return sum(channels * bits for channels, bits in parts) / sum(each for each, _ in parts)
