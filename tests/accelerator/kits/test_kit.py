"""The kit that `fdscs board` writes: its block design on a stand-in, its driver without fdscs."""

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import fdscs.board
from fdscs.accelerator.kits.boards import BOARD_PARTS, KitBoard, kit_board
from fdscs.accelerator.kits.cells import REGISTERS
from fdscs.accelerator.kits.kit import golden_images, write_kit
from fdscs.board.description import read_description
from fdscs.board.selftest import read_vectors
from fdscs.export.build import Build
from fdscs.hardware.plan import design, target_for
from fdscs.hls_reference.run import run_images
from fdscs.stereo_datasets.pair import StereoPair
from fdscs.storage.errors import BadInput
from fdscs.vectors.index import Images
from tests.accelerator.tcl import run_tcl

STAND_IN = Path(__file__).with_name("vivado.tcl")
SIZE = (24, 40)
BOARD_TOML = """
name = "Mine"
part = "xczu5ev-sfvc784-1-i"
luts = 117120
ffs = 234240
dsps = 1248
brams = 144
urams = 64
"""
RandomImages = Callable[[int, int, int], tuple[np.ndarray, np.ndarray]]


def write(folder: Path, build: Build, board: KitBoard, images: RandomImages) -> Path:
    target = target_for(board.board, 200.0, SIZE, 64)
    pair = StereoPair("random", *images(30, 64, 5))
    bench = StereoPair("random", *images(16, 24, 5)), Images("random", 16, 24, 0, 0)
    write_kit(folder, build, design(build.graph, target, 2000), board, pair, bench)
    return folder


