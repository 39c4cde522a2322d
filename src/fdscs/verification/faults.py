"""Which single-bit faults the comparison of `fdscs check` finds, and which can matter at all.

A fault is found where the tensor of its own operation differs from the reference's on the correct
inputs of some case: everything before it is equal, so that the check names this layer, and all
after it follows. So only one operation is computed anew for each fault.

A fault cannot matter where no input in range changes the codes of its layer. The ranges are those
of `fdscs.quantization.clean.channel_ranges`, which follow from the formats of costs and colours;
what they do not exclude counts as if it could happen.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from fdscs.backends.reference import ReferenceBackend
from fdscs.backends.registry import open_on_build
from fdscs.export.build import Build
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.hls_reference.run import Codes
from fdscs.model.graph import Conv2d, Ranges, Requantise
from fdscs.quantization.bounds import sums_of_products
from fdscs.quantization.clean import channel_ranges
from fdscs.quantization.freeze import Frozen
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.progress import track
from fdscs.verification.check import LAYERS_ALONE, runs
from fdscs.verification.layer_cases import layer_cases
from fdscs.verification.mutations import (
    ATTRIBUTE,
    BIAS,
    KINDS,
    WEIGHT,
    Fault,
    Parameters,
    Step,
    faulty,
    faulty_convolution,
    sample_faults,
)

TABLES = WEIGHT, BIAS  # kinds of faults that a back end's memories can have
FOUND, HARMLESS, UNSEEN = OUTCOMES = ("found", "harmless", "unseen")


@dataclass
class MutationReport:
    """What became of every fault."""

    cases: list[str]
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)  # by kind
    harmless: list[tuple[str, str]] = field(default_factory=list)  # fault and proof
    unseen: list[tuple[str, str]] = field(default_factory=list)  # fault and reason
    first: Counter[str] = field(default_factory=Counter)  # faults by the case that found them

    def total(self, *outcomes: str) -> int:
        """Faults with one of `outcomes`."""
        return sum(counts[each] for counts in self.outcomes.values() for each in outcomes)

    @property
    def unseen_percent(self) -> float:
        """Share of the faults that can change a code which were not found, %."""
        return 100 * self.total(UNSEEN) / max(1, self.total(FOUND, UNSEEN))

    @property
    def unseen_percent_through(self) -> float:
        """`unseen_percent` if no layer were run alone, as in a back end that cannot."""
        missed = self.total(UNSEEN) + self.first[LAYERS_ALONE]
        return 100 * missed / max(1, self.total(FOUND, UNSEEN))

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "faults": self.total(*OUTCOMES),
            "unseen_percent": round(self.unseen_percent, 3),
            "unseen_percent_without_layers_alone": round(self.unseen_percent_through, 3),
            "outcomes": {kind: dict(counts) for kind, counts in self.outcomes.items()},
            "found_first_by": dict(self.first),
            "cases": self.cases,
            "harmless": [{"fault": fault, "proof": why} for fault, why in self.harmless],
            "unseen": [{"fault": fault, "reason": why} for fault, why in self.unseen],
        }


class FaultTrial:
    """The tensors of a build on all cases, against which faults are tried."""

    def __init__(
        self,
        build: Build,
        pairs: Sequence[StereoPair] = (),
        corners: bool = True,
        backend: str | None = None,
    ) -> None:
        """Run the reference on `pairs` and, with `corners`, on the corner cases of the check.

        With a `backend` that runs layers alone, faults are of its tables of weights and biases, and
        are found where it makes another tensor of a layer alone.
        """
        self.build, self.backend = build, backend
        self.graph, self.params = build.graph, build.params
        self.ranges = channel_ranges(Frozen(build.graph, build.params, {}))
        reference = ReferenceBackend(build.graph, build.params)
        self.cases: dict[str, Codes] = {
            name: run(reference) for name, run in runs(build.graph, pairs, corners)
        }
        self.alone: dict[str, Codes] = {}
        for case in layer_cases(build.graph, build.params) if corners else ():
            given = {self.graph[case.conv].inputs[0]: case.codes}
            self.alone[case.conv] = given | reference.run_layer(case.conv, case.codes)

    def run(self, count: int, seed: int) -> MutationReport:
        """Try a sample of faults."""
        report = MutationReport(list(self.cases))
        kinds = TABLES if self.backend else KINDS
        report.outcomes = {kind: Counter() for kind in kinds}
        faults = sample_faults(self.graph, self.params, count, seed, kinds)
        for fault in track(faults, "trying faults", count):
            case = self.found_by(fault)
            proof = None if case else self.proof_of_harmlessness(fault)
            outcome = FOUND if case else HARMLESS if proof else UNSEEN
            report.outcomes[fault.kind][outcome] += 1
            if case:
                report.first[case] += 1
            elif proof:
                report.harmless.append((str(fault), proof))
            else:
                report.unseen.append((str(fault), self.reason(fault)))
        return report

    def found_by(self, fault: Fault) -> str | None:
        """The first case in which the faulty layer's tensor differs from the reference's."""
        if self.backend:
            return LAYERS_ALONE if self._differs(fault, self.backend) else None
        node = self.graph[fault.layer]
        for name, values in self._cases_of(fault):
            if fault.layer not in values or not all(each in values for each in node.inputs):
                continue
            made = faulty(node, self.params, [values[each] for each in node.inputs], fault, True)
            expected = values[fault.layer]
            if fault.index:
                expected = expected[fault.index[0]][None]
            if not np.array_equal(made, expected):
                return name
        return None

    def _differs(self, fault: Fault, backend: str) -> bool:
        """Whether `backend`, generated with the fault, makes another tensor of the layer alone."""
        conv = self.graph[fault.layer]
        assert isinstance(conv, Conv2d)
        weight, bias = faulty_convolution(conv, self.params, fault)
        wrong = {**self.params, conv.weight: weight, conv.bias: bias}
        alone = self.alone[conv.name]
        made = open_on_build(backend, replace(self.build, params=wrong)).run_layer(
            conv.name, alone[conv.inputs[0]]
        )
        return not np.array_equal(made[conv.name], alone[conv.name])

    def _cases_of(self, fault: Fault) -> Iterator[tuple[str, Codes]]:
        yield from self.cases.items()
        conv = self.graph.layer_of(fault.layer)
        if conv in self.alone:
            yield LAYERS_ALONE, self.alone[conv]

    def proof_of_harmlessness(self, fault: Fault) -> str | None:
        """Why no input in range makes a code of the layer differ, or None if that is not proved."""
        if fault.kind == ATTRIBUTE:
            return None
        conv = self.graph[self.graph.layer_of(fault.layer)]
        assert isinstance(conv, Conv2d)
        relu = self.graph.relu_of(conv.name)
        if fault.kind == WEIGHT and self._inputs(conv)[fault.index[1]] == (0, 0):
            return f"channel {fault.index[1]} of {conv.inputs[0]} is always 0"
        if fault.kind in (WEIGHT, BIAS):
            return self._proof_by_constant(relu, conv, fault)
        right, wrong = Step.of(relu, self.params), Step.of(relu, self.params, fault)
        channels = fault.index or range(relu.channels)
        if all(self._same_codes(conv, right, wrong, channel) for channel in channels):
            return "no accumulator in range has another code"
        return None

    def _proof_by_constant(self, relu: Requantise, conv: Conv2d, fault: Fault) -> str | None:
        channel = fault.index[0]
        weight, bias = faulty_convolution(conv, self.params, fault)
        wrong = {conv.weight: weight, conv.bias: bias}
        ends = (self._accumulator(conv, params, channel) for params in (self.params, wrong))
        step = Step.of(relu, self.params)
        codes = {int(code) for pair in ends for code in _codes(step, channel, np.array(pair))}
        return (
            f"channel {channel} of {relu.name} is always {codes.pop()}" if len(codes) == 1 else None
        )

    def _same_codes(self, conv: Conv2d, right: Step, wrong: Step, channel: int) -> bool:
        low, high = self._accumulator(conv, self.params, channel)
        places = np.concatenate([[low, high], _edges(right, channel), _edges(wrong, channel)])
        places = np.unique(places[(places >= low) & (places <= high)])
        return np.array_equal(_codes(right, channel, places), _codes(wrong, channel, places))

    def reason(self, fault: Fault) -> str:
        """What the cases lack."""
        node = self.graph[fault.layer]
        if fault.kind == WEIGHT:
            return f"channel {fault.index[1]} of {node.inputs[0]} is 0 in every case"
        if fault.kind == ATTRIBUTE:
            return "every case has the same tensor either way"
        largest = max(
            int(values[node.inputs[0]][fault.index[0] if fault.index else slice(None)].max())
            for _, values in self._cases_of(fault)
            if node.inputs[0] in values
        )
        return f"the accumulator is at most {largest} in every case"

    def _inputs(self, conv: Conv2d) -> Ranges:
        return self.graph.range_of(conv.inputs[0], self.ranges)

    def _accumulator(self, conv: Conv2d, params: Parameters, channel: int) -> tuple[int, int]:
        """Smallest and largest value of one channel."""
        inputs = self._inputs(conv)
        if conv.kernel > 1:  # zero padding
            inputs = [(min(low, 0), max(high, 0)) for low, high in inputs]
        row = params[conv.weight][channel : channel + 1]
        bias = int(params[conv.bias][channel])
        least, most = sums_of_products(row, inputs)
        return int(least[0]) + bias, int(most[0]) + bias


def _codes(step: Step, channel: int, acc: IntArray) -> IntArray:
    one = Step(*(each[channel : channel + 1] for each in step))
    return one.codes(acc.reshape(1, 1, -1)).ravel()


def _edges(step: Step, channel: int) -> IntArray:
    """The accumulators at which a channel's code changes: between them it is the same."""
    shift, half, limit = (int(each[channel]) for each in step)
    return (np.arange(1, limit + 1, dtype=np.int64) << shift) - half
