"""`fdscs check`: every layer of every back end, on given pairs and on corner cases."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from backends.backend import Backend, Codes
from backends.brevitas import BrevitasBackend
from backends.hls import HlsBackend
from backends.hls4ml import Hls4mlBackend
from backends.onnxruntime import OnnxRuntimeBackend
from backends.qonnx import QonnxBackend
from backends.reference import ReferenceBackend
from export.build import Build
from hls_reference.fixed_point import IntArray
from model.graph import Graph, Image, Requantise
from model.images import check_images
from quantization.freeze import Bound
from quantization.network import QuantNetwork
from storage.errors import BadInput
from verification.compare import LayerResult, Mismatch, compare_tensors
from verification.corner_cases import ImageCase, code_cases, image_cases
from verification.layer_cases import layer_cases
from verification.parameters import (
    ParameterDifference,
    accumulator_bounds,
    compare_parameters,
)

FLOAT32_BITS = 24  # of an integer that float32 holds
BACKENDS = ("brevitas", "qonnx", "onnxruntime")  # each against the reference
HLS = "hls"  # needs a C++ compiler
LAYERS_ALONE = "layers alone"  # the name of a case
HLS4ML = "hls4ml"  # needs hls4ml too, and small images


@dataclass
class Report:
    """The outcome of a check."""

    layers: dict[str, LayerResult]
    parameters: list[ParameterDifference]
    cases: list[str] = field(default_factory=list)
    first: list[Mismatch] = field(default_factory=list)  # of each back end and case that differs
    ties: dict[str, int] = field(default_factory=dict)  # accumulators half way between two codes
    saturated: dict[str, int] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)  # back ends that a fault kept from it

    @property
    def mismatches(self) -> int:
        """Elements that differ, and parameters that do."""
        return sum(layer.mismatches for layer in self.layers.values()) + len(self.parameters)

    @property
    def passed(self) -> bool:
        """Nothing differs, and every layer is proved exact in floating point."""
        return self.mismatches == 0 and all(layer.exact_float for layer in self.layers.values())

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "layers": [layer.to_json() for layer in self.layers.values()],
            "mismatches": self.mismatches,
            "parameter_differences": [vars(each) for each in self.parameters],
            "first_mismatches": [{**vars(each), "text": str(each)} for each in self.first],
            "cases": self.cases,
            "ties": self.ties,
            "saturated": self.saturated,
            "not_run": self.not_run,
        }


def check(
    build: Build,
    net: QuantNetwork,
    pairs: Sequence[ImageCase],
    backends: Sequence[str] = BACKENDS,
    corner_cases: bool = True,
    progress: bool = True,
) -> Report:
    """Compare `backends` with the reference on `pairs` and, if asked, on generated corner cases.

    Raises BadInput for images that the network cannot take.
    """
    for pair in pairs:
        check_images(build.graph, pair.left, pair.right)
    names = [node.name for node in build.graph.nodes if not isinstance(node, Image)]
    report = Report({name: LayerResult(name) for name in names}, compare_parameters(build, net))
    bounds = accumulator_bounds(build)
    for name, layer in report.layers.items():
        layer.exact_float = _exact_float(build, name, bounds)
    reference = ReferenceBackend(build.graph, build.params)
    cases = list(runs(build.graph, pairs, corner_cases))
    if corner_cases:
        cases.append(layers_alone(build.graph, build.params))
    with _opened(backends, build, net) as others:
        for name, run in tqdm(cases, desc="check", unit="case", disable=not progress):
            report.cases.append(name)
            found = [other.start(run, report) for other in others]
            expected = _without_images(build, run(reference))
            _count_corners(build, expected, report)
            for result in (report.layers[layer] for layer in expected):
                if "reference" not in result.backends:
                    result.backends.append("reference")
            for other, codes in zip(others, found, strict=True):
                mismatch = compare_tensors(expected, codes(), other.name, name, report.layers)
                if mismatch:
                    report.first.append(mismatch)
    return report


@dataclass
class _Other:
    """A back end that runs when its codes are wanted, or in a thread as soon as it is started."""

    name: str
    opened: Callable[[], Backend]
    pool: Executor | None = None

    def start(self, run: "Run", report: Report) -> Callable[[], Codes]:
        """Run it now or later; the result waits for its codes."""
        if self.pool is None:
            return lambda: _run(run, self.opened(), report)
        return self.pool.submit(lambda: _run(run, self.opened(), report)).result


@contextmanager
def _opened(names: Sequence[str], build: Build, net: QuantNetwork) -> Iterator[list[_Other]]:
    """The back ends. HLS is another process, which compiles and runs while the others do.

    PyTorch leaves it a core: threads that wait for one that has none are many times slower.
    """
    threads = torch.get_num_threads()
    with ThreadPoolExecutor(1) as pool:
        others = []
        for name in sorted(names, key=lambda name: name == HLS):  # what waits longest comes last
            if name == HLS:
                torch.set_num_threads(max(1, threads - 1))
                opening = pool.submit(open_other, name, build, net)
                others.append(_Other(name, opening.result, pool))
            else:
                backend = open_other(name, build, net)
                others.append(_Other(name, lambda backend=backend: backend))
        try:
            yield others
        finally:
            torch.set_num_threads(threads)


Run = Callable[[Backend], Codes]


def runs(graph: Graph, pairs: Sequence[ImageCase], corners: bool) -> Iterator[tuple[str, Run]]:
    """By name, how to run a back end on each of `pairs` and, with `corners`, on corner cases."""
    images = [*pairs, *image_cases(graph)] if corners else pairs
    for image in images:
        yield image.name, lambda b, i=image: b.run_images(i.left, i.right)
    if corners:
        for case in code_cases(graph):
            yield case.name, lambda b, c=case: b.run_network(c.cost, c.rgb)


def layers_alone(graph: Graph, params: Mapping[str, IntArray]) -> tuple[str, Run]:
    """A case that runs every convolution by itself, on inputs chosen from its weights."""
    layers = list(layer_cases(graph, params))

    def run(backend: Backend) -> Codes:
        made = (backend.run_layer(each.conv, each.codes) for each in layers)
        return {name: codes for both in made for name, codes in both.items()}

    return LAYERS_ALONE, run


def _run(run: Run, backend: Backend, report: Report) -> Codes:
    """The tensors of `backend`, or none if it cannot run an artefact known to be faulty."""
    try:
        return run(backend)
    except Exception as error:
        if not report.parameters:
            raise BadInput(f"{backend.name} cannot run this build: {error}.") from error
        report.not_run[backend.name] = str(error).splitlines()[0]
        return {}


def _exact_float(build: Build, name: str, bounds: dict[str, Bound]) -> bool:
    """A convolution by its bound; all else moves or compares codes, which float32 has to hold."""
    if name in bounds:
        return bounds[name].exact_float
    return build.graph.format_of(name).bits <= FLOAT32_BITS


def _without_images(build: Build, values: Codes) -> Codes:
    return {name: x for name, x in values.items() if not isinstance(build.graph[name], Image)}


def open_other(name: str, build: Build, net: QuantNetwork) -> Backend:
    """One of BACKENDS, HLS or HLS4ML."""
    if name == "brevitas":
        return BrevitasBackend(net)
    if name == HLS:
        return HlsBackend(build)
    if name == HLS4ML:
        return Hls4mlBackend(build)
    return QonnxBackend(build) if name == "qonnx" else OnnxRuntimeBackend(build)


def _count_corners(build: Build, values: Codes, report: Report) -> None:
    """How often a tie was rounded and a code saturated: what the cases exercised."""
    for name, (ties, saturated) in ties_and_saturated(build, values).items():
        report.ties[name] = report.ties.get(name, 0) + ties
        report.saturated[name] = report.saturated.get(name, 0) + saturated


def ties_and_saturated(build: Build, values: Codes) -> dict[str, tuple[int, int]]:
    """By requantised tensor: accumulators half way between two codes, and those beyond the last."""
    counts = {}
    for relu in build.graph.of_type(Requantise):
        ties = saturated = 0
        shifts = build.params[relu.shift].tolist()
        for channel, shift in zip(values[relu.inputs[0]], shifts, strict=True):
            acc, half = channel.astype(np.int64), 1 << shift >> 1
            if shift:
                ties += np.count_nonzero(((acc & ((1 << shift) - 1)) == half) & (acc > 0))
            saturated += np.count_nonzero(acc >= ((relu.format.max + 1) << shift) - half)
        counts[relu.name] = int(ties), int(saturated)
    return counts
