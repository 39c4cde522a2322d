"""The generated SystemVerilog, simulated: equal in every layer, in the cycles of the plan."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fdscs.accelerator.rtl.instances import LATENCY, function, generics, latency
from fdscs.accelerator.rtl.project import write_sources
from fdscs.accelerator.rtl.simulate import RtlBackend
from fdscs.accelerator.rtl.verilator import library, lint
from fdscs.export.build import Build
from fdscs.hardware.schedule import schedule
from fdscs.hardware.timing import time_frame
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.hls_reference.run import run, run_images, run_layer
from fdscs.model.graph import Conv2d
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.errors import BadInput
from fdscs.verification.check import check
from fdscs.verification.layer_cases import layer_cases
from tests.accelerator.hls.test_accelerator import WIDEST, small_flow

Images = Callable[[int, int, int], tuple[np.ndarray, np.ndarray]]
TO_READ = 2  # cycles from a word's push to its reader


@pytest.fixture(scope="module")
def simulated(tiny_build: Build) -> RtlBackend:
    """The tiny network, layers folded at random, some for two pixels at once."""
    return RtlBackend(tiny_build, small_flow(tiny_build.graph))


def assert_equal(
    found: Mapping[str, IntArray], expected: Mapping[str, IntArray], given: set[str]
) -> None:
    """As many tensors as the reference has beside those given, all equal."""
    assert set(found) == set(expected) - given
    assert [name for name in found if not np.array_equal(found[name], expected[name])] == []


@pytest.mark.parametrize(("rows", "columns"), [(16, 16), (33, 15), (20, 40)])
def test_every_tensor_of_three_frames_equals_the_reference(
    simulated: RtlBackend, tiny_build: Build, random_images: Images, rows: int, columns: int
) -> None:
    pairs = [random_images(rows, columns, seed) for seed in range(3)]
    for seed in (0, 1):  # without pauses and with
        found, _ = simulated.run_frames(pairs, seed)
        for pair, codes in zip(pairs, found, strict=True):
            expected = run_images(tiny_build.graph, tiny_build.params, *pair)
            assert_equal(codes, expected, {"left", "right"})


@pytest.mark.slow
def test_every_tensor_of_the_network_alone_equals_the_reference(
    simulated: RtlBackend, tiny_build: Build
) -> None:
    graph, rng = tiny_build.graph, np.random.default_rng(0)
    size = (9, graph.disparities + 5)
    cost = rng.integers(0, 64, (3 * graph.disparities, *size))
    rgb = rng.integers(-128, 128, (3, *size))
    expected = run(graph, tiny_build.params, {"cost": cost, "rgb": rgb})
    found = simulated.run_network(cost, rgb)
    assert "out_relu" in found
    assert_equal(found, expected, {"cost", "rgb"})


def assert_alone_equal(simulated: RtlBackend, build: Build, convs: set[str]) -> None:
    """Layers alone, on inputs that drive them to their ends."""
    for case in layer_cases(build.graph, build.params):
        if case.conv in convs:
            found = simulated.run_layer(case.conv, case.codes)
            assert_equal(found, run_layer(build.graph, build.params, case.conv, case.codes), set())


def test_a_layer_alone_equals_the_reference(simulated: RtlBackend, tiny_build: Build) -> None:
    deep = next(
        conv.name
        for conv in tiny_build.graph.of_type(Conv2d)
        if conv.kernel == 3 and simulated.flow.streams[conv.name].grid.level == 2
    )
    assert_alone_equal(simulated, tiny_build, {deep, "out"})


@pytest.mark.slow
def test_every_layer_alone_equals_the_reference(simulated: RtlBackend, tiny_build: Build) -> None:
    convs = {conv.name for conv in tiny_build.graph.of_type(Conv2d)}
    assert_alone_equal(simulated, tiny_build, convs)


def test_a_wrong_bias_is_found_where_it_is(
    simulated: RtlBackend, tiny_build: Build, random_images: Images
) -> None:
    conv = "cenc"
    bias = tiny_build.params[f"{conv}.bias"].copy()
    bias[-1] += 1
    wrong = replace(tiny_build, params={**tiny_build.params, f"{conv}.bias": bias})
    images = random_images(16, 16, 0)
    found = RtlBackend(wrong, simulated.flow).run_images(*images)
    expected = run_images(tiny_build.graph, tiny_build.params, *images)
    different = {name for name in found if not np.array_equal(found[name], expected[name])}
    first = next(node.name for node in tiny_build.graph.nodes if node.name in different)
    assert first == conv
    assert np.array_equal(found[conv][:-1], expected[conv][:-1])


def test_frames_follow_each_other_as_planned(simulated: RtlBackend, random_images: Images) -> None:
    rows, columns = 20, 40
    _, cycles = simulated.run_frames([random_images(rows, columns, 0)] * 3)
    ends = [last for _, last in cycles["disparity"]]
    assert np.diff(ends) == pytest.approx(
        time_frame(simulated.flow, rows, columns).interval, rel=0.01
    )


def test_the_slowest_process_takes_the_cycles_of_its_schedule(
    simulated: RtlBackend, random_images: Images
) -> None:
    """First and last word of a frame, of the process that sets the pace: as in its schedule."""
    rows, columns = 20, 40
    _, cycles = simulated.run_frames([random_images(rows, columns, 0)] * 2)
    flow = simulated.flow
    slowest = max(flow.processes, key=lambda p: schedule(flow, p, rows, columns).interval)
    plan = schedule(flow, slowest, rows, columns)
    words = flow.streams[slowest.outputs[0]].words
    (first, last), (again, _) = cycles[slowest.name]
    assert again - first == plan.pace
    if words == 1:
        assert last - first == plan.writes[-1] - plan.writes[0]


def test_declared_latencies_are_of_every_operation(simulated: RtlBackend) -> None:
    flow = simulated.flow
    functions = {function(flow, process) for process in flow.processes}
    assert functions - {"conv2d", "conv2d_pairs"} == set(LATENCY)
    for process in flow.processes:
        assert latency(function(flow, process), generics(flow, process, {})) >= 1


def test_a_check_compares_every_tensor(
    simulated: RtlBackend, tiny_build: Build, tiny_net, pairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fdscs.verification.check.open_on_build", lambda *_: simulated)
    pair = pairs[0]
    small = StereoPair("crop", pair.left[:24, :40], pair.right[:24, :40])
    report = check(tiny_build, tiny_net, [small], ("rtl",), corner_cases=False, progress=False)
    assert report.passed and report.mismatches == 0
    assert all("rtl" in layer.backends for layer in report.layers.values())


@pytest.mark.slow
def test_corner_cases_through_the_check(
    simulated: RtlBackend, tiny_build: Build, tiny_net, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fdscs.verification.check.open_on_build", lambda *_: simulated)
    report = check(tiny_build, tiny_net, [], ("rtl",), progress=False)
    assert report.passed and report.mismatches == 0


def test_the_project_passes_lint_and_names_its_tables(
    simulated: RtlBackend, tiny_build: Build, tmp_path: Path
) -> None:
    write_sources(tiny_build, simulated.flow, tmp_path)
    text = (tmp_path / "accelerator.sv").read_text()
    assert lint("accelerator", [*library(text), tmp_path / "accelerator.sv"]) == ""
    tables = {path.name for path in tmp_path.glob("*.hex")}
    assert all(f'"{name}"' in text for name in tables)
    assert len(tables) == 3 * len(simulated.flow.folding)


def test_images_too_wide_are_refused(simulated: RtlBackend, random_images: Images) -> None:
    with pytest.raises(BadInput, match=f"images of {WIDEST + 1} columns"):
        simulated.run_images(*random_images(8, WIDEST + 1, 0))
