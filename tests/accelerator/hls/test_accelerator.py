"""The generated accelerator in C simulation: equal in every layer, whatever the streams do."""

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import fdscs.accelerator.hls.simulate
from fdscs.accelerator.hls.project import write_sources
from fdscs.accelerator.hls.simulate import HlsBackend, compile_simulation, simulate
from fdscs.export.build import Build
from fdscs.hardware.builder import build_dataflow
from fdscs.hardware.dataflow import Dataflow, Folding
from fdscs.hardware.schedule import schedule
from fdscs.hardware.timing import with_safe_depths
from fdscs.hls_reference.fixed_point import IntArray
from fdscs.hls_reference.run import run_images
from fdscs.model.graph import Conv2d, Graph, Image
from fdscs.storage.errors import BadInput
from fdscs.verification.check import check
from fdscs.verification.corner_cases import code_cases, image_cases
from tests.accelerator.hls.kernel import EXACT, STRICT

WIDEST = 64
BORDERS = ("left_pixels", "right_pixels", "codes")  # between ports and datapath
QUICK = (*STRICT, "-DFDSCS_NATIVE", "-O1")  # to compile
Counts = dict[str, list[dict[str, str]]]
Images = Callable[[int, int, int], tuple[np.ndarray, np.ndarray]]


def small_flow(graph: Graph, seed: int = 0) -> Dataflow:
    """Every layer with some random number of lanes, most of which divide nothing; some in pairs."""
    rng = np.random.default_rng(seed)
    folding = {}
    for conv in graph.of_type(Conv2d):
        simd, pe = rng.integers(1, conv.in_channels + 1), rng.integers(1, conv.channels + 1)
        pair = Folding(int(simd), int(pe), 2)
        single = rng.integers(2) == 0 or pair.fault(conv) is not None
        folding[conv.name] = replace(pair, pixels=1) if single else pair
    if seed % 2:
        folding["enc0"] = Folding(3, 2, 2)  # behind the cost volume
    assert {each.pixels for each in folding.values()} == {1, 2}
    return with_safe_depths(build_dataflow(graph, folding, WIDEST))


class Compiled(HlsBackend):
    """Keeps what the simulation counted."""

    def counted(
        self, images: tuple[np.ndarray, ...], *options: str, rows: int | None = None
    ) -> dict[str, list[dict[str, str]]]:
        """streams.csv and processes.csv of a run; `rows` of a frame, where there are several."""
        rows, columns = rows or len(images[0]), images[0].shape[1]
        for name, image in zip(("left", "right"), images, strict=True):
            image.tofile(self.folder / name)
        out = self.folder / "counted"
        out.mkdir(exist_ok=True)
        simulate(self.folder, "images", self.folder / "left", self.folder / "right", rows, columns,
                 out, *options)  # fmt: skip
        found = {}
        for name in ("streams", "processes"):
            with (out / f"{name}.csv").open() as file:
                found[name] = list(csv.DictReader(file))
        found["disparity"] = [{"bytes": (out / "disparity.bin").read_bytes().hex()}]
        return found


@pytest.fixture(scope="module")
def compiled(tiny_build: Build) -> Compiled:
    """The tiny network, compiled once."""
    return Compiled(tiny_build, small_flow(tiny_build.graph), QUICK)


def differing(
    build: Build, found: Mapping[str, IntArray], expected: Mapping[str, IntArray]
) -> list[str]:
    """Tensors that are not equal to the reference, or missing."""
    names = [node.name for node in build.graph.nodes if not isinstance(node, Image)]
    assert set(names) <= set(expected)
    return [n for n in names if n not in found or not np.array_equal(found[n], expected[n])]


@pytest.mark.parametrize(("rows", "columns"), [(16, 16), (33, 15), (34, 61), (97, 30), (20, 64)])
def test_every_tensor_of_images_equals_the_reference(
    compiled: Compiled, tiny_build: Build, random_images: Images, rows: int, columns: int
) -> None:
    left, right = random_images(rows, columns, rows)
    expected = run_images(tiny_build.graph, tiny_build.params, left, right)
    assert differing(tiny_build, compiled.run_images(left, right), expected) == []


