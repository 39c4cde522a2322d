"""The accelerator's registers, by name."""

from fdscs.board.description import Description
from fdscs.board.dma import Registers
from fdscs.board.errors import BoardError
from fdscs.hardware.registers import ADDRESS, ERRORS, ID, MAP


class Accelerator:
    """Registers of the accelerator."""

    def __init__(self, registers: Registers) -> None:
        """Nothing is read or written yet."""
        self._registers = registers

    def read(self, name: str) -> int:
        """A register of `hardware.registers.REGISTERS`."""
        return int(self._registers.read(ADDRESS[name]))

    def write(self, name: str, value: int) -> None:
        """Write one."""
        self._registers.write(ADDRESS[name], value)

    def size(self, name: str) -> tuple[int, int]:
        """Rows and columns in LEAST, MOST or SIZE."""
        word = self.read(name)
        return word & 0xFFFF, word >> 16

    def errors(self) -> str:
        """What ERRORS says, in words; empty for nothing."""
        bits = self.read("ERRORS")
        return "; ".join(meaning for bit, meaning in enumerate(ERRORS) if bits >> bit & 1)

    def check(self, description: Description) -> None:
        """Raise BoardError unless the bitstream is the one that is described."""
        if (found := self.read("ID")) != ID:
            raise BoardError(
                f"ID is {found:#010x}, expected {ID:#010x}: no accelerator answers there; load the "
                "bitstream, or take .bit, .hwh and .json of one kit."
            )
        options = 1 | (description.colours == "gbr") << 1 | 1 << 2  # one TLAST a frame, 32 bits
        for name, found, expected in (
            ("VERSION", self.read("VERSION"), MAP),
            ("GRAPH", self.read("GRAPH"), int(description.graph[:8], 16)),
            ("OPTIONS", self.read("OPTIONS"), options),
            ("DISPARITY", self.read("DISPARITY") >> 16,
             description.fraction << 8 | description.bits),
        ):  # fmt: skip
            if found != expected:
                raise BoardError(
                    f"{name} is {found:#x}, the kit's is {expected:#x}: the bitstream is another "
                    "build's; take .bit, .hwh and .json of one kit."
                )
