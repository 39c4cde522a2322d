"""Ports of the accelerator on a board: forms of its streams, its registers."""

from dataclasses import dataclass

from fdscs.model.graph import Graph, ReflectPad
from fdscs.storage.errors import BadInput

PIXEL_BITS = (24, 32)
COLOURS = {"rgb": "red, green, blue", "gbr": "green, blue, red"}  # from the low byte up
TLAST = {"line": "the last pixel of each row", "frame": "the last pixel of a frame"}
MOST_ROWS = 16384


@dataclass(frozen=True)
class Ports:
    """Bits of a pixel's TDATA, the order of colours in it, and what TLAST marks.

    Of 32 bits the upper byte is ignored. Colours as in `COLOURS`, `gbr` as video IP has them (AMD's
    UG934); TLAST as in `TLAST`, `line` for video, `frame` for DMA, whose packet it ends.
    """

    pixel_bits: int = 24
    colours: str = "rgb"
    tlast: str = "line"

    def __post_init__(self) -> None:
        for name, value, known in (
            ("pixel-bits", self.pixel_bits, PIXEL_BITS),
            ("colours", self.colours, tuple(COLOURS)),
            ("tlast", self.tlast, tuple(TLAST)),
        ):
            if value not in known:
                raise BadInput(f"--{name} {value}: choose from {', '.join(map(str, known))}.")

    @property
    def options(self) -> int:
        """The register OPTIONS."""
        flags = (self.tlast == "frame", self.colours == "gbr", self.pixel_bits == 32)
        return sum(flag << i for i, flag in enumerate(flags))


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


def least_size(graph: Graph) -> tuple[int, int]:
    """Rows and columns from which on the network takes every size."""
    side = _least(graph)
    return side, max(side, 2 * graph.disparities - 1)


def _least(graph: Graph) -> int:
    """Pixels of a side from which on borders can be mirrored."""
    pad: ReflectPad = graph.of_type(ReflectPad)[0]
    half: int = 2 * pad.multiple  # at half resolution; more than any mirror needs
    while max(pad.pads(half - 1, half - 1)) < half - 1:
        half -= 1
    return 2 * half - 1
