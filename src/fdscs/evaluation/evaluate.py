"""A back end over a data set."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Protocol

from numpy.typing import NDArray

from fdscs.evaluation.metrics import Metrics, average, measure
from fdscs.evaluation.views import judge
from fdscs.model.graph import Graph
from fdscs.model.images import Image, check_images
from fdscs.stereo_datasets.dataset import StereoDataset
from fdscs.stereo_datasets.pair import Disparity, Mask, StereoPair
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import track


class Predictor(Protocol):
    """What can be evaluated: any back end, and the float network."""

    graph: Graph

    def disparity_px(self, left: Image, right: Image) -> NDArray[Any]:
        """Full-resolution disparity in pixels, (H, W)."""


def predict_pair(backend: Predictor, pair: StereoPair) -> Any:
    """Disparity of one pair in pixels, (H, W) float32; raises BadInput if it cannot be run."""
    check_images(backend.graph, pair.left, pair.right)
    return backend.disparity_px(pair.left, pair.right)


def evaluate(
    backend: Predictor,
    dataset: StereoDataset,
    progress: bool = True,
    largest: float | None = None,
    check: bool = False,
) -> dict[str, Any]:
    """Metrics over all pairs: EPE in px, the rest in %, averaged over images.

    Pixels whose true disparity is above `largest` px are left out. With `check` each pair gets
    its "left_right" figure in %, and "faults", what seems wrong with its views.

    Returns {"epe", "d1", "bad1", "bad2", "bad3", "images", "per_image"}. Raises BadInput for an
    empty data set or a pair without ground truth.
    """
    if not len(dataset):
        raise BadInput(f"{dataset.name}: no pairs to evaluate; choose some.")
    per_image: list[dict[str, Any]] = []
    found: list[Metrics] = []
    for index in track(range(len(dataset)), f"evaluating {dataset.name}", shown=progress):
        pair = dataset[index]
        if pair.disparity is None or pair.valid is None:
            raise BadInput(f"{pair.name}: has no ground truth to evaluate against; leave it out.")
        counted = within(pair.disparity, pair.valid, largest)
        disparity = predict_pair(backend, pair)
        found.append(measure(disparity, pair.disparity, counted, pair.name))
        per_image.append({"name": pair.name, **asdict(found[-1])})
        if check:
            verdict = judge(backend, pair, disparity)
            per_image[-1] |= {"left_right": verdict.agreement, "faults": verdict.faults}
    return summary(found, per_image)


def within(truth: Disparity, valid: Mask, largest: float | None) -> Mask:
    """Where the ground truth is known, and not above `largest` px."""
    return valid if largest is None else valid & (truth <= largest)


def summary(found: Sequence[Metrics], per_image: list[dict[str, Any]]) -> dict[str, Any]:
    """What an evaluation reports."""
    return {**asdict(average(list(found))), "images": len(found), "per_image": per_image}
