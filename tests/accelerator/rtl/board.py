"""The accelerator's top, compiled by Verilator, with a script at its ports."""

import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fdscs.accelerator.rtl.verilator import compiled
from fdscs.accelerator.rtl.vivado import SIMULATION, TOP
from fdscs.hardware.ports import Ports
from fdscs.hardware.registers import ADDRESS

DRIVER = Path(__file__).with_name("board.cpp")
Pixels = NDArray[np.uint8]  # (rows, columns, 3)
Beats = NDArray[np.uint32]  # (beats, 3): TDATA, TUSER, TLAST


@dataclass(frozen=True)
class Answer:
    """What came: beats, the cycles in which they were taken, and what the script read."""

    beats: Beats
    cycles: NDArray[np.uint32]
    reads: list[int]


class Board:
    """A top, made of `core`, the module accelerator, and of `top`."""

    def __init__(self, folder: Path, core: str, top: str) -> None:
        self.folder = folder
        driver = DRIVER.read_text().replace('#include "axi.h"', (SIMULATION / "axi.h").read_text())
        self.program = compiled(core + top.replace(f"module {TOP}", "module top"), driver)

    def run(self, left: Beats, right: Beats, script: Iterable[str], seed: int = 0) -> Answer:
        """Names of registers in `script` stand for their addresses."""
        for name, beats in (("left", left), ("right", right)):
            np.ascontiguousarray(beats, np.uint32).tofile(self.folder / f"{name}.bin")
        lines = [" ".join(str(ADDRESS.get(word, word)) for word in line.split()) for line in script]
        (self.folder / "script").write_text("\n".join(lines) + "\n")
        command = [str(self.program), str(seed)]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
        out = np.fromfile(self.folder / "out.bin", np.uint32).reshape(-1, 4)
        return Answer(out[:, :3], out[:, 3], [int(word) for word in done.stdout.split()])


def image_beats(frames: Sequence[Pixels], ports: Ports) -> Beats:
    """Frames as a source sends them; what is ignored is noise."""
    rng = np.random.default_rng(0)
    beats = []
    for pixels in frames:
        red, green, blue = np.moveaxis(pixels.astype(np.uint32), 2, 0)
        low, middle, high = (red, green, blue) if ports.colours == "rgb" else (green, blue, red)
        data = low | middle << 8 | high << 16
        if ports.pixel_bits == 32:
            data |= rng.integers(0, 256, data.shape, np.uint32) << 24
        beats.append(marked(data, ports.tlast))
    return np.concatenate(beats)


def marked(codes: NDArray[np.uint32], tlast: str) -> Beats:
    """Codes (rows, columns) as beats, TUSER on the first, TLAST as `Ports` has it."""
    rows, columns = codes.shape
    user, last = np.zeros((2, rows, columns), np.uint32)
    user[0, 0] = 1
    last[-1 if tlast == "frame" else slice(None), -1] = 1
    return np.stack([codes.astype(np.uint32), user, last], axis=2).reshape(-1, 3)
