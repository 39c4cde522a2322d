"""Checkpoints: float, unfolded, packed, quantised, and the state of a run."""

from pathlib import Path
from typing import Any

import numpy as np

from fdscs.inspection.description import Description, check_size, one_or_range
from fdscs.inspection.networks import network_facts, shape_of
from fdscs.model.bit_operations import bit_operations
from fdscs.model.config import Config
from fdscs.model.config_file import config_from, config_to
from fdscs.model.fdscs import build_graph
from fdscs.model.float_checkpoint import FLOAT, UNFOLDED, load_trainable
from fdscs.model.graph import Conv2d, Graph
from fdscs.model.images import DEFAULT_SIZE
from fdscs.quantization.freeze import freeze
from fdscs.quantization.quant_checkpoint import QUANTISED, load_quantised
from fdscs.storage.checkpoint import Checkpoint, load_checkpoint
from fdscs.storage.errors import BadInput
from fdscs.training.state import NET, OPTIMISER, TRAINING

NAMES = {
    FLOAT: "float checkpoint",
    UNFOLDED: "float checkpoint with batch norms, to train on",
    QUANTISED: "quantised checkpoint",
    TRAINING: "state of an unfinished run",
}


def describe_checkpoint(path: Path) -> Description:
    """A .safetensors file of this program."""
    size = check_size(path)
    found = load_checkpoint(path, *NAMES)
    config = config_from(found.header.get("config"), path)
    facts = {**network_facts(config.architecture), "tensors": len(found.tensors), "bytes": size}
    kind = NAMES[found.kind]
    if found.kind == TRAINING:
        layers, more = [], _state(found)
    elif found.kind == QUANTISED:
        layers, more = _quantised(path, config)
    else:
        load_trainable(path)  # refuses what is no complete network
        layers, more = _float(found, config)
        if more["stored as"] == "float16":
            kind += ", packed to half precision"
    made = {key: found.header.get(key) for key in ("provenance", "versions", "dataset")}
    made = {key: value for key, value in made.items() if value}
    return Description(kind, {**facts, **more}, layers, {**made, "config": config_to(config)})


def _float(found: Checkpoint, config: Config) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    graph = build_graph(config.architecture)
    layers = []
    for conv in graph.of_type(Conv2d):
        own = {k: v for k, v in found.tensors.items() if f".{conv.name}." in f".{k}"}
        weight = next(each for each in own.values() if each.ndim == 4)
        layers.append(
            {
                **shape_of(conv),
                "weights": weight.size,
                "largest": round(float(np.abs(weight.astype(np.float32)).max()), 4),
                "stored as": str(weight.dtype),
                "batch norm": "yes" if any("running_mean" in each for each in own) else "folded",
            }
        )
    kinds = {str(each.dtype) for each in found.tensors.values() if each.ndim == 4}
    values = sum(each.size for each in found.tensors.values())
    return layers, {"values": values, "stored as": ", ".join(sorted(kinds))}


def _quantised(path: Path, config: Config) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    net = load_quantised(path)[0]
    graph: Graph = net.graph
    facts: dict[str, Any] = {
        "parameters": sum(each.size for each in net.get_parameters().values()),
        "bit operations, % of 8 x 8 bits": round(bit_operations(graph, *DEFAULT_SIZE), 2),
    }
    bounds = {}
    try:
        bounds = freeze(net).bounds
    except BadInput as error:
        facts["cannot be exported"] = str(error)
    layers = [
        {
            **shape_of(conv),
            "input": str(graph.format_of(conv.inputs[0])),
            "weights": f"s{conv.weight_bits}",
            "fraction": one_or_range(net.steps.weights[conv.name].tolist()),
            "accumulator": f"s{bounds[conv.name].bits}" if bounds else "",
            "output": str(graph.relu_of(conv.name).format),
        }
        for conv in graph.of_type(Conv2d)
    ]
    return layers, facts


def _state(found: Checkpoint) -> dict[str, Any]:
    groups = {"network": NET, "optimiser": OPTIMISER}
    sizes = {
        f"values of the {name}": sum(
            each.size for key, each in found.tensors.items() if key.startswith(prefix)
        )
        for name, prefix in groups.items()
    }
    at = {key: found.header.get(key) for key in ("phase", "step")}
    return {**{key: value for key, value in at.items() if isinstance(value, (str, int))}, **sizes}
