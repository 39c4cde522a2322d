"""Scales and biases of FINN's Requant in full: FINN writes six decimals of them into its RTL.

2⁻⁸ would become 0.003906, a number with a long mantissa, and codes would differ.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np
from finn.custom_op.fpgadataflow.rtl.requant_rtl import Requant_rtl
from numpy.typing import NDArray

from storage.errors import BadInput

ARRAYS = ("SCALES", "BIASES")
LITERAL = r"(localparam shortreal  {}\[PE\]\[CF\] = )('{{.*}});"


def write_in_full() -> None:
    """Let FINN's code generation of Requant write every digit, from now on."""
    generate = Requant_rtl._generate_hdl_embedded
    if generate.__module__ == __name__:
        return

    def in_full(self: Any, model: Any, part: str, clock: float, folder: str) -> None:
        generate(self, model, part, clock, folder)
        path = Path(folder) / f"{self.get_verilog_top_module_name()}_impl.sv"
        text = path.read_text()
        for name, values in zip(ARRAYS, (self.get_scale(model), self.get_bias(model)), strict=True):
            lanes = np.broadcast_to(values.ravel(), self.get_nodeattr("NumChannels"))
            text = _with(text, name, lanes.reshape(-1, self.get_nodeattr("PE")).T)
        path.write_text(text)

    Requant_rtl._generate_hdl_embedded = in_full


def _with(text: str, name: str, values: NDArray[np.float32]) -> str:
    """`text` with the array `name` of (lanes, channels of a lane)."""
    rows = (
        ", ".join(np.format_float_positional(each, trim="0") for each in row) for row in values
    )
    literal = "'{" + ", ".join("'{" + row + "}" for row in rows) + "}"
    changed, count = re.subn(LITERAL.format(name), rf"\g<1>{literal};", text)
    if count != 1:
        raise BadInput("FINN's Requant is not the one whose scales are written in full.")
    return changed
