"""The board by Verilator: LEDs and serial line of the self-test."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from fdscs.accelerator.rtl.project import accelerator, write_tables
from fdscs.accelerator.rtl.verilator import compiled
from fdscs.accelerator.ulx3s.project import FOLDER, MODULES, Settings, top
from fdscs.export.build import Build
from fdscs.hardware.dataflow import Dataflow

DRIVER = FOLDER / "board.cpp"
EXACT, FRAME, WRONG, LOCKED = 1, 4, 8, 16  # LEDs


@dataclass(frozen=True)
class BoardRun:
    """LEDs at the end, cycles, and the lines that came over the serial line."""

    leds: int
    cycles: int
    lines: list[str]


def simulate(
    build: Build, flow: Dataflow, settings: Settings, most_cycles: int, tables: Build | None = None
) -> BoardRun:
    """Run the self-test until it says bit-exact or wrong, `most_cycles` at most.

    With `tables` the accelerator has that build's parameters, and still has to give what `build`
    does. Raises BadInput where Verilator or g++ fails.
    """
    own = "".join((FOLDER / f"{name}.sv").read_text() for name in (*MODULES, "ehxplll"))
    design = own + accelerator(flow, build.params) + top(build, settings)
    driver = DRIVER.read_text().replace("= BIT_CYCLES", f"= {settings.bit_cycles}")
    program = compiled(design, f'#include "Vtop.h"\n{driver}')
    with tempfile.TemporaryDirectory(prefix="fdscs-ulx3s-") as name:
        write_tables(tables or build, flow, Path(name))
        command = [str(program), str(most_cycles)]
        done = subprocess.run(command, cwd=name, capture_output=True, text=True, check=True)
    first, *lines = done.stdout.split("\n")
    leds, cycles = first.split()
    return BoardRun(int(leds), int(cycles), [line.strip() for line in lines if line.strip()])
