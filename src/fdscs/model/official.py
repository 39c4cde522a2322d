"""Import of the authors' published weights."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.model.config import PAPER
from fdscs.model.fdscs import build_graph
from fdscs.model.foreign_arrays import Arrays, read_arrays
from fdscs.model.graph import Conv2d
from fdscs.storage.checkpoint import require_tensors
from fdscs.storage.errors import BadInput
from fdscs.storage.foreign import REPRODUCED, REPRODUCTION

FOLDED = "ff4575629be644b3b322b8da4d5fe50c9b40cce2d70bf4a5b016bc3826d34fed"  # SHA-256, bn600k.npz
DIFFERENCES = (
    "that network has no ReLU after its seven encoder convolutions, transposed convolutions in "
    "place of the 1x1 ones with ReLU, and costs of other scales"
)


def import_official(path: Path | str) -> dict[str, NDArray[np.float32]]:
    """Weights (O, I, k, k) and biases (O,) of the `paper` network from the authors' archive.

    The archive holds `<layer>_w` (k, k, I, O) and `<layer>_b` (O,); the published graph adds every
    bias twice, so the bias here is 2·b. The same arrays in a PyTorch or safetensors file will do,
    and so will weights and biases by the names that this program gives them. Whether batch norms
    are folded is for `fdscs.calibration.batch_norms` to say. Raises BadInput for unknown, missing,
    misshapen or non-finite arrays, and for the weights of another network.
    """
    arrays = read_arrays(path)
    if any(REPRODUCTION.decode() in name for name in arrays):
        raise BadInput(
            f"{path}: {REPRODUCED}, which cannot be expressed here: {DIFFERENCES}. Import the "
            "authors' bn600k.npz, or train with `--config reproduction-sceneflow`."
        )
    convs = build_graph(PAPER.architecture).of_type(Conv2d)
    return _own(arrays, convs, path) if "out.weight" in arrays else _official(arrays, convs, path)


def _official(arrays: Arrays, convs: list[Conv2d], path: Path | str) -> dict[str, Any]:
    expected: dict[str, tuple[int, ...]] = {}
    for conv in convs:
        expected[f"{conv.name}_w"] = (conv.kernel, conv.kernel, conv.in_channels, conv.channels)
        expected[f"{conv.name}_b"] = (conv.channels,)
    require_tensors(arrays, expected, path)
    tensors: dict[str, NDArray[Any]] = {}
    for conv in convs:
        weight = arrays[f"{conv.name}_w"].astype(np.float32)
        tensors[conv.weight] = np.ascontiguousarray(weight.transpose(3, 2, 0, 1))
        tensors[conv.bias] = 2 * arrays[f"{conv.name}_b"].astype(np.float32)
    return tensors


def _own(arrays: Arrays, convs: list[Conv2d], path: Path | str) -> dict[str, Any]:
    expected: dict[str, tuple[int, ...]] = {}
    for conv in convs:
        expected[conv.weight] = (conv.channels, conv.in_channels, conv.kernel, conv.kernel)
        expected[conv.bias] = (conv.channels,)
    require_tensors(arrays, expected, path)
    return {name: arrays[name].astype(np.float32) for name in expected}
