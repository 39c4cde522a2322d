"""The project that `fdscs rtl` writes: it simulates bit-exactly, its scripts name what is there."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fdscs.accelerator.rtl.project import accelerator, write_tables
from fdscs.accelerator.rtl.verilator import library, lint
from fdscs.accelerator.rtl.vivado import board_top, write_project
from fdscs.export.build import Build
from fdscs.hardware.plan import design, target_for
from fdscs.hardware.ports import Ports
from fdscs.hardware.registers import REGISTERS, size_word
from fdscs.hls_reference.run import run_images
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.vectors.index import Images
from tests.accelerator.hls.test_accelerator import small_flow
from tests.accelerator.rtl.board import Board, image_beats, marked
from tests.accelerator.tcl import run_tcl

STAND_IN = Path(__file__).with_name("vivado.tcl")
SIZE = (16, 24)
PORTS = Ports(32, "gbr", "frame")
TOOLS = Path(sys.executable).parent
RandomImages = Callable[[int, int, int], tuple[np.ndarray, np.ndarray]]


@pytest.fixture(scope="module")
def project(
    tiny_build: Build, random_images: RandomImages, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("project")
    target = target_for("KV260", 200.0, SIZE, 40)
    pair = StereoPair("random", *random_images(*SIZE, 5))
    images = Images("random", *SIZE, 0, 0)
    found = design(tiny_build.graph, target, 3000)
    write_project(folder, tiny_build, found, PORTS, pair, images)
    return folder


def make(project: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = ["make", "-C", str(project), f"VERILATOR={TOOLS / 'verilator-cli'}", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_project_simulates_bit_exactly(project: Path) -> None:
    for seed in "01":
        done = make(project, "simulate", "FRAMES=4", f"SEED={seed}")
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"bit-exact: 4 frames, {4 * SIZE[0] * SIZE[1]} pixels" in done.stdout
    golden = project / "vectors" / "disparity.dat"
    text = golden.read_text()
    beats = text.splitlines(keepends=True)
    code, keep, *marks = beats[30].split()
    beats[30] = " ".join([f"{int(code, 16) ^ 1:0{len(code)}x}", keep, *marks]) + "\n"
    try:
        golden.write_text("".join(beats))
        done = make(project, "simulate", "FRAMES=2")
    finally:
        golden.write_text(text)
    comments = sum(line.startswith("//") for line in beats)
    row, column = divmod(30 - comments, SIZE[1])
    assert done.returncode != 0
    assert f"first difference: frame 0, row {row}, column {column}: " in done.stdout
    assert "2 of " in done.stdout  # one in each frame


def test_verilator_has_nothing_to_say_of_the_project(project: Path) -> None:
    sources = sorted(project.glob("rtl/**/*.*v"))
    assert lint("fdscs_accelerator", sources) == ""


def test_sizes_change_and_frames_are_lost_in_the_whole_accelerator(
    tiny_build: Build, random_images: RandomImages, tmp_path: Path
) -> None:
    flow, ports = small_flow(tiny_build.graph), Ports()
    first, second = (12, 24), (13, 15)
    board = Board(tmp_path, accelerator(flow, tiny_build.params), board_top(flow, ports, first))
    write_tables(tiny_build, flow, tmp_path)
    pairs = [random_images(*size, seed) for seed, size in enumerate([first] * 3 + [second] * 2)]
    images = [image_beats([pair[side] for pair in pairs], ports) for side in (0, 1)]
    black = np.zeros((*first, 3), np.uint8)
    lost = first[0] * first[1]  # the second frame's first pixel, of the right image
    images[1] = np.delete(images[1], lost, 0)
    seen = [pairs[0], (pairs[1][0], black), *pairs[2:]]
    outputs = [
        run_images(tiny_build.graph, tiny_build.params, *pair)["disparity"][0] for pair in seen
    ]
    expected = np.concatenate([marked(codes.astype(np.uint32), "line") for codes in outputs])
    third = 2 * lost + 20  # a pixel of the third frame
    script = ["run 100", f"send {3 * lost} {3 * lost - 1}", f"taken {third} {third}",
              f"write SIZE {size_word(*second)}", "read STATUS",
              f"send {len(images[0])} {len(images[1])}", f"expect {len(expected)}", "run 50",
              "read ERRORS", "read FRAMES", "read STATUS"]  # fmt: skip
    found = board.run(*images, script)
    assert np.array_equal(found.beats, expected)
    assert found.reads == [3, (2 + 8) << 5, 5, 0]
    script = ["run 100", f"send {2 * lost} {2 * lost}", f"taken {lost + 20} {lost + 20}",
              "write CONTROL 1", "run 100",
              f"send {3 * lost} {3 * lost}", f"expect {lost}", "run 50", "read FRAMES",
              "read ERRORS"]  # fmt: skip
    images[1] = image_beats([pair[1] for pair in pairs], ports)
    again = board.run(*images, script).beats[-lost:]
    assert np.array_equal(again, marked(outputs[2].astype(np.uint32), "line"))


def tcl(script: Path) -> list[str]:
    """What the stand-in for Vivado says of a script."""
    done = run_tcl(STAND_IN, script)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def files(project: Path) -> set[str]:
    """Sources and tables."""
    found = [*project.glob("rtl/**/*.*v"), *project.glob("tables/*.hex")]
    return {str(path.relative_to(project)) for path in found}


def test_vivado_s_script_runs_on_a_stand_in(project: Path) -> None:
    said = tcl(project / "vivado.tcl")
    assert said[0] == "part xck26-sfvc784-2LV-c"
    added = {line.removeprefix("file ") for line in said if line.startswith("file ")}
    assert added == files(project) | {"constraints.xdc"}
    tables = [line for line in said if line.endswith("file_type Memory Initialization Files")]
    assert len(tables) == len(list(project.glob("tables/*.hex")))
    assert "property sources_1 top fdscs_accelerator" in said
    reports = [line.removeprefix("report ") for line in said if line.startswith("report ")]
    assert reports == ["utilization.rpt", "hierarchy.rpt", "timing.rpt"]
    assert tcl(project / "constraints.xdc") == ["clock 5.000 aclk"]


def test_the_ip_s_script_runs_on_a_stand_in(project: Path) -> None:
    said = tcl(project / "package_ip.tcl")
    added = {line.removeprefix("file ") for line in said if line.startswith("file ")}
    assert added == files(project)
    associated = [line for line in said if line.startswith("associated")]
    assert associated == [
        *(f"associated {bus} aclk" for bus in ("s_axi", "left", "right", "disparity")),
        "associated aclk aresetn",
    ]
    registers = [line.removeprefix("register ") for line in said if line.startswith("register ")]
    assert registers == [each.name for each in REGISTERS]
    for each in REGISTERS:
        assert f"property {each.name} address_offset 0x{each.address:02x}" in said
    assert said[-1] == "save_core"


@pytest.mark.parametrize(
    ("script", "old", "new"),
    [
        ("vivado.tcl", "raster.sv", "rooster.sv"),
        ("vivado.tcl", "wait_on_run", "wait_on_runs"),
        ("constraints.xdc", "get_ports aclk", "get_ports clk"),
        ("package_ip.tcl", "s_axi left", "s_axi middle"),
    ],
)
def test_the_stand_in_finds_mistakes(project: Path, script: str, old: str, new: str) -> None:
    text = (project / script).read_text()
    assert old in text
    wrong = project / f"wrong-{script}"
    try:
        wrong.write_text(text.replace(old, new))
        with pytest.raises(AssertionError):
            tcl(wrong)
    finally:
        wrong.unlink()


def test_yosys_script_reads_every_source(project: Path) -> None:
    script = (project / "synthesise.ys").read_text()
    read = set(re.findall(r"^read_verilog -sv -defer \.\./(.*)$", script, re.M))
    assert read == {str(path.relative_to(project)) for path in project.glob("rtl/**/*.*v")}


def test_the_core_names_no_module_that_is_left_out(project: Path) -> None:
    core = (project / "rtl" / "accelerator.sv").read_text()
    top = (project / "rtl" / "fdscs_accelerator.v").read_text()
    written = {path.name for path in (project / "rtl" / "ops").iterdir()}
    assert written == {path.name for path in library(core + top)}
