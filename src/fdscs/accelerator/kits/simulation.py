"""A board that is simulated: the generated top by Verilator, behind DMAs and memory; PYNQ's names.

The driver of `fdscs.board` runs on it unchanged: `fdscs.board.open(bitstream, pynq=soc.pynq)`.
"""

import asyncio
import mmap
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fdscs.accelerator.kits.cells import INTERRUPT, REGISTERS
from fdscs.accelerator.rtl.project import accelerator, write_tables
from fdscs.accelerator.rtl.verilator import compiled
from fdscs.accelerator.rtl.vivado import SIMULATION, TOP, board_top
from fdscs.export.build import Build
from fdscs.hardware.dataflow import Dataflow
from fdscs.hardware.ports import Ports
from fdscs.storage.errors import BadInput

DRIVER = Path(str(files("fdscs.accelerator.kits") / "soc.cpp"))
BASE = 0x7000_0000  # of memory
MEMORY = 1 << 26  # bytes
PAGE = 4096
PACE = 300  # cycles an access of registers takes more, so that questions move the clock
PORTS = Ports(32, "rgb", "frame")  # of every kit


class Soc:
    """A running simulation; a context manager that ends it. Commands are those of soc.cpp."""

    def __init__(
        self, build: Build, flow: Dataflow, size: tuple[int, int], seed: int = 0, pace: int = PACE
    ) -> None:
        """`size`, rows and columns, is the one after reset; a `seed` makes all sides pause.

        Raises BadInput where Verilator or g++ fails.
        """
        core = accelerator(flow, build.params)
        top = board_top(flow, PORTS, size).replace(f"module {TOP}", "module top")
        axi = (SIMULATION / "axi.h").read_text()
        program = compiled(core + top, DRIVER.read_text().replace('#include "axi.h"', axi))
        self._folder = tempfile.TemporaryDirectory(prefix="fdscs-board-")
        folder = Path(self._folder.name)
        write_tables(build, flow, folder)
        with (folder / "memory").open("wb") as file:
            file.truncate(MEMORY)
        with (folder / "memory").open("r+b") as file:
            self.memory = np.frombuffer(mmap.mmap(file.fileno(), MEMORY), np.uint8)
        self._free = BASE
        code_bytes = -(-flow.streams["disparity"].bits // 8)
        words = [program, "memory", MEMORY, code_bytes, seed, pace]
        self._lock = Lock()
        self._process = subprocess.Popen(
            list(map(str, words)), cwd=folder, text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def __enter__(self) -> "Soc":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the simulation."""
        self._process.communicate()
        self._folder.cleanup()

    @property
    def pynq(self) -> SimpleNamespace:
        """What stands in for the module pynq: Overlay, MMIO, allocate, Interrupt."""

        def overlay(_bitstream: str, download: bool = True) -> SimpleNamespace:
            places = {
                cell: {"phys_addr": address, "addr_range": size}
                for cell, (address, size) in REGISTERS.items()
            }
            return SimpleNamespace(ip_dict=places)

        def memory(shape: tuple[int, ...], dtype: DTypeLike) -> Buffer:
            return self._allocate(shape, np.dtype(dtype))

        return SimpleNamespace(
            Overlay=overlay,
            MMIO=lambda address, length: Words(self, address, length),
            allocate=memory,
            Interrupt=lambda pin: InterruptPin(self, pin),
        )

    def command(self, verb: str, *numbers: int) -> int:
        """What soc.cpp answers."""
        with self._lock:
            assert self._process.stdin is not None and self._process.stdout is not None
            self._process.stdin.write(" ".join([verb, *map(str, numbers)]) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        if not answer.strip().isdecimal():
            raise BadInput(f"simulated board: {answer.strip() or 'it ended'}; export again.")
        return int(answer)

    def _allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> "Buffer":
        nbytes = int(np.prod(shape)) * dtype.itemsize
        address, self._free = self._free, self._free + -(-nbytes // PAGE) * PAGE
        assert self._free <= BASE + MEMORY, "frames are small, and memory is not given back"
        place = self.memory[address - BASE : address - BASE + nbytes].view(dtype).reshape(shape)
        return Buffer(place, address)


class Buffer(np.ndarray[Any, np.dtype[Any]]):
    """Memory seen through a cache: a DMA sees what was flushed, we what was invalidated."""

    physical_address: int
    _memory: NDArray[Any]

    def __new__(cls, memory: NDArray[Any], address: int) -> "Buffer":
        """`memory` is what the DMA sees at `address`."""
        made = np.full_like(memory, 0xA5).view(cls)  # what nobody wrote is not 0
        made.physical_address, made._memory = address, memory
        return made

    def flush(self) -> None:
        """The cache's content to memory."""
        self._memory[...] = self

    def invalidate(self) -> None:
        """The cache forgets its content."""
        self[...] = self._memory

    def freebuffer(self) -> None:
        """Nothing: memory is large enough."""


class Words:
    """Registers at an address, as `pynq.MMIO`."""

    def __init__(self, soc: Soc, address: int, length: int) -> None:
        """`length` bytes of them."""
        self._soc, self._address, self._length = soc, address, length

    def read(self, offset: int) -> int:
        """The word there."""
        return self._soc.command("read", self._at(offset))

    def write(self, offset: int, data: int) -> None:
        """Write a word."""
        assert type(data) is int, "PYNQ takes no other integers"
        self._soc.command("write", self._at(offset), data)

    def _at(self, offset: int) -> int:
        assert offset % 4 == 0 and 0 <= offset < self._length
        return self._address + offset


class InterruptPin:
    """As `pynq.Interrupt`."""

    def __init__(self, soc: Soc, pin: str) -> None:
        """Of the one interrupt that the block design has."""
        assert pin == INTERRUPT
        self._soc = soc

    async def wait(self) -> None:
        """Until it is high; simulated time goes on meanwhile."""
        while not self._soc.command("irq"):
            self._soc.command("run", PACE)
            await asyncio.sleep(0)
