"""Running networks over calibration crops."""

from collections.abc import Sequence

import torch
from torch import Tensor

from fdscs.model.graph import Graph
from fdscs.model.images import check_images
from fdscs.model.network import Network
from fdscs.quantization.datapath import images_to_tensor
from fdscs.quantization.front_end import network_inputs
from fdscs.stereo_datasets.augment import crop
from fdscs.stereo_datasets.dataset import StereoDataset
from fdscs.stereo_datasets.mixed import spread
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import track

CROP = (256, 768)  # rows, columns; less where an image is smaller
SAMPLES = 1 << 17  # values kept of each tensor

Inputs = tuple[Tensor, Tensor]  # cost codes, rgb


def calibration_inputs(
    graph: Graph, dataset: StereoDataset, count: int, size: tuple[int, int] = CROP
) -> list[Inputs]:
    """Network inputs of the central crops of `count` pairs, evenly spread over every data set."""
    if not len(dataset):
        raise BadInput(f"{dataset.name}: no pairs to calibrate on.")
    inputs = []
    for index in track(spread(dataset, count), f"reading {dataset.name}"):
        pair = dataset[index]
        check_images(graph, pair.left, pair.right)
        rows, columns = (min(a, b) for a, b in zip(size, pair.left.shape, strict=False))
        top, left = (pair.left.shape[0] - rows) // 2, (pair.left.shape[1] - columns) // 2
        part = crop(pair, top, left, rows, columns)
        inputs.append(
            network_inputs(graph, images_to_tensor(part.left), images_to_tensor(part.right))
        )
    return inputs


def sample_activations(
    net: Network, inputs: Sequence[Inputs], names: Sequence[str]
) -> dict[str, Tensor]:
    """Values of the tensors `names` over all inputs: a random sample and the largest of each."""
    generator = torch.Generator().manual_seed(0)
    kept: dict[str, list[Tensor]] = {name: [] for name in names}
    with torch.no_grad():
        for cost, rgb in track(inputs, "sampling activations"):
            values = net.run(cost, rgb)
            for name in names:
                flat = values[name].flatten()
                pick = torch.randint(flat.numel(), (SAMPLES // len(inputs),), generator=generator)
                kept[name] += [flat[pick], flat.max()[None]]
    return {name: torch.cat(parts) for name, parts in kept.items()}
