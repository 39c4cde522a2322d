"""Import of the authors' published weights."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.model.config import PAPER
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Conv2d
from fdscs.storage.checkpoint import require_tensors
from fdscs.storage.npz import read_npz


def import_official(path: Path | str) -> dict[str, NDArray[np.float32]]:
    """Weights (O, I, k, k) and biases (O,) of the `paper` network from the authors' archive.

    The archive holds `<layer>_w` (k, k, I, O) and `<layer>_b` (O,), batch norms folded. The
    published graph adds every bias twice, so the bias here is 2·b. Raises BadInput for unknown,
    missing, misshapen or non-finite arrays.
    """
    arrays = read_npz(path)
    convs = build_graph(PAPER.architecture).of_type(Conv2d)
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
