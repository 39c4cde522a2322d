"""Batches that users hand over: uint8 (N, 3, H, W) tensors, or a sentence saying what is wrong."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from fdscs.model.graph import Graph
from fdscs.model.images import check_size
from fdscs.storage.errors import BadInput

WANTED = "a torch.Tensor, uint8 of shape (N, 3, height, width)"


def check_batch(graph: Graph, left: Tensor, right: Tensor) -> None:
    """Raise BadInput unless the network of `graph` can take both batches of pictures."""
    for name, given in (("left", left), ("right", right)):
        _check_tensor(name, given)
    if left.shape != right.shape:
        raise BadInput(
            f"left has the shape {tuple(left.shape)} but right {tuple(right.shape)}; both views "
            "must have the same."
        )
    check_size(graph, *left.shape[2:])


def _check_tensor(name: str, given: Any) -> None:
    if not isinstance(given, Tensor):
        how = ""
        if isinstance(given, np.ndarray) and given.ndim == 3:
            how = f": give torch.from_numpy({name}).permute(2, 0, 1)[None]"
        kind = f"{type(given).__module__}.{type(given).__qualname__}".removeprefix("builtins.")
        raise BadInput(f"{name} is {kind}; expected {WANTED}{how}.")
    found = f"{name} is {str(given.dtype).removeprefix('torch.')} of shape {tuple(given.shape)}"
    if given.ndim != 4 or given.shape[1] != 3:
        raise BadInput(f"{found}; expected {WANTED}{_reshaping(name, given)}.")
    if not given.numel():
        raise BadInput(f"{found}, which is empty; expected {WANTED}.")
    if given.dtype != torch.uint8:
        low, high = given.min().item(), given.max().item()
        how = f"give (255 * {name}).round().byte()" if 0 <= low <= high <= 1 else "scale it"
        how = f"give {name}.round().byte()" if 1 < high <= 255 and low >= 0 else how
        raise BadInput(
            f"{found} with values from {low:g} to {high:g}; expected {WANTED} with values from 0 "
            f"to 255: {how}."
        )


def _reshaping(name: str, given: Tensor) -> str:
    match tuple(given.shape):
        case (3, _, _):
            return f": give {name}[None]"
        case (_, _, _, 3):
            return f"; this one has its channels last: give {name}.permute(0, 3, 1, 2)"
    return ""
