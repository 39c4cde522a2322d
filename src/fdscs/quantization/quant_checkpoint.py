"""Quantised checkpoints: real-valued parameters and the steps they are quantised to."""

from pathlib import Path
from typing import Any

import numpy as np

from fdscs.model.config import Config
from fdscs.model.config_file import config_from, config_to
from fdscs.model.fdscs import build_graph
from fdscs.model.float_checkpoint import parameter_shapes
from fdscs.model.graph import Conv2d, InvalidGraph, Requantise
from fdscs.quantization.network import QuantNetwork, Steps
from fdscs.storage.checkpoint import load_checkpoint, require_tensors, save_checkpoint
from fdscs.storage.errors import BadInput

QUANTISED = "quantised"


def save_quantised(
    path: Path, net: QuantNetwork, config: Config, provenance: dict[str, Any]
) -> None:
    """Write the parameters of `net` and its steps, "enc0.weight_frac" and "enc0_relu.frac"."""
    tensors: dict[str, Any] = dict(net.get_parameters())
    tensors |= {f"{name}.weight_frac": frac for name, frac in net.steps.weights.items()}
    tensors |= {
        f"{name}.frac": np.array([frac], np.int32) for name, frac in net.steps.activations.items()
    }
    header = {"config": config_to(config), "provenance": provenance}
    save_checkpoint(path, QUANTISED, tensors, header)


def load_quantised(path: Path) -> tuple[QuantNetwork, Config, dict[str, Any]]:
    """The quantised network of a checkpoint, its configuration and header."""
    checkpoint = load_checkpoint(path, QUANTISED)
    config = config_from(checkpoint.header.get("config"), path)
    graph = build_graph(config.architecture)
    shapes = parameter_shapes(graph)
    convs, relus = graph.of_type(Conv2d), graph.of_type(Requantise)
    shapes |= {f"{conv.name}.weight_frac": (conv.channels,) for conv in convs}
    shapes |= {f"{relu.name}.frac": (1,) for relu in relus}
    require_tensors(checkpoint.tensors, shapes, path)
    for name, tensor in checkpoint.tensors.items():
        wanted = np.int32 if name.endswith("frac") else np.float32
        if tensor.dtype != wanted:
            raise BadInput(f"{path}: {name} is {tensor.dtype}, expected {np.dtype(wanted)}.")
        if wanted is np.int32 and np.abs(tensor).max() > 64:
            raise BadInput(f"{path}: {name} has fraction bits outside -64 to 64; calibrate again.")
    steps = Steps(
        {relu.name: int(checkpoint.tensors[f"{relu.name}.frac"][0]) for relu in relus},
        {conv.name: checkpoint.tensors[f"{conv.name}.weight_frac"] for conv in convs},
    )
    try:
        net = QuantNetwork(config.architecture, config.precision, steps)
    except InvalidGraph as error:
        raise BadInput(f"{path}: {error}; calibrate again.") from error
    net.set_parameters(checkpoint.tensors)
    return net.eval(), config, checkpoint.header