@pytest.fixture(scope="module")
def kit(
    tiny_build: Build, random_images: RandomImages, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    return write(tmp_path_factory.mktemp("kit"), tiny_build, kit_board("KV260"), random_images)


def tcl(script: Path) -> list[str]:
    done = run_tcl(STAND_IN, script)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_block_design_on_a_stand_in(kit: Path) -> None:
    said = tcl(kit / "block_design.tcl")
    assert said[0] == "part xck26-sfvc784-2LV-c"
    assert "property project board_part xilinx.com:kv260_som:part0:9.9" in said
    for cell, (address, size) in REGISTERS.items():
        assert f"address {cell} 0x{address:08X} 0x{size:X}" in said
    assert said.index("valid") < said.index("run impl_1 write_bitstream")
    for name in ("fdscs.bit", "fdscs.hwh"):
        assert (kit / "board" / name).is_file()
        (kit / "board" / name).unlink()


MISTAKES = [
    ("dma_left/M_AXI_S2MM", "dma_left/M_AXI_S3MM", "axi_dma dma_left has no M_AXI_S3MM"),
    ("memory/S02_AXI", "memory/S01_AXI", "memory/S01_AXI is connected already"),
    ("NUM_SI 3", "NUM_SI 4", "memory/S03_AXI is not connected"),
    ("NUM_SI 3", "NUM_SI 2", "smartconnect memory has no S02_AXI"),
    ("control/M00_AXI accelerator/s_axi", "", "M_AXI_HPM0_FPD does not reach accelerator/s_axi/"),
    ("c_m_axis_mm2s_tdata_width 32", "c_m_axis_mm2s_tdata_width 24", "cannot be 24"),
    ("c_m_axis_mm2s_tdata_width 32", "c_m_axis_mm2s_tdata_width 64", "64 bits, accelerator/left_t"),
    ("c_s_axis_s2mm_tdata_width 16", "c_s_axis_s2mm_tdata_width 32", "has 16 bits, dma_left/s_ax"),
    ("tdata_width.VALUE_SRC USER", "tdata_width.VALUE_SRC DEFAULTS", "is USER or DEFAULT"),
    ("c_s_axis_s2mm_tdata_width.VALUE_SRC", "c_s2mm_burst_size.VALUE_SRC", "set its VALUE_SRC f"),
    ("c_include_sg 0", "c_include_sg 1", "dma_left/M_AXI_SG does not reach memory"),
    ("c_include_sg 0", "c_includes_sg 0", "axi_dma has no parameter c_includes_sg"),
    ("PSU__USE__IRQ0 1", "PSU__USE__IRQ0 0", "zynq_ultra_ps_e ps has no pl_ps_irq0"),
    ("PSU__USE__M_AXI_GP1 0", "PSU__USE__M_AXI_GP1 1", "ps/maxihpm1_fpd_aclk is not connected"),
    ("dma_right/m_axi_mm2s_aclk", "", "dma_right/m_axi_mm2s_aclk is not connected"),
    ("reset/peripheral_aresetn", "reset/peripheral_reset", "is a reset, low when active, and"),
    ("get_bd_pins ps/pl_clk0", "get_bd_pins ps/pl_resetn0", "is a clock, and ps/pl_resetn0"),
    ("foreach signal {tdata tkeep tlast tvalid}", "foreach signal {tdata tlast tvalid}",
     "dma_left/s_axis_s2mm_tkeep is not connected"),
    ("${side}_tready", "${side}_ready", "fdscs_accelerator accelerator has no left_ready"),
    ("dma_left/S_AXI_LITE 0xA0010000", "dma_left/S_AXI_LITE 0xA0000000", "overlap"),
    ("interrupts/s_axi 0xA0030000 0x10000", "", "interrupts/s_axi/Reg has no address"),
    ("accelerator/irq", "accelerator/interrupt", "has no interrupt"),
    ("xilinx.com:ip:axi_intc", "xilinx.com:ip:axi_ints", "no IP axi_ints"),
    ("memory/M00_AXI ps/S_AXI_HP0_FPD", "ps/S_AXI_HP0_FPD memory/M00_AXI", "not a master and a"),
    ("validate_bd_design", "validate_bd_designs", "invalid command name"),
    ("-to_step write_bitstream", "-steps write_bitstream", "launch_runs: no option -steps"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_the_stand_in_finds_mistakes(kit: Path, old: str, new: str, message: str) -> None:
    text = (kit / "block_design.tcl").read_text()
    assert old in text
    wrong = kit / "wrong.tcl"
    try:
        wrong.write_text(text.replace(old, new))
        done = run_tcl(STAND_IN, wrong)
    finally:
        wrong.unlink()
    assert done.returncode != 0 and message in done.stderr, done.stderr


@pytest.mark.parametrize("name", BOARD_PARTS)
def test_each_board_has_a_kit(
    tiny_build: Build, random_images: RandomImages, tmp_path: Path, name: str
) -> None:
    kit = write(tmp_path / "kit", tiny_build, kit_board(name), random_images)
    assert "valid" in tcl(kit / "block_design.tcl")
    assert (kit / "kria").is_dir() == (name == "KV260")
    description = read_description(kit / "board" / "fdscs.json")
    assert description.board == name
    readme = (kit / "README.md").read_text()
    assert "What was never run" in readme and "\n\n\n" not in readme


def test_a_board_by_a_file(tiny_build: Build, random_images: RandomImages, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(BOARD_TOML + 'preset = "ps.tcl"\n')
    (tmp_path / "ps.tcl").write_text("set_property CONFIG.PSU__USE__IRQ0 1 [get_bd_cells ps]\n")
    kit = write(tmp_path / "kit", tiny_build, kit_board(str(path)), random_images)
    said = tcl(kit / "block_design.tcl")
    assert "part xczu5ev-sfvc784-1-i" in said and "preset" not in said
    (tmp_path / "own.tcl.j2").write_text("# {{ target.board.part }} {{ description.left }}\n")
    path.write_text(BOARD_TOML + 'board_part = "a:b:c"\ntemplate = "own.tcl.j2"\n')
    kit = write(kit, tiny_build, kit_board(str(path)), random_images)
    assert (kit / "block_design.tcl").read_text() == "# xczu5ev-sfvc784-1-i dma_left\n"
    assert "nothing has checked it" in (kit / "README.md").read_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOARD_TOML, "give board_part, the name of Vivado's board files, or preset"),
        (BOARD_TOML + 'preset = "no.tcl"', "'no.tcl' is not readable beside it"),
        (BOARD_TOML + 'board_part = "a"\npreset = "b"', "one of the two"),
        (BOARD_TOML + 'board_part = "a}; exec rm"', "board_part: String should match"),
        (BOARD_TOML + "colour = 1", "colour: Unexpected keyword argument"),
        (BOARD_TOML.replace("117120", "-1"), "luts: Input should be greater than or equal to 0"),
        (BOARD_TOML.replace('"Mine"', '"a b"'), "name: String should match"),
        ("name", "not readable as TOML"),
    ],
)
def test_files_of_boards_that_cannot_be(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "board.toml"
    path.write_text(text)
    with pytest.raises(BadInput, match=message):
        kit_board(str(path))


def test_a_template_that_cannot_be(
    tiny_build: Build, random_images: RandomImages, tmp_path: Path
) -> None:
    board = KitBoard(kit_board("KV260").board, "a:b:c", template="{{ nothing.there }}")
    with pytest.raises(BadInput, match="the board's template: 'nothing' is undefined"):
        write(tmp_path / "kit", tiny_build, board, random_images)
    assert not (tmp_path / "kit" / "kit.json").exists()


def test_vectors_are_the_reference_s(kit: Path, tiny_build: Build) -> None:
    vectors = read_vectors(kit / "board" / "vectors.npz")
    assert [left.shape[:2] for left, _, _ in vectors] == [(24, 40), SIZE, SIZE]
    for left, right, codes in vectors:
        expected = run_images(tiny_build.graph, tiny_build.params, left, right)["disparity"][0]
        assert np.array_equal(codes, expected)


def test_no_golden_image_is_larger_than_the_design_s(
    tiny_build: Build, random_images: RandomImages
) -> None:
    pair = StereoPair("random", *random_images(60, 90, 5))
    sizes = [left.shape[:2] for left, _ in golden_images(tiny_build, pair, (50, 80))]
    assert sizes == [(32, 64), (50, 80), (50, 80)]


def test_the_driver_needs_numpy_alone(kit: Path) -> None:
    """In another interpreter, where nothing of fdscs but the kit's folder can be imported."""
    code = """
import sys
sys.path[:] = [p for p in sys.path if 'src' not in p]
sys.path.insert(0, sys.argv[1])
class Nothing:
    def find_spec(self, name, path=None, target=None):
        top = name.partition('.')[0]
        if top not in ('fdscs', 'numpy') and top not in sys.stdlib_module_names:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Nothing())
import fdscs, fdscs.board, fdscs.board.__main__
print(fdscs.__file__)
print(*sorted(name for name in sys.modules if name.startswith('fdscs')))
"""
    python = kit / "board" / "python"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(python)], capture_output=True, text=True, check=True
    )
    place, modules = done.stdout.splitlines()
    assert place == str(python / "fdscs" / "__init__.py")
    assert "fdscs.board.driver" in modules.split() and "fdscs.model" not in modules.split()
    assert {path.name for path in python.rglob("*.py")} >= {"registers.py", "errors.py"}


