"""Single-bit faults: found and named, or proved to change nothing."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import fdscs.verification.check
from fdscs.accelerator.rtl.simulate import RtlBackend
from fdscs.calibration.calibrate import calibrate
from fdscs.export.build import CHECKPOINT, Build, parameter_shapes, read_build
from fdscs.export.exporter import export_build
from fdscs.model.config import LITE
from fdscs.model.float_checkpoint import load_float
from fdscs.model.graph import Conv2d, Requantise
from fdscs.model.shipped import LITE_FLOAT
from fdscs.quantization.clean import channel_ranges
from fdscs.quantization.freeze import Frozen
from fdscs.quantization.quant_checkpoint import load_quantised, save_quantised
from fdscs.stereo_datasets.synthetic import SyntheticPairs
from fdscs.verification.check import LAYERS_ALONE, check
from fdscs.verification.faults import FOUND, HARMLESS, UNSEEN, FaultTrial
from fdscs.verification.layer_cases import layer_cases
from fdscs.verification.mutations import (
    ATTRIBUTE,
    BIAS,
    KINDS,
    LIMIT,
    ROUNDING,
    SHIFT,
    WEIGHT,
    Fault,
    Step,
    attribute_faults,
    faulty,
    faulty_convolution,
    flipped,
    sample_faults,
)  # fmt: skip
from tests.verification.faulty_backend import FaultyBackend


@pytest.fixture(scope="module")
def trial(tiny_build: Build) -> FaultTrial:
    return FaultTrial(tiny_build)


def test_a_sample_is_the_same_for_the_same_seed_and_has_every_kind(tiny_build: Build) -> None:
    first, again, other = (
        sample_faults(tiny_build.graph, tiny_build.params, 60, seed) for seed in (1, 1, 2)
    )
    assert first == again != other
    assert [fault.kind for fault in first] == [*KINDS] * 10


def test_fewer_than_one_in_a_hundred_stays_unseen(trial: FaultTrial) -> None:
    report = trial.run(600, seed=5)
    assert report.total(FOUND, HARMLESS, UNSEEN) == 600
    assert report.unseen_percent < 1
    assert len(report.unseen) == report.total(UNSEEN)
    assert report.total(HARMLESS) == len(report.harmless) < 120


def test_layers_alone_are_what_makes_it_so(tiny_build: Build, trial: FaultTrial) -> None:
    report = trial.run(600, seed=5)
    assert report.first[LAYERS_ALONE] > 0
    assert report.unseen_percent_through > report.unseen_percent


@pytest.mark.parametrize(("seed", "count"), [(3, 18), pytest.param(4, 96, marks=pytest.mark.slow)])
def test_the_whole_check_finds_the_same_faults_and_names_the_layer(
    tiny_build: Build,
    trial: FaultTrial,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    count: int,
) -> None:
    net = load_quantised(tiny_build.folder / CHECKPOINT)[0]
    unseen = 0
    for fault in sample_faults(tiny_build.graph, tiny_build.params, count, seed):
        backend = FaultyBackend(tiny_build, fault)
        monkeypatch.setattr(fdscs.verification.check, "open_on_build", lambda *_, b=backend: b)
        report = check(tiny_build, net, [], ["faulty"], progress=False)
        case = trial.found_by(fault)
        assert report.passed == (case is None), fault
        assert {each.layer for each in report.first} == ({fault.layer} if case else set()), fault
        if case:
            assert report.first[0].case == case
        unseen += case is None
    assert unseen <= count // 5


def test_what_is_proved_harmless_is(tiny_build: Build, trial: FaultTrial) -> None:
    """Inputs drawn from the proved ranges, and at their ends, give the same codes."""
    rng = np.random.default_rng(0)
    graph, params = tiny_build.graph, tiny_build.params
    ranges = channel_ranges(Frozen(graph, params, {}))
    proved = 0
    for fault in sample_faults(graph, params, 1200, 7):
        if fault.kind == ATTRIBUTE or not trial.proof_of_harmlessness(fault):
            continue
        relu = graph[fault.layer.removesuffix("_relu") + "_relu"]
        conv = graph[relu.inputs[0]]
        low, high = np.array(graph.range_of(conv.inputs[0], ranges)).T[..., None, None]
        shape = (conv.in_channels, 24, 24)
        x = rng.integers(low, high + 1, shape)
        x = np.where(rng.random(shape) < 0.5, x, np.where(rng.random(shape) < 0.5, low, high))
        right = FaultyBackend(tiny_build, replace(fault, layer="none"))
        wrong = FaultyBackend(tiny_build, fault)
        made, expected = (each.run_layer(conv.name, x)[relu.name] for each in (wrong, right))
        assert np.array_equal(made, expected), fault
        proved += 1
    assert proved > 5


def test_dead_channels_are_proved(
    write_small_build: Callable[[Path], None], tmp_path: Path
) -> None:
    write_small_build(tmp_path)
    build = read_build(tmp_path)
    params = {name: array.copy() for name, array in build.params.items()}
    params["enc0.weight"][1], params["enc0.bias"][1] = 0, -5  # channel 1 is always 0
    trial = FaultTrial(replace(build, params=params), corners=False)
    why = trial.proof_of_harmlessness
    assert why(Fault(WEIGHT, "cenc", (0, 3 + 1, 1, 1), 0)) == "channel 4 of cenc_in is always 0"
    assert why(Fault(WEIGHT, "cenc", (0, 3 + 0, 1, 1), 0)) is None
    assert why(Fault(BIAS, "enc0", (1,), 0)) == "channel 1 of enc0_relu is always 0"
    assert why(Fault(BIAS, "enc0", (1,), 31)) is None  # the sign
    assert why(Fault(SHIFT, "enc0_relu", (1,), 0)) == "no accumulator in range has another code"
    assert why(Fault(ATTRIBUTE, "cost", (), 0, "saturation")) is None


@pytest.mark.parametrize(
    ("value", "bit", "bits", "signed", "expected"),
    [(5, 0, 8, True, 4), (5, 7, 8, True, -123), (-1, 7, 8, True, 127), (-127, 0, 8, True, -128),
     (3, 4, 5, False, 19), (19, 4, 5, False, 3)],
)  # fmt: skip
def test_flips(value: int, bit: int, bits: int, signed: bool, expected: int) -> None:
    assert flipped(value, bit, bits, signed) == expected


def test_a_step_is_that_of_the_reference_and_faults_change_one_thing(tiny_build: Build) -> None:
    relu = tiny_build.graph["enc0_relu"]
    right = Step.of(relu, tiny_build.params)
    acc = np.arange(-40_000, 40_000)[None, None].repeat(relu.channels, 0)
    backend = FaultyBackend(tiny_build, Fault(SHIFT, "none", (0,), 0))
    assert np.array_equal(right.codes(acc), backend._make(relu, acc))
    for fault, part in (
        (Fault(LIMIT, relu.name, (), 3), "limit"),
        (Fault(ROUNDING, relu.name, (1,), 2), "half"),
    ):
        wrong = Step.of(relu, tiny_build.params, fault)
        different = [name for name in ("shift", "half", "limit")
                     if not np.array_equal(getattr(right, name), getattr(wrong, name))]  # fmt: skip
        assert different == [part]


def test_every_attribute_fault_keeps_the_shape_and_changes_something(trial: FaultTrial) -> None:
    faults = list(attribute_faults(trial.graph))
    assert len(faults) > 100
    for fault in faults:
        node = trial.graph[fault.layer]
        for values in trial.cases.values():
            if fault.layer in values and all(each in values for each in node.inputs):
                made = faulty(node, trial.params, [values[each] for each in node.inputs], fault)
                assert made.shape == values[fault.layer].shape, fault
    assert sum(trial.found_by(fault) is None for fault in faults) <= len(faults) // 100


def test_layer_cases_reach_both_ends_and_ties(tiny_build: Build, trial: FaultTrial) -> None:
    graph, params = tiny_build.graph, tiny_build.params
    short = total = 0
    for case in layer_cases(graph, params):
        conv, relu = graph[case.conv], graph[f"{case.conv}_relu"]
        acc = trial.alone[case.conv][case.conv]
        low, high = np.array([trial._accumulator(conv, params, c) for c in range(conv.channels)]).T
        assert (acc.min(axis=(1, 2)) <= low).all() and (acc.max(axis=(1, 2)) >= high).all()
        shift = params[relu.shift].astype(np.int64)[:, None, None]
        half = (np.int64(1) << shift) >> 1
        below = (acc + half) & ((np.int64(1) << shift) - 1)
        live = (acc > half) & ((acc + half) >> shift <= relu.format.max)
        reachable = high > half[:, 0, 0]
        hit = (live & (below == 0)).any(axis=(1, 2))
        total += int(reachable.sum())
        short += int((reachable & ~hit).sum())
    assert short <= 0.1 * total  # weights of few bits cannot make every sum


def test_shapes_of_what_is_sampled(tiny_build: Build) -> None:
    graph, params = tiny_build.graph, tiny_build.params
    shapes = parameter_shapes(graph)
    for fault in sample_faults(graph, params, 300, 0):
        node = graph[fault.layer]
        if fault.kind == WEIGHT:
            assert isinstance(node, Conv2d)
            assert all(i < n for i, n in zip(fault.index, shapes[node.weight], strict=True))
        elif fault.kind in (SHIFT, ROUNDING):
            assert isinstance(node, Requantise) and fault.index[0] < node.channels


@pytest.mark.slow
def test_a_thousand_faults_of_the_lite_that_comes_along(tmp_path: Path) -> None:
    net, config = load_float(LITE_FLOAT)
    config = replace(config, precision=LITE.precision)
    path = tmp_path / "quant.safetensors"
    pairs = SyntheticPairs(4, (128, 320), 80.0, seed=1)
    save_quantised(path, calibrate(net, config, pairs)[0], config, {})
    export_build(load_quantised(path)[0], config, path, tmp_path / "build")
    report = FaultTrial(read_build(tmp_path / "build")).run(3000, 0)
    assert report.unseen_percent < 1 < report.unseen_percent_through


def test_faults_in_the_tables_of_the_simulated_systemverilog(tiny_build: Build) -> None:
    """They are found, and a faulty layer makes what the reference makes of the same fault."""
    trial = FaultTrial(tiny_build, backend="rtl")
    report = trial.run(4, 0)
    assert set(report.outcomes) == {WEIGHT, BIAS}
    assert report.total(FOUND, HARMLESS) == 4
    (fault,) = sample_faults(tiny_build.graph, tiny_build.params, 1, 0, (BIAS,))
    conv = tiny_build.graph[fault.layer]
    assert isinstance(conv, Conv2d)
    _, bias = faulty_convolution(conv, tiny_build.params, fault)
    wrong = replace(tiny_build, params={**tiny_build.params, conv.bias: bias})
    codes = trial.alone[conv.name][conv.inputs[0]]
    found = RtlBackend(wrong).run_layer(conv.name, codes)[conv.name]
    assert np.array_equal(found, faulty(conv, tiny_build.params, [codes], fault))
