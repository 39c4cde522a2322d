"""Float checkpoints: folded weights to deploy, unfolded ones to train on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fdscs.model.config import Config
from fdscs.model.config_file import config_from, config_to
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Conv2d, Graph
from fdscs.model.network import FloatNetwork
from fdscs.storage.checkpoint import load_checkpoint, require_tensors, save_checkpoint

FLOAT, UNFOLDED = "float", "unfolded"
PARTS = ("weight", "bias")


def parameter_shapes(graph: Graph) -> dict[str, tuple[int, ...]]:
    """Shape of the weight and bias of every convolution."""
    shapes: dict[str, tuple[int, ...]] = {}
    for conv in graph.of_type(Conv2d):
        shapes[conv.weight] = (conv.channels, conv.in_channels, conv.kernel, conv.kernel)
        shapes[conv.bias] = (conv.channels,)
    return shapes


def save_float(
    path: Path, tensors: Mapping[str, NDArray[Any]], config: Config, provenance: dict[str, Any]
) -> None:
    """Write folded weights (O, I, k, k) and biases (O,), "enc0.weight", …"""
    header = {"config": config_to(config), "provenance": provenance}
    save_checkpoint(path, FLOAT, tensors, header)


def load_float(path: Path) -> tuple[FloatNetwork, Config]:
    """The float network of a checkpoint, ready to evaluate."""
    checkpoint = load_checkpoint(path, FLOAT)
    config = config_from(checkpoint.header.get("config"), path)
    require_tensors(checkpoint.tensors, parameter_shapes(build_graph(config.architecture)), path)
    return float_network(checkpoint.tensors, config), config


def float_network(tensors: Mapping[str, NDArray[Any]], config: Config) -> FloatNetwork:
    """A float network with the given weights and biases."""
    net = FloatNetwork(config.architecture)
    for name in net.convs:
        weight, bias = (tensors[f"{name}.{part}"].astype(np.float32) for part in PARTS)
        net.set_plain(name, torch.from_numpy(weight), torch.from_numpy(bias))
    return net.eval()


def float_tensors(net: FloatNetwork) -> dict[str, NDArray[np.float32]]:
    """Folded weights and biases of `net`, by name."""
    return {
        f"{name}.{part}": tensor.detach().numpy().copy()
        for name in net.convs
        for part, tensor in zip(PARTS, net.plain(name), strict=True)
    }


def save_unfolded(
    path: Path, net: FloatNetwork, config: Config, provenance: dict[str, Any]
) -> None:
    """Write a network in training with the batch norms that it has."""
    header = {"config": config_to(config), "provenance": provenance}
    save_checkpoint(path, UNFOLDED, {k: v.numpy() for k, v in _trained(net).items()}, header)


def load_trainable(path: Path) -> FloatNetwork:
    """The network of a float checkpoint, to be trained on: with batch norms if it is unfolded."""
    if load_checkpoint(path, FLOAT, UNFOLDED).kind == FLOAT:
        return load_float(path)[0].train()
    checkpoint = load_checkpoint(path, UNFOLDED)
    config = config_from(checkpoint.header.get("config"), path)
    net = FloatNetwork(config.architecture, train_batch_norm=True)
    tensors = _trained(net)
    require_tensors(checkpoint.tensors, {k: tuple(v.shape) for k, v in tensors.items()}, path)
    for name, tensor in tensors.items():
        tensor.copy_(torch.from_numpy(checkpoint.tensors[name].astype(np.float32)))
    return net.train()


def _trained(net: FloatNetwork) -> dict[str, torch.Tensor]:
    """Parameters and statistics; batch norms count batches, too, which nothing depends on."""
    state: dict[str, torch.Tensor] = net.state_dict()
    return {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}
