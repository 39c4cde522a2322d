"""Every stage held against the integer reference, tolerance 0, tensor by tensor."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.custom_op.registry import getCustomOp

from fdscs.accelerator.finn.compiler import reflect_pad
from fdscs.accelerator.finn.compiler.nodes import kind_of
from fdscs.accelerator.finn.compiler.widen import Places
from fdscs.storage.errors import BadInput

Tensors = Mapping[str, NDArray[np.integer]]
LAYERS = "finn.custom_op.fpgadataflow"
OUTPUT = "out_relu"


@dataclass(frozen=True)
class Check:
    """Tensors and values that were compared after a stage; the first fault, if there is one."""

    stage: str
    tensors: int
    values: int
    fault: str | None = None


def check_stage(
    stage: str,
    model: ModelWrapper,
    reference: Tensors,
    places: Mapping[str, Places],
    channels_last: bool,
) -> Check:
    """Run `model` on the reference's cost and rgb codes; compare every tensor of the same name.

    `reference` holds tensors (channels, rows, columns); accumulators in it are without bias, as
    FINN's are. `places` tells where channels of zeros were added.
    """
    model = in_python(model)
    laid_out = {
        name: _laid_out(codes, places.get(name), channels_last) for name, codes in reference.items()
    }
    inputs = {entry.name: laid_out[entry.name] for entry in model.graph.input}
    made = execute_onnx(model, inputs, return_full_exec_context=True)
    tensors = values = 0
    for name, wanted in laid_out.items():
        if made.get(name) is None or name in inputs:
            continue
        found = made[name]
        tensors, values = tensors + 1, values + wanted.size
        if found.shape != wanted.shape:
            fault = f"{name}: shape {found.shape}, the reference has {wanted.shape}"
            return Check(stage, tensors, values, fault)
        if not np.array_equal(found, wanted):
            return Check(stage, tensors, values, _difference(name, found, wanted))
    if OUTPUT not in made:
        raise BadInput(f"stage {stage}: the model does not make {OUTPUT}.")
    return Check(stage, tensors, values)


def in_python(model: ModelWrapper) -> ModelWrapper:
    """A copy whose layers are computed by FINN's Python, whatever implements them in hardware.

    FINN runs HLS layers in compiled simulation alone, which needs Vitis' headers.
    """
    reflect_pad.register()
    model = deepcopy(model)
    for node in model.graph.node:
        if not node.domain.startswith(LAYERS):
            continue
        node.op_type, node.domain = kind_of(node), LAYERS
        known = set(getCustomOp(node).get_nodeattr_types())
        for each in [each for each in node.attribute if each.name not in known]:
            node.attribute.remove(each)
    return model


def _laid_out(
    codes: NDArray[np.integer], places: Places | None, channels_last: bool
) -> NDArray[np.float32]:
    """(channels, rows, columns) as the model has it: with channels of zeros, a batch, an order."""
    values = codes.astype(np.float32)
    if places is not None:
        taken = np.array(places)
        values = np.where(taken[:, None, None] >= 0, values[taken], np.float32(0))
    return values.transpose(1, 2, 0)[None] if channels_last else values[None]


def _difference(name: str, found: NDArray, wanted: NDArray) -> str:
    differ = found != wanted
    place = tuple(int(i) for i in np.argwhere(differ)[0])
    return (
        f"{name}: {int(differ.sum())} of {differ.size} differ; first at {place}: "
        f"reference {wanted[place]:g}, FINN {found[place]:g}"
    )
