"""FINN's Requant, so that its RTL is exact too.

FINN writes six decimals of scales and biases into it: 2⁻⁸ would become 0.003906, a number with a
long mantissa, and codes would differ. It also refuses large biases beside narrow accumulators.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np
from finn.custom_op.fpgadataflow.rtl.requant_rtl import Requant_rtl
from numpy.typing import NDArray
from onnx import NodeProto
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from fdscs.storage.errors import BadInput

ARRAYS = ("SCALES", "BIASES")
MOST_BITS = 32
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
    rows = (", ".join(np.format_float_positional(each, trim="0") for each in row) for row in values)
    literal = "'{" + ", ".join("'{" + row + "}" for row in rows) + "}"
    changed, count = re.subn(LITERAL.format(name), rf"\g<1>{literal};", text)
    if count != 1:
        raise BadInput(
            "FINN's Requant is not the one whose scales are written in full; run `make finn-setup`."
        )
    return changed


def fit_accumulators(model: ModelWrapper, part: str) -> ModelWrapper:
    """Accumulators as wide as Requant's RTL demands for its scales and biases.

    It refuses a bias or a shift that is large beside its input, though the sum would fit. Raises
    BadInput if no width will do, or if the accumulator is wider than the multiplier's input, whose
    lowest bits would be lost.
    """
    for node in model.graph.node:
        if node.op_type == "Requant_rtl":
            _fit(model, node, part)
    return model


def _fit(model: ModelWrapper, node: NodeProto, part: str) -> None:
    op = getCustomOp(node)
    version, kind = op._resolve_dsp_version(part), op.get_input_datatype()
    for bits in range(kind.bitwidth(), MOST_BITS + 1):
        op.set_nodeattr("inputDataType", f"INT{bits}")
        try:
            found = op.decompose_params(model, version)
        except ValueError:
            continue
        if found["x_width"] < bits:
            break
        _set_accumulator(model, node.input[0], bits)
        return
    raise BadInput(
        f"{node.output[0]}: its accumulator, shifts and bias do not fit FINN's Requant; "
        "take --thresholds-up-to 8."
    )


def _set_accumulator(model: ModelWrapper, name: str, bits: int) -> None:
    product = model.find_producer(name)
    if model.get_tensor_datatype(name).bitwidth() == bits:
        return
    for attribute in ("accDataType", "outputDataType"):
        getCustomOp(product).set_nodeattr(attribute, f"INT{bits}")
    model.set_tensor_datatype(name, DataType[f"INT{bits}"])
