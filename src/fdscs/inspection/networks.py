"""What every artefact with a network says of it first."""

from typing import Any

from fdscs.model.config import PRESETS, Architecture
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Conv2d
from fdscs.model.images import DEFAULT_SIZE


def network_facts(architecture: Architecture) -> dict[str, Any]:
    """Which network it is."""
    graph = build_graph(architecture)
    presets = [name for name, each in PRESETS.items() if each.architecture == architecture]
    macs = sum(graph.macs(*DEFAULT_SIZE).values())
    rows, columns = DEFAULT_SIZE
    return {
        "network": presets[0] if presets else "of its own",
        "disparities": architecture.disparities,
        "reach, px": 2 * architecture.disparities - 2,
        "layers": len(graph.of_type(Conv2d)),
        f"multiply-accumulates, {columns}x{rows}": macs,
    }


def shape_of(conv: Conv2d) -> dict[str, Any]:
    """Name, kernel and channels of a layer, the first columns everywhere."""
    return {
        "layer": conv.name,
        "kernel": f"{conv.kernel}x{conv.kernel}",
        "channels": f"{conv.in_channels} → {conv.channels}",
    }
