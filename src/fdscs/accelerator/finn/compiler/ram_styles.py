"""Which memory holds weights, line buffers and FIFOs, by FINN's own estimates of each."""

from collections.abc import Iterator, Mapping
from typing import Any

from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from fdscs.accelerator.finn.compiler.nodes import kind_of
from fdscs.accelerator.finn.estimates import CONTROL, LUTRAM_DEPTH
from fdscs.accelerator.finn.styles import Memory
from fdscs.hardware.usage import Usage

WHAT = {
    "MVAU": "weights",
    "ConvolutionInputGenerator": "line buffer",
    "StreamingFIFO": "FIFO",
}
STYLES = ("distributed", "block", "ultra")
WRITABLE = "runtime_writeable_weights"


def finn_usage(node: NodeProto, part: str) -> Usage:
    """What FINN estimates for a layer."""
    op = getCustomOp(node)
    return Usage(
        float(op.lut_estimation(part)),
        int(op.dsp_estimation(part)),
        float(op.bram_estimation(part)) / 2,  # FINN counts 18 Kbit
        int(op.uram_estimation(part)),
    )


def memories(model: ModelWrapper, part: str, weights_in_uram: bool) -> Iterator[Memory]:
    """Every memory for which there is a choice.

    UltraRAM starts without contents, so weights in it are written by the driver, as FINN's are that
    can be changed at run time: only with `weights_in_uram`.
    """
    for node in model.graph.node:
        kind = kind_of(node)
        if kind in WHAT:
            styles = {
                style: _usage_in(node, style, part)
                for style in STYLES
                if not (kind == "MVAU" and style == "ultra" and not weights_in_uram)
            }
            yield Memory(node.name, WHAT[kind], styles)


def apply_styles(model: ModelWrapper, styles: Mapping[str, str]) -> None:
    """Set the style of each layer's memory."""
    for node in model.graph.node:
        if node.name in styles:
            _set_style(getCustomOp(node), styles[node.name])


def _usage_in(node: NodeProto, style: str, part: str) -> Usage:
    op = getCustomOp(node)
    before = op.get_nodeattr("ram_style")
    op.set_nodeattr("ram_style", style)
    usage = finn_usage(node, part)
    op.set_nodeattr("ram_style", before)
    if kind_of(node) == "MVAU":
        usage = _weights(op, style, usage)
    return usage


def _weights(op: Any, style: str, usage: Usage) -> Usage:
    """What the weights alone take; FINN counts distributed ones as nothing."""
    luts = float(CONTROL)
    if style == "distributed":
        width = (
            op.get_nodeattr("SIMD") * op.get_nodeattr("PE") * op.get_input_datatype(1).bitwidth()
        )
        luts += width * -(-op.calc_wmem() // LUTRAM_DEPTH)
    return Usage(luts=luts, brams=usage.brams, urams=usage.urams)


def _set_style(op: Any, style: str) -> None:
    op.set_nodeattr("ram_style", style)
    if kind_of(op.onnx_node) == "MVAU" and style == "ultra":
        op.set_nodeattr(WRITABLE, 1)
