"""A back end over a data set."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fdscs.evaluation.jumps import Jumps, near_jumps
from fdscs.evaluation.metrics import Metrics, average, measure
from fdscs.evaluation.views import judge
from fdscs.model.graph import Graph
from fdscs.model.images import Image, check_images
from fdscs.stereo_datasets.dataset import StereoDataset
from fdscs.stereo_datasets.pair import Disparity, Mask, StereoPair
from fdscs.stereo_datasets.plausibility import misfit
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import track

NO_TRUTH = "has no ground truth to evaluate against; leave it out."


class Predictor(Protocol):
    """What can be evaluated: any back end, and the float network."""

    graph: Graph

    def disparity_px(self, left: Image, right: Image) -> NDArray[Any]:
        """Full-resolution disparity in pixels, (H, W)."""


@dataclass
class _Found:
    """What an evaluation gathers."""

    metrics: list[Metrics] = field(default_factory=list)
    per_image: list[dict[str, Any]] = field(default_factory=list)
    regions: dict[str, list[Metrics]] = field(default_factory=dict)
    truths: Counter[str] = field(default_factory=Counter)
    skipped: list[dict[str, str]] = field(default_factory=list)
    unread: list[dict[str, str]] = field(default_factory=list)
    misfits: list[dict[str, str]] = field(default_factory=list)


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
    jumps: Jumps | None = None,
) -> dict[str, Any]:
    """Metrics over all pairs: EPE in px, the rest in %, averaged over images.

    Pixels whose true disparity is above `largest` px are left out; with `jumps`, all but those near
    its jumps are, or all but those away from them. With `check` each pair gets
    its "left_right" figure in %, and "faults", what seems wrong with its views.

    Returns {"epe", "d1", "bad1", "bad2", "bad3", "images", "per_image"}, the same figures of
    "regions" where the data set tells them apart ("noc", "bg", "fg"), how many pairs have which
    "truth" of several, and what needs a second look: pairs "skipped", as no pixel of theirs counts,
    "unread", and "misfits", whose truth cannot belong to them; each with "name" and "why". Raises
    BadInput for an empty data set and where not a single pair can be evaluated.
    """
    if not len(dataset):
        raise BadInput(f"{dataset.name}: no pairs to evaluate; choose some.")
    found = _Found()
    for index in track(range(len(dataset)), f"evaluating {dataset.name}", shown=progress):
        try:
            pair = dataset[index]
        except BadInput as error:  # what was evaluated so far is not lost for it
            found.unread.append({"name": dataset.ids()[index], "why": str(error)})
            continue
        _evaluate_pair(backend, pair, largest, check, jumps, found)
    if not found.metrics:
        why = (found.unread + found.skipped)[0]["why"]
        raise BadInput(why)
    return {
        **summary(found.metrics, found.per_image),
        "regions": {
            name: {**asdict(average(each)), "images": len(each)}
            for name, each in found.regions.items()
        },
        "truth": dict(found.truths),
        "skipped": found.skipped,
        "unread": found.unread,
        "misfits": found.misfits,
    }


def _evaluate_pair(
    backend: Predictor, pair: StereoPair, largest: float | None, check: bool,
    jumps: Jumps | None, found: _Found,
) -> None:  # fmt: skip
    """Add the figures of one pair, or why it has none."""
    if pair.disparity is None or pair.valid is None:
        found.skipped.append({"name": pair.name, "why": f"{pair.name}: {NO_TRUTH}"})
        return
    counted = within(pair.disparity, pair.valid, largest)
    if not counted.any():
        found.skipped.append({"name": pair.name, "why": _why_none(pair, largest)})
        return
    if jumps:
        counted = counted & (near_jumps(pair.disparity, counted) == (jumps == "near"))
        if not counted.any():
            where = "near jumps" if jumps == "near" else "away from jumps"
            why = f"{pair.name}: no true disparity is {where} of the disparity; leave it out."
            found.skipped.append({"name": pair.name, "why": why})
            return
    why = misfit(pair)
    if why:
        found.misfits.append({"name": pair.name, "why": why})
    disparity = predict_pair(backend, pair)
    figures = measure(disparity, pair.disparity, counted, pair.name)
    entry: dict[str, Any] = {"name": pair.name, **asdict(figures)}
    for name, mask in regions_of(pair):
        if (counted & mask).any():
            part = measure(disparity, pair.disparity, counted & mask, pair.name)
            found.regions.setdefault(name, []).append(part)
            entry[name] = asdict(part)
    if check:
        verdict = judge(backend, pair, disparity)
        entry |= {"left_right": verdict.agreement, "faults": verdict.faults}
    found.metrics.append(figures)
    found.per_image.append(entry)
    if pair.truth:
        found.truths[pair.truth] += 1


def regions_of(pair: StereoPair) -> Iterator[tuple[str, Mask]]:
    """Parts of the left view that data sets report apart: non-occluded, background, foreground."""
    if pair.visible is not None and not np.array_equal(pair.visible, pair.valid):
        yield "noc", pair.visible
    if pair.foreground is not None:
        yield "bg", ~pair.foreground
        yield "fg", pair.foreground


def _why_none(pair: StereoPair, largest: float | None) -> str:
    assert pair.disparity is not None and pair.valid is not None
    if largest is None or not pair.valid.any():
        return (
            f"{pair.name}: no pixel has a true disparity above 0 and below the width; leave it out."
        )
    least = float(pair.disparity[pair.valid].min())
    return (
        f"{pair.name}: all {int(pair.valid.sum())} true disparities are above {largest:g} px, "
        f"the least {least:.1f} px; leave it out."
    )


def within(truth: Disparity, valid: Mask, largest: float | None) -> Mask:
    """Where the ground truth is known, and not above `largest` px."""
    return valid if largest is None else valid & (truth <= largest)


def summary(found: Sequence[Metrics], per_image: list[dict[str, Any]]) -> dict[str, Any]:
    """What an evaluation reports."""
    return {**asdict(average(list(found))), "images": len(found), "per_image": per_image}
