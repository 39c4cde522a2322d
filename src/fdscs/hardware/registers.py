"""The accelerator's registers: the one map that hardware, driver and documents have.

It imports nothing but the standard library, so that a driver on a board can.
"""

from dataclasses import dataclass

MAP = 1  # the register VERSION
ID = 0x46445343  # "FDSC"
RESTART = 1  # of CONTROL
BUSY, CHANGING, RESTARTING = 1, 2, 4  # of STATUS
FRAME_ENDED, FAULT = 1, 2  # of INTERRUPTS and INTERRUPT_ENABLE


@dataclass(frozen=True)
class Register:
    """32 bits at a byte address; access is r, w, rw, or c: ones that are written clear bits."""

    address: int
    name: str
    access: str
    meaning: str


REGISTERS = (
    Register(0x00, "ID", "r", '0x46445343, "FDSC"'),
    Register(0x04, "VERSION", "r", "of this map: 1"),
    Register(0x08, "GRAPH", "r", "first 32 bits of the graph's SHA-256"),
    Register(0x0C, "OPTIONS", "r", "bit 0: one TLAST a frame; 1: G, B, R; 2: 32-bit pixels"),
    Register(0x10, "LEAST", "r", "smallest size: rows in bits 15–0, columns in bits 31–16"),
    Register(0x14, "MOST", "r", "largest size, likewise"),
    Register(
        0x18, "DISPARITY", "r",
        "bits 15–0: disparities at half resolution; 23–16: a code's bits; 31–24: its fraction bits",
    ),
    Register(
        0x20, "CONTROL", "w",
        "bit 0: restart; frames under way are lost, counters and streams begin anew",
    ),
    Register(
        0x24, "STATUS", "r",
        "bit 0: a frame is under way; 1: a new size is not yet taken over; 2: restarting",
    ),
    Register(0x28, "SIZE", "rw", "rows in bits 15–0, columns in bits 31–16; for the next frame"),
    Register(0x2C, "FRAMES", "r", "frames that have ended since reset or restart"),
    Register(0x30, "INTERVAL", "r", "cycles between the ends of the last two frames, 0 before"),
    Register(0x34, "ERRORS", "c", "as below"),
    Register(0x38, "INTERRUPT_ENABLE", "rw", "bit 0: a frame has ended; 1: an error"),
    Register(0x3C, "INTERRUPTS", "c", "what happened, likewise; irq is high while one is enabled"),
)  # fmt: skip
ADDRESS = {register.name: register.address for register in REGISTERS}
FAULTS = (
    "a frame ended early and was filled with black",
    "pixels too many were dropped",
    "a row's TLAST was not where the size has it",
    "a frame was lost; a black one took its place",
)
ERRORS = (
    "a size was written that is beyond LEAST or MOST; it was not taken",
    *(f"{side}: {fault}" for side in ("left", "right") for fault in FAULTS),
)  # by bit


def size_word(rows: int, columns: int) -> int:
    """A size as registers have it."""
    return columns << 16 | rows
