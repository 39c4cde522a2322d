"""`fdscs check`: every layer of every back end, on given pairs and on corner cases."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from fdscs.backends.protocol import Backend
from fdscs.backends.reference import ReferenceBackend
from fdscs.backends.registry import BESIDE, open_on_build
from fdscs.export.build import Build
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.hls_reference.run import Codes
from fdscs.model.graph import Graph, Image, Requantise
from fdscs.model.images import check_images
from fdscs.quantization.bounds import Bound, accumulator_bounds
from fdscs.quantization.network import QuantNetwork
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.errors import BadInput
from fdscs.storage.progress import stage, track
from fdscs.vectors.mismatch import LayerResult, Mismatch, compare_tensors
from fdscs.verification.corner_cases import code_cases, image_cases
from fdscs.verification.layer_cases import layer_cases
from fdscs.verification.parameters import ParameterDifference, compare_parameters

FLOAT32_BITS = 24  # of an integer that float32 holds
LAYERS_ALONE = "layers alone"  # the name of a case


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
    pairs: Sequence[StereoPair],
    backends: Sequence[str] = ("brevitas", "qonnx", "onnxruntime"),
    corner_cases: bool = True,
    progress: bool = True,
) -> Report:
    """Compare `backends` with the reference on `pairs` and, if asked, on generated corner cases.

    Raises BadInput for images that the network cannot take.
    """
    for pair in pairs:
        check_images(build.graph, pair.left, pair.right)
    names = [node.name for node in build.graph.nodes if not isinstance(node, Image)]
    with stage("comparing parameters and models", shown=progress):
        differences = compare_parameters(build, net)
    report = Report({name: LayerResult(name) for name in names}, differences)
    bounds = accumulator_bounds(build.graph, build.params)
    for name, layer in report.layers.items():
        layer.exact_float = _exact_float(build, name, bounds)
    cases = list(runs(build.graph, pairs, corner_cases))
    if corner_cases:
        cases.append(layers_alone(build.graph, build.params))
    opened = {
        name: open_on_build(name, build, net)
        for name in track(backends, "opening the back ends", shown=progress)
    }
    beside = [name for name in opened if name in BESIDE]
    with _beside(len(beside)) as start:
        started = [
            (other, name, start(run, opened[other], report))
            for other in beside
            for name, run in cases
        ]
        expected: dict[str, Codes] = {}  # by case, for those that run beside
        for name, run in track(cases, "running every case", shown=progress):
            values = _expected(build, run, report)
            for other, backend in opened.items():
                if other not in beside:
                    _compare(values, _run(run, backend, report), other, name, report)
            report.cases.append(name)
            if beside:
                expected[name] = values
        simulated = track(started, "simulating C++", shown=progress and bool(beside))
        for other, name, codes in simulated:
            _compare(expected[name], codes.result(), other, name, report)
    report.first.sort(key=lambda mismatch: report.cases.index(mismatch.case))
    return report


def _expected(build: Build, run: "Run", report: Report) -> Codes:
    """The tensors of the reference, counted in the report."""
    values = run(ReferenceBackend(build.graph, build.params))
    values = {name: x for name, x in values.items() if not isinstance(build.graph[name], Image)}
    _count_corners(build, values, report)
    for result in (report.layers[layer] for layer in values):
        if "reference" not in result.backends:
            result.backends.append("reference")
    return values


def _compare(expected: Codes, found: Codes, backend: str, case: str, report: Report) -> None:
    """Add the comparison to the report."""
    mismatch = compare_tensors(expected, found, backend, case, report.layers)
    if mismatch:
        report.first.append(mismatch)


@contextmanager
def _beside(count: int) -> Iterator["Start"]:
    """What starts a run of `count` back ends that compile and run in processes beside this one.

    PyTorch leaves them a core: threads that wait for one that has none are many times slower.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(max(1, threads - 1) if count else threads)
    pool = ThreadPoolExecutor(2)  # the pairs, which come first, and the many small cases
    try:
        yield lambda run, backend, report: pool.submit(_run, run, backend, report)
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(threads)


Run = Callable[[Backend], Codes]
Start = Callable[[Run, Backend, Report], Future[Codes]]


def runs(graph: Graph, pairs: Sequence[StereoPair], corners: bool) -> Iterator[tuple[str, Run]]:
    """By name, how to run a back end on each of `pairs` and, with `corners`, on corner cases."""
    named = [(pair.title, pair) for pair in pairs]
    if corners:
        named += [(pair.name, pair) for pair in image_cases(graph)]
    for name, pair in named:
        yield name, lambda b, p=pair: b.run_images(p.left, p.right)
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
