"""The sources of a bitstream: accelerator, tables, self-test and pins."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from fdscs.accelerator.rtl.project import write_sources
from fdscs.accelerator.rtl.verilator import library
from fdscs.accelerator.ulx3s.test_pair import SCENES, Image, pair
from fdscs.export.build import Build
from fdscs.hardware.boards import ULX3S
from fdscs.hardware.dataflow import Dataflow
from fdscs.hardware.plan import Design, Target, design
from fdscs.hls_reference.run import run_images
from fdscs.model.images import check_size
from fdscs.storage.atomic import write_text
from fdscs.storage.errors import BadInput

FOLDER = Path(str(files("fdscs.accelerator.ulx3s")))
MODULES = ("ulx3s", "self_test", "test_view", "crc32", "report_line", "uart_tx")
PINS = "ulx3s.lpf"
SIZE = (240, 320)  # rows, columns
LIMIT = 0.85  # share of each resource of the FPGA
CRYSTAL = 25  # MHz
BAUD = 115200
DIVIDERS = range(1, 6), range(1, 81), range(1, 129)  # of the PLL: input, feedback, output
OSCILLATOR = (400, 800)  # MHz, that the PLL's may have
CODE_BITS = 16  # of the disparity, as crc32.sv takes it


@dataclass(frozen=True)
class Settings:
    """What the self-test is generated with: size of images, clock in MHz, cycles a serial bit and
    without a frame until it gives up."""

    size: tuple[int, int]
    clock: float
    bit_cycles: int
    watchdog: int


def settings_for(size: tuple[int, int], clock: float) -> Settings:
    """At `clock` MHz: 115200 baud, and a second to wait.

    Raises BadInput for a clock that the board cannot give.
    """
    dividers(clock)
    return Settings(size, clock, round(clock * 1e6 / BAUD), round(clock * 1e6))


def designed(build: Build, clock: float, fps: float, size: tuple[int, int] = SIZE) -> Design:
    """The cheapest design that reaches `fps` frames/s of `size`.

    Raises BadInput where none does, or where the FPGA does not hold it.
    """
    check_size(build.graph, *size)
    found = design(build.graph, Target(ULX3S, clock, size, size[1], LIMIT, {}), fps)
    if not found.fits:
        raise BadInput(
            f"{ULX3S.name} does not hold {fps:g} frames/s of this network: {found.taken}; ask for "
            "less, or give it a smaller network."
        )
    return found


def dividers(clock: float) -> tuple[int, int, int]:
    """Of the PLL, for `clock` MHz from the board's 25: input, feedback, output.

    The output's is that which brings the oscillator, clock · output, nearest the middle of its
    range. Raises BadInput for a clock that no dividers give exactly.
    """
    inputs, feedbacks, outputs = DIVIDERS
    middle = sum(OSCILLATOR) / 2
    output = min(outputs, key=lambda each: abs(clock * each - middle))
    if OSCILLATOR[0] <= clock * output <= OSCILLATOR[1]:
        for each in inputs:
            feedback = round(clock * each / CRYSTAL)
            if feedback in feedbacks and CRYSTAL * feedback == clock * each:
                return each, feedback, output
    raise BadInput(
        f"--clock {clock:g}: the PLL makes 25 MHz times a fraction with a denominator of 1 to 5; "
        "give such a clock, as 100."
    )


def golden_crcs(build: Build, size: tuple[int, int]) -> list[int]:
    """CRC-32 of the disparity of each scene, by the integer reference."""
    crcs = []
    for left, right in scenes(build, size):
        codes = run_images(build.graph, build.params, left, right)["disparity"][0]
        crcs.append(zlib.crc32(codes.astype("<u2").tobytes()))
    return crcs


def scenes(build: Build, size: tuple[int, int]) -> list[tuple[Image, Image]]:
    """The pairs of the self-test, one a scene."""
    return [pair(*size, _most(build), scene) for scene in range(SCENES)]


def write_project(build: Build, flow: Dataflow, settings: Settings, folder: Path) -> None:
    """Write everything that a bitstream is made of into `folder`."""
    write_sources(build, flow, folder)
    write_text(folder / "top.sv", top(build, settings))
    for source in sources(folder):
        if source.parent != folder:
            write_text(folder / source.name, source.read_text())
    write_text(folder / PINS, (FOLDER / PINS).read_text())


def sources(folder: Path) -> list[Path]:
    """The SystemVerilog of a project, before it is copied there: those of the accelerator first."""
    text = (folder / "accelerator.sv").read_text()
    own = [FOLDER / f"{name}.sv" for name in MODULES]
    used = library(text + "".join(path.read_text() for path in own), "ecp5")
    return [*used, *own, folder / "accelerator.sv", folder / "top.sv"]


def top(build: Build, settings: Settings, crcs: Sequence[int] | None = None) -> str:
    """The module `top`: ulx3s with its parameters; `crcs` if the reference's are known already."""
    width = build.graph.format_of("disparity").bits
    if width != CODE_BITS:
        raise BadInput(
            f"the disparity has {width} bits, and the self-test takes {CODE_BITS}: quantise with "
            "precision.disparity_frac = 6."
        )
    crcs = golden_crcs(build, settings.size) if crcs is None else crcs
    expected = "".join(f"{crc:08x}" for crc in reversed(crcs))
    first, second, third = dividers(settings.clock)
    rows, columns = settings.size
    return (
        "// Generated: the board's top, with the CRCs that the integer reference gives.\n"
        "module top (\n"
        "    input logic clk_25mhz, input logic fire2, output logic [7:0] led,\n"
        "    output logic ftdi_rxd, output logic wifi_gpio0\n"
        ");\n"
        f"    ulx3s #(.ROWS({rows}), .COLUMNS({columns}), .MOST({_most(build)}), "
        f".EXPECTED(128'h{expected}),\n"
        f"        .BIT_CYCLES({settings.bit_cycles}), .WATCHDOG({settings.watchdog}), "
        f".INPUT_DIVIDER({first}), .FEEDBACK_DIVIDER({second}), .OUTPUT_DIVIDER({third})\n"
        "    ) board (.clk_25mhz, .fire2, .led, .ftdi_rxd, .wifi_gpio0);\n"
        "endmodule\n"
    )


def _most(build: Build) -> int:
    """The largest disparity that the network can know, px at full resolution."""
    return 2 * build.graph.disparities - 2
