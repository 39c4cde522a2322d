"""Skips through external memory: every tensor as on chip, whatever the memory does."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fdscs.accelerator.rtl import instances, project
from fdscs.accelerator.rtl.simulate import RtlBackend
from fdscs.accelerator.rtl.verilator import library, lint
from fdscs.accelerator.rtl.vivado import write_project
from fdscs.export.build import Build
from fdscs.hardware.dataflow import Dataflow, Process
from fdscs.hardware.external import DRAM, bandwidth, external, slots, usage, with_external
from fdscs.hardware.memories import fifo
from fdscs.hardware.plan import design, target_for
from fdscs.hardware.ports import Ports
from fdscs.hardware.timing import time_frame
from fdscs.hls_reference.run import run_images
from fdscs.model.config import PAPER
from fdscs.model.fdscs import build_graph
from fdscs.model.graph import Conv2d
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.errors import BadInput
from fdscs.vectors.index import Images as Frame
from tests.accelerator.hls.test_accelerator import small_flow
from tests.accelerator.rtl.test_vivado import make, tcl

Images = Callable[[int, int, int], tuple[np.ndarray, np.ndarray]]
SIZE = 72, 64
FINE = 16  # times shorter bursts, so that a tiny network's skips go beyond what waits on chip
SHORT = {"BURST": 64 // FINE, "STAGING": 8, "AHEAD": 8}


@pytest.fixture
def flow(tiny_build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataflow:
    """The tiny network, its two deepest skips in memory that is soon reached."""
    found = small_flow(tiny_build.graph)
    deepest = sorted(found.streams.values(), key=lambda each: fifo(each).bits)[-2:]
    generics = instances.fifo_generics

    def short(flow: Dataflow, writer: Process, name: str) -> dict[str, int | str]:
        values = generics(flow, writer, name)
        if flow.streams[name].memory != DRAM:
            return values
        return values | SHORT | {"SLOTS": FINE * int(values["SLOTS"])}

    memory = tmp_path / "axi_memory.sv"
    memory.write_text(project.MEMORY.read_text().replace("BURST = 64", f"BURST = {64 // FINE}"))
    monkeypatch.setattr(project, "MEMORY", memory)
    monkeypatch.setattr(project, "slots", lambda stream: FINE * slots(stream))
    monkeypatch.setattr(instances, "fifo_generics", short)
    return found.with_fifos({each.name: (each.depth, DRAM) for each in deepest})


def test_every_tensor_of_three_frames_equals_the_reference(
    flow: Dataflow, tiny_build: Build, random_images: Images
) -> None:
    simulated = RtlBackend(tiny_build, flow)
    assert len(external(flow)) == 2
    pairs = [random_images(*SIZE, seed) for seed in range(3)]
    for seed in (0, 1):
        found, cycles = simulated.run_frames(pairs, seed)
        for pair, codes in zip(pairs, found, strict=True):
            expected = run_images(tiny_build.graph, tiny_build.params, *pair)
            assert [n for n in codes if not np.array_equal(codes[n], expected[n])] == []
        if seed == 0:  # and memory costs no time
            ends = [last for _, last in cycles["disparity"]]
            interval = time_frame(flow, *SIZE).interval
            assert np.diff(ends) == pytest.approx(interval, rel=0.01)


def test_words_do_go_through_the_memory(
    flow: Dataflow, tiny_build: Build, random_images: Images, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A memory whose every answer is an error is noticed."""
    failing = tmp_path / "failing.sv"
    failing.write_text(project.MEMORY.read_text().replace("bit FAILS = 1'b0", "bit FAILS = 1'b1"))
    monkeypatch.setattr(project, "MEMORY", failing)
    with pytest.raises(BadInput, match="RTL simulation failed"):
        RtlBackend(tiny_build, flow).run_frames([random_images(*SIZE, 0)])


def test_the_core_passes_lint(flow: Dataflow, tiny_build: Build, tmp_path: Path) -> None:
    core = project.accelerator(flow, tiny_build.params)
    (tmp_path / "accelerator.sv").write_text(core)
    project.write_tables(tiny_build, flow, tmp_path)
    assert core.count("dram_fifo #(") == 2 and core.count("_awready,") == 2
    said = lint("accelerator", [*library(core), tmp_path / "accelerator.sv"])
    assert said == ""


def test_the_plan_takes_the_deepest_skips() -> None:
    """Of `paper`: two or three FIFOs of over a hundred have most bits."""
    graph = build_graph(PAPER.architecture, PAPER.precision)
    graph = graph.with_accumulators({conv.name: 24 for conv in graph.of_type(Conv2d)})
    target = target_for("ZCU102", 300, (375, 1242))
    inside, outside = (design(graph, replace(target, external=each), 25) for each in (False, True))
    chosen = external(outside.flow)
    assert {each.tensor for each in chosen} >= {"u2_5_relu", "u2_4_relu"}
    assert outside.timing.interval == inside.timing.interval
    kept = [fifo(each).bits for each in outside.flow.streams.values() if each.memory != DRAM]
    held = sum(fifo(each).bits for each in inside.flow.streams.values())
    assert sum(kept) < 0.25 * held
    assert outside.usage.brams < 0.6 * inside.usage.brams
    for each in chosen:
        assert slots(each) * 64 * 128 >= fifo(each).bits + 2 * 64 * 128
        assert usage(each).brams == 4
    assert 5e6 < bandwidth(outside.flow, 375, 1242) < 12e6  # bytes a frame


def test_what_takes_no_more_on_chip_stays(tiny_build: Build) -> None:
    assert external(with_external(small_flow(tiny_build.graph))) == []


def test_the_project_simulates_with_a_memory(
    tiny_build: Build, random_images: Images, tmp_path: Path
) -> None:
    size = (16, 24)
    found = design(tiny_build.graph, target_for("KV260", 200.0, size, 40), 3000)
    deepest = max(found.flow.streams.values(), key=lambda each: fifo(each).bits)
    found = replace(found, flow=found.flow.with_fifos({deepest.name: (deepest.depth, DRAM)}))
    pair = StereoPair("random", *random_images(*size, 5))
    folder = tmp_path / "project"
    write_project(folder, tiny_build, found, Ports(), pair, Frame("random", *size, 0, 0))
    done = make(folder, "simulate", "FRAMES=3", "SEED=1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "bit-exact: 3 frames" in done.stdout
    assert lint("fdscs_accelerator", sorted(folder.glob("rtl/**/*.*v"))) == ""
    said = tcl(folder / "package_ip.tcl")
    assert f"associated m_axi_{deepest.name} aclk" in said
    readme = (folder / "README.md").read_text()
    assert f"`{deepest.name.upper()}_BASE`" in readme