def test_corner_cases_through_the_check(
    compiled: Compiled, tiny_build: Build, tiny_net, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fdscs.verification.check.open_on_build", lambda *_: compiled)
    report = check(tiny_build, tiny_net, [], ("hls",), progress=False)
    assert report.passed and report.mismatches == 0
    assert all("hls" in layer.backends for layer in report.layers.values())
    cases = [*image_cases(tiny_build.graph), *code_cases(tiny_build.graph)]
    assert len(report.cases) == len(cases) + 1  # and each layer alone, which HLS does not run


def test_cycles_of_every_process_are_those_of_its_schedule(
    compiled: Compiled, random_images: Images
) -> None:
    for rows, columns in ((35, 61), (48, 32)):
        counted = compiled.counted(random_images(rows, columns, 0))
        found = {row["name"]: int(row["cycles"]) for row in counted["processes"]}
        for process in compiled.flow.processes:
            plan = schedule(compiled.flow, process, rows, columns)
            assert found[process.name] == plan.cycles, process.name
            assert (np.diff(plan.reads) >= 0).all() and (np.diff(plan.writes) >= 0).all()


def test_pauses_change_nothing(compiled: Compiled, random_images: Images) -> None:
    images = random_images(35, 61, 1)
    quiet = compiled.counted(images)
    for seed in "123":
        disturbed = compiled.counted(images, "--stalls", seed)
        assert disturbed["disparity"] == quiet["disparity"]
        assert disturbed["processes"] == quiet["processes"]


def test_frames_behind_each_other_equal_frames_alone(
    compiled: Compiled, random_images: Images
) -> None:
    frames = [random_images(35, 61, seed) for seed in range(3)]
    together = tuple(np.concatenate(each) for each in zip(*frames, strict=True))
    alone = [compiled.counted(images)["disparity"][0]["bytes"] for images in frames]
    for options in ((), ("--stalls", "5")):
        found = compiled.counted(together, "--frames", "3", *options, rows=35)
        assert found["disparity"][0]["bytes"] == "".join(alone)


def test_every_stream_and_array_is_bound(compiled: Compiled) -> None:
    source = (compiled.folder / "accelerator.cpp").read_text()
    bound = re.findall(r"bind_storage variable ?= ?(\w+) type ?= ?(\w+) impl ?= ?(\w+)", source)
    streams = re.findall(r"^    hls::stream<.*> (\w+)\(", source, re.M)
    arrays = re.findall(r"^    Word<.*> (\w+)\[", source, re.M)
    tables = [f"{c.name}_{t}" for c in compiled.graph.of_type(Conv2d) for t in ("weight", "bias")]
    names = [name for name, _, _ in bound]
    assert sorted([*streams, *arrays]) == sorted(n for n, kind, _ in bound if "rom" not in kind)
    assert set(tables) <= set(names) and len(streams) > 40
    made_of = {name: impl for name, kind, impl in bound if kind == "fifo"}
    planned = {n: s.memory for n, s in compiled.flow.streams.items() if n != "disparity"}
    assert made_of == {**planned, **dict.fromkeys(BORDERS, "srl")}


def test_streams_of_one_word_change_nothing(compiled: Compiled, random_images: Images) -> None:
    images = random_images(35, 61, 1)
    joins = {name for p in compiled.flow.processes if len(p.inputs) > 1 for name in p.inputs}
    narrow = [f"{name}=1" for name in compiled.flow.streams if name not in {*joins, "disparity"}]
    options = [text for each in narrow for text in ("--depth", each)]
    disturbed = compiled.counted(images, *options, "--stalls", "4")
    assert disturbed["disparity"] == compiled.counted(images)["disparity"]
    held = {row["name"]: int(row["most_held"]) for row in disturbed["streams"]}
    assert all(held[each.removesuffix("=1")] == 1 for each in narrow)


def test_streams_hold_no_more_than_they_are_deep(compiled: Compiled, random_images: Images) -> None:
    counted = compiled.counted(random_images(64, 64, 2))
    held = {row["name"]: (int(row["most_held"]), int(row["depth"])) for row in counted["streams"]}
    for name, stream in compiled.flow.streams.items():
        if name != "disparity":
            assert held[name][1] == stream.depth and 0 < held[name][0] <= stream.depth


@pytest.mark.parametrize(
    ("tensor", "reader"),
    [("u2_3_relu", "cat_3"), ("u2_2_relu", "cat_2"), ("rgb", "unet_in"), ("rgb", "cenc_in")],
)
def test_a_skip_that_is_too_shallow_is_reported_with_its_name(
    compiled: Compiled, random_images: Images, tensor: str, reader: str
) -> None:
    streams = compiled.flow.streams.values()
    skip = [each for each in streams if each.tensor == tensor and each.name.endswith(reader)]
    shallow = [text for s in skip for text in ("--depth", f"{s.name}={s.words + 1}")]
    images = random_images(64, 64, 3)
    with pytest.raises(BadInput, match=rf"deadlock: .* waits for room in {tensor}_\w+_{reader}"):
        compiled.counted(images, *shallow)
    enough = [text for s in skip for text in ("--depth", f"{s.name}={s.depth}")]
    compiled.counted(images, *enough)


def test_a_value_beyond_its_declared_width_is_reported_with_its_layer(
    tiny_build: Build, random_images: Images
) -> None:
    narrow = tiny_build.graph.with_accumulators(
        {
            conv.name: 6 if conv.name == "enc1" else conv.acc_bits or 0
            for conv in tiny_build.graph.of_type(Conv2d)
        }
    )
    backend = HlsBackend(replace(tiny_build, graph=narrow), small_flow(narrow), QUICK)
    with pytest.raises(BadInput, match=r"enc1: -?\d+ does not fit s6"):
        backend.run_images(*random_images(32, 32, 0))


def test_images_wider_than_the_accelerator_takes(compiled: Compiled, random_images: Images) -> None:
    with pytest.raises(BadInput, match="generated for 64 at most"):
        compiled.run_images(*random_images(32, 66, 0))


def test_what_the_compiler_says_is_passed_on(tmp_path: Path, compiled: Compiled) -> None:
    write_sources(compiled.build, compiled.flow, tmp_path)
    (tmp_path / "parameters.h").write_text("nonsense")
    with pytest.raises(BadInput, match=r"cannot compile the accelerator: .*error"):
        compile_simulation(tmp_path, QUICK)


@pytest.mark.parametrize(
    "mode", ["exact widths", pytest.param("sanitizers", marks=pytest.mark.slow)]
)
def test_other_ways_to_compile(
    tiny_build: Build, ap_types: Path, random_images: Images, mode: str
) -> None:
    flags = {
        "exact widths": (*STRICT, *EXACT, f"-isystem{ap_types}", "-O1"),
        "sanitizers": (*QUICK, "-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
    }
    backend = HlsBackend(tiny_build, small_flow(tiny_build.graph, seed=1), flags[mode])
    left, right = random_images(35, 61, 4)
    expected = run_images(tiny_build.graph, tiny_build.params, left, right)
    assert differing(tiny_build, backend.run_images(left, right), expected) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 8))
def test_random_foldings(tiny_build: Build, random_images: Images, seed: int) -> None:
    backend = HlsBackend(tiny_build, small_flow(tiny_build.graph, seed), QUICK)
    rng = np.random.default_rng(seed)
    for _ in range(10):
        rows, columns = int(rng.integers(12, 130)), int(rng.integers(15, WIDEST + 1))
        left, right = random_images(rows, columns, seed)
        expected = run_images(tiny_build.graph, tiny_build.params, left, right)
        assert differing(tiny_build, backend.run_images(left, right), expected) == []


def test_the_compiler_is_asked_for_by_name(
    tiny_build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fdscs.accelerator.hls.simulate.shutil, "which", lambda name: None)
    with pytest.raises(BadInput, match="needs g\\+\\+, which is not installed"):
        compile_simulation(tmp_path, QUICK)
