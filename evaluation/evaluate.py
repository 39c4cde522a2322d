"""A back end over a data set."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tqdm import tqdm

from backends.backend import Backend
from backends.float_network import FloatBackend
from evaluation.metrics import Metrics, average, measure
from model.images import check_images
from stereo_datasets.dataset import StereoDataset
from stereo_datasets.pair import StereoPair
from storage.errors import BadInput


def predict_pair(backend: Backend | FloatBackend, pair: StereoPair) -> Any:
    """Disparity of one pair in pixels, (H, W) float32; raises BadInput if it cannot be run."""
    check_images(backend.graph, pair.left, pair.right)
    return backend.disparity_px(pair.left, pair.right)


def evaluate(
    backend: Backend | FloatBackend, dataset: StereoDataset, progress: bool = True
) -> dict[str, Any]:
    """Metrics over all pairs: EPE in px, the rest in %, averaged over images.

    Returns {"epe", "d1", "bad1", "bad2", "bad3", "images", "per_image"}. Raises BadInput for an
    empty data set or a pair without ground truth.
    """
    if not len(dataset):
        raise BadInput(f"{dataset.name}: no pairs to evaluate.")
    per_image: list[dict[str, Any]] = []
    found: list[Metrics] = []
    for index in tqdm(range(len(dataset)), desc=dataset.name, unit="pair", disable=not progress):
        pair = dataset[index]
        if pair.disparity is None or pair.valid is None:
            raise BadInput(f"{pair.name}: has no ground truth to evaluate against.")
        found.append(measure(predict_pair(backend, pair), pair.disparity, pair.valid, pair.name))
        per_image.append({"name": pair.name, **asdict(found[-1])})
    return summary(found, per_image)


def summary(found: Sequence[Metrics], per_image: list[dict[str, Any]]) -> dict[str, Any]:
    """What an evaluation reports."""
    return {**asdict(average(list(found))), "images": len(found), "per_image": per_image}
