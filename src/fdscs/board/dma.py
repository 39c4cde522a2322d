"""AXI DMA in direct register mode, by its registers (AMD's PG021, AXI DMA v7.1).

PYNQ has a class for it too, whose `wait` has no end when nothing comes, and which can neither
reset the engine nor say how many bytes came.
"""

import time
from typing import Protocol

from fdscs.board.errors import BoardError
from fdscs.board.waiting import until

TO_STREAM, TO_MEMORY = 0x00, 0x30  # MM2S, S2MM: where a channel's registers begin
CONTROL, STATUS, ADDRESS, ADDRESS_UPPER, LENGTH = 0x00, 0x04, 0x18, 0x1C, 0x28
RUN, RESET = 1 << 0, 1 << 2  # of CONTROL
HALTED, IDLE = 1 << 0, 1 << 1  # of STATUS
FAULTS = {
    1 << 4: "an internal error, as where more comes than there is room for",
    1 << 5: "memory refused an access",
    1 << 6: "an address where there is no memory",
}
LENGTH_BITS = 26  # the block design's c_sg_length_width, the largest there is
RESET_SECONDS = 0.1


class Registers(Protocol):
    """As `pynq.MMIO`: words of 32 bits at byte offsets."""

    def read(self, offset: int) -> int:
        """The word there."""

    def write(self, offset: int, data: int) -> None:
        """Write a word."""


class Memory(Protocol):
    """As `pynq.buffer.PynqBuffer`, contiguous memory."""

    physical_address: int
    nbytes: int


class Channel:
    """One direction of an AXI DMA."""

    def __init__(self, name: str, registers: Registers, offset: int) -> None:
        """`offset` is TO_STREAM or TO_MEMORY; nothing is written before `reset`."""
        self.name = name
        self._registers, self._offset = registers, offset

    def reset(self) -> None:
        """Reset the engine, both its directions, and start this one; a transfer is lost.

        Raises BoardError where it does not come out of its reset.
        """
        self._write(CONTROL, RESET)
        if not until(lambda: not self._read(CONTROL) & RESET, time.monotonic() + RESET_SECONDS):
            raise BoardError(
                f"{self.name}: its DMA does not come out of its reset; memory or its clock stands "
                "still: load the bitstream again."
            )
        self.start()

    def start(self) -> None:
        """Let it run, after a reset of the engine by the other direction."""
        self._write(CONTROL, RUN)

    def transfer(self, memory: Memory) -> None:
        """Begin a transfer of all of `memory`; the one before has to have ended."""
        address = int(memory.physical_address)
        self._write(ADDRESS, address & 0xFFFFFFFF)
        self._write(ADDRESS_UPPER, address >> 32)
        self._write(LENGTH, int(memory.nbytes))

    @property
    def ended(self) -> bool:
        """Whether the transfer has ended."""
        return bool(self._read(STATUS) & IDLE)

    @property
    def halted(self) -> bool:
        """Whether something stopped the engine; `fault` says what."""
        return bool(self._read(STATUS) & HALTED)

    @property
    def fault(self) -> str:
        """What stopped the engine."""
        status = self._read(STATUS)
        found = [meaning for bit, meaning in FAULTS.items() if status & bit]
        return " and ".join(found) or "somebody reset it"

    @property
    def transferred(self) -> int:
        """Bytes of the transfer that has ended; of images, those that were asked for."""
        return self._read(LENGTH) & ((1 << LENGTH_BITS) - 1)

    def _read(self, register: int) -> int:
        return int(self._registers.read(self._offset + register))

    def _write(self, register: int, value: int) -> None:
        self._registers.write(self._offset + register, value)
