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
