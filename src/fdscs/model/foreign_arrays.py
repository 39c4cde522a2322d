"""Arrays by name from the files in which other programs keep weights; nothing is unpickled."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from fdscs.storage.errors import BadInput
from fdscs.storage.foreign import TENSORFLOW, is_pytorch
from fdscs.storage.npz import MAX_BYTES, read_npz

Arrays = dict[str, NDArray[Any]]
WRAPPERS = ("state_dict", "model", "model_state_dict", "net")  # where programs put a state dict
PREFIX = "module."  # of torch.nn.DataParallel


def read_arrays(path: Path | str) -> Arrays:
    """Arrays of an .npz, a safetensors or a PyTorch file, by name.

    PyTorch's is read by `torch.load(weights_only=True)`, which builds tensors and plain containers
    and calls no code of the file; a state dict within a dict is taken, and the prefix "module."
    taken off. Raises BadInput for anything else.
    """
    path = Path(path)
    if path.is_file() and is_pytorch(path):
        return _torch_arrays(path)
    if path.is_file() and _begins(path)[8:9] == b"{":
        try:
            return load_file(path)
        except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
            raise BadInput(f"{path}: is damaged safetensors; give a whole file.") from error
    if path.name.endswith(TENSORFLOW):
        raise BadInput(f"{path}: is a part of a TensorFlow checkpoint; give the authors' .npz.")
    return read_npz(path)


def _begins(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(16)


def _torch_arrays(path: Path) -> Arrays:
    if path.stat().st_size > MAX_BYTES:
        raise BadInput(
            f"{path}: has more than {MAX_BYTES >> 20} MiB; not read, give a smaller one."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # advice to report pickles of other protocols
            found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch.load raises many types; an unsafe pickle is one
        raise BadInput(
            f"{path}: is a PyTorch file that holds more than tensors, or is damaged, and is not "
            "unpickled; save its state dict alone, or its arrays by numpy.savez."
        ) from error
    for key in WRAPPERS:
        if isinstance(found, Mapping) and isinstance(found.get(key), Mapping):
            found = found[key]
            break
    tensors = found if isinstance(found, Mapping) else {}
    named = {str(key): value for key, value in tensors.items() if isinstance(value, torch.Tensor)}
    if not named:
        raise BadInput(f"{path}: holds no tensors by name; give a state dict.")
    return {key.removeprefix(PREFIX): _array(value) for key, value in named.items()}


def _array(tensor: torch.Tensor) -> NDArray[Any]:
    plain = tensor.detach()
    if plain.is_floating_point():
        plain = plain.float()  # NumPy has no bfloat16
    return np.asarray(plain.to_dense().numpy() if plain.is_sparse else plain.numpy())
