"""The state of a run on disk: networks, optimiser, step. Written whole or not at all."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from fdscs.storage.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from fdscs.storage.errors import BadInput
from fdscs.training.average import WeightAverage

TRAINING = "training"
NET, OPTIMISER, AVERAGE = "net.", "optimiser.", "average."


def save_state(
    path: Path,
    net: nn.Module,
    optimiser: torch.optim.Optimizer,
    header: dict[str, Any],
    average: WeightAverage | None = None,
) -> None:
    """Write everything that the next step depends on."""
    tensors = {NET + name: tensor for name, tensor in net.state_dict().items()}
    for index, values in optimiser.state_dict()["state"].items():
        tensors |= {f"{OPTIMISER}{index}.{key}": value for key, value in values.items()}
    for name, value in (average.values if average else {}).items():
        tensors[AVERAGE + name] = value
    arrays = {name: tensor.detach().cpu().numpy() for name, tensor in tensors.items()}
    save_checkpoint(path, TRAINING, arrays, header)


def load_state(path: Path) -> Checkpoint:
    """Read what `save_state` wrote."""
    return load_checkpoint(path, TRAINING)


def restore(
    state: Checkpoint,
    net: nn.Module,
    optimiser: torch.optim.Optimizer,
    where: Path,
    average: WeightAverage | None = None,
) -> None:
    """Put `state` into a network, an optimiser and an average like those it was saved from."""
    arrays = {name: torch.from_numpy(np.array(array)) for name, array in state.tensors.items()}
    saved: dict[int, dict[str, torch.Tensor]] = {}
    try:
        net.load_state_dict(
            {name[len(NET) :]: value for name, value in arrays.items() if name.startswith(NET)}
        )
        for name, value in arrays.items():
            if name.startswith(OPTIMISER):
                index, key = name[len(OPTIMISER) :].split(".", 1)
                saved.setdefault(int(index), {})[key] = value
        groups = optimiser.state_dict()["param_groups"]
        optimiser.load_state_dict({"state": saved, "param_groups": groups})
        if average:
            start = len(AVERAGE)
            kept = {
                name[start:]: value for name, value in arrays.items() if name.startswith(AVERAGE)
            }
            average.restore(kept)
    except (RuntimeError, ValueError, KeyError) as error:
        raise BadInput(
            f"{where}: was saved by a run of another configuration; start anew in another folder."
        ) from error