def test_the_driver_is_python_that_pynq_s_images_read(kit: Path) -> None:
    sources = sorted((kit / "board" / "python").rglob("*.py"))
    assert len(sources) > 12
    for path in sources:
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 10))


def test_the_overlay_says_what_the_block_design_has(kit: Path) -> None:
    dtsi = (kit / "kria" / "fdscs.dtsi").read_text()
    assert 'firmware-name = "fdscs.bit.bin"' in dtsi
    assert "assigned-clock-rates = <200000000>" in dtsi
    assert json.loads((kit / "kria" / "shell.json").read_text())["shell_type"] == "XRT_FLAT"


def test_a_folder_with_other_things_is_left_alone(
    tiny_build: Build, random_images: RandomImages, tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(BadInput, match="holds something else"):
        write(tmp_path, tiny_build, kit_board("KV260"), random_images)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_boards_without_kits() -> None:
    with pytest.raises(BadInput, match="there are kits for KV260, ZCU104, ZCU102 and boards with"):
        kit_board("U250")
    with pytest.raises(BadInput, match="--board ZX81: choose from KV260, ZCU104, ZCU102, or name"):
        kit_board("ZX81")
    with pytest.raises(BadInput, match=r"--board no.toml: not found; choose from KV260"):
        kit_board("no.toml")
    assert fdscs.board.BadInput is BadInput
