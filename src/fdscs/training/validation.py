"""How good a network in training is."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from fdscs.evaluation.metrics import Metrics, average, measure
from fdscs.model.back_end import upsample
from fdscs.stereo_datasets.dataset import StereoDataset
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.progress import track
from fdscs.training.data import collate
from fdscs.training.phase import Phase

EXAMPLES = 4  # pairs of which a validation leaves pictures


@dataclass(frozen=True, eq=False)
class Example:
    """What a network made of a pair, (H, W) px, beside what is true."""

    name: str
    disparity: NDArray[np.float32]
    truth: NDArray[np.float32]
    valid: NDArray[np.bool_]


def validate(phase: Phase, dataset: StereoDataset) -> tuple[Metrics, list[Example]]:
    """Metrics of the network as it is, over whole images, and the first few examples.

    A pair without ground truth is compared with the disparity of the float network.
    """
    phase.net.eval()
    found: list[Metrics] = []
    examples: list[Example] = []
    shown = phase.fabric.is_global_zero
    with torch.no_grad():
        for index in track(range(len(dataset)), f"validating on {dataset.name}", shown=shown):
            example = _example(phase, dataset[index])
            found.append(measure(example.disparity, example.truth, example.valid, example.name))
            if index < EXAMPLES:
                examples.append(example)
    return average(found), examples


def _example(phase: Phase, pair: StereoPair) -> Example:
    batch = collate([pair])
    left, right = phase.fabric.to_device((batch.left, batch.right))
    made = phase.objective.predict(left, right).cpu()
    disparity = upsample(made, *pair.size)[0, 0].numpy()
    truth, valid = pair.disparity, pair.valid
    if truth is None or valid is None:
        wanted = phase.objective.wanted(left, right).cpu()
        truth = upsample(wanted, *pair.size)[0, 0].numpy()
        valid = truth > 0
    return Example(pair.name, disparity, truth, valid)
