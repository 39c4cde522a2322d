"""What the page says, as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fdscs.backends.reference import ReferenceBackend
from fdscs.evaluation.evaluate import within
from fdscs.evaluation.metrics import Metrics, measure
from fdscs.export.build import CHECKPOINT, Build
from fdscs.hls_reference.run import Codes, disparity_px
from fdscs.model.bit_operations import REFERENCE_BITS, reads
from fdscs.model.config import Config
from fdscs.model.graph import Conv2d, Format
from fdscs.model.images import DEFAULT_SIZE, check_images
from fdscs.model.network import FloatNetwork
from fdscs.quantization.bounds import FLOAT32_INTEGERS, Bound, accumulator_bounds
from fdscs.quantization.network import QuantNetwork
from fdscs.report.float_layers import Departure, FloatRun, run_float
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.errors import BadInput
from fdscs.verification.check import Report, check, ties_and_saturated


@dataclass(frozen=True)
class Layer:
    """A convolution and its requantisation."""

    conv: Conv2d
    input: str
    output: Format
    macs: int  # for an image of DEFAULT_SIZE
    bit_operations: float  # % of the network at 8 × 8 bits
    bound: Bound  # proved for any image
    reached: tuple[int, int]  # accumulators on the pair
    values: int  # of the output on the pair
    saturated: int  # of them
    departure: Departure
    mismatches: dict[str, int]  # by back end that ran it

    @property
    def headroom(self) -> float:
        """Bits between what the pair reaches and what is proved."""
        proved, reached = (
            max(high, -low, 1) for low, high in ((self.bound.low, self.bound.high), self.reached)
        )
        return float(np.log2(proved / reached))

    @property
    def float_margin(self) -> float:
        """Bits between what is proved and what float32 follows exactly."""
        return float(
            np.log2(FLOAT32_INTEGERS / max(2 * self.bound.magnitude + 1, self.bound.high, 1))
        )


@dataclass(frozen=True)
class Figures:
    """Errors of both networks against the ground truth of the pair."""

    what: str
    pixels: int
    float: Metrics
    integers: Metrics


@dataclass(frozen=True)
class Content:
    """All of the page."""

    build: Build
    config: Config
    pair: StereoPair
    check: Report
    layers: list[Layer]
    float: FloatRun
    disparity: NDArray[Any]  # of the integers
    figures: list[Figures]


def content_of(
    build: Build,
    net: QuantNetwork,
    config: Config,
    pair: StereoPair,
    backends: Sequence[str],
    corner_cases: bool = True,
    float_net: FloatNetwork | None = None,
) -> Content:
    """Check the build on `pair`, run it and the float network, and gather what there is to say.

    `float_net` is what the build was quantised from; without it the build's own parameters, as
    real numbers, take its place. Raises BadInput for a checkpoint of another network and for
    images that the network cannot take.
    """
    if [node.name for node in net.graph.nodes] != [node.name for node in build.graph.nodes]:
        raise BadInput(
            f"{build.folder}: its {CHECKPOINT} is of another network than its graph; export again."
        )
    check_images(build.graph, pair.left, pair.right)
    report = check(build, net, [pair], backends, corner_cases)
    codes = ReferenceBackend(build.graph, build.params).run_images(pair.left, pair.right)
    found = run_float(net, config.architecture, float_net, pair, codes)
    made = disparity_px(build.graph, codes).astype(np.float32)
    return Content(
        build=build,
        config=config,
        pair=pair,
        check=report,
        layers=_layers(build, report, codes, found),
        float=found,
        disparity=made,
        figures=_figures(build, pair, found.disparity, made),
    )


def _layers(build: Build, report: Report, codes: Codes, floats: FloatRun) -> list[Layer]:
    graph, bounds = build.graph, accumulator_bounds(build.graph, build.params)
    corners = ties_and_saturated(build, codes)
    macs, shares = graph.macs(*DEFAULT_SIZE), _bit_operations(build)
    layers = []
    for conv in graph.of_type(Conv2d):
        relu, acc = graph.relu_of(conv.name).name, codes[conv.name]
        layers.append(
            Layer(
                conv=conv,
                input=str(graph.format_of(conv.inputs[0])),
                output=graph.format_of(relu),
                macs=macs[conv.name],
                bit_operations=shares[conv.name],
                bound=bounds[conv.name],
                reached=(int(acc.min()), int(acc.max())),
                values=codes[relu].size,
                saturated=corners[relu][1],
                departure=floats.layers[relu],
                mismatches=_mismatches(report, (conv.name, relu)),
            )
        )
    return layers


def _mismatches(report: Report, names: tuple[str, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for layer in (report.layers[name] for name in names):
        for backend in layer.backends:
            found[backend] = found.get(backend, 0) + layer.differing.get(backend, 0)
    return found


def _bit_operations(build: Build) -> dict[str, float]:
    """By convolution, in % of the network at 8 × 8 bits."""
    graph = build.graph
    shares: dict[str, float] = {}
    for (name, source), percent in reads(graph, *DEFAULT_SIZE).items():
        conv = graph[name]
        assert isinstance(conv, Conv2d)
        bits = conv.weight_bits * graph.format_of(source).bits
        shares[name] = shares.get(name, 0.0) + percent * bits / REFERENCE_BITS
    return shares


def _figures(
    build: Build, pair: StereoPair, theirs: NDArray[Any], made: NDArray[Any]
) -> list[Figures]:
    """Errors against all ground truth and, if some is beyond the network's range, the rest."""
    if pair.disparity is None or pair.valid is None:
        return []
    largest = build.graph.largest_disparity
    masks = {"all ground truth": pair.valid}
    seen = within(pair.disparity, pair.valid, largest)
    if seen.any() and (seen != pair.valid).any():
        masks[f"up to {largest} px, the network's range"] = seen
    return [
        Figures(
            what,
            int(mask.sum()),
            measure(theirs, pair.disparity, mask, pair.name),
            measure(made, pair.disparity, mask, pair.name),
        )
        for what, mask in masks.items()
    ]
