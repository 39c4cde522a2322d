"""LUTs and flip-flops of the SystemVerilog modules, without the LUTs of their memories.

Each file of ops/ says what its module grows with, as numbers of bits by name. What a bit of each
takes is fitted to syntheses by Yosys for UltraScale+ (`make fit-logic`); so the estimate is Yosys'
count, which is above that of vendors' tools: no register goes into a multiplier or a memory's
output, and no two small LUTs become one.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from fdscs.hardware.memories import LUTRAM_DEPTH, URAM_SHAPE
from fdscs.hardware.usage import Usage

CONTROL = "control"  # what every module has, whatever its sizes
Sizes = Mapping[str, float]


def logic(module: str, sizes: Sizes) -> Usage:
    """LUTs and flip-flops of `module` with `sizes`."""
    costs = fitted()[module]
    luts = sum(costs[name][0] * size for name, size in sizes.items())
    return Usage(luts=luts, ffs=sum(costs[name][1] * size for name, size in sizes.items()))


@cache
def fitted() -> dict[str, dict[str, list[float]]]:
    """LUTs and flip-flops of a bit, by module and name."""
    text = (files("fdscs.hardware") / "logic.json").read_text()
    found: dict[str, dict[str, list[float]]] = json.loads(text)
    return found


def fifo_sizes(width: int, depth: int, kind: str) -> tuple[str, Sizes]:
    """The kind of FIFO that `fitted` has, and its sizes: `depth` words of `width` bits."""
    deep = kind in ("bram", "uram")
    banks = -(-depth // (URAM_SHAPE[0] if deep else LUTRAM_DEPTH))  # whose words are chosen among
    sizes = {
        CONTROL: 1,
        "address bits": depth.bit_length(),
        "word bits": width,
        "bank bits": banks * width if banks > 1 else 0,
    }
    return f"fifo_{kind}" if deep else "fifo", sizes


def column_bits(columns: int) -> int:
    """Bits of positions within a row; rows have 16 everywhere."""
    return columns.bit_length()
